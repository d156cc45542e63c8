/** `synfire convert FILE`: the model of a training file as a network file of the simulator, rate layers as spiking ones. */
import { Command, Option } from "commander";
import { writeAtomically } from "../io/files.ts";
import { conversionMethods, convert } from "../train/convert/index.ts";
import type { ConversionMethod } from "../train/convert/index.ts";
import { toNetwork } from "../train/network/index.ts";
import { thousands } from "./format.ts";
import { examples, jsonOption, positiveNumber, positiveWholeNumber } from "./options.ts";
import { Screen } from "./screen.ts";
import { loadTraining } from "./trainFile.ts";
import { weightsOf } from "./weightsOf.ts";

interface ConvertCommandOptions {
  readonly weights?: string; readonly steps: number; readonly method: ConversionMethod; readonly percentile: number; readonly calibration: number;
  readonly samples: number; readonly out?: string; readonly set?: readonly string[]; readonly json?: boolean;
}

export function convertCommand(): Command {
  return new Command("convert")
    .description("make a network file of a trained model; rate layers become spiking ones")
    .argument("<file>", "the file that was trained")
    .option("--weights <file>", "weights to use (default: best.npz or weights.npz in out/NAME, else untrained)")
    .option("--steps <n>", "steps of a spiking model that was one of rates", positiveWholeNumber, 16)
    .addOption(new Option("--method <name>", "how rectified units get their thresholds").choices(conversionMethods).default("percentile"))
    .option("--percentile <p>", "of --method percentile", positiveNumber, 99.9)
    .option("--calibration <n>", "training samples whose activations count", positiveWholeNumber, 500)
    .option("--samples <n>", "test samples that the network is shown, one after the other", positiveWholeNumber, 5)
    .option("--out <file>", "where to save (default: NAME.json)")
    .option("--set <name=value>", "change a setting of the file; may be repeated", collect)
    .addOption(jsonOption())
    .addHelpText("after", examples("convert digits.ts", "convert rates.ts --steps 32 --method max --samples 20 --out spiking.json"))
    .action(convertFile);
}

const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

async function convertFile(file: string, options: ConvertCommandOptions): Promise<void> {
  const screen = new Screen(options), loaded = await loadTraining(file, options.set), { training, name } = loaded, { train, test } = training;
  const { weights, from = "untrained" } = await weightsOf(loaded, options.weights), { steps, method, percentile } = options;
  const first = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, k) => k);
  const rated = !training.model.layers.some((layer) => layer.kind === "cells"), given = { model: training.model, weights };
  const calibration = train.batch(first(Math.min(options.calibration, train.count)), 0, "f32").input;
  const spiking = rated ? convert(given, { steps, method, percentile, calibration }) : given;
  const shown = test ?? train, { input } = shown.batch(first(Math.min(options.samples, shown.count)), 0, "f32");
  const made = toNetwork(spiking.model, spiking.weights, { input: rated ? { ...input, steps: 1, constant: true } : input });
  const out = options.out ?? `${name}.json`, { data } = made.network;
  await writeAtomically(out, new TextEncoder().encode(JSON.stringify(made.network)));
  const neurons = data.populations.reduce((sum, p) => sum + (p.kind === "neurons" ? p.size : 0), 0);
  const [dt, duration] = [made.dt, made.duration].map((seconds) => `${Number((parseFloat(seconds) * 1e3).toPrecision(12))} ms`);
  screen.say([
    `${out}: ${thousands(neurons)} neurons of ${name} (${from}${rated ? `, ${steps} steps` : ""}), ${thousands(input.batch)} samples`,
    `synfire run ${out} --dt "${dt}" --duration "${duration}" --precision f64`,
  ].join("\n"));
  screen.json({ format: "synfire-conversion", version: 1, out, weights: from, neurons, samples: input.batch, converted: rated, dt, duration,
    latencies: Object.fromEntries(made.layers.map((layer) => [layer.name, layer.latency])) });
}
