/**
 * Unsupervised learning of images: every pixel is a Poisson process that reaches every excitatory neuron through a plastic synapse; each
 * excitatory neuron drives an inhibitory one of its own, which silences all the others. Weights are brought to a common sum before every
 * image, and each neuron's threshold rises with its spikes, so that every neuron finds a kind of image of its own. Here it watches a bar that
 * turns; `trainDiehlCook` shows it a data set of images and measures how well its neurons tell the classes.
 *
 * Against the authors' code: synapses from the pixels have one delay instead of one of 0 to 10 ms each, inhibition takes two steps instead of
 * none to come back, and exponential Euler instead of forward Euler advances the membrane.
 *
 * @source Diehl & Cook (2015), Front. Comput. Neurosci. 9:99; values of the authors' code. doi:10.3389/fncom.2015.00099
 */
import { allToAll, compile, Network, oneToOne } from "synfire";
import type { Population, Projection, Quantity, SpikeMonitor, SpikeSource, Value } from "synfire";
import { diehlCookExcitatory, diehlCookInhibitory, diehlCookStdp, staticSynapse } from "synfire/models";
import { ClassVote, proportionalVote, vote } from "./classVote.ts";
import { diehlCookPresentation, imageAt, ImageStimulus, noRates, turningBar } from "./imageStimulus.ts";
import type { Images, Presentation } from "./imageStimulus.ts";

/**
 * What `--set name=value` may change. `sum`: what each neuron's weights from the pixels add up to before every image. `delta_theta` is the
 * authors' 0.05 mV times two fifths: they had 400 neurons and more; of 100 each fires four times as often, and 0.05 mV would raise thresholds
 * until only stronger and stronger images reach them.
 */
export const settings = {
  neurons: 100, side: 28, w_ei: 10.4, w_ie: 17, eta_minus: 0.0001, eta_plus: 0.01, sum: 78,
  delta_theta: "0.02 mV" as Quantity, delay: "0.5 ms" as Quantity, fields: "pixels→E 28x28",
  duration: "60 s" as Quantity, dt: "0.5 ms" as Quantity, seed: 1,
};
export type DiehlCookSettings = typeof settings;

export function build(given: DiehlCookSettings): Network {
  const { net, plastic } = assemble(given, turningBar(given.side));
  net.normalise(plastic, { every: "500 ms", incoming: given.sum });
  return net;
}

interface Assembled {
  readonly net: Network;
  readonly input: SpikeSource;
  readonly E: Population<typeof diehlCookExcitatory>;
  readonly plastic: Projection<typeof diehlCookStdp>;
}

function assemble({ neurons, side, w_ei, w_ie, eta_minus, eta_plus, delta_theta, delay, seed }: DiehlCookSettings, rate: Value): Assembled {
  const net = new Network({ seed });
  const input = net.poissonSource("pixels", side * side, { rate });
  const E = net.population("E", neurons, diehlCookExcitatory, { delta_theta });
  const I = net.population("I", neurons, diehlCookInhibitory);
  const plastic = net.projection(input, E, diehlCookStdp, {
    connect: allToAll(), receptor: "excitatory", weight: "0.3*(rand() + 0.01)", delay, eta_minus, eta_plus, name: "pixels→E",
  });
  net.projection(E, I, staticSynapse, { connect: oneToOne(), receptor: "excitatory", weight: w_ei });
  if (neurons > 1) net.projection(I, E, staticSynapse, { connect: (i, j) => i !== j, receptor: "inhibitory", weight: w_ie });
  return { net, input, E, plastic };
}

export interface TrainOptions extends Partial<DiehlCookSettings> {
  /** Passes over the training images. Default 1. */
  readonly epochs?: number;
  /** Training images, from the first, that tell which class each neuron stands for, once nothing learns any more. Default 10 000. */
  readonly labelled?: number;
  readonly presentation?: Presentation;
  /** Called after each image. */
  readonly onProgress?: (progress: { readonly phase: "learn" | "label" | "test"; readonly done: number; readonly of: number }) => void;
}

export interface TrainResult {
  /** Fraction of the test images whose class the neurons voted for. */
  readonly accuracy: number;
  /** The same when each spike is divided among the classes as its neuron's answers were. */
  readonly proportional: number;
  /** Class voted for. [test images] */
  readonly predictions: Uint8Array;
  /** Class of each excitatory neuron; −1: it never fired. [neurons] */
  readonly classes: Int32Array;
  /** [pixels × neurons] */
  readonly weights: Float64Array;
  /** Adaptation of the thresholds, volt. [neurons] */
  readonly theta: Float64Array;
  /** Spikes of each neuron for the test images. [neurons] */
  readonly spikes: Float64Array;
  /** Showings during learning, those of one image again included. */
  readonly presentations: number;
  /** Biological time simulated, seconds. */
  readonly simulated: number;
}

const classCount = 10;

/**
 * Shows all training images once, freezes weights and thresholds, finds out which class each neuron stands for, and lets them vote on the
 * test images.
 *
 * @param train images of side × side pixels, classes 0 … 9
 */
export async function trainDiehlCook(train: Images, test: Images, options: TrainOptions = {}): Promise<TrainResult> {
  const { epochs = 1, labelled = 10_000, presentation = diehlCookPresentation, onProgress, ...given } = options;
  const all: DiehlCookSettings = { ...settings, side: train.rows, ...given };
  const { net, input, E, plastic } = assemble(all, noRates(train.rows * train.columns));
  net.normalise(plastic, { incoming: all.sum });
  const counter: SpikeMonitor = net.spikeCounter(E);
  // In single precision the decay of theta in one step, 5e-8 of it, would be lost.
  await using sim = await compile(net, { dt: all.dt, precision: "f64" });
  const stimulus = new ImageStimulus(sim, input, counter, presentation);
  const showAll = async (phase: "learn" | "label" | "test", images: Images, count: number, answered: (answer: Uint32Array, k: number) => void) => {
    for (let k = 0; k < count; k++) {
      const around = phase === "learn" ? { shown: () => sim.normalise(plastic) } : {};
      const [answer] = await stimulus.show(imageAt(images, k % images.count), [E], around);
      answered(answer!, k);
      onProgress?.({ phase, done: k + 1, of: count });
    }
  };
  await showAll("learn", train, epochs * train.count, () => {});
  const presentations = stimulus.presentations;
  sim.normalise(plastic);
  sim.setPlasticity(plastic, false);
  sim.set(E, { adapting: 0 });
  const votes = new ClassVote(all.neurons, classCount);
  await showAll("label", train, Math.min(labelled, train.count), (answer, k) => votes.add(answer, train.labels[k]!));
  const classes = votes.assign(), proportions = votes.proportions(), predictions = new Uint8Array(test.count), spikes = new Float64Array(all.neurons);
  let right = 0, proportional = 0;
  await showAll("test", test, test.count, (answer, k) => {
    predictions[k] = vote(answer, classes, classCount);
    if (predictions[k] === test.labels[k]) right++;
    if (proportionalVote(answer, proportions, classCount) === test.labels[k]) proportional++;
    answer.forEach((n, j) => (spikes[j]! += n));
  });
  return {
    accuracy: right / test.count, proportional: proportional / test.count, predictions, classes,
    weights: sim.get(plastic, "w"), theta: sim.get(E, "theta"), spikes, presentations, simulated: sim.time,
  };
}
