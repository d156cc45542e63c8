// Földiák's sparse code (1990, doi:10.1007/BF02331346). Units that see images of bars learn one bar each: by Hebbian weights from the image, by
// anti-Hebbian weights among themselves, and by thresholds that keep each unit active as often as a bar is shown. All rules are plain functions.
import { fieldsScene, saveScene } from "synfire/io";
import { compileRates, RateNetwork } from "synfire/rate";

const side = 8, bars = 2 * side, pixels = side * side;
let state = 1;
const random = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
const isIn = (pixel: number, bar: number): boolean => (bar < side ? Math.floor(pixel / side) === bar : pixel % side === bar - side);

const rates = new RateNetwork({ every: "10 ms" });
// Each bar is shown with probability 1/8, independently of the others.
const retina = rates.input("retina", pixels, {
  values: () => {
    const shown = Array.from({ length: bars }, random).flatMap((x, bar) => (x < 1 / 8 ? [bar] : []));
    return Float32Array.from({ length: pixels }, (_, pixel) => (shown.some((bar) => isIn(pixel, bar)) ? 1 : 0));
  },
});
const code = rates.layer("code", bars, {
  // Rates settle; a unit counts as active when it ends above one half.
  activation: (drive, rate, threshold) => rate + 0.2 * (1 / (1 + Math.exp(-10 * (drive - threshold))) - rate),
  settle: 60,
  with: { threshold: "threshold" },
  traces: {
    active: (_, rate) => (rate > 0.5 ? 1 : 0),
    threshold: { initial: 0.7, update: (threshold, rate) => threshold + 0.02 * ((rate > 0.5 ? 1 : 0) - 1 / 8) },
  },
});
const start = Array.from({ length: bars }, () => Array.from({ length: pixels }, random)).map((q) => q.map((x) => x / Math.hypot(...q)));
const forward = rates.connect(retina, code, {
  weights: (pixel, unit) => start[unit]![pixel]!,
  rule: (q, x, _rate, active) => q + 0.02 * active * (x - q), with: { active: "post.active" },
});
rates.connect(code, code, {
  weights: 0, autapses: false,
  rule: (w, _pre, _post, i, j) => Math.min(0, w - 0.1 * (i * j - 1 / 64)), with: { i: "pre.active", j: "post.active" },
});

await using run = await compileRates(rates);
await run.run("60 s");
const weights = await run.weights(forward);
const fields = Float64Array.from({ length: bars * pixels }, (_, k) => weights[(k % pixels) * bars + Math.floor(k / pixels)]!);
const mean = (list: Float64Array): number => list.reduce((a, b) => a + b, 0) / list.length;
/** How much larger the weights of a unit are on a bar than elsewhere. */
const contrast = (unit: number, bar: number): number => {
  const own = fields.subarray(unit * pixels, (unit + 1) * pixels);
  return mean(own.filter((_, pixel) => isIn(pixel, bar))) - mean(own.filter((_, pixel) => !isIn(pixel, bar)));
};
const units = Array.from({ length: bars }, (_, unit) => unit);
const seen = units.filter((bar) => units.some((unit) => contrast(unit, bar) > 0.4));
console.log(`${seen.length} of ${bars} bars have a unit; weights on ${run.engines[0]!.device}`);
const scene = fieldsScene({ neurons: Uint32Array.from(units), of: bars, rows: side, columns: side, values: fields },
  { width: 360, title: "Weights from the image, one unit each", label: "weight" });
await saveScene("bars.png", scene);
