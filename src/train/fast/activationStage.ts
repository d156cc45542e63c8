/** A layer of rate units. */
import type { ActivationData } from "../modelData.ts";
import type { Parameter } from "./parameter.ts";
import { rowBytes } from "./room.ts";
import type { Part, Room, Stage, Wire } from "./room.ts";

type Call = (...values: number[]) => number;

export class ActivationStage implements Stage {
  readonly name: string;
  readonly output: Wire;
  readonly #room: Room;
  readonly #input: Wire;
  readonly #code: (what: string) => Call;
  /** λ of qcfs, and each sample's gradient with respect to it. */
  readonly #threshold: Parameter | undefined;
  readonly #sums: number;

  /** @param input values */
  constructor(room: Room, { name }: ActivationData, code: string, input: Wire, threshold: Parameter | undefined) {
    const { arena, samples, exports } = room, { units, rows } = input;
    const stride = rowBytes(units), allocate = (): number => arena.allocate(samples * rows * stride, name);
    this.name = name;
    this.#room = room;
    this.#input = input;
    this.#code = (what) => exports[`${code}_${what}`] as Call;
    this.#threshold = threshold;
    this.#sums = threshold ? arena.allocate(8 * samples, name) : 0;
    this.output = { units, rows, stride, values: allocate(), gradient: allocate(), bits: 0, bitStride: 0, active: 0, other: 0 };
  }

  prepare(): void {
    // Its weight is read where it lies.
  }

  forward(_: Part, first: number, last: number): void {
    const { values, rows, stride, units } = this.#input, at = first * rows * stride;
    this.#code("value")(values + at, stride, (last - first) * rows, units, this.output.values + at, this.#threshold?.values ?? 0);
  }

  backward(_: Part, first: number, last: number): void {
    const { values, gradient, rows, stride, units } = this.#input, { output } = this;
    const at = first * rows * stride, threshold = this.#threshold?.values ?? 0;
    if (gradient !== 0) {
      this.#code("slope")(
        values + at, output.values + at, output.gradient + at, stride, (last - first) * rows, units, gradient + at, threshold);
    }
    if (!this.#threshold) return;
    const sums = this.#room.arena.f64(this.#sums, this.#room.samples);
    for (let s = first; s < last; s++) {
      const row = s * rows * stride;
      sums[s] = this.#code("threshold")(values + row, output.values + row, output.gradient + row, stride, rows, units, threshold);
    }
  }

  gradients(part: Part, samples: number): void {
    if (!this.#threshold || part.index > 0) return;
    const { arena } = this.#room;
    arena.f32(this.#threshold.gradient, 1)[0]! += arena.f64(this.#sums, samples).reduce((a, b) => a + b, 0);
  }
}
