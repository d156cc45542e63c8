/** How far a sweep is: a bar on a terminal, plain lines otherwise. */
export interface SweepProgress {
  /** A point has ended. */
  advance(failed: boolean): void;
  /** What a network file printed, in between. */
  print(text: string): void;
  /** Removes the bar. */
  done(): void;
}

/**
 * @param total  points to do now
 * @param who    begins each plain line, when several processes write to one terminal
 */
export function sweepProgress(total: number, { quiet, who }: { readonly quiet: boolean; readonly who?: string }): SweepProgress {
  if (quiet) return { advance: () => {}, print: () => {}, done: () => {} };
  return process.stderr.isTTY && who === undefined ? new Bar(total) : new Lines(total, who === undefined ? "" : `${who}: `);
}

const barWidth = 28;

class Count {
  readonly total: number;
  ended = 0;
  failed = 0;
  readonly #started = performance.now();

  constructor(total: number) {
    this.total = total;
  }

  get text(): string {
    const seconds = (performance.now() - this.#started) / 1000;
    const rate = this.ended / seconds;
    const pace = this.ended === 0 ? "" : rate >= 1 ? `, ${rate.toFixed(1)} a second` : `, ${duration(1 / rate)} each`;
    const left = this.ended === 0 || this.ended === this.total ? "" : `, ${duration((this.total - this.ended) / rate)} left`;
    return `${this.ended} of ${this.total} points${this.failed > 0 ? ` (${this.failed} failed)` : ""}${pace}${left}`;
  }
}

class Bar implements SweepProgress {
  readonly #count: Count;
  readonly #timer: NodeJS.Timeout;

  constructor(total: number) {
    this.#count = new Count(total);
    this.#timer = setInterval(() => this.#draw(), 1000).unref();
    this.#draw();
  }

  advance(failed: boolean): void {
    this.#count.ended++;
    if (failed) this.#count.failed++;
    this.#draw();
  }

  print(text: string): void {
    process.stderr.write(`\r\x1b[K${text}${text.endsWith("\n") ? "" : "\n"}`);
    this.#draw();
  }

  done(): void {
    clearInterval(this.#timer);
    process.stderr.write("\r\x1b[K");
  }

  #draw(): void {
    const { ended, total, text } = this.#count;
    const full = Math.round((ended / total) * barWidth);
    const line = `${"█".repeat(full)}${"░".repeat(barWidth - full)} ${Math.floor((100 * ended) / total)} %  ${text}`;
    process.stderr.write(`\r\x1b[K${line.slice(0, (process.stderr.columns ?? 100) - 1)}`);
  }
}

/** A line every second or more, so that a short sweep prints none. */
class Lines implements SweepProgress {
  readonly #count: Count;
  readonly #who: string;
  #written = performance.now();

  constructor(total: number, who: string) {
    this.#count = new Count(total);
    this.#who = who;
  }

  advance(failed: boolean): void {
    this.#count.ended++;
    if (failed) this.#count.failed++;
    const now = performance.now();
    if (now - this.#written < 1000) return;
    this.#written = now;
    process.stderr.write(`${this.#who}${this.#count.text}\n`);
  }

  print(text: string): void {
    process.stderr.write(text);
  }

  done(): void {}
}

function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${seconds.toFixed(0)} s`;
  return seconds < 7200 ? `${(seconds / 60).toFixed(0)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
