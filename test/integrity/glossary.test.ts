import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Code in the last column of the tables; what is cut short by … is no program. */
function snippets(): { readonly line: number; readonly code: string }[] {
  const lines = readFileSync(join(root, "docs/glossary.md"), "utf8").split("\n");
  return lines.flatMap((text, index) => {
    const cells = text.split(" | ");
    if (!text.startsWith("|") || cells.length < 2 || /^\| (word|---)/.test(text)) return [];
    const found = [...cells.at(-1)!.matchAll(/`([^`]+)`/g)].map(([, code]) => ({ line: index + 1, code: code! }));
    return found.filter(({ code }) => /[(:]/.test(code) && !code.includes("…") && !/^(d\w+\/dt|receptor:)|:$/.test(code));
  });
}

const context = `
import { allToAll, arrayCurrent, clippedNormal, compile, distanceDependent, explicit, exponential, fixedIndegree, fixedOutdegree, fixedProbability,
  fixedTotalNumber, grid, lognormal, Network, neuron, normal, oneToOne, sineCurrent, stepCurrent, truncatedNormal, uniform } from "synfire";
import { saveSpikes } from "synfire/io";
import { staticSynapse } from "synfire/models";
import type { ConnectorOrRule, NeuronSpec, Population, Simulation, SpikeMonitor, Value } from "synfire";
declare const net: Network, E: Population<any>, I: Population<any>, sim: Simulation, spikes: SpikeMonitor, model: any, lif: any, values: any;
declare const rate: any, times: number[], indices: number[], sources: Uint32Array, targets: Uint32Array, pre: Uint32Array, post: Uint32Array;
declare const n: number, p: number;
declare function options(given: Partial<NeuronSpec> & { connect?: ConnectorOrRule, weight?: Value, delay?: Value, rate?: Value }): void;
`;

test("every snippet of the glossary type-checks against the API", () => {
  const all = snippets();
  expect(all.length).toBeGreaterThan(60);
  const folder = mkdtempSync(join(tmpdir(), "synfire-glossary-"));
  try {
    const programs = all.map(({ line, code }, index) => {
      const statement = /^(method|threshold|reset|refractory|connect|weight|delay|rate): /.test(code) ? `options({ ${code} });` : code;
      return `export async function program${index}() { ${statement}${code.startsWith("for await") ? " {}" : ""} } // line ${line} of the glossary`;
    });
    writeFileSync(join(folder, "glossary.mts"), `${context}\n${programs.join("\n")}\n`);
    const paths = { synfire: [`${root}/src/index.ts`], "synfire/models": [`${root}/models/index.ts`], "synfire/io": [`${root}/src/io/index.ts`] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({
      extends: `${root}/tsconfig.json`, include: ["glossary.mts", `${root}/src/**/*.d.ts`],
      compilerOptions: {
        rootDir: "/", paths, noUnusedLocals: false, noUnusedParameters: false, noUncheckedIndexedAccess: false,
        typeRoots: [`${root}/node_modules/@types`],
      },
    }));
    const { status, stdout } = spawnSync(`${root}/node_modules/.bin/tsc`, ["-p", folder], { encoding: "utf8" });
    expect(stdout).toBe("");
    expect(status).toBe(0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
