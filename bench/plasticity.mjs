/**
 * `npm run bench:plasticity [-- RULE ...] [--repeat 3] [--seconds 1] [--defer]`: what a visit of a synapse costs for each rule of models/synapses,
 * in one standard network: 1000 neurons, all to all onto 1000 others, each of which a Poisson process of its own fires at 20 Hz. Prints a Markdown
 * table, and whether a plastic projection slows static ones in the same network. The cost of a rule is the time of the network less that of the
 * same neurons without synapses, divided by the visits that spikes of both sides make (or those in every step, or at regular times). Static
 * synapses of the same shape are measured in the same run. Processor time of the simulation phase, one thread, f32; the best of the repeats, whose
 * order is interleaved.
 */
import { parseArgs } from "node:util";
import { allToAll, compile, isStatic, Network, neuron } from "../dist/src/index.js";

const { staticSynapse, stdpPair, ...models } = await import("../dist/models/index.js");
const all = Object.fromEntries(Object.entries({ stdpPair, ...models }).filter(([, model]) => model.kind === "synapse" && !isStatic(model)));
/** Parameters of the neurons that a rule reads: a value each, so that synapses read arrays. */
const rates = Object.fromEntries(["drive", "r", "r_mean", "r_square"].map((name) => [name, { unit: "1", value: "rand()" }]));
const membrane = { v: { unit: "mV", value: "-70*mV + 40*mV*rand()" }, i_ext: { unit: "pA", value: "0*pA*rand()" } };
const readByRules = {
  clopath: clopathVoltages(), threeFactorError: { error: { unit: "1", value: "rand() - 0.5" } },
  gapJunction: membrane, gradedSynapse: membrane, nmda: membrane,
  bcm: rates, covariance: rates, hebbRate: rates, oja: rates, rateSynapse: rates, sangerFeedback: rates,
  synapticScaling: { a: { unit: "Hz", value: "10*Hz*rand()" }, a_goal: { unit: "Hz", value: "10*Hz*rand()" },
    deficit: { unit: "1", value: "rand()" } },
};
/** Start weights of rules whose weight is in a unit of its own. */
const weightByRules = { gapJunction: "0.5 nS", gradedSynapse: "0.5 nS", nmda: "0.5 nS" };
const size = 1000, dt = 1e-4;
const { names, repeat, seconds, defer } = readArguments();

const ownWeights = "static, a weight each";
const runs = {
  "no synapses": () => network(), static: () => network(staticSynapse), [ownWeights]: () => network(staticSynapse, { weight: "rand()" }),
  ...Object.fromEntries(names.map((name) => [name, () => network(all[name], { weight: weightByRules[name] ?? 0.5 }, readByRules[name])])),
};
console.log(table(await bestOf(runs)));
console.log(`\n${await besideOthers()}`);

/** The standard network with synapses of one rule, or none. */
function network(rule, options = {}, read = {}) {
  const net = new Network({ seed: 1 });
  const [pre, post] = ["pre", "post"].map((name) => firingNeurons(net, name, read));
  if (rule) connect(net, pre, post, rule, options);
  return net;
}

/** Neurons that fire when their own input does, and take no notice of what synapses send. */
function firingNeurons(net, name, read = {}) {
  const values = Object.entries(read);
  const model = neuron({
    name: `firing${values.map(([key]) => `_${key}`).join("")}`,
    parameters: Object.fromEntries(values.map(([key, { unit }]) => [key, unit === "1" ? 0 : `0 ${unit}`])),
    state: { kick: 0, received: 0 }, receptors: { kick: "kick", received: "received" },
    equations: "kick : 1 (impulse); received : 1 (impulse)", threshold: "kick > 0",
  });
  const cells = net.population(name, size, model, Object.fromEntries(values.map(([key, { value }]) => [key, value])));
  net.poissonInput(cells, { receptor: "kick", rate: "20 Hz", weight: 1 });
  return cells;
}

function clopathVoltages() {
  const names = ["v", "u_plus", "u_minus", "u_mean", "V_clamp"];
  const held = { unit: "ms", value: "0*ms*rand()" };
  return { held, ...Object.fromEntries(names.map((name) => [name, { unit: "mV", value: "-70*mV + 40*mV*rand()" }])) };
}

function connect(net, pre, post, rule, options = {}) {
  if (!isStatic(rule)) checkReads(rule, pre);
  const receptor = rule.usesReceptor ? { receptor: "received" } : {};
  const modulators = Object.fromEntries(rule.modulators.map((name) => [name, net.modulator(name, { tau: "1 s", initial: 0.1 })]));
  const bound = rule.modulators.length > 0 ? { modulators } : {};
  net.projection(pre, post, rule, { connect: allToAll(), delay: "1.5 ms", weight: 0.5, ...receptor, ...bound, ...options });
}

