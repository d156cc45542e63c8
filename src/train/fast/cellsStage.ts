/** A layer of neurons, with or without connections among themselves. */
import type { CellsData } from "../modelData.ts";
import { panelLength } from "../kernels/panels.ts";
import { denseVectors } from "../kernels/trainingKernels.ts";
import { sumVectors } from "../kernels/updates.ts";
import type { DerivedCell } from "../cells/derivedCell.ts";
import { ActivityTerms } from "./activityTerms.ts";
import { CellRunner } from "./cellRunner.ts";
import type { CellAddresses, CellUse } from "./cellRunner.ts";
import type { Parameter } from "./parameter.ts";
import { bitBytes, rowBytes, shareOf } from "./room.ts";
import type { Part, Room, Stage, Wire } from "./room.ts";
import { SpikeProduct } from "./spikeProduct.ts";

/** What a layer of neurons is made of: its statements, the name of its code, its weights by name. */
export interface CellParts {
  readonly derived: DerivedCell;
  readonly code: string;
  readonly use: CellUse;
  readonly weight: (name: string) => Parameter | undefined;
}

export class CellsStage implements Stage {
  readonly name: string;
  readonly output: Wire;
  /** Whether its neurons spike. */
  readonly spiking: boolean;
  readonly addresses: CellAddresses;
  readonly #room: Room;
  readonly #input: Wire;
  readonly runner: CellRunner;
  readonly terms: ActivityTerms | undefined;
  readonly #recurrent: Recurrent | undefined;
  /** Gradients that begin as zeros. */
  readonly #begun: readonly number[];

  constructor(room: Room, layer: CellsData, input: Wire, { derived, code, use, weight }: CellParts) {
    const { arena, steps } = room, { units } = input;
    const stride = rowBytes(units), bitStride = bitBytes(units), rows = room.samples * steps;
    const values = (wanted = true): number => (wanted ? arena.allocate(rows * stride, layer.name) : 0);
    this.name = layer.name;
    this.spiking = layer.cell.threshold !== undefined;
    this.#room = room;
    this.#input = input;
    const bits = arena.allocate(rows * bitStride, layer.name);
    const active = layer.surrogate.support === undefined ? 0 : arena.allocate(rows * bitStride, layer.name);
    const spikeGradient = values(use.spikes), membraneGradient = values(use.membrane);
    const recurrent = weight("recurrent");
    this.#recurrent = recurrent && new Recurrent(room, input, recurrent, weight("recurrentBias"));
    this.addresses = {
      units, stride, bits, active, bitStride, spikeGradient, membraneGradient,
      constantInput: this.#recurrent === undefined && input.rows === 1,
      input: this.#recurrent?.received ?? input.values,
      inputGradient: this.#recurrent?.gradient ?? (input.gradient === 0 ? arena.allocate(room.samples * input.rows * stride, layer.name) :
        input.gradient),
    };
    this.runner = new CellRunner(room, code, layer, derived, use, this.addresses, weight);
    this.#begun = [use.given === "spikes" ? 0 : spikeGradient, use.given === "membrane" ? 0 : membraneGradient].filter((at) => at !== 0);
    if (use.terms.spikes || use.terms.membrane) this.terms = new ActivityTerms(room, layer.name, use.terms, this.addresses, this.runner.membrane);
    this.output = layer.output === "spikes" ?
      { units, rows: steps, stride, values: 0, bits, bitStride, active, other: 0, gradient: spikeGradient } :
      { units, rows: steps, stride, values: this.runner.membrane, bits: 0, bitStride: 0, active: 0, other: 0, gradient: membraneGradient };
  }

  prepare(part: Part): void {
    if (part.index === 0) this.runner.prepare();
    this.#recurrent?.prepare(part);
  }

  forward(part: Part, first: number, last: number): void {
    const { steps } = this.#room;
    const recurrent = this.#recurrent;
    if (!recurrent) return this.runner.forward(part, first, last, 0, steps);
    recurrent.begin(first, last);
    for (let t = 0; t < steps; t++) {
      if (t > 0) recurrent.addSpikes(part, this.addresses, first, last, t);
      this.runner.forward(part, first, last, t, t + 1);
    }
  }

  backward(part: Part, first: number, last: number): void {
    const { steps, arena } = this.#room, { stride } = this.addresses;
    const recurrent = this.#recurrent;
    for (const gradient of this.#begun) arena.u8(gradient + first * steps * stride, (last - first) * steps * stride).fill(0);
    this.terms?.add(part, first, last);
    if (!recurrent) return this.runner.backward(part, first, last, 0, steps);
    for (let t = steps - 1; t >= 0; t--) {
      if (t < steps - 1) recurrent.giveBack(part, this.addresses, first, last, t);
      this.runner.backward(part, first, last, t, t + 1);
    }
    recurrent.end(first, last);
  }

  gradients(part: Part, samples: number): void {
    this.#recurrent?.gradients(part, this.addresses, samples);
  }

  /** Mean input of a neuron in a step is this divided by neurons and rows. */
  get received(): { readonly address: number; readonly rows: number } {
    return this.#recurrent ? { address: this.#recurrent.received, rows: this.#room.steps } : { address: this.#input.values, rows: this.#input.rows };
  }
}

