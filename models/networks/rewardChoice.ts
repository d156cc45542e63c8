/**
 * A choice learnt from reward alone: one of two cues is shown, two pools of neurons compete, and the one that fires more is the answer. Synapses
 * from the cues remember which of their spikes led to an answer; when the reward comes, dopamine says how much better or worse than expected
 * it went, and they follow. Halfway the right answers are exchanged, and the network learns anew.
 *
 * @source learning: Frémaux, Sprekeler & Gerstner (2010), J. Neurosci. 30:13326–13337. doi:10.1523/JNEUROSCI.6249-09.2010
 * @source competition: Wang (2002), Neuron 36:955–968. doi:10.1016/S0896-6273(02)01092-9
 */
import { allToAll, arrayCurrent, Network, uniform } from "synfire";
import type { Population, Projection, Quantity, RunningSimulation } from "synfire";
import { poissonNeuron, staticSynapse, threeFactor } from "synfire/models";
import { cell } from "./winnerTakeAll.ts";

/**
 * What `--set name=value` may change. From trial `reversal` on the other answer is right. `surprise`: dopamine for a reward that nobody expected;
 * 0 leaves the network without feedback.
 */
export const settings = {
  trials: 600, reversal: 300, eta: "0.03 mV/s" as Quantity, w_max: "0.14 mV" as Quantity, surprise: 1, learning_of_expectation: 0.1,
  w_self: "0.06 mV" as Quantity, w_ei: "0.4 mV" as Quantity, w_ie: "0.5 mV" as Quantity,
  duration: "240 s" as Quantity, dt: "1 ms" as Quantity, seed: 1,
};
export type RewardChoiceSettings = typeof settings;

export const cueSize = 50, poolSize = 100;
/** A cue is shown for the first half of a trial. Milliseconds. */
export const trialLength = 400, shown = 200, rewardDelay = 50;

export interface Trial {
  /** 0 or 1. */
  readonly cue: number;
  /** The pool that fired more, 0 or 1; −1 when none did. */
  readonly choice: number;
  readonly rewarded: boolean;
}

export interface ChoosingNetwork {
  readonly net: Network;
  readonly pools: readonly Population<typeof cell>[];
  /** From each cue to each pool: cue 0 to pool 0, 0 to 1, 1 to 0, 1 to 1. */
  readonly plastic: readonly Projection<typeof threeFactor>[];
  /** Filled while the network runs. */
  readonly history: Trial[];
}

export function build(given: RewardChoiceSettings): Network {
  const { net, pools } = assemble(given);
  net.spikeMonitor(...pools);
  for (const pool of pools) net.rateMonitor(pool, { every: "100 ms" });
  return net;
}

/** The network with handles on what is measured. */
export function assemble(given: RewardChoiceSettings): ChoosingNetwork {
  const { trials, eta, w_max, w_self, w_ei, w_ie, seed } = given;
  const net = new Network({ seed });
  const cues = cueSequence(trials, seed);
  const sources = [0, 1].map((which) => {
    const source = net.population(`cue ${which}`, cueSize, poissonNeuron, { rate: "0 Hz" });
    const values = cues.flatMap((cue) => Array.from({ length: trialLength / shown }, (_, k) => (k === 0 && cue === which ? 40 : 0)));
    net.currentInput(source, { into: "rate", current: arrayCurrent({ values: { values, unit: "Hz" }, every: `${shown} ms` }) });
    return source;
  });
  const pools = [0, 1].map((which) => net.population(`pool ${which}`, poolSize, cell, { v: "rand()*15*mV" }));
  const inhibition = net.population("inhibition", poolSize, cell, { v: "rand()*15*mV", tau_e: "5 ms" });
  const delay = "1 ms";
  for (const pool of pools) {
    net.projection(pool, pool, staticSynapse, { connect: allToAll({ autapses: false }), receptor: "excitatory", weight: w_self, delay });
    net.projection(pool, inhibition, staticSynapse, { connect: allToAll(), receptor: "excitatory", weight: w_ei, delay });
    net.projection(inhibition, pool, staticSynapse, { connect: allToAll(), receptor: "inhibitory", weight: w_ie, delay });
  }
  for (const population of [...pools, inhibition]) net.poissonInput(population, { receptor: "background", rate: "1.4 kHz", weight: "0.5 mV" });

  const dopamine = net.modulator("dopamine", { tau: "100 ms" });
  const plastic = sources.flatMap((source) => pools.map((pool) => net.projection(source, pool, threeFactor, {
    connect: allToAll(), receptor: "excitatory", weight: uniform("0 mV", w_max), delay, eta, w_max, tau_e: "200 ms", modulators: { signal: dopamine },
  })));

  const history: Trial[] = [];
  const counter = net.spikeCounter(...pools);
  let before = [0, 0];
  const expected = [0.5, 0.5];
  const count = () => pools.map((pool) => counter.counts(pool).reduce((a, b) => a + b, 0));
  const answer = (trial: number) => (simulation: RunningSimulation) => {
    const fired = count().map((spikes, which) => spikes - before[which]!);
    const choice = fired[0] === fired[1] ? -1 : fired[0]! > fired[1]! ? 0 : 1;
    const cue = cues[trial]!, rewarded = choice === (trial < given.reversal ? cue : 1 - cue);
    history.push({ cue, choice, rewarded });
    // What teaches is the surprise. It must have no mean for either cue: with one expectation for both, all synapses of the cue that is answered
    // better would grow, and all of the other's fade.
    const surprise = (rewarded ? 1 : 0) - expected[cue]!;
    simulation.modulate(dopamine, given.surprise * surprise);
    expected[cue]! += given.learning_of_expectation * surprise;
  };
  for (let trial = 0; trial < trials; trial++) {
    const start = trial * trialLength;
    net.at(`${start} ms`, () => {
      before = count();
      if (trial > 0) return;
      history.length = 0;
      expected.fill(0.5);
    });
    net.at(`${start + shown + rewardDelay} ms`, answer(trial));
  }
  return { net, pools, plastic, history };
}

/** Fraction of the trials from … to − 1 that were rewarded. */
export function success(history: readonly Trial[], from: number, to: number): number {
  return history.slice(from, to).filter(({ rewarded }) => rewarded).length / (to - from);
}

/** One of two cues for each trial, as often and in no order: the bits of a linear congruential generator's upper half. */
function cueSequence(trials: number, seed: number): number[] {
  let state = (seed * 69069 + 1) % 2 ** 31;
  return Array.from({ length: trials }, () => {
    state = (state * 48271 + 11) % (2 ** 31 - 1);
    return state > 2 ** 30 ? 1 : 0;
  });
}
