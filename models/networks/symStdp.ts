/**
 * Supervised learning of images with a symmetric rule: pixels → hidden neurons that compete, as in `diehlCook2015`, → one neuron a class. While
 * the network learns, a teacher makes the neuron of the true class fire at 200 Hz; then nothing learns any more and the class neurons answer by
 * themselves. The rule only strengthens; normalising every neuron's incoming weights before each image does the rest. Here it watches a bar
 * that turns, a class for every angle; `trainSymStdp` shows it a data set of images.
 *
 * @source Hao, Huang, Dong & Xu (2020), Neural Netw. 121:387–395; values of the authors' code. doi:10.1016/j.neunet.2019.09.007
 */
import { allToAll, compile, Network, oneToOne } from "synfire";
import type { Population, Projection, Quantity, SpikeSource, Value } from "synfire";
import { diehlCookInhibitory, staticSynapse, symStdp, symStdpClass, symStdpHidden } from "synfire/models";
import { ClassVote, indexOfLargest, vote } from "./classVote.ts";
import { barNumber, barShown, diehlCookPresentation, imageAt, ImageStimulus, noRates, turningBar } from "./imageStimulus.ts";
import type { Around, Images, Presentation } from "./imageStimulus.ts";

/**
 * What `--set name=value` may change; the defaults are those for handwritten digits and 100 hidden neurons. `sum_hidden`, `sum_class`: what a
 * neuron's incoming weights add up to before every image; `scaling` false leaves them as they are.
 */
export const settings = {
  neurons: 100, side: 28, classes: 10, w_ei: 10.4, w_ie: 17, v_th: "-52 mV" as Quantity, delta_theta: "0.07 mV" as Quantity,
  tau_theta: "6000 s" as Quantity, eta_hidden: 0.005, sum_hidden: 78.4, eta_class: 0.04, w_max_class: 8, sum_class: 80, scaling: true,
  fields: "pixels→E 28x28", duration: "60 s" as Quantity, dt: "0.5 ms" as Quantity, seed: 1,
};
export type SymStdpSettings = typeof settings;

/**
 * Values for clothes (Fashion-MNIST), of the authors' code for 400 hidden neurons, but for `sum_hidden`: theirs is 19.6, and 100 neurons, which
 * each have to answer more images, tell the classes better with 30.
 */
export const fashionSettings = {
  v_th: "-60 mV", delta_theta: "0.05 mV", tau_theta: "50000 s", eta_hidden: 0.02, sum_hidden: 30, eta_class: 0.32, w_max_class: 40, sum_class: 800,
} as const;
/** Clothes cover more of the picture than digits: all images are brought to the same mean. */
export const fashionPresentation: Presentation = { ...diehlCookPresentation, meanPixel: 30 };

const teacherRate = 200;

export function build(given: SymStdpSettings): Network {
  const { classes } = given, shown = `(${barNumber} - ${classes}*floor(${barNumber}/${classes}))`;
  const teacher = `${teacherRate}*Hz*int(abs(i - ${shown}) < 0.5)*${barShown}`;
  const { net, hidden, taught } = assemble(given, turningBar(given.side), teacher);
  if (given.scaling) {
    net.normalise(hidden, { every: "500 ms", incoming: given.sum_hidden });
    net.normalise(taught, { every: "500 ms", incoming: given.sum_class });
  }
  return net;
}

interface Assembled {
  readonly net: Network;
  readonly input: SpikeSource;
  readonly E: Population<typeof symStdpHidden>;
  readonly C: Population<typeof symStdpClass>;
  /** Pixels → hidden neurons. */
  readonly hidden: Projection<typeof symStdp>;
  /** Hidden neurons → classes. */
  readonly taught: Projection<typeof symStdp>;
}

function assemble(given: SymStdpSettings, rate: Value, teacher: Value): Assembled {
  const { neurons, side, classes, w_ei, w_ie, v_th, delta_theta, tau_theta, eta_hidden, eta_class, w_max_class, seed } = given;
  const net = new Network({ seed });
  const input = net.poissonSource("pixels", side * side, { rate });
  const E = net.population("E", neurons, symStdpHidden, { v_th, delta_theta, tau_theta });
  const I = net.population("I", neurons, diehlCookInhibitory);
  const C = net.population("C", classes, symStdpClass, { taught: 1, rate: teacher });
  const connected = { connect: allToAll(), receptor: "excitatory", weight: "0.3*rand()" } as const;
  const hidden = net.projection(input, E, symStdp, { ...connected, eta: eta_hidden, w_max: 1, name: "pixels→E" });
  const taught = net.projection(E, C, symStdp, { ...connected, eta: eta_class, w_max: w_max_class, name: "E→C" });
  net.projection(E, I, staticSynapse, { connect: oneToOne(), receptor: "excitatory", weight: w_ei });
  if (neurons > 1) net.projection(I, E, staticSynapse, { connect: (i, j) => i !== j, receptor: "inhibitory", weight: w_ie });
  return { net, input, E, C, hidden, taught };
}

