/** A layer of neurons as one operation of TensorFlow.js: all steps forwards, and all steps back, in WebAssembly. */
import type { Tensor, Tensor2D, Tensor3D } from "@tensorflow/tfjs";
import { membraneTrace } from "../../train/cells/cellLayout.ts";
import type { CellsData } from "../../train/modelData.ts";
import type { Reals } from "../../train/sequence.ts";
import { columnSums } from "../operations/product.ts";
import type { CellWeights } from "../plain/plainCells.ts";
import type { TensorFlow } from "../tensorFlowPackages.ts";
import { cellProgram } from "./cellProgram.ts";
import type { CellProgram } from "./cellProgram.ts";
import { runRecurrent, runRecurrentBack, spikesBefore } from "./recurrence.ts";
import { openWorkspace } from "./workspace.ts";
import type { Workspace } from "./workspace.ts";

/** Whether there is fused code for the layer on the current back-end. */
export const canFuse = (tf: TensorFlow, { cell, output }: CellsData): boolean =>
  ["wasm", "cpu", "tensorflow"].includes(tf.getBackend()) && (output !== "spikes" || cell.threshold !== undefined);

/** The same as `plainCells`. */
export function fusedCells(tf: TensorFlow, layer: CellsData, weights: CellWeights, input: Tensor3D, steps: number): Tensor3D {
  const names = [...weights.keys()];
  const run = new FusedRun(tf, layer, names, input, steps);
  return tf.customGrad((...given) => {
    const tensors = given.slice(0, -1) as unknown as Tensor[], save = given[given.length - 1] as unknown as (saved: Tensor[]) => void;
    const { output, saved } = run.forward(tensors[0] as Tensor3D, tensors.slice(1));
    save(saved);
    return { value: output, gradFunc: (dy: Tensor, kept: Tensor[]) => run.backward(dy as Tensor3D, kept) };
  })(input, ...names.map((name) => weights.get(name)!)) as Tensor3D;
}

/** One use of the layer; `backward` belongs to `forward`. */
class FusedRun {
  readonly #tf: TensorFlow;
  readonly #layer: CellsData;
  readonly #names: readonly string[];
  readonly #program: CellProgram;
  readonly #size: { readonly batch: number; readonly given: number; readonly units: number; readonly steps: number };

  constructor(tf: TensorFlow, layer: CellsData, names: readonly string[], input: Tensor3D, steps: number) {
    this.#tf = tf;
    this.#layer = layer;
    this.#names = names;
    this.#program = cellProgram(layer);
    const [batch, given, units] = input.shape;
    this.#size = { batch, given, units, steps };
  }

