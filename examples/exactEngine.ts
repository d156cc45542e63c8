/**
 * The same network from event to event and on grids of several steps: how far spikes are from where they belong. Run it with
 * `npx tsx examples/exactEngine.ts`.
 */
import { compile, Network, oneToOne } from "synfire";
import type { SpikeMonitor } from "synfire";
import { lifExpCurrent, staticSynapse } from "synfire/models";

/** Twenty neurons that fire by themselves, each of which excites one of twenty others. */
function describe(): { readonly net: Network; readonly spikes: SpikeMonitor } {
  const net = new Network({ seed: 1 });
  const first = net.population("first", 20, lifExpCurrent, { i_ext: "380*pA + 60*pA*rand()" });
  const second = net.population("second", 20, lifExpCurrent, { i_ext: "370 pA" });
  net.projection(first, second, staticSynapse, { connect: oneToOne(), receptor: "exc", weight: "60 pA", delay: "1.5 ms" });
  return { net, spikes: net.spikeMonitor(second) };
}

const exact = describe();
await using sim = await compile(exact.net, { engine: "exact" });
await sim.run("200 ms");
console.log(`exact: ${exact.spikes.count} spikes, the first at ${exact.spikes.times[0]! * 1e3} ms`);

for (const dt of ["0.5 ms", "0.25 ms", "0.125 ms"] as const) {
  const grid = describe();
  await using stepped = await compile(grid.net, { dt, precision: "f64" });
  await stepped.run("200 ms");
  const train = ({ times, indices }: SpikeMonitor, neuron: number) => times.filter((_, k) => indices[k] === neuron);
  const late = Array.from({ length: 20 }, (_, j) => train(grid.spikes, j)[0]! - train(exact.spikes, j)[0]!);
  console.log(`dt ${dt}: first spikes are late by ${((late.reduce((a, b) => a + b) / 20) * 1e3).toFixed(3)} ms on average`);
}
