/**
 * `npm run bench:plasticity [-- RULE ...] [--repeat 3] [--seconds 1]`: what a visit of a synapse costs for each rule of models/synapses, in one
 * standard network: 1000 Poisson sources of 20 Hz, all to all onto 1000 neurons that a Poisson input of their own fires at 20 Hz. Prints a
 * Markdown table, and whether a plastic projection slows static ones in the same network. The cost of a rule is the time of the network less
 * that of the same neurons without synapses, divided by the visits that spikes of both sides make (or those in every step, or at regular times).
 * Static synapses of the same shape are measured in the same run. Processor time of the simulation phase, one thread; the best of the repeats,
 * whose order is interleaved.
 */
import { parseArgs } from "node:util";
import { allToAll, compile, isStatic, Network } from "../dist/src/index.js";
import { ruleNeeds } from "./plasticityRules.mjs";

const { lifDelta, staticSynapse, stdpPair, ...models } = await import("../dist/models/index.js");
const all = Object.fromEntries(Object.entries({ stdpPair, ...models }).filter(([, model]) => model.kind === "synapse" && !isStatic(model)));
const size = 1000, dt = 1e-4;
const { names, repeat, seconds } = readArguments();

// A rule on neurons of other models is compared with those neurons without synapses.
const ownWeights = "static, a weight each";
const runs = {
  "no synapses": () => network(), static: () => network(staticSynapse),
  [ownWeights]: () => network(staticSynapse, { options: () => ({ weight: "rand() * 10*pV" }) }),
};
for (const name of names) {
  if (ruleNeeds[name]?.neurons) runs[`${name}, no synapses`] = () => network(undefined, ruleNeeds[name]);
  runs[name] = () => network(all[name], ruleNeeds[name]);
}
console.log(table(await bestOf(runs)));
console.log(`\n${await besideOthers()}`);

/** The standard network with synapses of one rule, or none. */
function network(rule, needs = {}) {
  const net = new Network({ seed: 1 });
  const { pre, post } = needs.neurons?.(net, size) ?? { pre: net.poissonSource("input", size, { rate: "20 Hz" }), post: drivenNeurons(net, "cells") };
  if (rule) connect(net, pre, post, rule, needs);
  return net;
}

/** Neurons that fire when their own input does: what synapses send them is a billion times smaller. */
function drivenNeurons(net, name) {
  const cells = net.population(name, size, lifDelta, { v_reset: "0 mV" });
  net.poissonInput(cells, { receptor: "v", rate: "20 Hz", weight: "25 mV" });
  return cells;
}

function connect(net, pre, post, rule, needs = {}) {
  const bounds = "w_max" in rule.parameters ? { w_max: "20 pV" } : {};
  const receptor = rule.usesReceptor ? { receptor: "v" } : {};
  net.projection(pre, post, rule, { connect: allToAll(), delay: "1.5 ms", weight: "10 pV", ...receptor, ...bounds, ...needs.options?.(net) });
}

async function bestOf(networks) {
  const best = {};
  for (let k = 0; k < repeat; k++) {
    for (const [name, make] of Object.entries(networks)) {
      const measured = await measure(make());
      if (!(best[name]?.cpu < measured.cpu)) best[name] = measured;
    }
    process.stderr.write(`${k + 1}/${repeat}\n`);
  }
  return best;
}

async function measure(net) {
  await using simulation = await compile(net, { dt: `${dt} s` });
  // While it runs first, the JavaScript engine compiles the code again, better.
  await simulation.run("100 ms");
  const before = simulation.report();
  const start = process.cpuUsage();
  await simulation.run(`${seconds} s`);
  const { user, system } = process.cpuUsage(start);
  const after = simulation.report();
  const spikes = Object.fromEntries(after.populations.map(({ name, spikes: count }, k) => [name, count - before.populations[k].spikes]));
  const [projection] = net.data.projections, [tables] = after.projections;
  return {
    cpu: (user + system) / 1e6, spikes,
    ...(projection ? { visits: visitsOf(projection, spikes), bytes: tables.bytes / tables.synapses } : {}),
  };
}

/** Visits of synapses in the time measured: by spikes, and by the clock. */
function visitsOf({ model: { checked }, pre, post }, spikes) {
  const { pathways, variables, sums, regularly } = checked;
  const on = (side) => (pathways.some((pathway) => pathway.on === side) ? 1 : 0);
  const everyStep = sums.length > 0 || variables.some(({ clock }) => clock === "clock-driven");
  const times = (everyStep ? seconds / dt : 0) + (regularly ? seconds / regularly.every : 0);
  return { spikes: (on("pre") * spikes[pre.population] + on("post") * spikes[post.population]) * size, clock: times * size * size };
}

function table(best) {
  const row = (name) => {
    const { cpu, visits, bytes } = best[name];
    const without = (best[`${name}, no synapses`] ?? best["no synapses"]).cpu;
    const cost = ((cpu - without) * 1e9) / (visits.spikes + visits.clock);
    return { name, cost, by: visits.clock > visits.spikes ? "clock" : "spike", bytes };
  };
  const still = row("static");
  const cells = [still, row(ownWeights), ...names.map((name) => row(name))].map(({ name, by, cost, bytes }) =>
    [name, by, cost.toFixed(2), (cost / still.cost).toFixed(1), bytes.toFixed(1)]);
  const headings = ["rule", "visited by", "ns per visit", "× static", "bytes per synapse"];
  return [headings, headings.map(() => "---"), ...cells].map((line) => `| ${line.join(" | ")} |`).join("\n");
}

/** Static synapses alone and beside plastic ones: the time of each network less that of the same without the static ones. */
async function besideOthers() {
  const projections = 8;
  const make = (withStatic, withPlastic) => () => {
    const net = new Network({ seed: 1 });
    const input = net.poissonSource("input", size, { rate: "20 Hz" });
    const [cells, others] = ["cells", "others"].map((name) => drivenNeurons(net, name));
    if (withPlastic) connect(net, input, others, stdpPair);
    const names = Array.from({ length: withStatic ? projections : 0 }, (_, k) => `static ${k + 1}`);
    for (const name of names) connect(net, input, cells, staticSynapse, { options: () => ({ name }) });
    return net;
  };
  const best = await bestOf({ neither: make(false, false), static: make(true, false), plastic: make(false, true), both: make(true, true) });
  const cost = (more, less) => (((best[more].cpu - best[less].cpu) * 1e9) / (best[more].spikes.input * size * projections)).toFixed(2);
  const [alone, beside] = [cost("static", "neither"), cost("both", "plastic")];
  return `Static synapses: ${alone} ns an event alone, ${beside} ns beside a plastic projection of the same sources.`;
}

function readArguments() {
  const options = { repeat: { type: "string", default: "3" }, seconds: { type: "string", default: "1" } };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const given = { names: positionals.length > 0 ? positionals : Object.keys(all), repeat: Number(values.repeat), seconds: Number(values.seconds) };
  if (given.names.every((name) => name in all) && Number.isInteger(given.repeat) && given.repeat > 0 && given.seconds > 0) return given;
  process.stderr.write(`usage: npm run bench:plasticity [-- RULE ...] [--repeat 3] [--seconds 1]\nrules: ${Object.keys(all).join(", ")}\n`);
  return process.exit(2);
}
