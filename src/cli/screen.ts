/** What a command writes and where: results on stdout, notes and progress on stderr; with --json stdout holds one JSON object and nothing else. */
import { Console } from "node:console";

export interface ScreenOptions { readonly json?: boolean; readonly quiet?: boolean }

export class Screen {
  readonly #json: boolean;
  readonly #quiet: boolean;

  constructor(options: ScreenOptions = {}) {
    this.#json = options.json ?? false;
    this.#quiet = options.quiet ?? false;
  }

  /** A result for people. */
  say(text: string): void {
    if (this.#quiet) return;
    (this.#json ? process.stderr : process.stdout).write(`${text}\n`);
  }

  /** Something about the work itself: a warning, a file written. */
  note(text: string): void {
    if (!this.#quiet) process.stderr.write(`${text}\n`);
  }

  /** The result for programs. */
  json(value: unknown): void {
    if (this.#json) process.stdout.write(`${JSON.stringify(value)}\n`);
  }

  /** A progress display, or nothing with --quiet. */
  progress(): Progress {
    return this.#quiet ? { update: () => {}, done: () => {} } : process.stderr.isTTY ? new ProgressBar() : new ProgressLines();
  }
}

/** With --json, what a user's own file prints goes to stderr too. */
export function reserveStdout(): void {
  globalThis.console = new Console(process.stderr);
}

export interface Progress {
  /** @param time, duration seconds of the simulated time */
  update(state: { readonly time: number; readonly duration: number; readonly spikes: number }): void;
  /** Removes a bar from the terminal. */
  done(): void;
}

const barWidth = 28;

class ProgressBar implements Progress {
  readonly #started = performance.now();
  #drawn = -Infinity;

  update({ time, duration, spikes }: { time: number; duration: number; spikes: number }): void {
    const now = performance.now();
    if (now - this.#drawn < 80 && time < duration) return;
    this.#drawn = now;
    const share = Math.min(1, time / duration);
    const full = Math.round(share * barWidth);
    const left = share > 0 ? ((now - this.#started) / 1000) * (1 / share - 1) : NaN;
    const bar = "█".repeat(full) + "░".repeat(barWidth - full);
    const remaining = Number.isFinite(left) ? `, ${left < 10 ? left.toFixed(1) : left.toFixed(0)} s left` : "";
    process.stderr.write(`\r\x1b[K${bar} ${Math.round(share * 100)} %  ${time.toFixed(2)} of ${duration.toFixed(2)} s  ${spikes} spikes${remaining}`);
  }

  done(): void {
    if (this.#drawn > -Infinity) process.stderr.write("\r\x1b[K");
  }
}

/** For logs and pipes: one plain line every second or more, so that a short run prints none. */
class ProgressLines implements Progress {
  #written = performance.now();

  update({ time, duration, spikes }: { time: number; duration: number; spikes: number }): void {
    const now = performance.now();
    if (now - this.#written < 1000) return;
    this.#written = now;
    process.stderr.write(`${Math.round((time / duration) * 100)} %  ${time.toFixed(3)} of ${duration.toFixed(3)} s  ${spikes} spikes\n`);
  }

  done(): void {}
}
