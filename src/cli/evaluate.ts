/** `synfire evaluate FILE`: what a trained model makes of the test samples, class by class. */
import { join } from "node:path";
import { Command } from "commander";
import { ArgumentError } from "../errors.ts";
import type { Samples } from "../train/samples.ts";
import type { TrainingEngine } from "../train/engine.ts";
import { significant, table, thousands } from "./format.ts";
import { examples } from "./options.ts";
import { Screen } from "./screen.ts";
import { addEngineOptions, disposing } from "./train.ts";
import { chooseEngine } from "./trainEngine.ts";
import type { EngineChoice } from "./trainEngine.ts";
import { loadTraining } from "./trainFile.ts";
import type { TrainingFile } from "./trainFile.ts";
import { weightsOf } from "./weightsOf.ts";

interface EvaluateOptions extends EngineChoice {
  readonly weights?: string; readonly on: "test" | "train"; readonly set?: readonly string[]; readonly json?: boolean; readonly quiet?: boolean;
}

export function evaluateCommand(): Command {
  return addEngineOptions(new Command("evaluate"))
    .description("test a trained model: accuracy, confusions, spikes of its layers")
    .argument("<file>", "the file that was trained")
    .option("--weights <file>", "weights to use (default: best.npz in out/NAME, else weights.npz)")
    .option("--on <part>", "samples: test or train", "test")
    .addHelpText("after", examples("evaluate digits.ts", "evaluate digits.ts --weights out/wide/weights.npz --json"))
    .action(evaluate);
}

async function evaluate(file: string, options: EvaluateOptions): Promise<void> {
  const screen = new Screen(options), loaded = await loadTraining(file, options.set), { training, name } = loaded;
  const samples = samplesOf(loaded, options.on);
  const { weights, from: path } = await weightsOf(loaded, options.weights);
  if (path === undefined) {
    const problem = `there are no trained weights of ${name} in ${join("out", name)}`;
    throw new ArgumentError("weights", problem, `Run synfire train ${file}, or give --weights.`);
  }
  const { engine, name: engineName } = await chooseEngine(training, options, weights);
  const { loss, spikes, confusions } = await disposing(engine, async () => testAll(engine, samples, training.batch)), classes = confusions.length;
  const right = confusions.reduce((sum, row, k) => sum + row[k]!, 0), accuracy = classes > 0 ? right / samples.count : null;
  screen.say([
    `${name}: ${path} on ${thousands(samples.count)} ${options.on} samples, ${engineName}`,
    `loss ${significant(loss)}${accuracy === null ? "" : `, ${(100 * accuracy).toFixed(2)} % right`}`,
    ...Object.entries(spikes).map(([layer, count]) => `${layer}: ${significant(count)} spikes a neuron and sample`),
    ...(classes > 0 ? ["", confusionTable(confusions, training.classes)] : []),
  ].join("\n"));
  const { on } = options, { count } = samples;
  screen.json({ format: "synfire-evaluation", version: 1, weights: path, on, samples: count, loss, accuracy, spikes, confusions });
}

function samplesOf({ training, path }: TrainingFile, on: string): Samples {
  if (on === "train") return training.train;
  if (on === "test" && training.test) return training.test;
  const problem = on === "test" ? `${path} gives no test samples` : `--on ${on}: there are no such samples`;
  throw new ArgumentError("samples", problem, "Choose --on train, or give training({ …, test }).");
}

interface Tested { readonly loss: number; readonly spikes: Record<string, number>; readonly confusions: readonly (readonly number[])[] }

/** Confusions: how many samples of each class (row) were taken for each class (column); empty without labels. */
function testAll(engine: TrainingEngine, samples: Samples, batch: number): Tested {
  const spikes: Record<string, number> = {}, pairs: [number, number][] = [];
  let loss = 0;
  for (let from = 0; from < samples.count; from += batch) {
    const numbers = Uint32Array.from({ length: Math.min(batch, samples.count - from) }, (_, k) => from + k), share = numbers.length / samples.count;
    const fetched = samples.batch(numbers, 0, engine.precision), result = engine.evaluate({ ...fetched, samples: numbers }), { targets } = fetched;
    loss += share * result.loss;
    for (const { layer, perNeuron } of result.spikes) spikes[layer] = (spikes[layer] ?? 0) + share * perNeuron;
    if ("labels" in targets) result.predictions.forEach((guess, k) => pairs.push([targets.labels[k]!, guess]));
  }
  const classes = pairs.reduce((most, pair) => Math.max(most, pair[0] + 1, pair[1] + 1), 0);
  const confusions = Array.from({ length: classes }, () => Array<number>(classes).fill(0));
  for (const [label, guess] of pairs) confusions[label]![guess]! += 1;
  return { loss, spikes, confusions };
}

function confusionTable(confusions: readonly (readonly number[])[], classes: readonly string[] | undefined): string {
  const name = (k: number) => classes?.[k] ?? String(k);
  const head = ["class", ...confusions.map((_, k) => name(k)), "right"], columns = head.map((_, k) => k).slice(1);
  const rows = confusions.map((row, k) => {
    const all = row.reduce((a, b) => a + b, 0);
    return [name(k), ...row.map((n) => (n === 0 ? "·" : String(n))), all === 0 ? "–" : `${((100 * row[k]!) / all).toFixed(1)} %`];
  });
  return table([head, ...rows], columns);
}
