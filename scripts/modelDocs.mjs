/**
 * `npm run docs` writes docs/models.md from models/: what each file's comment says, and the equations, values, receptors, presets and method of
 * integration that the model really has. A test compares the page with the models, so it cannot go stale.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Source text of every file of a folder of models/, by path from the root. */
export function sourcesOf(folder) {
  const names = readdirSync(`${root}/models/${folder}`).filter((name) => name.endsWith(".ts")).sort();
  return names.map((name) => ({ path: `models/${folder}/${name}`, text: readFileSync(`${root}/models/${folder}/${name}`, "utf8") }));
}

/**
 * @param {Readonly<Record<string, unknown>>} exported what synfire/models exports
 * @param {{ describe: Function, describeSynapse: Function, lower: Function }} tools `describeModel` and `describeSynapse` of src/model,
 *   `lowerNeuron` of src/lower
 * @returns {string} the page, Markdown
 */
export function modelsPage(exported, tools) {
  const sections = sourcesOf("neurons").flatMap((source) => neuronSections(source, exported, tools));
  const networks = sourcesOf("networks").filter(({ text }) => text.includes("export function build"));
  const synapses = sourcesOf("synapses").flatMap((source) => synapseSections(source, exported, tools));
  return [
    "# Models and networks",
    "<!-- Written by `npm run docs` from models/; edit the files there. -->",
    "Each model is one file of models/neurons or models/synapses: equations, units and defaults to read, copy and change. `synfire models NAME`\n"
      + "prints one, `synfire inspect NAME` shows how a neuron is integrated and why.",
    "## Neuron models",
    indexOf(sections),
    ...sections.map(({ text }) => text),
    "## Synapse models",
    "A weight `w` in the unit of the receptor belongs to every model; `weight` stands for that unit. `on pre` is what a presynaptic spike does when\n"
      + "it reaches the synapse, `on post` what a postsynaptic one does.",
    indexOf(synapses),
    ...synapses.map(({ text }) => text),
    "## Networks",
    "`synfire run NAME` runs one; `--set name=value` changes a setting.",
    ...networks.map(networkSection),
  ].join("\n\n") + "\n";
}

const anchor = (name) => name.toLowerCase();

const indexOf = (sections) => table(["import from `synfire/models`", "what it is"],
  sections.map(({ name, summary }) => [`[${name}](#${anchor(name)})`, summary]));

