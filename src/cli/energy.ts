/** `synfire energy MODEL`: synaptic events, operations, bits and picojoules of a trained model's inference or of a network's run. */
import { existsSync } from "node:fs";
import { Command } from "commander";
import { ArgumentError } from "../errors.ts";
import { activityOf, energyReport } from "../train/energy/index.ts";
import { energyOfRun } from "./energyOfRun.ts";
import { layerTable, totals } from "./energyText.ts";
import { thousands } from "./format.ts";
import { addSimulationOptions, examples, jsonOption, positiveWholeNumber } from "./options.ts";
import type { SimulationOptions } from "./options.ts";
import { Screen } from "./screen.ts";
import { loadTraining } from "./trainFile.ts";
import type { TrainingFile } from "./trainFile.ts";
import { weightsOf } from "./weightsOf.ts";

interface EnergyCommandOptions extends SimulationOptions {
  readonly weights?: string; readonly samples: number; readonly weightBits?: number; readonly eachStep?: boolean; readonly json?: boolean;
}

export function energyCommand(): Command {
  return addSimulationOptions(new Command("energy"))
    .description("what an inference of a trained model, or a run of a network, costs at 45 nm: events, operations, bits, picojoules")
    .argument("<model>", "a training file, a network file, or the name of a network of synfire's own")
    .option("--weights <file>", "weights of a training file's model (default: best.npz or weights.npz in out/NAME, else untrained)")
    .option("--samples <n>", "how many samples are shown to a trained model", positiveWholeNumber, 100)
    .option("--weight-bits <n>", "bits of weights that the model does not round itself (default: 32)", positiveWholeNumber)
    .option("--each-step", "count the products of a constant input in every step, not once")
    .addOption(jsonOption())
    .addHelpText("after", examples("energy digits.ts --samples 500", "energy digits.ts --weight-bits 8 --json", 'energy brunel --duration "200 ms"'))
    .action(energy);
}

async function energy(model: string, options: EnergyCommandOptions): Promise<void> {
  const screen = new Screen(options), training = await trainingOf(model, options);
  if (training) return await modelEnergy(screen, training, options);
  await energyOfRun(screen, model, options);
}

/** The training that a file exports; undefined where it is a network's. */
async function trainingOf(file: string, { set }: EnergyCommandOptions): Promise<TrainingFile | undefined> {
  if (!existsSync(file) || file.endsWith(".json")) return undefined;
  try {
    return await loadTraining(file, set);
  } catch (error) {
    if (error instanceof ArgumentError && error.code === "no-training") return undefined;
    throw error;
  }
}

async function modelEnergy(screen: Screen, loaded: TrainingFile, options: EnergyCommandOptions): Promise<void> {
  const { training, name } = loaded;
  const { weights, from = "untrained" } = await weightsOf(loaded, options.weights), samples = training.test ?? training.train;
  const numbers = Uint32Array.from({ length: Math.min(options.samples, samples.count) }, (_, k) => k);
  const { input } = samples.batch(numbers, 0, "f32");
  const report = energyReport(training.model, activityOf(training.model, weights, input), {
    ...(options.weightBits === undefined ? {} : { weightBits: options.weightBits }), constantEachStep: options.eachStep ?? false,
  });
  screen.say([`${name}, ${from}: one inference of ${report.steps} steps, mean of ${thousands(report.samples)} samples`, "", layerTable(report), "",
    ...totals(report)].join("\n"));
  screen.json({ format: "synfire-energy", version: 1, model: name, weights: from, ...report });
}
