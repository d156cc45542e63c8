/** A stretch of time in columns of pixels, kept as a ring: what is drawn stays in its column, and only new columns are drawn. */
export class Columns {
  /** Columns, and how many are a second. */
  readonly count: number;
  readonly perSecond: number;
  /** The newest column, counted from time 0; those before it are in the ring. */
  newest = 0;

  /** @param seconds that `count` columns show */
  constructor(count: number, seconds: number) {
    this.count = count;
    this.perSecond = count / seconds;
  }

  at(time: number): number {
    return Math.floor(time * this.perSecond);
  }

  place(column: number): number {
    return ((column % this.count) + this.count) % this.count;
  }

  holds(column: number): boolean {
    return column > this.newest - this.count && column <= this.newest;
  }

  /** Moves on to a time. Calls `clear` with places from … to − 1 that now stand for later columns. */
  advance(time: number, clear: (from: number, to: number) => void): void {
    const next = this.at(time);
    const fresh = Math.min(this.count, next - this.newest);
    this.newest = Math.max(this.newest, next);
    if (fresh <= 0) return;
    const first = this.place(next - fresh + 1), end = first + fresh;
    clear(first, Math.min(end, this.count));
    if (end > this.count) clear(0, end - this.count);
  }
}
