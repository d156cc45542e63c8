/** Neurons that find who fires with them: synapses replaced by correlation, and some made and removed by hand. */
import { compile, explicit, Network, oneToOne } from "synfire";
import { lifDelta, staticSynapse } from "synfire/models";

const net = new Network({ seed: 1 });
// Four hidden causes: input i and output i follow cause i mod 4, 3 ms apart.
const causes = net.poissonSource("causes", 4, { rate: "10 Hz" });
const inputs = net.population("inputs", 40, lifDelta), outputs = net.population("outputs", 40, lifDelta);
const follow = { connect: (i: number, j: number) => j % 4 === i, receptor: "v", weight: "100 mV" } as const;
net.projection(causes, inputs, staticSynapse, { ...follow, delay: "1 ms" });
net.projection(causes, outputs, staticSynapse, { ...follow, delay: "4 ms" });

// Every input begins with one synapse. The weakest fifth is replaced twice a second.
const learnt = net.projection(inputs, outputs, staticSynapse, { connect: oneToOne(), receptor: "v", weight: "1*uV*rand()", delay: "1 ms" });
net.rewiring(learnt, { rule: "hebbian", every: "500 ms", fraction: 0.2, candidates: 10 });
// These are nobody's business but ours.
const byHand = net.projection(inputs, outputs, staticSynapse, { connect: explicit([], []), receptor: "v", weight: "1 uV", delay: "1 ms" });

await using sim = await compile(net, { dt: "0.1 ms" });
const shuffled = Array.from({ length: 40 }, (_, i) => (7 * i + 1) % 40);
sim.rewire(learnt, { remove: shuffled, add: { pre: shuffled.map((_, i) => i), post: shuffled, weight: "0.5 uV" } });
for (let second = 0; second <= 5; second++) {
  const { pre, post, ages } = sim.synapses(learnt);
  const matched = pre.filter((i, e) => i % 4 === post[e]! % 4).length;
  const age = ages.reduce((a, b) => a + b, 0) / ages.length;
  console.log(`${second} s: ${matched} of ${pre.length} synapses join neurons with one cause; they are ${age.toFixed(2)} s old on average`);
  await sim.run("1 s");
}
sim.rewire(byHand, { add: { pre: [0, 0, 1], post: [0, 4, 1] } });
sim.rewire(byHand, { remove: [1] });
console.log("by hand:", ...sim.synapses(byHand).post);
