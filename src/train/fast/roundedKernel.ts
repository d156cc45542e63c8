/** Weights of few bits: products multiply with them rounded, gradients go straight through the rounding. */
import type { Arena } from "../../engine/arena.ts";
import { quantised, straightThrough } from "../quantise/straightThrough.ts";
import type { Parameter } from "./parameter.ts";

/** What products read of a kernel. */
export type Kernel = Pick<Parameter, "name" | "rows" | "columns" | "stride" | "values" | "gradient">;

export class RoundedKernel implements Kernel {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly stride: number;
  /** Rounded. */
  readonly values: number;
  /** That of the weights themselves. */
  readonly gradient: number;
  readonly #weight: Parameter;
  readonly #bits: number;

  constructor(arena: Arena, weight: Parameter, bits: number) {
    this.name = weight.name;
    this.rows = weight.rows;
    this.columns = weight.columns;
    this.stride = weight.stride;
    this.gradient = weight.gradient;
    this.values = arena.allocate(weight.rows * weight.stride + 256, weight.name);
    this.#weight = weight;
    this.#bits = bits;
  }

  /** Weights changed. */
  round(): void {
    this.#weight.write(this.values, quantised(this.#weight.read(this.#weight.values), this.#bits));
  }

  /** Turns the gradient with respect to the rounded weights into that with respect to the weights. */
  passGradient(): void {
    const gradient = this.#weight.read(this.gradient);
    straightThrough(this.#weight.read(this.#weight.values), this.#bits, gradient);
    this.#weight.write(this.gradient, gradient);
  }
}
