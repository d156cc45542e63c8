/**
 * The exact step of a linear system: x(t+dt) = P·x(t) + Q·b + L·z with P = exp(A·dt), Q = ∫ exp(A·s) ds, inputs b held over the step, and
 * L·Lᵀ the covariance of the noise. P, Q and L are numbers, or per-element constants where parameters differ between elements.
 *
 * @source Rotter & Diesmann (1999), Biol. Cybern. 81:381–402, §3. doi:10.1007/s004220050570
 */
import { evaluator } from "../ir/evaluate.ts";
import { add, mul, name, namesIn, select } from "../ir/expr.ts";
import type { Expr } from "../ir/expr.ts";
import { isNumber, simplify } from "../ir/simplify.ts";
import { choleskyFactor, linearPropagators } from "../math/matrixExponential.ts";
import type { Propagators } from "../math/matrixExponential.ts";
import { affineTerms } from "./affineTerms.ts";
import type { DerivedFormula } from "./lowered.ts";
import type { LinearRow } from "./linearSystem.ts";
import type { System } from "./system.ts";
import { zero } from "./system.ts";

/** The new value of every variable of a linear system; those of frozen variables hold only where the neuron is not refractory. */
export function linearStep(system: System, rows: readonly LinearRow[]): Map<string, Expr> {
  const draws = new Map<string, string>();
  const free = freeStep(system, rows, "", draws);
  const { refractory } = system;
  if (!refractory || !rows.some((row) => row.frozen)) return free;
  // While refractory, frozen variables are constant inputs of the others: the same system with their rows set to zero.
  const standing = rows.map((row) => (row.frozen ? { ...row, rates: new Map(), input: zero, noise: new Map() } : row));
  const affected = rows.filter((row, k) => !row.frozen && reached(rows, k).some((j) => rows[j]!.frozen)).map((row) => row.name);
  if (affected.length === 0) return free;
  const held = freeStep(system, standing, "_refractory", draws, new Set(affected));
  return new Map([...free].map(([n, value]) => [n, affected.includes(n) ? select(refractory, held.get(n)!, value) : value]));
}

/** @param only the variables whose new values are wanted; all when absent */
function freeStep(
  system: System, rows: readonly LinearRow[], suffix: string, draws: Map<string, string>, only?: ReadonlySet<string>,
): Map<string, Expr> {
  const next = new Map<string, Expr>();
  const noise = noiseTerms(system, rows, suffix, draws);
  rows.forEach((row, k) => {
    if (only && !only.has(row.name)) return;
    const block = reached(rows, k).map((j) => rows[j]!);
    next.set(row.name, simplify([...rowTerms(system, block, suffix), ...(noise.get(row.name) ?? [])].reduce(add, zero)));
  });
  return next;
}

/** The variables that row k depends on, directly or through others; itself first. */
function reached(rows: readonly LinearRow[], k: number): number[] {
  const found = [k];
  for (const i of found) rows.forEach((row, j) => rows[i]!.rates.has(row.name) && !found.includes(j) && found.push(j));
  return found;
}

/**
 * One number of the step: an entry of P, or a row of Q times constant weights. It depends on no more equations than lie on the way from its
 * sources to the variable, so that a parameter per neuron makes arrays of nothing else.
 */
interface Entry {
  readonly wish: string;
  /** What the number is multiplied by; nothing for the drift. */
  readonly factor: Expr | undefined;
  /** The equations on the way, the variable's own first. */
  readonly rows: readonly LinearRow[];
  /** Which variable of `rows` it comes from, or how much each of them receives. */
  readonly of: { readonly column: number } | { readonly weights: readonly Expr[] };
}

/** The terms of the new value of block[0], whose equations form a closed system. */
function rowTerms(system: System, block: readonly LinearRow[], suffix: string): Expr[] {
  const { scope } = system;
  const own = block[0]!.name;
  const between = (sources: readonly LinearRow[]): readonly LinearRow[] =>
    block.filter((row, k) => row === block[0] || reached(block, k).some((j) => sources.includes(block[j]!)));
  const entries: Entry[] = block.map((row) => {
    const rows = between([row]);
    return { wish: `P_${own}_${row.name}`, factor: name(row.name), rows, of: { column: rows.indexOf(row) } };
  });
  const drives = block.map((row) => affineTerms(row.input, (e) => scope.isConstant(e)));
  const weigh = (wish: string, factor: Expr | undefined, weightOf: (row: LinearRow) => Expr): void => {
    const sources = block.filter((row) => !isNumber(weightOf(row), 0));
    if (sources.length === 0) return;
    const rows = between(sources);
    entries.push({ wish, factor, rows, of: { weights: rows.map(weightOf) } });
  };
  block.forEach((source, k) => {
    for (const { coefficient, atom } of drives[k]!.terms) {
      weigh(`Q_${own}_${atom.kind === "name" ? atom.name : source.name}`, atom, (row) => (row === source ? coefficient : zero));
    }
  });
  weigh(`drift_${own}`, undefined, (row) => drives[block.indexOf(row)]!.constant);

  // Entries that depend on the same equations and parameters are computed together.
  const values = new Map<Entry, Expr>();
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const key = [...entry.rows.map((row) => row.name), "|", ...parametersOf(entry).sort()].join(" ");
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  for (const group of groups.values()) {
    const inputs = parametersOf(group[0]!);
    const wishes = group.map((entry) => entry.wish + suffix);
    const computed = scope.addDerived(wishes, inputs, entryComputation(group, inputs, system.dt), formulaOf(group, system.dt));
    computed.forEach((value, k) => values.set(group[k]!, value));
  }
  return entries.map((entry) => (entry.factor ? mul(values.get(entry)!, entry.factor) : values.get(entry)!));
}

