// A value that goes wrong in one thread's part of the network is reported as one thread would report it.
import { expect, test } from "vitest";
import { allToAll, compile, fixedIndegree, models, Network, neuron, oneToOne, synapse } from "./built.mjs";
import type { Simulation } from "./built.mjs";

const messageOf = (promise: Promise<unknown>): Promise<string> => promise.then(() => "no error", (error: Error) => error.message);

const explosive = neuron({
  name: "explosive", parameters: { k: "1 kHz" }, state: { v: 0.001, x: 0 }, receptors: { x: "x" }, equations: "dv/dt = k*v*v : 1; x : 1",
  threshold: "x > 1e9", reset: "x = 0", method: "euler",
});

/** What happens on each number of threads: message, time at which it stopped, message when it is tried again, and after a reset. */
async function failuresOf(build: () => Network, prepare: (sim: Simulation) => void = () => {}): Promise<unknown[]> {
  const seen = [];
  for (const threads of [1, 2, 3]) {
    const net = build();
    await using sim = await compile(net, { dt: "1 ms", threads, deferPlasticity: false });
    prepare(sim);
    const first = await messageOf(sim.run("1 s")), { time } = sim, { spikes, spikeHash } = sim.report();
    const again = await messageOf(sim.run("1 s"));
    sim.reset();
    prepare(sim);
    seen.push({ first, time, again, spikes, spikeHash, afterReset: await messageOf(sim.run("1 s")) });
  }
  return seen;
}

test.each([0, 17, 61, 99])("a state that becomes infinite in neuron %i stops all threads with the message of one thread", async (k) => {
  const [alone, ...divided] = await failuresOf(() => {
    const net = new Network({ seed: 1 });
    const P = net.population("P", 100, explosive, { v: `int(i == ${k})` });
    net.projection(P, P, models.staticSynapse, { connect: fixedIndegree(3), receptor: "x", weight: 1, delay: "7 ms" });
    return net;
  });
  const { first, again, afterReset } = alone as Record<string, string>;
  expect(first).toMatch(new RegExp(`^population "P": v became infinite in neuron ${k} at t = \\d+ ms; its last finite value was`));
  expect([again, afterReset]).toEqual([first, first]);
  for (const other of divided) expect(other).toEqual(alone);
});

test("of several neurons that fail in one window that is named which one thread names", async () => {
  const [alone, ...divided] = await failuresOf(() => {
    const net = new Network({ seed: 1 });
    const A = net.population("A", 100, explosive, { v: "int(i == 90) + 0.9*int(i == 95)" });
    const B = net.population("B", 100, explosive, { v: "int(i == 3) + int(i == 50)" });
    net.projection(A, B, models.staticSynapse, { connect: fixedIndegree(3), receptor: "x", weight: 1, delay: "20 ms" });
    return net;
  });
  expect((alone as { first: string }).first).toMatch(/^population "A": v became infinite in neuron 90 /);
  for (const other of divided) expect(other).toEqual(alone);
});

/** Grows with every spike of its source. */
const growing = synapse({ name: "growing", state: { x: 1 }, equations: "x : 1", onPre: "receptor += 0*w; w = w*2", onPost: {} });

test.each([2, 45, 79])("a weight that leaves its limits on neuron %i stops all threads with the message of one thread", async (k) => {
  const [alone, ...divided] = await failuresOf(() => {
    const net = new Network({ seed: 1 });
    const S = net.spikeSource("S", 80, { times: { values: Array.from({ length: 9 }, (_, n) => 5 * n + 3), unit: "ms" },
      indices: Array<number>(9).fill(k) });
    const P = net.population("P", 100, explosive, { v: 0 });
    net.projection(S, P.slice(10, 90), growing, { connect: oneToOne(), receptor: "x", weight: 1, delay: "1 ms", limits: [0, 20] });
    return net;
  });
  const { first, afterReset } = alone as Record<string, string>;
  expect(first).toMatch(new RegExp(`^projection S→P.*: w of synapse ${k} → ${k} became 32 at t = 24 ms, outside its limits 0 to 20`));
  expect(afterReset).toBe(first);
  for (const other of divided) expect(other).toEqual(alone);
});

test("a weight that becomes NaN stops all threads with the message of one thread", async () => {
  const rooted = synapse({ name: "rooted", onPre: "receptor += 0*w; w = weight*sqrt(w/weight - 0.6)" });
  const [alone, ...divided] = await failuresOf(() => {
    const net = new Network({ seed: 1 });
    const S = net.spikeSource("S", 2, { times: { values: [3, 5, 9, 12, 15, 18, 21], unit: "ms" }, indices: Array<number>(7).fill(1) });
    const P = net.population("P", 70, explosive, { v: 0 });
    net.projection(S, P, rooted, { connect: allToAll(), receptor: "x", weight: "1 + int(j != 66)", delay: "1 ms", limits: [0, 20] });
    return net;
  });
  expect((alone as { first: string }).first).toMatch(/^projection S→P: w of synapse 1 → 66 became NaN at t = 10 ms\n {2}Look for a division by zero/);
  for (const other of divided) expect(other).toEqual(alone);
});