/** A rule that reads variables of its neurons needs an entry in `readByRules`. */
function checkReads({ name, equations = "", onPre, onPost, state, parameters }, { model }) {
  const texts = [equations, onPre, onPost].flatMap((text) => (typeof text === "object" ? Object.values(text) : [text ?? ""])).join("\n");
  const own = new Set(["N_pre", "N_post", ...Object.keys({ ...state, ...parameters })]);
  const read = [...texts.matchAll(/\b(\w+)_(?:pre|post)\b/g)].filter(([whole]) => !own.has(whole)).map(([, variable]) => variable);
  const missing = [...new Set(read)].filter((variable) => !(variable in model.parameters));
  if (missing.length > 0) throw new Error(`${name} reads ${missing.join(", ")} of its neurons: say in readByRules which values they have`);
}

async function bestOf(networks) {
  const best = {};
  for (let k = 0; k < repeat; k++) {
    for (const [name, make] of Object.entries(networks)) {
      const measured = await measure(make());
      if (!(best[name]?.perSecond < measured.perSecond)) best[name] = measured;
    }
    process.stderr.write(`${k + 1}/${repeat}\n`);
  }
  return best;
}

/** Processor time of a simulated second, and the visits in it. Rules that act in every step, which take long, run for a fiftieth. */
async function measure(net) {
  const projection = net.data.projections.findLast(({ pre }) => pre.population === "pre");
  const checked = projection?.model.checked;
  const duration = checked && clockVisits(checked) * dt > 0.5 ? seconds / 50 : seconds;
  const simulation = await compile(net, { dt: `${dt} s`, ...(defer ? { deferPlasticity: true } : {}) });
  // While it runs first, the JavaScript engine compiles the code again, better.
  await simulation.run(`${duration / 10} s`);
  const before = simulation.report();
  const start = process.cpuUsage();
  await simulation.run(`${duration} s`);
  const { user, system } = process.cpuUsage(start);
  const after = simulation.report();
  await simulation[Symbol.asyncDispose]();
  const rate = Object.fromEntries(after.populations.map(({ name, spikes }, k) => [name, (spikes - before.populations[k].spikes) / duration]));
  const perSecond = (user + system) / 1e6 / duration;
  if (!checked) return { perSecond, rate };
  const tables = after.projections.find(({ name }) => name === projection.name);
  const on = (side) => (checked.pathways.some((pathway) => pathway.on === side) ? rate[projection[side].population] * size : 0);
  return { perSecond, rate, bySpikes: on("pre") + on("post"), byClock: clockVisits(checked) * size ** 2, bytes: tables.bytes / size ** 2 };
}

/** How often a second the clock visits a synapse. */
function clockVisits({ variables, sums, regularly }) {
  const everyStep = sums.length > 0 || variables.some(({ clock }) => clock === "clock-driven");
  return (everyStep ? 1 / dt : 0) + (regularly ? 1 / regularly.every : 0);
}

function table(best) {
  const cost = ({ perSecond, bySpikes, byClock }) => ((perSecond - best["no synapses"].perSecond) * 1e9) / (bySpikes + byClock);
  const rows = ["static", ownWeights, ...names].map((name) => {
    const own = cost(best[name]), { bySpikes, byClock, bytes } = best[name];
    return [name, byClock > bySpikes ? "clock" : "spike", own.toFixed(2), (own / cost(best.static)).toFixed(1), bytes.toFixed(1)];
  });
  const headings = ["rule", "visited by", "ns per visit", "× static", "bytes per synapse"];
  return [headings, headings.map(() => "---"), ...rows].map((line) => `| ${line.join(" | ")} |`).join("\n");
}

/** Static synapses alone and beside plastic ones: the time of each network less that of the same without the static ones. */
async function besideOthers() {
  const projections = 8;
  const make = (withStatic, withPlastic) => () => {
    const net = new Network({ seed: 1 });
    const [pre, post, others] = ["pre", "post", "others"].map((name) => firingNeurons(net, name));
    if (withPlastic) connect(net, pre, others, stdpPair);
    for (let k = 1; k <= (withStatic ? projections : 0); k++) connect(net, pre, post, staticSynapse, { name: `static ${k}` });
    return net;
  };
  const best = await bestOf({ neither: make(false, false), static: make(true, false), plastic: make(false, true), both: make(true, true) });
  const cost = (more, less) => (((best[more].perSecond - best[less].perSecond) * 1e9) / (best[more].rate.pre * size * projections)).toFixed(2);
  const [alone, beside] = [cost("static", "neither"), cost("both", "plastic")];
  return `Static synapses: ${alone} ns an event alone, ${beside} ns beside a plastic projection of the same sources.`;
}

function readArguments() {
  const options = { repeat: { type: "string", default: "3" }, seconds: { type: "string", default: "1" }, defer: { type: "boolean" } };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const { defer } = values;
  const rules = positionals.length > 0 ? positionals : Object.keys(all);
  const given = { names: rules, repeat: Number(values.repeat), seconds: Number(values.seconds), defer };
  if (given.names.every((name) => name in all) && Number.isInteger(given.repeat) && given.repeat > 0 && given.seconds > 0) return given;
  process.stderr.write(`usage: npm run bench:plasticity [-- RULE ...] [--repeat 3] [--seconds 1] [--defer]\nrules: ${Object.keys(all).join(", ")}\n`);
  return process.exit(2);
}
