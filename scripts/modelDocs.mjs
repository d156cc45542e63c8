/**
 * `npm run docs` writes docs/models.md from models/: what each file's comment says, and the equations, parameters and receptors that the
 * model really has. A test compares the page with the models, so it cannot go stale.
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
 * @returns {string} the page, Markdown
 */
export function modelsPage(exported) {
  const sections = sourcesOf("neurons").flatMap((source) => neuronSections(source, exported));
  const networks = sourcesOf("networks").filter(({ text }) => text.includes("export function build"));
  const index = sections.map(({ name, summary }) => `| [${name}](#${anchor(name)}) | ${summary} |`);
  return [
    "# Models and networks",
    "<!-- Written by `npm run docs` from models/; edit the files there. -->",
    "Each model is one file of models/neurons: equations, units and defaults to read, copy and change. `synfire models NAME` prints one,\n"
      + "`synfire inspect NAME` shows how it is integrated and why.",
    "## Neuron models",
    ["| import from `synfire/models` | what it is |", "| --- | --- |", ...index].join("\n"),
    ...sections.map(({ text }) => text),
    "## Networks",
    "`synfire run NAME` runs one; `--set name=value` changes a setting.",
    ...networks.map(networkSection),
  ].join("\n\n") + "\n";
}

const anchor = (name) => name.toLowerCase();

function neuronSections({ path, text }, exported) {
  const names = [...text.matchAll(/^export const (\w+)\b[^=]*= neuron\(/gm)].map(([, name]) => name);
  return names.filter((name) => exported[name] !== undefined).map((name) => {
    const model = exported[name];
    const comment = commentBefore(text, `export const ${name}`);
    const code = [
      unindent(model.equations),
      ...["threshold", "reset", "refractory", "method"].filter((key) => model[key] !== undefined).map((key) => `${key}: ${model[key]}`),
    ].join("\n");
    const values = { ...model.parameters, ...model.state };
    const presets = Object.keys(model.presets);
    const receptors = Object.entries(model.receptors).map(([key, to]) => `\`${key}\` (adds to ${to})`);
    const parts = [
      `### ${name}`,
      comment,
      "```\n" + code + "\n```",
      `Defaults: ${Object.entries(values).map(([key, value]) => `${key} = ${value}`).join(", ")}.`,
      receptors.length > 0 ? `Receptors: ${receptors.join(", ")}.` : "",
      presets.length > 0 ? `Presets: ${presets.join(", ")}.` : "",
      `[${path}](../${path})`,
    ];
    return { name, summary: model.description ?? firstSentence(comment), text: parts.filter((part) => part !== "").join("\n\n") };
  });
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
  return lines.join("\n").trim().replace(/^@source (.*)$/gm, "Source: $1").replace(/\n(Source: )/g, "\n\n$1").replace(/\n{3,}/g, "\n\n");
}

const firstSentence = (text) => /^[^]*?[.:](?=\s|$)/.exec(text)?.[0].replace(/\s+/g, " ") ?? text.replace(/\s+/g, " ");

function unindent(text) {
  return text.split("\n").map((line) => line.trim()).filter((line) => line !== "").join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const page = modelsPage(await import("../dist/models/index.js"));
  writeFileSync(`${root}/docs/models.md`, page);
  console.log(`wrote docs/models.md, ${page.split("\n").length} lines`);
}
