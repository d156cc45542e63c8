/** Gradients of a smoothed layer beside central differences of a loss that reads all spikes and membranes. */
import type { DerivedCell } from "../../../src/train/cells/derive.ts";
import { CellRun } from "../../../src/train/cells/referenceCells.ts";
import type { Reals } from "../../../src/train/sequence.ts";
import { randomNumbers } from "./conventionCases.ts";

export interface Compared { readonly what: string; readonly adjoint: number; readonly difference: number; readonly size: number }

const shape = { batch: 2, steps: 6, units: 2, precision: "f64" } as const;

/**
 * @param input makes one input from a number in 0 … 1
 * @param unitOf what is small for a parameter that is zero
 * @param h relative step of the differences
 */
export function compareGradients(derived: DerivedCell, input: (x: number) => number, unitOf: (name: string) => number, h = 1e-5): Compared[] {
  const random = randomNumbers(3), { batch, steps, units } = shape, rows = batch * steps * units;
  const currents = Float64Array.from({ length: rows }, () => input(random()));
  const scale = derived.cell.threshold?.scale ?? 1;
  const dSpikes = Float64Array.from({ length: rows }, () => random() + 0.2), dMembrane = dSpikes.map(() => (random() - 0.3) / scale);
  const cell = derived.cell;
  const parameters = new Map(cell.parameters.map((p) => {
    const n = derived.perNeuron.includes(p.name) ? units : 1;
    return [p.name, Float64Array.from({ length: n }, (_, k) => p.value * (1 + 0.03 * k))] as const;
  }));
  const initial = new Map(cell.state.map((s) => [s.name, Float64Array.of(s.initial)] as const));
  const run = new CellRun(derived, shape);
  const loss = (): number => {
    run.setParameters(parameters, initial);
    run.forward(currents, false);
    const { spikes, membrane } = run;
    return dSpikes.reduce((sum, g, k) => sum + g * spikes[k]! + dMembrane[k]! * membrane[k]!, 0);
  };
  loss();
  const dInput: Reals = new Float64Array(rows);
  run.backward(dSpikes, dMembrane, currents, false, dInput);
  const gradients = run.gradients;
  const found: Compared[] = [];
  const size = Math.abs(input(1) - input(0));
  const compare = (what: string, values: Float64Array, k: number, adjoint: number, unit: number): void => {
    const kept = values[k]!, step = h * unit;
    values[k] = kept + step;
    const above = loss();
    values[k] = kept - step;
    const below = loss();
    values[k] = kept;
    found.push({ what, adjoint: adjoint * unit, difference: ((above - below) / (2 * step)) * unit, size: unit });
  };
  for (let k = 0; k < rows; k += 5) compare(`input ${k}`, currents, k, dInput[k]!, size);
  for (const n of derived.learn) {
    const values = n.startsWith("initial:") ? initial.get(n.slice(8))! : parameters.get(n)!;
    const unit = Math.abs(values[0]!) || unitOf(n);
    gradients.get(n)!.forEach((g, k) => compare(`${n} ${k}`, values, k, g, unit));
  }
  return found;
}

/** The largest difference beside its own gradient, or beside a ten-thousandth of the largest of all. */
export function worst(compared: readonly Compared[]): number {
  const largest = Math.max(...compared.map((c) => Math.abs(c.difference)));
  const apart = compared.map(({ adjoint, difference }) => Math.abs(adjoint - difference) / (Math.abs(difference) + 1e-4 * largest));
  return Math.max(...apart.map((x) => (Number.isNaN(x) ? Infinity : x)));
}
