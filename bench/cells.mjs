/**
 * `npm run build && node bench/cells.mjs [--units 1000 --steps 25 --samples 64 --precision f32]`: nanoseconds of processor time that the
 * WebAssembly of a cell takes for a neuron and step, forwards and backwards, in groups of four samples as the fast engine runs them. Prints a
 * Markdown table and the load.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Module } from "../dist/src/backend/wasm/assembler.js";
import { adExCurrent, izhikevich, lifExpCurrent } from "../dist/models/index.js";
import { alpha, atan, cellFromModel, derive, emitCell, fastSigmoid, leaky, lif, norseLif, synaptic, triangular } from "../dist/src/train/index.js";

const { values } = parseArgs({
  options: {
    units: { type: "string", default: "1000" }, steps: { type: "string", default: "25" }, samples: { type: "string", default: "64" },
    precision: { type: "string", default: "f32" },
  },
});
const units = Number(values.units), steps = Number(values.steps), samples = Number(values.samples), real = values.precision === "f32" ? 4 : 8;
const cases = {
  "leaky, fastSigmoid": [leaky(), fastSigmoid()],
  "leaky, triangular": [leaky(), triangular()],
  "leaky, beta learned": [leaky(), fastSigmoid(), ["beta"]],
  "lif of SpikingJelly, attached": [lif(), atan()],
  "synaptic": [synaptic(), fastSigmoid()],
  "alpha": [alpha(), fastSigmoid()],
  "norseLif": [norseLif(), fastSigmoid()],
  "lif_exp_current, exact": [cellFromModel(lifExpCurrent, { dt: "1 ms", receptor: "exc" }), fastSigmoid()],
  "izhikevich": [cellFromModel(izhikevich, { dt: "1 ms", receptor: "v" }), fastSigmoid()],
  "adex_current, euler": [cellFromModel(adExCurrent, { dt: "1 ms", receptor: "ex", method: "euler" }), fastSigmoid()],
};
const load = () => readFileSync("/proc/loadavg", "utf8").split(" ").slice(0, 3).join(" ");

console.log(`load ${load()}; ${units} neurons, ${steps} steps, ${samples} samples, ${values.precision}\n`);
console.log("| cell | forwards, ns | backwards, ns | stored states |\n| --- | --- | --- | --- |");
for (const [name, [cell, surrogate, learn = []]] of Object.entries(cases)) {
  const { forward, backward, trace } = await measure(cell, surrogate, learn);
  console.log(`| ${name} | ${forward.toFixed(2)} | ${backward.toFixed(2)} | ${trace.join(", ")} |`);
}
console.log(`\nload ${load()}`);

async function measure(cell, surrogate, learn) {
  const derived = derive(cell, surrogate, { learn, outputs: { spikes: true, membrane: false } });
  const module = new Module();
  const layout = emitCell(module, "cell", derived, values.precision, false);
  const stride = real * 32 * Math.ceil(units / 32), bitStride = 4 * Math.ceil(units / 32), rows = samples * steps;
  const numbers = {
    units, steps, stride, bitStride, inputStep: stride, inputSample: steps * stride, traceStep: stride, traceSample: steps * stride, origin: 0,
  };
  let end = 1024;
  for (const field of layout.fields) {
    if (field in numbers) continue;
    numbers[field] = end;
    end += 64 + (/^(state|start|carried|gradient|initial|coefficient)/.test(field) ? samples : rows) * stride;
  }
  const memory = new WebAssembly.Memory({ initial: Math.ceil(end / 65536) + 1, maximum: 65536 });
  const { instance } = await WebAssembly.instantiate(module.encode({ pages: 1, maximumPages: 65536, shared: false }), { env: { memory } });
  layout.write(new Uint32Array(memory.buffer, 64, layout.fields.length), numbers);
  const array = (field, length) => new (real === 4 ? Float32Array : Float64Array)(memory.buffer, numbers[field], length);
  const parameters = new Map(derived.cell.parameters.map((p) => [p.name, [p.value]]));
  for (const [c, value] of derived.coefficients.values(parameters, units)) array(`coefficient:${c}`, value.length).set(value);
  const scale = cell.threshold.scale;
  for (const field of ["input", "dSpikes"]) {
    array(field, (rows * stride) / real).forEach((_, k, all) => (all[k] = (scale * 0.4 * ((k * 7919) % 1000)) / 1000));
  }
  const time = (f) => {
    const times = Array.from({ length: 15 }, () => {
      const before = process.cpuUsage();
      for (let s = 0; s < samples; s += 4) f(64, s, Math.min(samples, s + 4), 0, steps);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    }).sort((a, b) => a - b);
    return (times[4] * 1000) / rows / units;
  };
  const { cell_forward, cell_backward } = instance.exports;
  return { forward: time(cell_forward), backward: time(cell_backward), trace: derived.trace };
}
