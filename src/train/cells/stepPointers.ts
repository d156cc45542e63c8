/** Addresses in a block's loop over steps that move by one step a turn. */
import { i32, local } from "../../backend/wasm/assembler.ts";
import type { Local, Node } from "../../backend/wasm/assembler.ts";
import type { Code } from "../../backend/wasm/code.ts";
import { field } from "./wasmBlocks.ts";
import type { Block, CellFunction } from "./wasmBlocks.ts";

export class StepPointers {
  readonly #frame: CellFunction;
  readonly #code: Code;
  readonly #block: Block;
  readonly #first: Node;
  readonly #moving: { readonly at: Local; readonly step: Node }[] = [];

  /** @param first the step at which the loop begins */
  constructor(frame: CellFunction, code: Code, block: Block, first: Node) {
    this.#frame = frame;
    this.#code = code;
    this.#block = block;
    this.#first = first;
  }

  /** An address that begins at `start`. @param step bytes from step to step */
  add(label: string, start: Node, step: Node): Node {
    const at = this.#code.variable(label, "i32", start);
    this.#moving.push({ at, step });
    return local.get(at);
  }

  /** One in an array of the table whose samples are `sampleStride` bytes apart. */
  addStreamed(label: string, array: string, sampleStride: string, step: Node): Node {
    const { sample } = this.#frame;
    const start = this.#block.row(field(this.#frame, array), local.get(sample), field(this.#frame, sampleStride));
    return this.add(label, i32.add(start, i32.mul(this.#first, step)), step);
  }

  /** To the next step, or back to the one before. */
  move(code: Code, where: "on" | "back"): void {
    const moved = where === "on" ? i32.add : i32.sub;
    for (const { at, step } of this.#moving) code.add(local.set(at, moved(local.get(at), step)));
  }
}
