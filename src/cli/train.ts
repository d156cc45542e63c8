/** `synfire train FILE`: trains a model and leaves weights, a checkpoint, history, learning curves and a raster of its layers. */
import { join, relative } from "node:path";
import { Command, Option } from "commander";
import { saveArrays } from "../io/arrayFiles.ts";
import { makeFolder } from "../io/files.ts";
import { Trainer } from "../train/trainer.ts";
import type { Training } from "../train/training.ts";
import { significant, thousands } from "./format.ts";
import { interruptible } from "./interrupt.ts";
import { examples, jsonOption, positiveNumber, positiveWholeNumber, quietOption } from "./options.ts";
import { Screen } from "./screen.ts";
import { loadCheckpoint, saveCheckpoint } from "./trainCheckpoint.ts";
import { chooseEngine, trainingBackends } from "./trainEngine.ts";
import type { EngineChoice } from "./trainEngine.ts";
import { loadTraining } from "./trainFile.ts";
import type { TrainingFile } from "./trainFile.ts";
import { saveHistory } from "./trainHistory.ts";
import type { EpochRecord } from "./trainHistory.ts";
import { TrainingLoop } from "./trainLoop.ts";
import type { Ending } from "./trainLoop.ts";
import { clock, trainingProgress } from "./trainProgress.ts";
import { saveLayerRaster } from "./trainRaster.ts";

interface TrainOptions extends EngineChoice {
  readonly epochs?: number; readonly batch?: number; readonly lr?: number; readonly patience?: number; readonly out?: string;
  readonly resume?: boolean; readonly set?: readonly string[]; readonly json?: boolean; readonly quiet?: boolean;
}

export function trainCommand(): Command {
  return addEngineOptions(new Command("train"))
    .description("train the model of a file and save weights, history, learning curves and a raster of its layers")
    .argument("<file>", "a file whose default export is training({ … }) of synfire/train")
    .option("--epochs <n>", "how often all samples are trained (default: the file's)", positiveWholeNumber)
    .option("--batch <n>", "samples for each update of the weights (default: the file's)", positiveWholeNumber)
    .option("--lr <rate>", "learning rate (default: the file's)", positiveNumber)
    .option("--patience <n>", "stop after so many epochs without a better result on the test samples", positiveWholeNumber)
    .option("--out <folder>", "where to save (default: out/NAME, NAME being the file's)")
    .option("--resume", "go on where the checkpoint in the folder ends, with the same result as without the stop")
    .addHelpText("after", trainingFileHelp + examples("train digits.ts --epochs 20 --patience 5", "train digits.ts --resume",
      "train digits.ts --set hidden=256 --lr 2e-3 --out out/wide"))
    .action(train);
}

/** What train and evaluate share. */
export function addEngineOptions(command: Command): Command {
  return command
    .addOption(new Option("--backend <name>", "wasm: the fast engine; reference: plain arrays, any layer; auto: wasm where it can do the model")
      .choices(trainingBackends).default("auto"))
    .addOption(new Option("--precision <name>", "of weights and state; f64 only in plain arrays").choices(["f32", "f64"]).default("f32"))
    .addOption(new Option("--threads <n>", "that share the work").argParser(positiveWholeNumber).default(1))
    .option("--set <name=value>", "change a setting of the file; may be repeated", collect)
    .addOption(jsonOption())
    .addOption(quietOption());
}

const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

const trainingFileHelp = `
A training file describes model, samples and loss:
  import { crossEntropy, dense, leaky, neurons, spikingModel, training, trialSamples } from "synfire/train";
  import { loadDataset } from "synfire/data";
  const { train, test } = await loadDataset("spoken-patterns"), steps = 70;
  const model = spikingModel({ input: { shape: [train.channels], steps }, dt: "10 ms" },
    [dense(128), neurons(leaky({ beta: 0.9 })), dense(20), neurons(leaky({ beta: 0.9 }))]);
  const loss = crossEntropy({ of: "membrane", over: "mean" });
  export default training({ model, train: trialSamples(train, steps), test: trialSamples(test, steps), loss });
or exports a function of settings that gives one. Saved are weights.npz (the last), best.npz (of the best epoch on the test samples), checkpoint.npz,
history.csv, history.json, curves and raster as .png and .svg. Ctrl-C saves a checkpoint and ends with status 130; --resume goes on from it.
`;

