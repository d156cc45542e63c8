// The twenty firing patterns of Izhikevich (2004), fig. 1, one neuron each, in one picture: membrane potential above, current below.
// npx tsx examples/izhikevichPatterns.ts [out/izhikevichPatterns.svg | .png]
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { compile, Network, neuron } from "synfire";
import { saveScene } from "synfire/io";
import type { Box, Mark } from "synfire/io";
import { izhikevich, izhikevichPatterns } from "synfire/models";
import type { IzhikevichPattern } from "synfire/models";

// One Euler step of this equation takes `current` to the current of the step.
const ammeter = neuron({
  name: "ammeter", method: "euler", parameters: { i_ext: "0 mV" }, state: { current: "0 mV" },
  equations: "dcurrent/dt = (i_ext - current)/dt : volt",
});

/** Times in ms; membrane potential, its spikes drawn up to 30 mV, and current, in mV. */
async function simulate(pattern: IzhikevichPattern): Promise<{ times: Float64Array; v: Float64Array; current: Float64Array }> {
  const net = new Network();
  const cell = net.population("cell", 1, izhikevich, izhikevich.presets[pattern.preset]);
  const meter = net.population("meter", 1, ammeter);
  for (const current of pattern.currents) {
    net.currentInput(cell, { into: "i_ext", current });
    net.currentInput(meter, { into: "i_ext", current });
  }
  const spikes = net.spikeMonitor(cell), potential = net.stateMonitor(cell, ["v"]), current = net.stateMonitor(meter, ["current"]);
  await using sim = await compile(net, { dt: pattern.dt, precision: "f64" });
  await sim.run(pattern.duration);
  const times = potential.times.map((t) => t * 1e3), v = potential.get("v").map((x) => x * 1e3);
  for (const spike of spikes.times) v[Math.round(spike / sim.dt) - 1] = 30;
  return { times, v, current: current.get("current").map((x) => x * 1e3) };
}

/** A curve stretched over a box; values from `low` to `high` fill its height. */
function curve(times: Float64Array, values: Float64Array, low: number, high: number, color: string, box: Box): Mark {
  const last = times.at(-1)!;
  const points = Array.from(times).flatMap((t, k) => [box.x + (t / last) * box.width, box.y + box.height * (1 - (values[k]! - low) / (high - low))]);
  return { kind: "line", points, color, width: 1 };
}

const columns = 4, cellWidth = 260, cellHeight = 150;
const marks: Mark[] = [];
for (const [k, pattern] of izhikevichPatterns.entries()) {
  const { times, v, current } = await simulate(pattern);
  const x = 15 + (k % columns) * cellWidth, y = 10 + Math.floor(k / columns) * cellHeight, width = cellWidth - 30;
  const largest = Math.max(...current.map(Math.abs));
  marks.push(
    { kind: "text", x: x + width / 2, y: y + 12, text: `(${pattern.panel}) ${pattern.title}`, size: 12, color: "#1c1c1c", anchor: "middle" },
    curve(times, v, -95, 30, "#1f5fa8", { x, y: y + 20, width, height: 85 }),
    curve(times, current, -largest, largest, "#8c5a00", { x, y: y + 100, width, height: 30 }),
    { kind: "line", points: [x + width - (20 / times.at(-1)!) * width, y + 136, x + width, y + 136], color: "#1c1c1c", width: 2 },
  );
}
marks.push({
  kind: "text", x: columns * cellWidth - 15, y: 10 + 5 * cellHeight + 12, text: "bars: 20 ms", size: 11, color: "#1c1c1c", anchor: "end",
});

const path = process.argv[2] ?? "out/izhikevichPatterns.svg";
await mkdir(dirname(path), { recursive: true });
await saveScene(path, {
  width: columns * cellWidth, height: 5 * cellHeight + 30, description: "Twenty firing patterns of the Izhikevich neuron", marks,
});
console.log(`wrote ${path}`);