/** Connections of a layer with itself: what spiked in a step arrives in the next. */
class Recurrent {
  /** What the neurons receive [samples, steps, units], and the gradient with respect to it. */
  readonly received: number;
  readonly gradient: number;
  readonly #room: Room;
  readonly #input: Wire;
  readonly #product: SpikeProduct;
  readonly #bias: Parameter | undefined;
  readonly #biasStrips: number;
  readonly #ones: number;
  /** Spikes without those of the last step, which arrive nowhere. */
  readonly #arriving: number;

  constructor(room: Room, input: Wire, kernel: Parameter, bias: Parameter | undefined) {
    const { arena } = room, rows = room.samples * room.steps, stride = rowBytes(input.units);
    this.#room = room;
    this.#input = input;
    this.#bias = bias;
    this.#product = new SpikeProduct(room, kernel, rows, room.group, true);
    this.received = arena.allocate(rows * stride, kernel.name);
    this.gradient = input.rows === 1 || input.gradient === 0 ? arena.allocate(rows * stride, kernel.name) : input.gradient;
    this.#biasStrips = arena.allocate(4 * panelLength(1, input.units, denseVectors), kernel.name);
    this.#ones = arena.allocate(4 * (room.group * room.steps + 4), kernel.name);
    this.#arriving = arena.allocate(rows * bitBytes(input.units), kernel.name);
  }

  prepare(part: Part): void {
    this.#product.prepare(part);
    if (part.index > 0) return;
    const { arena, kernels, group, steps } = this.#room, { units } = this.#input;
    arena.f32(this.#ones, group * steps).fill(1);
    kernels.panels(denseVectors)(this.#bias?.values ?? this.#room.zeros, 0, 4, 1, units, this.#biasStrips, 0, biasPanels(units));
  }

  /** Every step receives the layer's input and the bias. */
  begin(first: number, last: number): void {
    const { kernels, steps } = this.#room, { units, stride, rows, values } = this.#input;
    const copy = (from: number, fromStride: number, to: number, count: number): number => kernels.denseProduct(
      this.#ones, 16, 16, this.#biasStrips, from, fromStride, to, stride, count, 1, units, 0, biasPanels(units));
    if (rows > 1 || steps === 1) copy(values + first * steps * stride, stride, this.received + first * steps * stride, (last - first) * steps);
    else for (let s = first; s < last; s++) copy(values + s * stride, 0, this.received + s * steps * stride, steps);
  }

  addSpikes(part: Part, { bits, bitStride, stride }: CellAddresses, first: number, last: number, t: number): void {
    const { steps } = this.#room;
    const row = first * steps + t, y = { address: this.received + row * stride, stride: steps * stride };
    this.#product.forward(part, { address: bits + (row - 1) * bitStride, stride: steps * bitStride }, last - first, y, y);
  }

  /** Adds to the gradient of the spikes of step t what they do in the next. */
  giveBack(part: Part, { spikeGradient, stride }: CellAddresses, first: number, last: number, t: number): void {
    const { steps } = this.#room;
    const row = first * steps + t, x = { address: spikeGradient + row * stride, stride: steps * stride };
    this.#product.backward(part, { address: this.gradient + (row + 1) * stride, stride: steps * stride }, last - first, x, x);
  }

  end(first: number, last: number): void {
    const { steps, kernels } = this.#room, { stride, units, rows, gradient } = this.#input;
    const row = first * steps;
    // Spikes of a row arrive in the next: gradients are kept one row earlier. The first row of a group would lie in another group's last, unread.
    const skip = first === 0 ? 1 : 0;
    this.#product.keep({ address: this.gradient + (row + skip) * stride, stride }, row - 1 + skip, (last - first) * steps - skip);
    if (gradient === 0 || rows > 1 || steps === 1) return;
    for (let s = first; s < last; s++) {
      kernels.columnSums(this.gradient + s * steps * stride, stride, steps, units, this.#room.zeros, gradient + s * stride, 0, sumPanels(units));
    }
  }

  gradients(part: Part, { bits, bitStride }: CellAddresses, samples: number): void {
    const { arena, kernels, steps } = this.#room, { units, stride } = this.#input, words = bitStride / 4;
    const rows = samples * steps;
    const [from, to] = shareOf(part, units, 32);
    const spikes = arena.u32(bits, rows * words), arriving = arena.u32(this.#arriving, rows * words);
    for (let r = 0; r < rows; r++) {
      const lasts = r % steps === steps - 1;
      for (let w = from / 32; w < Math.ceil(to / 32); w++) arriving[r * words + w] = lasts ? 0 : spikes[r * words + w]!;
    }
    this.#product.gradients(part, { address: this.#arriving, stride: bitStride }, rows);
    if (!this.#bias) return;
    const { gradient } = this.#bias;
    kernels.columnSums(this.gradient, stride, rows, units, gradient, gradient, ...shareOf(part, sumPanels(units)));
  }
}

const biasPanels = (units: number): number => Math.ceil(units / (4 * denseVectors));
const sumPanels = (units: number): number => Math.ceil(units / (4 * sumVectors));
