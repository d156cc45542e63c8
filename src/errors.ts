/**
 * The one error family. Each error says what is wrong (naming the object and the value seen) and, in `hint`, what to do about it.
 * `code` is stable and meant for programs. A bug of ours is an `invariant`, never one of these.
 */
export class SynfireError extends Error {
  // Written out for every class, because bundlers shorten the names of classes.
  static {
    this.prototype.name = "SynfireError";
  }
  readonly code: string;
  readonly hint: string;
  /** Every process of a simulation throws it, at the same point of the program. */
  declare everywhere?: boolean;

  constructor(code: string, problem: string, hint: string) {
    super(hint === "" ? problem : `${problem}\n  ${hint}`);
    this.code = code;
    this.hint = hint;
  }
}

/** A model's equations, units, threshold or reset are wrong; the message points at the text. */
export class EquationError extends SynfireError {
  static {
    this.prototype.name = "EquationError";
  }
}

/** An argument of a call is wrong: unknown name, value out of range, missing unit. */
export class ArgumentError extends SynfireError {
  static {
    this.prototype.name = "ArgumentError";
  }
}

/** A run went wrong while running: a state became NaN, a worker died. */
export class SimulationError extends SynfireError {
  static {
    this.prototype.name = "SimulationError";
  }
}

/** The request is meaningful but this back-end or machine cannot do it. */
export class UnsupportedError extends SynfireError {
  static {
    this.prototype.name = "UnsupportedError";
  }
}

/** A file cannot be read, written or understood. */
export class FileError extends SynfireError {
  static {
    this.prototype.name = "FileError";
  }
}

/** Guards what must hold unless Synfire itself has a bug. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`internal error in synfire: ${message}`);
}

/** The known name nearest to a misspelt one, by edit distance, when it is near enough to be meant. */
export function didYouMean(name: string, names: Iterable<string>): string | undefined {
  const known = [...names];
  let best: string | undefined;
  // Every one-letter name is one edit from every other, so very short names match only in another case.
  let bestDistance = name.length < 3 ? 1 : Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    // Names cannot be nearer than their lengths.
    if (Math.abs(name.length - candidate.length) >= bestDistance) continue;
    const distance = candidate.toLowerCase() === name.toLowerCase() ? 0 : editDistance(name, candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  if (best !== undefined || name.length < 3) return best;
  // "tau" is not near "tau_m" by edits, but it is its beginning.
  const longer = known.filter((candidate) => candidate.startsWith(name));
  return longer.length === 1 ? longer[0] : undefined;
}

/** Insertions, deletions, changes and swaps of neighbours that turn one name into the other. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2]! + 1 : Infinity;
      next.push(Math.min(change, swap, row[j]! + 1, next[j - 1]! + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}
