/**
 * The distal reward problem: whenever one chosen neuron fires within 20 ms after another, a reward comes, but only 1 to 3 seconds later, when
 * thousands of other spikes have passed. Dopamine then strengthens the synapses that are still eligible. Chance makes different ones eligible
 * before each reward, but the synapse that led to it every time: within the hour the chosen synapse, which began at 0, reaches the
 * maximum, while the others stay where they were.
 *
 * 1000 neurons (800 excitatory), 100 synapses each, delays of 1 ms, noise; the constants are those of the published program. Rewards come at one
 * of 201 delays, 10 ms apart; weights follow dopamine continuously instead of every 10 ms.
 *
 * @source Izhikevich (2007), Cereb. Cortex 17:2443–2452. doi:10.1093/cercor/bhl152
 */
import { allToAll, explicit, fixedOutdegree, Network, neuron, oneToOne, synapse } from "synfire";
import type { Quantity } from "synfire";
import { rewardStdp, staticSynapse } from "synfire/models";

/** What `--set name=value` may change. `contingent`: false gives as many rewards as a tenth of a hertz, whatever the neurons do. */
export const settings = {
  neurons: 1000, synapses: 100, w_e: "1 mV" as Quantity, w_i: "-1 mV" as Quantity, w_max: "4 mV" as Quantity, reward: 0.5, contingent: true,
  duration: "1 h" as Quantity, dt: "1 ms" as Quantity, seed: 1,
};

/** Izhikevich neuron with uniform noise of ±6.5 mV in every millisecond. */
const cell = neuron({
  name: "izhikevich_noisy",
  description: "Izhikevich neuron with an impulse of current from each spike and uniform noise",
  source: "doi:10.1109/TNN.2003.820440",
  parameters: { a: 0.02, b: 0.2, c: "-65 mV", d: "8 mV" },
  state: { v: "-65 mV", u: "-13 mV", I: "0 mV" },
  receptors: { current: "I" },
  equations: `
    dv/dt = (0.04*v^2/mV + 5*v + 140*mV - u + I + 13*mV*(rand() - 0.5)) / ms : volt
    du/dt = a*(b*v - u) / ms : volt
    I : volt (impulse)`,
  threshold: "v >= 30*mV",
  reset: "v = c; u = u + d",
  method: "half-step-euler",
});

/** Fires when a spike of the second neuron comes less than `window` after one of the first, and draws a number. */
const witness = neuron({
  name: "witness",
  description: "Detector of two spikes in a given order",
  parameters: { window: "20 ms" },
  state: { since: "1 s", second_spike: 0, lot: 0 },
  receptors: { second: "second_spike" },
  equations: "dsince/dt = 1 : second; second_spike : 1 (impulse); lot : 1",
  threshold: "second_spike > 0 and since < window",
  reset: "lot = rand()",
});

const restartClock = synapse({ name: "restart_clock", onPre: "since_post += -since_post" });

/** Passes a spike on to the one target whose index the source has drawn. */
const drawLot = synapse({ name: "draw_lot", onPre: "receptor += w*int(floor(lot_pre*N_post) == j)" });

const relay = neuron({
  name: "reward_relay", description: "Relay of a reward", state: { arrived: 0 }, receptors: { spike: "arrived" },
  equations: "arrived : 1 (impulse)", threshold: "arrived > 0",
});

export function build(options: typeof settings): Network {
  const { net, tagged } = wire(options);
  net.weightMonitor(tagged, { every: "10 s" });
  return net;
}

/** The network and handles on what an experiment looks at: the chosen synapse, the others between excitatory neurons, the rewards. */
export function wire({ neurons, synapses, w_e, w_i, w_max, reward, contingent, seed }: typeof settings) {
  const net = new Network({ seed });
  const E = net.population("E", Math.round(0.8 * neurons), cell, { a: 0.02, d: "8 mV" });
  const I = net.population("I", Math.round(0.2 * neurons), cell, { a: 0.1, d: "2 mV" });
  const dopamine = net.modulator("dopamine", { tau: "200 ms" });
  const learning = {
    receptor: "current", delay: "1 ms", modulators: { dopamine }, a_plus: "0.1 mV", a_minus: "0.15 mV", w_max,
  } as const;
  const others = net.projection(E, E, rewardStdp, { connect: fixedOutdegree(Math.round(0.8 * synapses)), weight: w_e, ...learning });
  net.projection(E, I, rewardStdp, { connect: fixedOutdegree(Math.round(0.2 * synapses)), weight: w_e, ...learning });
  net.projection(I, E, staticSynapse, { connect: fixedOutdegree(synapses), receptor: "current", weight: w_i, delay: "1 ms" });
  const [first, second] = [E.slice(0, 1), E.slice(1, 2)];
  const tagged = net.projection(first, second, rewardStdp, { name: "tagged", connect: oneToOne(), weight: "0 mV", ...learning });

  const rewards = net.population("rewards", 201, relay);
  if (contingent) {
    const observer = net.population("witness", 1, witness);
    net.projection(first, observer, restartClock, { connect: oneToOne(), weight: 1, delay: "1 ms" });
    net.projection(second, observer, staticSynapse, { connect: oneToOne(), receptor: "second", weight: 1, delay: "1 ms" });
    net.projection(observer, rewards, drawLot, { connect: allToAll(), receptor: "spike", weight: 1, delay: "1 ms" });
  } else net.poissonInput(rewards, { receptor: "spike", rate: `${0.1 / 201} Hz`, weight: 1 });
  net.projection(rewards, dopamine.population, staticSynapse, {
    connect: explicit(Array.from({ length: 201 }, (_, k) => k), Array.from({ length: 201 }, () => 0)),
    receptor: "amount", weight: reward, delay: { values: Array.from({ length: 201 }, (_, k) => 1000 + 10 * k), unit: "ms" },
  });
  return { net, E, tagged, others, rewards };
}
