/** `synfire check FILE…`: reads, builds and compiles without running; shows every file's errors. */
import { Command } from "commander";
import { compile } from "../index.ts";
import type { CompileOptions } from "../index.ts";
import { SynfireError } from "../errors.ts";
import { dimensions, parseQuantity } from "../units/index.ts";
import { explainFailure } from "./failure.ts";
import { findNetworkFile, loadNetwork } from "./loadNetwork.ts";
import { isNeuronModel, lowerAlone } from "./modelsUsed.ts";
import { addSimulationOptions, examples, jsonOption } from "./options.ts";
import type { SimulationOptions } from "./options.ts";
import { Screen } from "./screen.ts";
import { isSynapse } from "./synapseModels.ts";

interface CheckOptions extends SimulationOptions { readonly json?: boolean }
interface Problem { readonly file: string; readonly code: string; readonly message: string }

export function checkCommand(): Command {
  return addSimulationOptions(new Command("check"))
    .description("find the mistakes in files of networks or models without running them; exit status 2 when there are any")
    .argument("<files...>", "network files, or files that export models of neurons or synapses")
    .addOption(jsonOption())
    .addHelpText("after", examples("check mine.ts", "check models/*.ts --json"))
    .action(check);
}

async function check(files: readonly string[], options: CheckOptions): Promise<void> {
  const screen = new Screen(options);
  const problems: Problem[] = [];
  for (const file of files) {
    try {
      screen.say(`ok    ${file}: ${await checkFile(file, options)}`);
    } catch (error) {
      if (!(error instanceof SynfireError)) throw error;
      problems.push({ file, code: error.code, message: error.message });
      process.stderr.write(`FAIL  ${file}\n${explainFailure(error)}\n`);
    }
  }
  screen.json({ ok: problems.length === 0, problems });
  if (problems.length > 0) process.exitCode = 2;
}

/** @returns what was checked, in words */
async function checkFile(file: string, options: CheckOptions): Promise<string> {
  const { importFile } = await import("./importFile.ts");
  const exported: object = file.endsWith(".json") ? {} : await importFile(findNetworkFile(file));
  const models = Object.values(exported).filter(isNeuronModel);
  const dt = parseQuantity(options.dt ?? "0.1 ms", dimensions.second, "--dt");
  for (const model of models) lowerAlone(model, dt, 1);
  const hasNetwork = ["build", "network", "default"].some((name) => {
    const value: unknown = exported[name as keyof typeof exported];
    return value !== undefined && !isNeuronModel(value) && !isSynapse(value);
  });
  // A synapse model was checked when it was made.
  const rules = Object.values(exported).filter(isSynapse);
  const found = [...models.map(({ name }) => `model ${name}`), ...rules.map(({ name }) => `synapse ${name}`)];
  if (found.length > 0 && !hasNetwork) return found.join(", ");
  const loaded = await loadNetwork(file, options);
  if (!loaded) return "ran as a program; it exports nothing to check";
  const network = await loaded.build();
  const { backend, precision } = options;
  await using simulation = await compile(network, { dt: loaded.settings["dt"] as CompileOptions["dt"], backend, precision });
  const { neurons, synapses } = simulation.report();
  return `${neurons} neurons, ${synapses} synapses`;
}
