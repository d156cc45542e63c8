/** Cells in plain JavaScript, in f64 or f32: what the other back-ends are compared with, and what runs where there is no WebAssembly. */
import { ArgumentError, invariant } from "../../errors.ts";
import type { Reals } from "../sequence.ts";
import { compileProgram } from "./cellProgram.ts";
import type { CellProgram } from "./cellProgram.ts";
import type { DerivedCell } from "./derivedCell.ts";
import { reserved } from "./derivedCell.ts";

export interface CellRunOptions {
  readonly batch: number;
  readonly steps: number;
  readonly units: number;
  readonly precision: "f32" | "f64";
}

/**
 * A layer of cells over a batch of sequences; arrays are [batch, steps, units], row-major.
 *
 * A pass may be made in pieces: forwards [0, a), [a, b), … and backwards in reverse, so that recurrent input can be added in between. A forward
 * piece that begins at step 0 starts from the initial state, a backward piece that ends at the last step from gradients of zero.
 */
export class CellRun {
  /** 1 where a neuron spikes, else 0. */
  readonly spikes: Reals;
  /** The membrane as the cell shows it, before or after its reset. */
  readonly membrane: Reals;
  readonly #derived: DerivedCell;
  readonly #options: CellRunOptions;
  readonly #real: (length: number) => Reals;
  readonly #names: readonly string[];
  readonly #values: Float64Array;
  readonly #slot = new Map<string, number>();
  readonly #slots: Readonly<Record<keyof typeof reserved, number>>;
  /** Current states, [batch, units]. */
  readonly #state: ReadonlyMap<string, Reals>;
  readonly #start: ReadonlyMap<string, Reals>;
  readonly #trace: ReadonlyMap<string, Reals>;
  readonly #carried: ReadonlyMap<string, Reals>;
  readonly #carriedSpiked: Reals;
  readonly #coefficientAdjoints = new Map<string, Float64Array>();
  readonly #program: CellProgram;
  #parameters: ReadonlyMap<string, Reals> = new Map();
  #initial: ReadonlyMap<string, Reals> = new Map();
  #coefficients = new Map<string, Float64Array>();

  constructor(derived: DerivedCell, options: CellRunOptions) {
    const { batch, steps, units, precision } = options;
    this.#derived = derived;
    this.#options = options;
    this.#real = (length) => (precision === "f32" ? new Float32Array(length) : new Float64Array(length));
    const states = derived.cell.state.map((s) => s.name);
    const each = (names: Iterable<string>, length: number): Map<string, Reals> => new Map([...names].map((n) => [n, this.#real(length)] as const));
    this.spikes = this.#real(batch * steps * units);
    this.membrane = this.#real(batch * steps * units);
    this.#state = each(states, batch * units);
    this.#start = each(states, batch * units);
    this.#trace = each(derived.trace, batch * steps * units);
    this.#carried = each(derived.backward.carried.keys(), batch * units);
    this.#carriedSpiked = this.#real(batch * units);
    const { forward, backward } = derived;
    this.#names = [...new Set([
      ...states, ...Object.values(reserved), ...derived.coefficients.all.map((c) => c.name), ...backward.before.values(),
      ...[...backward.carried.values()].map((c) => c.name),
      ...[...forward.step, ...forward.reset, ...backward.recover.statements, ...backward.statements].map((d) => d.name),
    ])];
    this.#names.forEach((n, k) => this.#slot.set(n, k));
    this.#values = new Float64Array(this.#names.length);
    this.#slots = Object.fromEntries(Object.entries(reserved).map(([key, n]) => [key, this.#slot.get(n)!])) as Record<keyof typeof reserved, number>;
    this.#program = compileProgram(derived, this.#names, precision);
    this.setParameters(new Map(), new Map());
  }

