/** Trains epoch after epoch: tests after each, stops early or when asked to, and hands out what must be saved. */
import type { EpochResult, Trainer } from "../train/trainer.ts";
import type { Training } from "../train/training.ts";
import type { Checkpoint } from "./trainCheckpoint.ts";
import { meritOf, recordOf } from "./trainHistory.ts";
import type { EpochRecord } from "./trainHistory.ts";
import type { ProgressDisplay } from "./trainProgress.ts";

export interface LoopOptions {
  readonly trainer: Trainer;
  readonly training: Training;
  readonly epochs: number;
  readonly batch: number;
  readonly learningRate: number;
  /** Epochs without a better result after which training stops; Infinity: never. */
  readonly patience: number;
  readonly signal: AbortSignal;
  readonly progress: ProgressDisplay;
  /** After each epoch. `best`: it was the best so far; `silent`: layers that did not spike in it. */
  onEpoch(record: EpochRecord, loop: TrainingLoop, about: { readonly best: boolean; readonly silent: EpochResult["silent"] }): Promise<void>;
}

/** How a training ended. */
export type Ending = "done" | "stopped early" | "interrupted";

export class TrainingLoop {
  readonly #options: LoopOptions;
  #epochs: EpochRecord[] = [];
  #best: Checkpoint["best"];
  #seconds = 0;
  #samples = 0;

  constructor(options: LoopOptions, from?: Checkpoint) {
    this.#options = options;
    if (!from) return;
    options.trainer.restore(from.state);
    this.#epochs = [...from.epochs];
    this.#best = from.best;
    ({ seconds: this.#seconds, samples: this.#samples } = from.under_way);
  }

  get epochs(): readonly EpochRecord[] {
    return this.#epochs;
  }

  get best(): Checkpoint["best"] {
    return this.#best;
  }

  checkpoint(): Checkpoint {
    const { trainer } = this.#options;
    return {
      state: trainer.state(), epochs: this.#epochs, best: this.#best, under_way: { seconds: this.#seconds, samples: this.#samples },
      precision: trainer.engine.precision,
    };
  }

  async run(): Promise<Ending> {
    const { trainer, signal, patience } = this.#options;
    let rested = performance.now();
    while (!trainer.done) {
      if (signal.aborted) return "interrupted";
      if (this.#best && this.#epochs.length - this.#best.epoch >= patience) return "stopped early";
      await this.#step();
      // Signals arrive, and bars are drawn, only between tasks.
      if (performance.now() - rested > 30) {
        await new Promise((resolve) => setImmediate(resolve));
        rested = performance.now();
      }
    }
    return "done";
  }

  async #step(): Promise<void> {
    const { trainer, training, batch, progress, learningRate } = this.#options, started = performance.now();
    const { batch: before, batches } = trainer.position, { epoch: current } = trainer, trained = trainer.step();
    this.#seconds += (performance.now() - started) / 1000;
    this.#samples += Math.min(batch, training.train.count - before * batch);
    if (!trained.epoch) return this.#show(trained.batch);
    progress.clear();
    const test = training.test && trainer.test(training.test), share = (current + before / batches) / this.#options.epochs;
    const rate = learningRate * training.schedule(share, current);
    const record = recordOf(trained.epoch, test, { learningRate: rate, seconds: this.#seconds, samples: this.#samples });
    [this.#seconds, this.#samples] = [0, 0];
    this.#epochs.push(record);
    const merit = meritOf(record), better = !this.#best || merit > this.#best.merit;
    if (better) this.#best = { epoch: record.epoch, merit };
    await this.#options.onEpoch(record, this, { best: better, silent: trained.epoch.silent });
  }

  #show({ loss, correct, spikes }: ReturnType<Trainer["step"]>["batch"]): void {
    const { trainer, training, batch, epochs, progress } = this.#options, { batch: done } = trainer.position, all = training.train.count;
    const last = Math.min(batch, all - (done - 1) * batch), rate = this.#samples / this.#seconds;
    const rest = all - this.#samples + (epochs - trainer.epoch - 1) * all;
    progress.update({
      epoch: trainer.epoch + 1, epochs, share: this.#samples / all, loss, accuracy: correct === undefined ? undefined : correct / last,
      spikes: spikes.length === 0 ? undefined : spikes.reduce((sum, { perNeuron }) => sum + perNeuron, 0) / spikes.length,
      samplesPerSecond: rate, left: rest / rate,
    });
  }
}
