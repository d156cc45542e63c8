/** Dropout: while training, a mask of each sample drops features for all its steps and scales up the others. */
import { keepsFeature } from "../reference/dropout.ts";
import type { DropoutData } from "../modelData.ts";
import { seedOf } from "../../math/random.ts";
import { rowBytes } from "./room.ts";
import type { Part, Room, Stage, Wire } from "./room.ts";

export class DropoutStage implements Stage {
  readonly name: string;
  readonly output: Wire;
  readonly #room: Room;
  readonly #input: Wire;
  readonly #rate: number;
  readonly #seed: number;
  readonly #stream: number;
  readonly #masks: number;

  /**
   * @param input values
   * @param stream tells the dropout layers of a model apart
   */
  constructor(room: Room, { name, rate }: DropoutData, seed: number, stream: number, input: Wire) {
    const { arena, samples } = room, { units, rows } = input;
    const stride = rowBytes(units), allocate = (wanted = true): number => (wanted ? arena.allocate(samples * rows * stride, name) : 0);
    this.name = name;
    this.#room = room;
    this.#input = input;
    this.#rate = rate;
    this.#seed = seed;
    this.#stream = stream;
    this.#masks = arena.allocate(samples * stride, name);
    this.output = { units, rows, stride, values: allocate(), gradient: allocate(), bits: 0, bitStride: 0, active: 0, other: 0 };
  }

  prepare(): void {
    // It has no weights.
  }

  forward(_: Part, first: number, last: number): void {
    const { training, round } = this.#room.pass.values;
    for (let s = first; s < last; s++) {
      const mask = this.#room.arena.f32(this.#mask(s), this.#input.units);
      if (!training) mask.fill(1);
      else this.#draw(mask, round, this.#room.pass.samples[s]!);
      this.#scale(s, this.#input.values, this.output.values);
    }
  }

  backward(_: Part, first: number, last: number): void {
    if (this.#input.gradient !== 0) for (let s = first; s < last; s++) this.#scale(s, this.output.gradient, this.#input.gradient);
  }

  gradients(): void {
    // It has no weights.
  }

  #draw(mask: Float32Array, round: number, sample: number): void {
    const seed = seedOf(this.#seed), scale = 1 / (1 - this.#rate);
    for (let f = 0; f < mask.length; f++) mask[f] = keepsFeature(this.#rate, seed, this.#stream, f, round, sample) ? scale : 0;
  }

  #mask(sample: number): number {
    return this.#masks + sample * this.output.stride;
  }

  /** To = from·mask for the rows of a sample. */
  #scale(sample: number, from: number, to: number): void {
    const { rows, stride, units } = this.#input, at = sample * rows * stride;
    this.#room.kernels.scaledRows(from + at, stride, rows, units, this.#mask(sample), to + at);
  }
}