  /**
   * New values of learned and per-neuron parameters, [1] or [units], and of initial states (`v`, not `initial:v`); others keep the cell's own.
   *
   * @throws {ArgumentError} for an array of another length
   */
  setParameters(parameters: ReadonlyMap<string, Reals>, initial: ReadonlyMap<string, Reals>): void {
    const { cell, coefficients } = this.#derived;
    const { units } = this.#options;
    for (const [n, values] of [...parameters, ...initial]) {
      if (values.length !== 1 && values.length !== units) {
        throw new ArgumentError("shape", `${n} of the cell "${cell.name}" has ${values.length} values for ${units} neurons`,
          "Give one, or one for each neuron.");
      }
    }
    this.#parameters = new Map(cell.parameters.map((p) => [p.name, parameters.get(p.name) ?? Float64Array.of(p.value)] as const));
    this.#initial = new Map(cell.state.map((s) => [s.name, initial.get(s.name) ?? Float64Array.of(s.initial)] as const));
    const round = this.#options.precision === "f32" ? Math.fround : (x: number): number => x;
    this.#coefficients = coefficients.values(this.#parameters, units);
    for (const values of this.#coefficients.values()) values.forEach((x, k) => (values[k] = round(x)));
    for (const c of coefficients.all) this.#coefficientAdjoints.set(c.name, new Float64Array(c.perNeuron ? units : 1));
  }

  /** Advances all samples through the steps from … to − 1. @param input [batch, steps, units], or [batch, 1, units] when it is constant */
  forward(input: Reals, constantInput: boolean, from = 0, to = this.#options.steps): void {
    const { batch, steps, units } = this.#options;
    const { cell, trace } = this.#derived;
    const { program, values, slots } = this.#frame();
    invariant(input.length === batch * (constantInput ? 1 : steps) * units, "input of a layer of cells is [batch, steps, units]");
    if (from === 0) this.#startAnew();
    for (let b = 0; b < batch; b++) for (let u = 0; u < units; u++) {
      const n = b * units + u;
      this.#loadCoefficients(u);
      for (const s of cell.state) values[this.#slot.get(s.name)!] = this.#state.get(s.name)![n]!;
      let spiked = from === 0 ? 0 : this.spikes[(b * steps + from - 1) * units + u]!;
      for (let t = from; t < to; t++) {
        const at = (b * steps + t) * units + u;
        values[slots.input] = constantInput ? input[n]! : input[at]!;
        values[slots.spiked] = spiked;
        for (const run of program.step) run(values);
        spiked = program.spike ? program.spike(values) : 0;
        values[slots.spike] = spiked;
        this.spikes[at] = spiked;
        for (const run of program.reset) run(values);
        this.membrane[at] = program.membrane(values);
        trace.forEach((s, k) => (this.#trace.get(s)![at] = program.before[k]!(values)));
        program.after(values);
      }
      for (const s of cell.state) this.#state.get(s.name)![n] = values[this.#slot.get(s.name)!]!;
    }
  }

  /**
   * Goes back through the steps to − 1 … from.
   *
   * @param dSpikes gradient with respect to spikes, [batch, steps, units]; none when absent
   * @param dMembrane the same for the membrane
   * @param input as in forward: some cells' gradients need it
   * @param dInput out: gradient with respect to the input, [batch, steps, units] (also when it is constant: sum over steps)
   */
  backward(
    dSpikes: Reals | undefined, dMembrane: Reals | undefined, input: Reals, constantInput: boolean, dInput: Reals, from = 0, to = this.#options.steps,
  ): void {
    const { batch, steps, units } = this.#options;
    const { backward } = this.#derived;
    const { program, values, slots } = this.#frame();
    if (to === steps) this.#clearAdjoints();
    const carried = [...backward.carried].map(([s, { name }]) => ({ array: this.#carried.get(s)!, slot: this.#slot.get(name)! }));
    const before = [...backward.before].map(([s, label]) => ({ array: this.#trace.get(s)!, slot: this.#slot.get(label)! }));
    for (let b = 0; b < batch; b++) for (let u = 0; u < units; u++) {
      const n = b * units + u;
      this.#loadCoefficients(u);
      for (const { array, slot } of carried) values[slot] = array[n]!;
      values[slots.spikedAdjoint] = this.#carriedSpiked[n]!;
      for (let t = to - 1; t >= from; t--) {
        const at = (b * steps + t) * units + u;
        this.#recover(n, at, t);
        for (const { array, slot } of before) values[slot] = array[at]!;
        values[slots.input] = constantInput ? input[n]! : input[at]!;
        values[slots.spiked] = t > 0 ? this.spikes[at - units]! : 0;
        values[slots.spike] = this.spikes[at]!;
        values[slots.spikeAdjoint] = dSpikes ? dSpikes[at]! : 0;
        values[slots.membraneAdjoint] = dMembrane ? dMembrane[at]! : 0;
        for (const run of program.backward) run(values);
        dInput[at] = program.dInput(values);
        for (const { adjoint, perNeuron, value } of program.coefficients) {
          this.#coefficientAdjoints.get(adjoint)![perNeuron ? u : 0]! += value(values);
        }
        program.carry(values);
      }
      for (const { array, slot } of carried) array[n] = values[slot]!;
      this.#carriedSpiked[n] = values[slots.spikedAdjoint]!;
    }
  }

  /** Gradients of what is learned, summed over the batch, after a backward pass: parameter or `initial:…` → [1] or [units]. */
  get gradients(): Map<string, Float64Array> {
    const { batch, units } = this.#options;
    const { coefficients, learn, perNeuron } = this.#derived;
    const found = coefficients.gradients(this.#coefficientAdjoints, this.#parameters, units);
    for (const n of learn) {
      if (!n.startsWith("initial:")) continue;
      const sum = new Float64Array(perNeuron.includes(n) ? units : 1);
      const carried = this.#carried.get(n.slice("initial:".length));
      if (carried) for (let k = 0; k < batch * units; k++) sum[sum.length === 1 ? 0 : k % units]! += carried[k]!;
      found.set(n, sum);
    }
    return found;
  }

  #startAnew(): void {
    const { batch, units } = this.#options;
    for (const [s, initial] of this.#initial) {
      const state = this.#state.get(s)!, start = this.#start.get(s)!;
      for (let k = 0; k < batch * units; k++) state[k] = start[k] = initial[initial.length === 1 ? 0 : k % units]!;
    }
  }

  #clearAdjoints(): void {
    for (const array of [...this.#carried.values(), ...this.#coefficientAdjoints.values(), this.#carriedSpiked]) array.fill(0);
  }

  /** Puts the states at the start of step t in place. */
  #recover(n: number, at: number, t: number): void {
    const { units } = this.#options;
    const { backward, trace } = this.#derived;
    const { program, values, slots } = this.#frame();
    if (backward.old.length === 0) return;
    if (t === 0) {
      for (const s of backward.old) values[this.#slot.get(s)!] = this.#start.get(s)![n]!;
      return;
    }
    for (const s of trace) values[this.#slot.get(s)!] = this.#trace.get(s)![at - units]!;
    values[slots.spike] = this.spikes[at - units]!;
    for (const run of program.recover) run(values);
    program.old(values);
  }

  #loadCoefficients(u: number): void {
    for (const [n, values] of this.#coefficients) this.#values[this.#slot.get(n)!] = values[values.length === 1 ? 0 : u]!;
  }

  #frame(): { program: CellProgram; values: Float64Array; slots: Readonly<Record<keyof typeof reserved, number>> } {
    return { program: this.#program, values: this.#values, slots: this.#slots };
  }
}
