/**
 * Contrastive learning as it happens, with phases whose timing is loose. A contrastive rule changes weights by E₊[g] − E₋[g], a mean over positive
 * phases less one over negative ones. Instead of keeping both means, each step of a phase adds c·g, with c = 1/T₊ in positive phases and
 * −r/T₋ in negative ones for mean lengths T₊ and T₋ and r positive phases for each negative one, and c = 0 while the state settles. Whatever the
 * lengths and the order, the expected change is that of the rule; but when lengths vary, g is not taken off as often as it is added, and what
 * remains of it is noise. With `balanced`, positive phases give back what negative ones took: c = A/τ there, with A what is still to be given back
 * and τ a third of T₊, so that little is left at the end.
 *
 * Equilibrium propagation, Forward-Forward, contrastive Hebbian learning and contrastive divergence differ in g, in what is clamped and in what
 * the dynamics are.
 * Source of the claim: Williams, Bredenberg & Lajoie (2023), Flexible phase dynamics for bio-plausible contrastive learning, ICML; the rule
 * above is our reading of it.
 */
import { ArgumentError } from "../../../errors.ts";
import { drawsFor } from "./draws.ts";

export interface PhaseTiming {
  /** T₊ and T₋: mean number of steps in which a phase counts, at least 1. */
  readonly positive: number;
  readonly negative: number;
  /** All phases are as long as the mean, or their lengths are geometric: they may end after any step with the same probability. */
  readonly lengths: "fixed" | "geometric";
  /** Steps at the beginning of each phase that do not count. */
  readonly settle: number;
  /** r: positive phases for each negative one; whole when the order is regular. */
  readonly ratio: number;
  /** One negative phase, then r positive ones; or each phase is positive or negative by chance. */
  readonly order: "regular" | "random";
  /** Positive phases count as much as the negative one before them did, however long they are. */
  readonly balanced: boolean;
}

/** Phases of fixed length in turn: the classical schedule. */
export const periodicPhases = (change: Partial<PhaseTiming> = {}): PhaseTiming =>
  ({ positive: 1, negative: 1, lengths: "fixed", settle: 20, ratio: 1, order: "regular", balanced: false, ...change });

/** What learns: a state with dynamics, and statistics g of it that weights follow. */
export interface ContrastiveSystem {
  /** A phase begins: clamps and drives what belongs to it. */
  begin(sign: 1 | -1): void;
  /** One step of the dynamics. */
  advance(): void;
  /** Adds gain·g of the present state to the weights. */
  learn(gain: number): void;
}

/**
 * Runs phases from number `from` on.
 *
 * @throws {ArgumentError} for timing that cannot be
 */
export function runPhases(
  system: ContrastiveSystem, timing: PhaseTiming, options: { readonly phases: number; readonly seed: number; readonly from?: number },
): void {
  checkTiming(timing);
  const { phases, seed, from = 0 } = options, draw = drawsFor(seed, "phases");
  let owed = 0;
  for (let phase = from; phase < from + phases; phase++) {
    const { sign, length } = phaseAt(timing, phase, (k) => draw(phase, k));
    system.begin(sign);
    for (let n = 0; n < timing.settle; n++) system.advance();
    // What a positive phase gives back of what is owed: its share among those until the next negative one.
    const left = timing.order === "regular" ? timing.ratio + 1 - (phase % (timing.ratio + 1)) : Math.max(1, timing.ratio);
    let share = owed / left;
    for (let n = 0; n < length; n++) {
      const back = timing.balanced ? share * Math.min(1, 3 / timing.positive) : 1 / timing.positive;
      const gain = sign > 0 ? back : -timing.ratio / timing.negative;
      system.advance();
      system.learn(gain);
      owed -= gain;
      if (sign > 0) share -= gain;
    }
  }
}

/** Sign of a phase and the steps of it that count. */
export function phaseAt(timing: PhaseTiming, phase: number, uniform: (k: number) => number): { readonly sign: 1 | -1; readonly length: number } {
  const { ratio, order, lengths } = timing;
  const negative = order === "regular" ? phase % (ratio + 1) === 0 : uniform(0) * (ratio + 1) < 1;
  const mean = negative ? timing.negative : timing.positive;
  const length = lengths === "fixed" || mean === 1 ? mean : 1 + Math.floor(Math.log1p(-uniform(1)) / Math.log1p(-1 / mean));
  return { sign: negative ? -1 : 1, length };
}

function checkTiming({ positive, negative, lengths, settle, ratio, order }: PhaseTiming): void {
  for (const [name, mean] of Object.entries({ positive, negative })) {
    if (mean >= 1 && (lengths === "geometric" || Number.isInteger(mean))) continue;
    const wanted = lengths === "fixed" ? "a whole number of steps" : "a mean";
    throw new ArgumentError("phase-length", `${name} phases of ${mean} steps`, `Give ${wanted} from 1.`);
  }
  if (!Number.isInteger(settle) || settle < 0) throw new ArgumentError("settle", `${settle} steps to settle`, "Give a whole number from 0.");
  if (ratio > 0 && (order === "random" || Number.isInteger(ratio))) return;
  throw new ArgumentError("ratio", `${ratio} positive phases for each negative one`, 'Give a whole number from 1, or order: "random".');
}