function formulaOf(group: readonly Entry[], dt: number): DerivedFormula {
  const { rows } = group[0]!;
  const rates = rows.map((row) => rows.map((other) => row.rates.get(other.name) ?? zero));
  return { kind: "propagator", rates, entries: group.map((entry) => entry.of), dt };
}

function parametersOf({ rows, of }: Entry): string[] {
  const rates = rows.flatMap((row) => rows.flatMap((other) => row.rates.get(other.name) ?? []));
  return [...namesOf("weights" in of ? [...rates, ...of.weights] : rates)];
}

function entryComputation(group: readonly Entry[], inputs: readonly string[], dt: number): (parameters: Float64Array) => Float64Array {
  const { rows } = group[0]!;
  const rates = rateMatrix(rows, inputs);
  const readers = group.map(({ of }) => {
    if ("column" in of) return ({ state }: Propagators) => state[of.column]!;
    const weights = of.weights.map((weight) => evaluator(weight, inputs));
    return ({ input }: Propagators, parameters: Float64Array) => weights.reduce((sum, weight, k) => sum + input[k]! * weight(parameters), 0);
  });
  return (parameters) => {
    const propagators = linearPropagators(rates(parameters), rows.length, dt);
    return Float64Array.from(readers, (read) => read(propagators, parameters));
  };
}

/** Correlated Gaussian increments with exactly the covariance that the noise builds up within the step, for every variable it reaches. */
function noiseTerms(system: System, rows: readonly LinearRow[], suffix: string, draws: Map<string, string>): Map<string, Expr[]> {
  const block = [...new Set(rows.flatMap((_, k) => {
    const block = reached(rows, k);
    return block.some((j) => rows[j]!.noise.size > 0) ? block : [];
  }))].map((k) => rows[k]!);
  const noisy = block.filter((row) => reached(block, block.indexOf(row)).some((j) => block[j]!.noise.size > 0));
  const order = [...noisy, ...block.filter((row) => !noisy.includes(row))];
  const [n, size] = [noisy.length, order.length];
  if (n === 0) return new Map();
  const inputs = [...namesOf(order.flatMap((row) => [...row.rates.values(), ...row.noise.values()]))];
  const rates = rateMatrix(order, inputs);
  const sources = [...new Set(order.flatMap((row) => [...row.noise.keys()]))];
  const amplitudes = sources.map((xi) => order.map((row) => evaluator(row.noise.get(xi) ?? zero, inputs)));
  const compute = (parameters: Float64Array): Float64Array => {
    const intensity = new Float64Array(size * size);
    for (const source of amplitudes) {
      const amplitude = source.map((value) => value(parameters));
      amplitude.forEach((a, i) => amplitude.forEach((b, j) => (intensity[i * size + j]! += a * b)));
    }
    const { covariance } = linearPropagators(rates(parameters), size, system.dt, intensity);
    const factor = choleskyFactor(covariance, size);
    return Float64Array.from(lowerTriangle(n), ([i, j]) => factor[i * size + j]!);
  };
  const wishes = lowerTriangle(n).map(([i, j]) => `L_${order[i]!.name}_${order[j]!.name}${suffix}`);
  const values = system.scope.addDerived(wishes, inputs, compute);
  const terms = new Map<string, Expr[]>(noisy.map((row) => [row.name, []]));
  lowerTriangle(n).forEach(([i, j], k) => {
    const source = order[j]!.name;
    if (isNumber(values[k]!, 0)) return;
    if (!draws.has(source)) draws.set(source, system.scope.addNoise(`noise_${source}`));
    terms.get(order[i]!.name)!.push(mul(values[k]!, name(draws.get(source)!)));
  });
  return terms;
}

function lowerTriangle(n: number): [row: number, column: number][] {
  return Array.from({ length: n }, (_, i) => Array.from({ length: i + 1 }, (_, j): [number, number] => [i, j])).flat();
}

const namesOf = (expressions: readonly Expr[]): Set<string> => new Set(expressions.flatMap((e) => [...namesIn(e)]));

/** A function from the values of `names` to the matrix A of a block. */
function rateMatrix(block: readonly LinearRow[], names: readonly string[]): (values: Float64Array) => Float64Array {
  const entries = block.flatMap((row) => block.map((other) => evaluator(row.rates.get(other.name) ?? zero, names)));
  return (values) => Float64Array.from(entries, (entry) => entry(values));
}