export interface SymStdpOptions extends Partial<SymStdpSettings> {
  /** `together`: one pass in which both layers learn; `hidden-first`: a pass for the hidden layer, then one for the classes. Default together. */
  readonly order?: "together" | "hidden-first";
  readonly presentation?: Presentation;
  /** Called after each image. */
  readonly onProgress?: (progress: { readonly phase: "learn" | "learn classes" | "test"; readonly done: number; readonly of: number }) => void;
}

export interface SymStdpResult {
  /** Fraction of the test images whose class neuron fired most. An image that no class neuron answered counts as wrong. */
  readonly supervised: number;
  /** Fraction for which the hidden neurons vote for the right class, each for the class that drove it most in the last half of the
   * images by which classes were learnt. */
  readonly voted: number;
  /** Fraction of the test images that no class neuron answered. */
  readonly silent: number;
  /** [pixels × neurons] and [neurons × classes] */
  readonly weights: Float64Array;
  readonly classWeights: Float64Array;
  /** Class each hidden neuron stands for; −1: none. [neurons] */
  readonly classes: Int32Array;
  /** Adaptation of the thresholds, volt. [neurons] */
  readonly theta: Float64Array;
  /** Spikes of each hidden neuron for the test images. [neurons] */
  readonly spikes: Float64Array;
  readonly simulated: number;
}

/**
 * Teaches the network all training images once, freezes weights and thresholds, and lets it answer the test images.
 *
 * @param train images of side × side pixels, classes 0 … 9
 */
export async function trainSymStdp(train: Images, test: Images, options: SymStdpOptions = {}): Promise<SymStdpResult> {
  const { order = "together", presentation = diehlCookPresentation, onProgress, ...given } = options;
  const all: SymStdpSettings = { ...settings, side: train.rows, ...given };
  const { net, input, E, C, hidden, taught } = assemble(all, noRates(train.rows * train.columns), noRates(all.classes));
  net.normalise(hidden, { incoming: all.sum_hidden });
  net.normalise(taught, { incoming: all.sum_class });
  const counter = net.spikeCounter(E, C);
  // In single precision the decay of theta in one step, less than 1e-7 of it, would be lost.
  await using sim = await compile(net, { dt: all.dt, precision: "f64" });
  const stimulus = new ImageStimulus(sim, input, counter, presentation);
  const teach = (label: number | undefined) => {
    const values = new Float64Array(all.classes);
    if (label !== undefined) values[label] = teacherRate;
    sim.set(C, { rate: { values, unit: "Hz" } });
  };
  const votes = new ClassVote(all.neurons, all.classes);
  const learn = async (phase: "learn" | "learn classes", learning: readonly Projection<typeof symStdp>[], count: boolean) => {
    for (let k = 0; k < train.count; k++) {
      const label = train.labels[k]!;
      const around: Around = {
        shown: () => {
          if (all.scaling) for (const projection of learning) sim.normalise(projection);
          teach(label);
        },
        removed: () => teach(undefined),
      };
      const [answer] = await stimulus.show(imageAt(train, k), [E], around);
      // What a neuron stands for may still change in the first half.
      if (count && 2 * k >= train.count) votes.add(answer!, label);
      onProgress?.({ phase, done: k + 1, of: train.count });
    }
  };
  if (order === "hidden-first") {
    sim.setPlasticity(taught, false);
    await learn("learn", [hidden], false);
    sim.setPlasticity(hidden, false);
    sim.setPlasticity(taught, true);
    sim.set(E, { adapting: 0 });
    await learn("learn classes", [taught], true);
  } else await learn("learn", [hidden, taught], true);
  if (all.scaling) for (const projection of [hidden, taught]) sim.normalise(projection);
  for (const projection of [hidden, taught]) sim.setPlasticity(projection, false);
  sim.set(E, { adapting: 0 });
  sim.set(C, { taught: 0, v: "-60 mV" });
  const classes = votes.assign(), spikes = new Float64Array(all.neurons);
  let supervised = 0, voted = 0, silent = 0;
  for (let k = 0; k < test.count; k++) {
    const [answer, answered] = await stimulus.show(imageAt(test, k), [E, C]);
    const label = test.labels[k]!, spoken = answered!.some((n) => n > 0);
    if (spoken && indexOfLargest(answered!) === label) supervised++;
    if (!spoken) silent++;
    if (vote(answer!, classes, all.classes) === label) voted++;
    answer!.forEach((n, j) => (spikes[j]! += n));
    onProgress?.({ phase: "test", done: k + 1, of: test.count });
  }
  return {
    supervised: supervised / test.count, voted: voted / test.count, silent: silent / test.count,
    weights: sim.get(hidden, "w"), classWeights: sim.get(taught, "w"), classes, theta: sim.get(E, "theta"), spikes, simulated: sim.time,
  };
}