function neuronSections({ path, text }, exported, tools) {
  const names = [...text.matchAll(/^export const (\w+)\b[^=]*= neuron\(/gm)].map(([, name]) => name);
  return names.filter((name) => exported[name] !== undefined).map((name) => {
    const model = exported[name], described = tools.describe(model);
    const { prose, meanings } = readComment(commentBefore(text, `export const ${name}`));
    const events = [["threshold", described.threshold], ["reset", described.reset.join("; ")], ["refractory", described.refractory]];
    const code = [...described.equations, ...events.flatMap(([key, value]) => (value ? [`${key}: ${value}`] : []))];
    const receptors = described.receptors.map(({ name: receptor, variable, unit }) => `\`${receptor}\` adds to ${variable} (${unit})`);
    const parts = [
      `### ${name}`,
      prose,
      "```\n" + code.join("\n") + "\n```",
      table(["parameter", "default", "dimension", "what it is"],
        described.parameters.map((p) => [p.name, p.value, p.unit, meanings.get(p.name) ?? ""])),
      table(["state", "start", "dimension"], described.state.map((v) => [v.name, v.value, v.unit])),
      receptors.length > 0 ? `Receptors: ${receptors.join(", ")}.` : "",
      table(["preset", "sets"], described.presets.map((p) => [p.name, assignments(p.values) || "the defaults"])),
      integrationOf(model, tools),
      `[${path}](../${path})`,
    ];
    return { name, summary: model.description ?? firstSentence(prose), text: parts.filter((part) => part !== "").join("\n\n") };
  });
}

function synapseSections({ path, text }, exported, tools) {
  const names = [...text.matchAll(/^export const (\w+)\b[^=]*= (?:synapse|staticSynapseModel)\(/gm)].map(([, name]) => name);
  return names.filter((name) => exported[name] !== undefined).map((name) => {
    const model = exported[name], described = tools.describeSynapse(model);
    const { prose, meanings } = readComment(commentBefore(text, `export const ${name}`));
    const events = described.pathways.map((p) => [p.name === p.on ? `on ${p.on}` : `on ${p.on} (${p.name})`, p.statements]);
    if (described.regularly) events.push([`every ${described.regularly.every}`, described.regularly.statements]);
    const code = [...described.equations, ...events.map(([when, statements]) => `${when}: ${statements.join("; ")}`)];
    const parts = [
      `### ${name}`,
      prose,
      "```\n" + code.join("\n") + "\n```",
      table(["parameter", "default", "dimension", "what it is"],
        described.parameters.map((p) => [p.name, p.value, p.unit, meanings.get(p.name) ?? ""])),
      table(["state", "start", "dimension"], described.state.map((v) => [v.name, v.value, v.unit])),
      described.modulators.length > 0 ? `Modulators: ${described.modulators.map((m) => `\`${m}\``).join(", ")}.` : "",
      table(["preset", "sets"], described.presets.map((p) => [p.name, assignments(p.values) || "the defaults"])),
      `[${path}](../${path})`,
    ];
    return { name, summary: model.description ?? firstSentence(prose), text: parts.filter((part) => part !== "").join("\n\n") };
  });
}

/** The comment without its table of parameters, and what that table says of each. A row may name several: `C, g_L | pF, nS | capacitance, leak`. */
function readComment(comment) {
  const meanings = new Map();
  const lines = comment.split("\n").filter((line) => {
    if (!line.startsWith("|")) return true;
    const [symbols, , meaning] = line.slice(1, -1).split("|").map((cell) => cell.trim());
    const names = symbols.split(/,\s*/), each = meaning.split(/,\s*/);
    for (const [k, name] of names.entries()) meanings.set(name, each.length === names.length ? each[k] : meaning);
    return false;
  });
  return { prose: lines.join("\n").replace(/\n{3,}/g, "\n\n"), meanings };
}

const assignments = (values) => Object.entries(values).map(([key, value]) => `${key} = ${value}`).join(", ");

/** A Markdown table; empty without rows. */
function table(headings, rows) {
  if (rows.length === 0) return "";
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(headings), line(headings.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Which method advances the model at its defaults, and why: what the compiler itself decides. */
function integrationOf(model, { lower }) {
  const options = { kernelName: "update", dt: 1e-4, size: 1, parameters: {}, constants: [], scalars: [], draws: [], inputs: [], arrivals: {} };
  const { method, reason } = lower(model.checked, options).integrator;
  return `Integration: ${method} (${reason}).`;
}

function networkSection({ path, text }) {
  const name = path.replace(/^.*\/|\.ts$/g, "");
  const opening = /^\s*\/\*\*([^]*?)\*\//.exec(text)?.[1] ?? "";
  return [`### ${name}`, cleanComment(opening), `[${path}](../${path})`].join("\n\n");
}

/** The documentation comment that stands directly before a declaration. */
function commentBefore(text, declaration) {
  const before = text.slice(0, text.indexOf(declaration)).trimEnd();
  if (!before.endsWith("*/")) return "";
  return cleanComment(before.slice(before.lastIndexOf("/**") + 3, -2));
}

function cleanComment(comment) {
  const lines = comment.split("\n").map((line) => line.replace(/^\s*\* ?/, "").trimEnd());
  return lines.join("\n").trim().replace(/^@source (.*)$/gm, "Source: $1").replace(/^@tested (.*)$/gm, "Tested: $1")
    .replace(/\n((?:Source|Tested): )/g, "\n\n$1").replace(/\n{3,}/g, "\n\n");
}

const firstSentence = (text) => /^[^]*?[.:](?=\s|$)/.exec(text)?.[0].replace(/\s+/g, " ") ?? text.replace(/\s+/g, " ");

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [models, { describeModel, describeSynapse }, { lowerNeuron }] = await Promise.all([
    import("../dist/models/index.js"), import("../dist/src/model/index.js"), import("../dist/src/lower/lowerNeuron.js"),
  ]);
  const page = modelsPage(models, { describe: describeModel, describeSynapse, lower: lowerNeuron });
  writeFileSync(`${root}/docs/models.md`, page);
  console.log(`wrote docs/models.md, ${page.split("\n").length} lines`);
}
