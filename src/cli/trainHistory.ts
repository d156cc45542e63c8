/** What a training did, epoch after epoch: as JSON, as a table, and as learning curves. */
import { join } from "node:path";
import { writeAtomically } from "../io/files.ts";
import { chartScene, saveScene } from "../io/index.ts";
import type { ChartPanel } from "../io/index.ts";
import type { EpochResult, TestResult } from "../train/trainer.ts";

/** One row of history.csv. Numbers of samples that were classified right are shares; null where there are no labels or no test samples. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number | null;
  readonly test_loss: number | null;
  readonly test_accuracy: number | null;
  /** Layer → spikes a neuron in a sample. */
  readonly spikes: Readonly<Record<string, number>>;
  readonly learning_rate: number;
  /** Of training alone, without tests and saving. */
  readonly seconds: number;
  readonly samples_per_second: number;
}

export interface Pace { readonly learningRate: number; readonly seconds: number; readonly samples: number }

export function recordOf(result: EpochResult, test: TestResult | undefined, { learningRate, seconds, samples }: Pace): EpochRecord {
  return {
    epoch: result.epoch + 1, loss: result.loss, accuracy: result.accuracy ?? null, test_loss: test?.loss ?? null,
    test_accuracy: test?.accuracy ?? null, spikes: result.spikes, learning_rate: learningRate, seconds, samples_per_second: samples / seconds,
  };
}

/** What early stopping and best.npz go by: the larger the better. Accuracy on test samples, else in training, else minus the loss. */
export const meritOf = ({ test_accuracy: tested, test_loss: testLoss, accuracy, loss }: EpochRecord): number =>
  tested ?? (testLoss !== null ? -testLoss : (accuracy ?? -loss));

/** Columns of history.csv; layers have a column `spikes_LAYER` each. */
export function historyCsv(epochs: readonly EpochRecord[]): string {
  const layers = Object.keys(epochs[0]?.spikes ?? {});
  const head = ["epoch", "loss", "accuracy", "test_loss", "test_accuracy", ...layers.map((layer) => `spikes_${layer}`), "learning_rate", "seconds",
    "samples_per_second"];
  const rows = epochs.map((e) => [
    e.epoch, e.loss, e.accuracy, e.test_loss, e.test_accuracy, ...layers.map((layer) => e.spikes[layer]), e.learning_rate, e.seconds,
    e.samples_per_second,
  ]);
  return [head.map(csvCell), ...rows.map((row) => row.map((value) => String(value ?? "")))].map((row) => `${row.join(",")}\n`).join("");
}

const csvCell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Saves history.csv, history.json, curves.png and curves.svg. @returns their names */
export async function saveHistory(folder: string, title: string, epochs: readonly EpochRecord[], about: object): Promise<string[]> {
  const history = { format: "synfire-training", version: 1, ...about, epochs };
  await writeAtomically(join(folder, "history.csv"), historyCsv(epochs));
  await writeAtomically(join(folder, "history.json"), `${JSON.stringify(history, undefined, 2)}\n`);
  if (epochs.length === 0) return ["history.csv", "history.json"];
  for (const kind of ["png", "svg"]) await saveScene(join(folder, `curves.${kind}`), chartScene(curvePanels(epochs), "epoch", { title }));
  return ["history.csv", "history.json", "curves.png", "curves.svg"];
}

function curvePanels(epochs: readonly EpochRecord[]): ChartPanel[] {
  const x = epochs.map(({ epoch }) => epoch);
  const curve = (name: string, value: (record: EpochRecord) => number | null | undefined) => ({ name, x, y: epochs.map((e) => value(e) ?? NaN) });
  const given = (curves: ReturnType<typeof curve>[]) => curves.filter(({ y }) => y.some((value) => !Number.isNaN(value)));
  const accuracy = given([curve("training", (e) => percent(e.accuracy)), curve("test", (e) => percent(e.test_accuracy))]);
  const spikes = Object.keys(epochs[0]!.spikes).map((layer) => curve(layer, (e) => e.spikes[layer]));
  return [
    { label: "loss", curves: given([curve("training", (e) => e.loss), curve("test", (e) => e.test_loss)]) },
    ...(accuracy.length > 0 ? [{ label: "right (%)", curves: accuracy }] : []),
    ...(spikes.length > 0 ? [{ label: "spikes a neuron", curves: spikes, fromZero: true }] : []),
  ];
}

const percent = (share: number | null): number | null => (share === null ? null : 100 * share);
