/**
 * `node bench/tensorflow.mjs [CASE ...] [--backend wasm] [--batch 128] [--repeat 5]`: what one training step (forward, loss, backward, Adam) of a
 * model of TensorFlow.js costs with the fused kernels of spiking layers, and as plain operations of TensorFlow.js. Cases: static (784-1000-10, 25
 * steps, constant input), recurrent (700-256-20, 100 steps, 2 % input spikes), deep (700-512-512-20, 100 steps). Milliseconds of wall clock, the
 * least and the median of the repeats, whose order is interleaved, and the least of processor time; compare within one run. Needs `npm run build`.
 */
import { availableParallelism, cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { loadTensorFlow, spikingLayers } from "../dist/src/tensorflow/index.js";
import { fastSigmoid, leaky } from "../dist/src/train/index.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { backend: { type: "string", default: "wasm" }, batch: { type: "string", default: "128" }, repeat: { type: "string", default: "5" } },
});
const batch = Number(values.batch), repeats = Number(values.repeat);
const surrogate = fastSigmoid(25);

const cases = {
  static: {
    steps: 25, inputs: 784, constant: true, classes: 10,
    layers: ({ spiking }) => [
      spiking(leaky({ beta: 0.95 }), { inputShape: [784], steps: 25, units: 1000, surrogate }),
      spiking(leaky({ beta: 0.95 }), { units: 10, surrogate }),
    ],
  },
  recurrent: {
    steps: 100, inputs: 700, constant: false, classes: 20,
    layers: ({ spiking, spikingRecurrent }) => [
      spikingRecurrent(leaky(), { inputShape: [100, 700], units: 256, surrogate }), spiking(leaky(), { units: 20, surrogate }),
    ],
  },
  deep: {
    steps: 100, inputs: 700, constant: false, classes: 20,
    layers: ({ spiking }) => [
      spiking(leaky(), { inputShape: [100, 700], units: 512, surrogate }), spiking(leaky(), { units: 512, surrogate }),
      spiking(leaky(), { units: 20, surrogate }),
    ],
  },
};

const { tf } = await loadTensorFlow({ prefer: values.backend });
console.log(`${cpus()[0]?.model ?? "unknown processor"}, ${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)}; batch ${batch}\n`);
for (const name of positionals.length > 0 ? positionals : Object.keys(cases)) console.log(JSON.stringify(await measure(name, cases[name])));

async function measure(name, { steps, inputs, constant, classes, layers }) {
  const runs = [["fused", true], ["plain", false]].map(([what, fused]) => {
    const model = tf.sequential({ layers: layers(spikingLayers(tf, { fused })) });
    model.add(tf.layers.globalAveragePooling1d({}));
    model.add(tf.layers.softmax());
    model.compile({ optimizer: tf.train.adam(1e-3), loss: "categoricalCrossentropy" });
    return { what, model, wall: [], processor: [] };
  });
  const x = constant ? tf.randomUniform([batch, inputs], 0, 1, "float32", 1)
    : tf.tidy(() => tf.cast(tf.less(tf.randomUniform([batch, steps, inputs], 0, 1, "float32", 1), 0.02), "float32"));
  const y = tf.tidy(() => tf.oneHot(tf.cast(tf.mod(tf.range(0, batch), classes), "int32"), classes));
  for (let k = 0; k <= repeats; k++) for (const run of runs) {
    const [before, used] = [performance.now(), process.cpuUsage()];
    await run.model.trainOnBatch(x, y);
    const { user, system } = process.cpuUsage(used);
    if (k > 0) {
      run.wall.push(performance.now() - before);
      run.processor.push((user + system) / 1000);
    }
  }
  const least = (list) => Math.round(Math.min(...list)), median = (list) => Math.round(list.toSorted((a, b) => a - b)[list.length >> 1]);
  const [fused, plain] = runs.map(({ wall, processor }) => ({ least: least(wall), median: median(wall), processor: least(processor) }));
  tf.dispose([x, y]);
  return { case: name, fused, plain, ratio: Number((plain.least / fused.least).toFixed(2)) };
}
