/** What must type-check: programs as users write them, with every form of value. Part of the type check, never run. */
import { compile, explicit, fixedIndegree, grid, Network, normal, oneToOne, stepCurrent, uniform } from "synfire";
import type { Quantity } from "synfire";
import { openSpikeFile, openTraceFile, saveRaster } from "synfire/io";
import { izhikevich, lifDelta, staticSynapse } from "synfire/models";

/** Sparse balanced E–I network in the asynchronous-irregular regime (Brunel 2000, Fig. 8C; C·J kept). */
export async function brunel(): Promise<void> {
  const net = new Network({ seed: 42 });
  const cell = { tau_m: "20 ms", v_th: "20 mV", v_reset: "10 mV", t_ref: "2 ms", v: "rand() * v_th" } as const;
  const E = net.population("E", 4000, lifDelta, cell);
  const I = net.population("I", 1000, lifDelta, cell);

  const exc = { connect: fixedIndegree(400), receptor: "v", weight: "0.2 mV", delay: "1.5 ms" } as const;
  const inh = { connect: fixedIndegree(100), receptor: "v", weight: "-1.0 mV", delay: "1.5 ms" } as const;
  const recurrent = net.projection(E, E, staticSynapse, exc);
  net.projection(E, I, staticSynapse, exc);
  for (const target of [E, I]) {
    net.projection(I, target, staticSynapse, inh);
    net.poissonInput(target, { receptor: "v", rate: "10 kHz", weight: "0.2 mV" });
  }

  const spikes = net.spikeMonitor(E, I);
  const weights = net.weightMonitor(recurrent, { every: "100 ms", sample: 200 });

  await using sim = await compile(net, { dt: "0.1 ms", backend: "wasm" });
  await sim.run("1 s");
  console.log(`E ${spikes.rate(E).toFixed(1)} Hz, CV ${spikes.cv(E).toFixed(2)}, ${weights.times.length} weight samples`);
  await saveRaster("brunel.svg", spikes, { from: "500 ms", to: "700 ms", max: 200 });
}

/** Values as quantities, computed quantities, expressions, distributions, arrays and typed arrays; changes while running; streams. */
export async function everyForm(tau: Quantity, count: number): Promise<Float64Array> {
  const net = new Network();
  const resets = { values: new Float32Array(10), unit: "mV" };
  const values = { tau_m: tau, v_th: normal("20 mV", "1 mV"), v: "-60*mV + rand()*10*mV", v_reset: resets };
  const A = net.population("A", 10, lifDelta, values, { positions: grid([10], "0.1 mm") });
  const B = net.population("B", 10, izhikevich, Object.values(izhikevich.presets)[0]);
  const C = net.population("C", 2, lifDelta, { tau_m: ["20 ms", "30 ms"], t_ref: `${count} ms` });
  const sources = net.spikeSource("sources", 10, { times: { values: [1, 2], unit: "ms" }, indices: [0, 9] });
  net.projection(sources, A, staticSynapse, { connect: oneToOne(), receptor: "v", weight: { values: new Float64Array(10), unit: "mV" } });
  net.projection(A.slice(0, 5), C, staticSynapse, { connect: explicit([0], [1]), receptor: "v", weight: ["1 mV"], delay: uniform("1 ms", "2 ms") });
  net.projection(A, A, staticSynapse, { connect: (i, j) => i < j, receptor: "v", weight: "0.1*mV*exp(-distance/(0.2*mmeter))" });
  net.poissonInput(A, { receptor: "v", rate: "10*kHz*(1 + sin(2*pi*5*Hz*t))", weight: `${0.1 * count} mV` });
  net.currentInput(A, { into: "i_ext", current: stepCurrent({ amplitude: "450 pA", from: "20 ms" }) });
  net.at("50 ms", { target: A.slice(0, 2), set: { i_ext: "0 pA", v: "rand() * v_th" } });
  net.at("60 ms", (sim) => sim.set(A, { v: "-60 mV" }));
  for (const group of net.groups) console.log(group.name, group.size);

  const trace = net.stateMonitor(A, ["v", "tau_m"], { every: "1 ms", sample: 2 });
  const spikes = net.spikeMonitor(A, B, sources);
  await using sim = await compile(net, { dt: "0.1 ms", precision: "f64", seed: 3 });
  trace.streamTo(await openTraceFile("v.npy", { names: trace.data.names, elements: trace.neurons }));
  spikes.streamTo(await openSpikeFile("spikes.csv", spikes));
  await sim.run("1.5 s", { signal: AbortSignal.timeout(1000), onProgress: ({ time, duration }) => console.log(time / duration) });
  for await (const { times } of sim.stream(`${count} ms`, { every: "10 ms" })) console.log(times.length);
  sim.set(A, { tau_m: "10 ms", v: values.v });
  sim.get(net.group("A"), "v");
  return sim.get(A, "v");
}