  /** `saved`: what the neurons received (input, or the sums with recurrent input), bits of spikes, weights, traces. */
  forward(input: Tensor3D, weights: readonly Tensor[]): { readonly output: Tensor; readonly saved: Tensor[] } {
    const tf = this.#tf, { batch, units, steps } = this.#size, { derived } = this.#program;
    const recurrent = this.#layer.recurrent !== undefined;
    const space = openWorkspace(tf), functions = this.#program.over(space.memory);
    const asSpikes = this.#layer.output === "spikes", shownTrace = asSpikes ? undefined : membraneTrace(derived);
    // Without a gradient to come, one row a sample takes all that would be stored of the steps.
    const stores = shownTrace !== undefined || (tf.engine().state as { readonly gradientDepth: number }).gradientDepth > 0;
    const bits = space.make([batch * steps, this.#words], "int32");
    const traces = derived.trace.map(() => space.make([batch, stores ? steps : 1, units]));
    const shown = shownTrace === undefined ? space.make([batch, steps, units]) : undefined;
    const received = recurrent ? space.make([batch, steps, units]) : undefined, inputAt = space.of(input);
    const table = this.#table(space, weights, {
      bits: bits.address, ...(!asSpikes && shown && { membrane: shown.address }), ...this.#streams(received?.address ?? inputAt, recurrent),
      ...Object.fromEntries(derived.trace.map((s, k) => [`trace:${s}`, traces[k]!.address])),
      ...(!stores && { traceSample: 4 * units, traceStep: 0 }),
    });
    new Uint8Array(space.memory.buffer, bits.address, 4 * batch * steps * this.#words).fill(0);
    if (received) {
      runRecurrent(space, functions, this.#size, {
        table: table.address, input: inputAt, received: received.address, bits: bits.address,
        recurrent: space.of(weights[this.#names.indexOf("recurrent")]!), bias: this.#biasAt(space, weights),
      });
    } else functions.forward(table.address, 0, batch, 0, steps);
    if (asSpikes) functions.spikeValues(bits.address, 4 * this.#words, batch * steps, units, shown!.address, 4 * units);
    table.dispose();
    const traceTensors = traces.map((trace) => trace.tensor());
    const output = shown?.tensor() ?? traceTensors[derived.trace.indexOf(shownTrace!)]!;
    return { output, saved: [received?.tensor() ?? input, bits.tensor(), ...weights, ...traceTensors] };
  }

  backward(dy: Tensor3D, saved: readonly Tensor[]): Tensor[] {
    const tf = this.#tf, { batch, given, units, steps } = this.#size, { derived } = this.#program;
    const [received, bits] = saved as [Tensor3D, Tensor], weights = saved.slice(2, 2 + this.#names.length);
    const recurrent = this.#layer.recurrent !== undefined;
    const space = openWorkspace(tf), functions = this.#program.over(space.memory);
    const dInput = space.make([batch, recurrent ? steps : given, units]);
    const bitsAt = space.of(bits);
    const asSpikes = this.#layer.output === "spikes";
    const dSpikes = recurrent ? space.make([batch, steps, units]) : undefined;
    const table = this.#table(space, weights, {
      bits: bitsAt, dInput: dInput.address, ...this.#streams(space.of(received), recurrent),
      ...(asSpikes ? { dSpikes: dSpikes?.address ?? space.of(dy) } : { dMembrane: space.of(dy), ...(dSpikes && { dSpikes: dSpikes.address }) }),
      ...Object.fromEntries(derived.trace.map((s, k) => [`trace:${s}`, space.of(saved[2 + this.#names.length + k]!)])),
    });
    if (dSpikes) {
      const transposed = tf.transpose(weights[this.#names.indexOf("recurrent")] as Tensor2D);
      runRecurrentBack(space, functions, this.#size, {
        table: table.address, dy: asSpikes ? space.of(dy) : undefined, dSpikes: dSpikes.address, dInput: dInput.address,
        transposed: space.of(transposed),
      });
    } else functions.backward(table.address, 0, batch, 0, steps);
    const learned = this.#learnedGradients(space, table, weights);
    const result = [recurrent && given === 1 ? tf.sum(dInput.tensor(), 1, true) : dInput.tensor(), ...this.#names.map((name, k) => {
      if (name === "recurrent") {
        const before = space.make([batch * steps, units]);
        spikesBefore(space, functions, this.#size, bitsAt, before.address);
        return tf.matMul(tf.transpose(before.tensor() as Tensor2D), tf.reshape(dInput.tensor(), [batch * steps, units]) as Tensor2D);
      }
      if (name === "recurrentBias") return columnSums(tf, tf.reshape(dInput.tensor(), [batch * steps, units]) as Tensor2D);
      return tf.tensor(Float32Array.from(learned.get(name) ?? new Float32Array(weights[k]!.size)), weights[k]!.shape, "float32");
    })];
    table.dispose();
    return result;
  }

  /** Gradients of parameters and `initial:…`, summed over the batch. */
  #learnedGradients(space: Workspace, table: Table, weights: readonly Tensor[]): Map<string, Float64Array> {
    const { batch, units } = this.#size, { coefficients, backward, learn, perNeuron } = this.#program.derived;
    const sum = (field: string, each: boolean): Float64Array => {
      const total = new Float64Array(each ? units : 1);
      new Float32Array(space.memory.buffer, table.at(field), batch * units).forEach((x, k) => (total[each ? k % units : 0]! += x));
      return total;
    };
    const own = coefficients.all.filter((c) => backward.coefficients.has(c.name));
    const adjoints = new Map(own.map((c) => [c.name, sum(`gradient:${c.name}`, c.perNeuron)] as const));
    const found = coefficients.gradients(adjoints, this.#parameters(weights), units);
    for (const name of learn) {
      const state = name.slice("initial:".length);
      if (name.startsWith("initial:") && backward.carried.has(state)) found.set(name, sum(`carried:${state}`, perNeuron.includes(name)));
    }
    return found;
  }

  #biasAt(space: Workspace, weights: readonly Tensor[]): number | undefined {
    const bias = this.#names.indexOf("recurrentBias");
    return bias < 0 ? undefined : space.of(weights[bias]!);
  }

  get #words(): number {
    return Math.ceil(this.#size.units / 32);
  }

  /** Fields that say where input lies. */
  #streams(input: number, everyStep: boolean): Readonly<Record<string, number>> {
    const { given, units, steps } = this.#size, constant = given === 1 && steps > 1 && !everyStep;
    return { input, inputSample: 4 * units * (constant ? 1 : steps), inputStep: constant ? 0 : 4 * units };
  }

  /** The table, with coefficients and all that is needed for the length of a call in one array behind it. */
  #table(space: Workspace, weights: readonly Tensor[], fields: Readonly<Record<string, number>>): Table {
    const { batch, units, steps } = this.#size, { derived, layout } = this.#program;
    const scratch = layout.fields.filter((field) => /^(state|carried|gradient):/.test(field));
    const coefficients = derived.coefficients.values(this.#parameters(weights), units);
    const own = [...coefficients.values()].reduce((sum, values) => sum + values.length, 0);
    const place = space.make([layout.fields.length + own + (scratch.length + 1) * batch * units], "int32");
    let next = place.address + layout.bytes;
    const values: Record<string, number> = {
      units, steps, stride: 4 * units, bitStride: 4 * this.#words, traceSample: 4 * units * steps, traceStep: 4 * units, origin: 0,
    };
    for (const [name, list] of coefficients) {
      new Float32Array(space.memory.buffer, next, list.length).set(list);
      values[`coefficient:${name}`] = next;
      next += 4 * list.length;
    }
    for (const field of scratch) {
      values[field] = next;
      next += 4 * batch * units;
    }
    if (layout.has("active")) values["active"] = space.make([batch * steps, this.#words], "int32").address;
    this.#names.forEach((name, k) => {
      if (layout.has(name)) values[name] = space.of(weights[k]!);
    });
    layout.write(new Uint32Array(space.memory.buffer, place.address, layout.fields.length), { ...values, ...fields });
    return { address: place.address, at: (field) => values[field]!, dispose: place.dispose };
  }

  #parameters(weights: readonly Tensor[]): Map<string, Reals> {
    const parameters = new Map<string, Reals>(this.#program.derived.cell.parameters.map(({ name, value }) => [name, Float64Array.of(value)]));
    this.#names.forEach((name, k) => {
      if (parameters.has(name)) parameters.set(name, weights[k]!.dataSync() as Float32Array);
    });
    return parameters;
  }
}

interface Table {
  readonly address: number;
  readonly at: (field: string) => number;
  readonly dispose: () => void;
}
