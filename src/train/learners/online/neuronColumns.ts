/** One sample's neurons of a layer, stepped forwards in time with the derivatives of each step. */
import { ArgumentError } from "../../../errors.ts";
import { number } from "../../../ir/expr.ts";
import type { Expr } from "../../../ir/expr.ts";
import { isNumber } from "../../../ir/simplify.ts";
import type { CellsData, Weights } from "../../modelData.ts";
import { beforeName, cellDynamics, spikeCondition } from "./cellDynamics.ts";
import type { CellDynamics } from "./cellDynamics.ts";
import { ColumnProgram } from "./columns.ts";

/** A derivative that is not zero everywhere: its values in the last step, [units]. */
export interface Entry { readonly from: number; readonly values: Float64Array; readonly constant: number | undefined }

/** The derivatives of one followed state; see `Derivatives`. */
export interface FollowedState {
  readonly state: number;
  /** By followed states of the step before, in the order of `followed`. */
  readonly old: readonly Entry[];
  readonly input: Float64Array;
  readonly inputConstant: number | undefined;
  readonly spiked: Float64Array | undefined;
  readonly spike: Float64Array | undefined;
  /** Rows of the reset; undefined when a reset leaves the state as it is. */
  readonly reset: readonly Entry[] | undefined;
  readonly jump: Float64Array | undefined;
}

export class NeuronColumns {
  readonly units: number;
  readonly dynamics: CellDynamics;
  /** What the neurons receive in the next step. */
  readonly input: Float64Array;
  /** 1 where the neuron spiked in the last step. */
  readonly spikes: Float64Array;
  /** States after the step and before its reset, in the order of the cell. */
  readonly before: readonly Float64Array[];
  readonly followed: readonly FollowedState[];
  readonly #states: readonly Float64Array[];
  readonly #next: readonly Float64Array[];
  readonly #reset: readonly Float64Array[];
  readonly #crossed: Float64Array | undefined;
  /** `spikes` of the step before, while a step is computed. */
  readonly #spiked: Float64Array;
  readonly #parameters: ReadonlyMap<string, Float64Array>;
  readonly #step: ColumnProgram;
  readonly #after: ColumnProgram;
  readonly #layer: CellsData;

  constructor(layer: CellsData, units: number) {
    const dynamics = cellDynamics(layer), column = (): Float64Array => new Float64Array(units);
    this.#layer = layer;
    this.units = units;
    this.dynamics = dynamics;
    [this.input, this.spikes, this.#spiked] = [column(), column(), column()];
    this.#states = dynamics.states.map(column);
    this.#next = dynamics.states.map(column);
    this.#parameters = new Map(dynamics.perNeuron.filter((n) => !n.startsWith("initial:")).map((n) => [n, column()]));
    const names = new Map<string, Float64Array>([...this.#parameters, ["input", this.input], ["spiked", this.#spiked]]);
    dynamics.states.forEach((s, k) => names.set(s.name, this.#states[k]!));
    this.#step = new ColumnProgram(units, names);
    this.before = dynamics.before.map((e) => this.#step.add(e));
    const later = new Map<string, Float64Array>(this.#parameters);
    dynamics.states.forEach((s, k) => later.set(beforeName(s.name), this.before[k]!));
    this.#after = new ColumnProgram(units, later);
    const crossed = spikeCondition(dynamics);
    this.#crossed = crossed && this.#after.add(crossed);
    this.#reset = dynamics.reset.map((e) => this.#after.add(e));
    this.followed = this.#follow();
  }

  #follow(): FollowedState[] {
    const d = this.dynamics.derivatives, places = d.followed.flatMap((yes, k) => (yes ? [k] : []));
    const zero = number(0), some = (program: ColumnProgram, e: Expr): Float64Array | undefined => (isNumber(e, 0) ? undefined : program.add(e));
    const entries = (program: ColumnProgram, row: readonly Expr[]): Entry[] => places.flatMap((l, from) =>
      isNumber(row[l]!, 0) ? [] : [{ from, values: program.add(row[l]!), constant: valueOf(row[l]!) }]);
    return places.map((k) => {
      const stays = d.reset[k]!.every((e, l) => isNumber(e, Number(l === k)));
      return {
        state: k, old: entries(this.#step, d.state[k]!), input: this.#step.add(d.input[k] ?? zero), inputConstant: valueOf(d.input[k]!),
        spiked: some(this.#step, d.spiked[k]!), spike: some(this.#after, d.spike[k]!),
        reset: stays ? undefined : entries(this.#after, d.reset[k]!), jump: some(this.#after, d.jump[k]!),
      };
    });
  }

  /** To the beginning of a sample. @throws {ArgumentError} when values that differ between neurons are missing */
  start(weights: Weights): void {
    const of = (wanted: string): ArrayLike<number> => {
      const given = weights.get(`${this.#layer.name}/${wanted}`)?.values;
      if (given && (given.length === this.units || given.length === 1)) return given;
      throw new ArgumentError("weights", `weights "${this.#layer.name}/${wanted}" have ${given?.length ?? "no"} values, not ${this.units}`,
        "Begin with initialWeights(model).");
    };
    const fill = (column: Float64Array, values: ArrayLike<number>): void =>
      column.forEach((_, j) => (column[j] = values[values.length === 1 ? 0 : j]!));
    for (const [n, column] of this.#parameters) fill(column, of(n));
    this.dynamics.states.forEach(({ name: n, initial }, k) => fill(this.#states[k]!, this.dynamics.perNeuron.includes(`initial:${n}`)
      ? of(`initial:${n}`) : [initial]));
    this.spikes.fill(0);
  }

  /** One step from `input`: new states, `spikes`, and the derivatives of the step. */
  step(): void {
    this.#spiked.set(this.spikes);
    this.#step.run();
    this.#after.run();
    if (this.#crossed) this.spikes.set(this.#crossed);
    this.#next.forEach((next, k) => {
      const before = this.before[k]!, reset = this.#reset[k]!;
      for (let j = 0; j < this.units; j++) next[j] = this.spikes[j] !== 0 ? reset[j]! : before[j]!;
    });
  }

  /** ∂spike/∂input of neuron j within the last step. */
  response(j: number): number {
    let sum = 0;
    for (const { spike, input } of this.followed) if (spike) sum += spike[j]! * input[j]!;
    return sum;
  }

  /** Takes over the states of the step; until then derivatives and `before` belong to it. */
  finish(): void {
    this.#states.forEach((state, k) => state.set(this.#next[k]!));
  }
}

const valueOf = (e: Expr): number | undefined => (e.kind === "number" ? e.value : undefined);
