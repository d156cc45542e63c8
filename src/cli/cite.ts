/** `synfire cite FILE`: BibTeX of what a network rests on: its models, its methods, and the publications its own text names. */
import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { Command } from "commander";
import { FileError } from "../errors.ts";
import { dimensions, parseQuantity } from "../units/index.ts";
import { bibtex, doisIn, entry, methodSources, noiseSource, randomNumberSource } from "./bibliography.ts";
import { findNetworkFile, loadNetwork } from "./loadNetwork.ts";
import { lowerAlone, modelsOf, synapsesOf } from "./modelsUsed.ts";
import { examples, jsonOption } from "./options.ts";
import { Screen } from "./screen.ts";
import { packageVersion } from "./versions.ts";

interface Reason { readonly doi: string; readonly why: string }

export function citeCommand(): Command {
  return new Command("cite")
    .description("BibTeX of the models and methods that a network uses")
    .argument("<file>", "a network file, or the name of a network of synfire's own")
    .addOption(jsonOption())
    .addHelpText("after", examples("cite brunel", "cite mine.ts > references.bib"))
    .action(cite);
}

async function cite(file: string, options: { json?: boolean }): Promise<void> {
  const screen = new Screen(options);
  const path = findNetworkFile(file);
  const loaded = await loadNetwork(file);
  if (!loaded) throw new FileError("no-network", `${file} exports no network`, "Export one: export const network = net;");
  const network = await loaded.build();
  const dt = parseQuantity(loaded.settings["dt"] as string, dimensions.second, "dt");
  const own = extname(path) === ".json" ? [] : doisIn(readFileSync(path, "utf8")).map((doi) => ({ doi, why: "named in the network file" }));
  const models = modelsOf(network).flatMap(({ model }) => [
    ...doisIn(`${model.source ?? ""} ${model.description ?? ""}`).map((doi) => ({ doi, why: `model ${model.name}` })),
    ...methodsOf(lowerAlone(model, dt, 1)),
  ]);
  const synapses = synapsesOf(network).flatMap(({ model }) =>
    doisIn(`${model.source ?? ""} ${model.description ?? ""}`).map((doi) => ({ doi, why: `synapse ${model.name}` })));
  const reasons = unique([...own, ...models, ...synapses, { doi: randomNumberSource, why: "random numbers" }]);
  const software = entry("software", "Synfire", [
    ["title", "Synfire: event-driven spiking neural networks in TypeScript"], ["version", packageVersion()], ["note", "npm package synfire"],
  ]);
  screen.say([`% Synfire itself\n${software}`, ...reasons.map(({ doi, why }) => `% ${why}\n${bibtex(doi)}`)].join("\n\n"));
  screen.json({ synfire: packageVersion(), citations: reasons.map(({ doi, why }) => ({ doi, why, bibtex: bibtex(doi) })) });
}

function methodsOf({ integrator, kernel }: ReturnType<typeof lowerAlone>): Reason[] {
  const doi = methodSources[integrator.method];
  const noisy = kernel.draws.some(({ distribution }) => distribution === "normal");
  return [
    ...(doi === undefined ? [] : [{ doi, why: `method ${integrator.method}` }]),
    ...(noisy && integrator.method === "euler" ? [{ doi: noiseSource, why: "Euler-Maruyama method" }] : []),
  ];
}

/** One entry a publication, with all that it stands for. */
function unique(reasons: readonly Reason[]): Reason[] {
  const byDoi = new Map<string, { readonly doi: string; readonly why: Set<string> }>();
  for (const { doi, why } of reasons) {
    const known = byDoi.get(doi.toLowerCase()) ?? { doi, why: new Set<string>() };
    known.why.add(why);
    byDoi.set(doi.toLowerCase(), known);
  }
  return [...byDoi.values()].map(({ doi, why }) => ({ doi, why: [...why].join("; ") }));
}
