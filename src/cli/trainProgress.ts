/** Progress of a training: a bar on a terminal, a line now and then in logs. */
import { significant, thousands } from "./format.ts";

export interface TrainingProgress {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Share of this epoch. */
  readonly share: number;
  readonly loss: number;
  readonly accuracy: number | undefined;
  /** Spikes a neuron in a sample, mean over the layers. */
  readonly spikes: number | undefined;
  readonly samplesPerSecond: number;
  /** Seconds, of the whole training. */
  readonly left: number;
}

export interface ProgressDisplay {
  update(progress: TrainingProgress): void;
  /** Removes a bar from the terminal. */
  clear(): void;
}

const barWidth = 24;

/** @param quiet shows nothing */
export function trainingProgress(quiet: boolean, stream: NodeJS.WriteStream = process.stderr): ProgressDisplay {
  if (quiet) return { update: () => {}, clear: () => {} };
  // For logs and pipes a line every ten seconds, so that short trainings print none.
  const interval = stream.isTTY ? 100 : 10_000;
  let written = performance.now(), shown = false;
  return {
    update(progress) {
      const now = performance.now();
      if (now - written < interval) return;
      written = now;
      shown = true;
      stream.write(stream.isTTY ? `\r\x1b[K${bar(progress.share)} ${progressText(progress)}` : `${progressText(progress)}\n`);
    },
    clear() {
      if (shown && stream.isTTY) stream.write("\r\x1b[K");
      shown = false;
    },
  };
}

const bar = (share: number): string => "█".repeat(Math.round(share * barWidth)).padEnd(barWidth, "░");

export function progressText({ epoch, epochs, share, loss, accuracy, spikes, samplesPerSecond, left }: TrainingProgress): string {
  const right = accuracy === undefined ? "" : `  ${(100 * accuracy).toFixed(1)} % right`;
  const rate = spikes === undefined ? "" : `  ${significant(spikes)} spikes a neuron`;
  const pace = `${thousands(samplesPerSecond)} samples/s  ${clock(left)} left`;
  return `epoch ${epoch} of ${epochs}, ${Math.round(100 * share)} %  loss ${significant(loss)}${right}${rate}  ${pace}`;
}

/** 75 → "1:15". */
export function clock(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  const whole = Math.round(seconds), hours = Math.floor(whole / 3600), two = (n: number) => String(n).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}` : `${Math.floor(whole / 60)}:${two(whole % 60)}`;
}