async function train(file: string, options: TrainOptions): Promise<void> {
  const screen = new Screen(options), loaded = await loadTraining(file, options.set), { name } = loaded;
  const { epochs = loaded.training.epochs, batch = loaded.training.batch, lr = loaded.training.optimizer.learningRate } = options;
  const training: Training = { ...loaded.training, epochs, batch, optimizer: { ...loaded.training.optimizer, learningRate: lr } };
  const folder = options.out ?? join("out", name), saved = join(folder, "checkpoint.npz");
  const from = options.resume ? await loadCheckpoint(saved, training, batch) : undefined;
  await makeFolder(folder);
  const choice = { ...options, precision: from?.precision ?? options.precision };
  const { engine, name: engineName, reason } = await chooseEngine(training, choice, training.weights);
  if (reason) screen.note(`plain arrays, because ${reason}`);
  const weights = [...engine.weights().values()].reduce((sum, { values }) => sum + values.length, 0), { count } = training.train;
  screen.say(`${name}: ${thousands(count)} samples, ${thousands(weights)} weights, ${epochs} epochs of batches of ${batch}, ${engineName}${
    from ? `; goes on in epoch ${from.state.epoch + 1}` : ""}`);
  const trainer = new Trainer(engine, training.train, { batch, epochs, learningRate: (progress, epoch) => lr * training.schedule(progress, epoch) });
  // Threads of an engine would keep the process alive.
  const status = await disposing(engine, () => interruptible(async (interruption) => {
    const loop = new TrainingLoop({
      trainer, training, epochs, batch, learningRate: lr, patience: options.patience ?? Infinity, signal: interruption.signal,
      progress: trainingProgress(options.quiet ?? false),
      onEpoch: async (record, trained, { best, silent }) => {
        screen.say(epochText(record, epochs));
        for (const { layer, meanInput } of silent)
          screen.note(`warning: no neuron of layer "${layer}" spiked in epoch ${record.epoch}; its mean input was ${significant(meanInput)}`);
        await saveCheckpoint(saved, trained.checkpoint(), training, batch);
        if (best) await saveArrays(join(folder, "best.npz"), engine.weights());
      },
    }, from);
    const ending = await loop.run();
    await finish({ loaded: { ...loaded, training }, folder, loop, ending, screen, engine: engineName, batch });
    return interruption.status;
  }));
  if (status !== undefined) process.exitCode = status;
}

/** Whatever becomes of the work, the engine's threads end. */
export async function disposing<T>(engine: { dispose(): void }, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    engine.dispose();
  }
}

interface Finished {
  readonly loaded: TrainingFile; readonly folder: string; readonly loop: TrainingLoop; readonly ending: Ending; readonly screen: Screen;
  readonly engine: string; readonly batch: number;
}

/** The data first: a disk that fills up should cost a picture, not the weights. */
async function finish({ loaded: { name, path, settings, training }, folder, loop, ending, screen, engine, batch }: Finished): Promise<void> {
  const checkpoint = loop.checkpoint(), { weights } = checkpoint.state, { best, epochs } = loop;
  await saveCheckpoint(join(folder, "checkpoint.npz"), checkpoint, training, batch);
  await saveArrays(join(folder, "weights.npz"), weights);
  const about = { file: relative(folder, path), settings, engine, batch, ending, best: best?.epoch ?? null };
  const history = await saveHistory(folder, name, epochs, about);
  const rasters = await saveLayerRaster(folder, name, training, weights, training.test ?? training.train);
  const seconds = epochs.reduce((sum, epoch) => sum + epoch.seconds, 0), better = best && epochs[best.epoch - 1];
  if (better) screen.say(`${ending} after ${clock(seconds)}; best in epoch ${best.epoch}${shareText(better.test_accuracy ?? better.accuracy)}`);
  if (ending === "interrupted") screen.note(`interrupted in epoch ${checkpoint.state.epoch + 1}; synfire train … --resume goes on`);
  const files = ["weights.npz", ...(best ? ["best.npz"] : []), "checkpoint.npz", ...history, ...rasters];
  screen.note(`saved ${files.join(", ")} in ${relative(process.cwd(), folder) || "."}`);
  screen.json({ format: "synfire-training", version: 1, ...about, epochs });
}

const shareText = (share: number | null): string => (share === null ? "" : `, ${(100 * share).toFixed(2)} % right`);

function epochText(record: EpochRecord, epochs: number): string {
  const { epoch, loss, accuracy, test_loss: testLoss, test_accuracy: tested, spikes, samples_per_second: rate, seconds } = record;
  const test = testLoss === null ? "" : `, test loss ${significant(testLoss)}${shareText(tested)}`;
  const fired = Object.entries(spikes).map(([layer, count]) => `${layer} ${significant(count)}`).join(", ");
  return `epoch ${epoch} of ${epochs}: loss ${significant(loss)}${shareText(accuracy)}${test}${fired && `; spikes a neuron: ${fired}`}; ${
    significant(rate)} samples/s, ${clock(seconds)}`;
}
