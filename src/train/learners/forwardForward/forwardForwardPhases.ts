/** Forward-Forward as one run of phases: samples with their own labels in positive ones, with wrong labels in negative ones. */
import type { Samples } from "../../samples.ts";
import { drawsFor } from "../contrastive/draws.ts";
import type { Draw } from "../contrastive/draws.ts";
import { labelledBatch } from "../contrastive/labelled.ts";
import type { ContrastiveSystem } from "../contrastive/phases.ts";
import { otherClass } from "./labelInput.ts";
import type { LayerStack } from "./layerStack.ts";

/** Each step shows new samples. A gain of ±1 is half a step of the optimizer, as a batch of both kinds has half of each. */
export class ForwardForwardPhases implements ContrastiveSystem {
  readonly #stack: LayerStack;
  readonly #samples: Samples;
  readonly #batch: number;
  readonly #draw: Readonly<Record<"numbers" | "wrong", Draw>>;
  #round = 0;
  #sign: 1 | -1 = 1;

  /** @param batch samples of a step, at most twice the batch of the layers' settings */
  constructor(stack: LayerStack, samples: Samples, options: { readonly batch: number; readonly seed: number }) {
    this.#stack = stack;
    this.#samples = samples;
    this.#batch = options.batch;
    this.#draw = { numbers: drawsFor(options.seed, "samples of phases"), wrong: drawsFor(options.seed, "wrong labels of phases") };
  }

  begin(sign: 1 | -1): void {
    this.#sign = sign;
  }

  advance(): void {
    const { classes } = this.#stack, round = this.#round++;
    const numbers = Uint32Array.from({ length: this.#batch }, (_, k) => Math.floor(this.#draw.numbers(round, k) * this.#samples.count));
    const { inputs, labels, rows } = labelledBatch(this.#samples, numbers, round, "f32", classes);
    const wrong = (r: number) => otherClass(labels[r]!, classes, this.#draw.wrong(round, r));
    this.#stack.show(inputs, rows, 0, (r) => (this.#sign > 0 ? labels[r]! : wrong(r)));
    this.#stack.forward(rows);
  }

  learn(gain: number): void {
    if (gain !== 0) this.#stack.learn(this.#batch, this.#sign > 0 ? this.#batch : 0, Math.abs(gain) / 2);
  }
}
