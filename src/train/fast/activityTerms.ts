/** Terms of the loss that are over the activity of one layer: each sample's sum, and gradients added to those of its spikes and membranes. */
import type { ModelData } from "../modelData.ts";
import { regularizeActivity } from "../regularizers.ts";
import type { Activity, Regularizer } from "../regularizers.ts";
import type { CellAddresses } from "./cellRunner.ts";
import type { Part, Room } from "./room.ts";

/** What terms read of a layer of neurons. */
export interface TermUse {
  /** Terms of this layer alone, with its share of their strength. */
  readonly terms: readonly Regularizer[];
  /** Whether there is a budget of synaptic operations, which is over all layers and samples. */
  readonly budget: boolean;
  readonly spikes: boolean;
  readonly membrane: boolean;
}

/** @param position of a layer of neurons */
export function termsOf(model: ModelData, position: number, regularizers: readonly Regularizer[]): TermUse {
  const cells = model.layers.filter((l) => l.kind === "cells").map((l) => l.name), { name } = model.layers[position]!;
  const terms = regularizers.flatMap((term): Regularizer[] => {
    if (term.type === "weightL1" || term.type === "weightL2" || term.type === "synapticOperations") return [];
    const chosen = cells.filter((n) => !term.layers || term.layers.includes(n));
    return chosen.includes(name) ? [{ ...term, layers: [name], strength: term.strength / chosen.length }] : [];
  });
  const budget = regularizers.some((t) => t.type === "synapticOperations");
  const ofMembrane = (t: Regularizer): boolean => t.type === "membraneQuantization";
  return { terms, budget, spikes: budget || terms.some((t) => !ofMembrane(t)), membrane: terms.some(ofMembrane) };
}

export class ActivityTerms {
  readonly #room: Room;
  readonly #name: string;
  readonly #use: TermUse;
  readonly #at: CellAddresses;
  readonly #membrane: number;
  /** Each sample's terms; behind them what a spike costs by the budget. */
  readonly #sums: number;
  readonly #dSpikes: Float32Array;
  readonly #dMembrane: Float32Array;

  /** @param membrane rows as shown */
  constructor(room: Room, name: string, use: TermUse, at: CellAddresses, membrane: number) {
    const size = room.steps * at.units;
    this.#room = room;
    this.#name = name;
    this.#use = use;
    this.#at = at;
    this.#membrane = membrane;
    this.#sums = room.arena.allocate(8 * (room.samples + 1), name);
    this.#dSpikes = new Float32Array(size);
    this.#dMembrane = new Float32Array(size);
  }

  /** Adds the gradients of samples first … last − 1, whose others are there. */
  add(part: Part, first: number, last: number): void {
    const { arena, samples, steps, pass } = this.#room, { spikeGradient, membraneGradient, units } = this.#at;
    const { terms, spikes, membrane } = this.#use, { progress, scale } = pass.values;
    const sums = arena.f64(this.#sums, samples + 1), cost = sums[samples]!;
    for (let s = first; s < last; s++) {
      const activity: Activity = {
        name: this.#name, units, fanOut: 0, spikes: spikes ? this.#spikes(part, s) : new Float32Array(),
        membrane: membrane ? this.#membraneOf(s) : new Float32Array(), dSpikes: this.#dSpikes.fill(cost), dMembrane: this.#dMembrane.fill(0),
      };
      sums[s] = regularizeActivity(terms, [activity], { batch: 1, steps, progress, scale });
      if (spikes && spikeGradient !== 0) this.#addRows(spikeGradient, this.#dSpikes, s);
      if (membrane) this.#addRows(membraneGradient, this.#dMembrane, s);
    }
  }

  /** Sum of the terms of a micro-batch whose gradients were added. */
  total(samples: number): number {
    return this.#room.arena.f64(this.#sums, samples).reduce((a, b) => a + b, 0);
  }

  /** What a spike adds to the loss by the budget. */
  setCost(cost: number): void {
    const { arena, samples } = this.#room;
    arena.f64(this.#sums, samples + 1)[samples] = cost;
  }

  /** [steps, units] of a sample. */
  #spikes(part: Part, sample: number): Float32Array {
    const { arena, steps, kernels, tiles } = this.#room, { bits, bitStride, units } = this.#at, at = tiles[part.index]!;
    kernels.valuesOf(bits + sample * steps * bitStride, bitStride, steps, units, at, 4 * units);
    return arena.f32(at, steps * units);
  }

  #membraneOf(sample: number): Float32Array {
    const { arena, steps } = this.#room, { stride, units } = this.#at, width = stride / 4;
    const rows = arena.f32(this.#membrane + sample * steps * stride, steps * width), all = new Float32Array(steps * units);
    for (let t = 0; t < steps; t++) all.set(rows.subarray(t * width, t * width + units), t * units);
    return all;
  }

  #addRows(address: number, gradient: Float32Array, sample: number): void {
    const { arena, steps } = this.#room, { stride, units } = this.#at, width = stride / 4;
    const to = arena.f32(address + sample * steps * stride, steps * width);
    for (let t = 0; t < steps; t++) for (let u = 0; u < units; u++) to[t * width + u]! += gradient[t * units + u]!;
  }
}
