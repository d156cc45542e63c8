/** Layers of neurons, with or without connections among themselves. */
import { derive } from "../cells/derive.ts";
import type { DerivedCell } from "../cells/derive.ts";
import { CellRun } from "../cells/referenceCells.ts";
import type { LayerSpikes } from "../engine.ts";
import type { CellsData, Weights } from "../modelData.ts";
import type { Activity } from "../regularizers.ts";
import { realsLike, sizeOf } from "../sequence.ts";
import type { Reals, Sequence } from "../sequence.ts";
import { addColumnSums, fillRows, multiplyByTransposeInto, multiplyInto, multiplyTransposedInto } from "./products.ts";
import type { Operation, Pass } from "./operation.ts";

export class CellsOperation implements Operation {
  readonly name: string;
  readonly layer: CellsData;
  readonly #weights: Weights;
  readonly #derived: DerivedCell;
  #run: CellRun | undefined;
  #input!: Sequence;
  /** What the neurons received: the input and what their recurrent connections added to it. */
  #received!: Reals;
  #steps = 0;

  constructor(layer: CellsData, weights: Weights, smoothed = false) {
    this.name = layer.name;
    this.layer = layer;
    this.#weights = weights;
    const { learn, perNeuron, values, output } = layer;
    const cell = output === "spikes" ? layer.cell : { ...layer.cell, membrane: output.state };
    this.#derived = derive(cell, layer.surrogate, { learn, perNeuron, values, smoothed });
  }

  /** Of the last forward pass, [batch, steps, units]. */
  get spikes(): Reals {
    return this.#run!.spikes;
  }
  get membrane(): Reals {
    return this.#run!.membrane;
  }

  forward(x: Sequence, pass: Pass): Sequence {
    const { batch } = x, { steps } = pass, units = sizeOf(x.shape);
    this.#input = x;
    this.#steps = steps;
    const run = (this.#run = new CellRun(this.#derived, { batch, steps, units, precision: x.values instanceof Float64Array ? "f64" : "f32" }));
    run.setParameters(this.#valuesOf((n) => !n.startsWith("initial:")), this.#valuesOf((n) => n.startsWith("initial:")));
    const recurrent = this.#weights.get(`${this.name}/recurrent`)?.values;
    if (!recurrent) run.forward((this.#received = x.values), x.constant);
    else {
      this.#received = this.#repeated(x, steps, units);
      for (let t = 0; t < steps; t++) {
        this.#addRecurrent(recurrent, t, units);
        run.forward(this.#received, false, t, t + 1);
      }
    }
    const { output } = this.layer;
    return { batch, steps, constant: false, shape: x.shape, values: output === "spikes" ? run.spikes : run.membrane };
  }

  backward(dy: Reals, gradients: Weights): Reals {
    const activity: Pick<Activity, "dSpikes" | "dMembrane"> = {};
    this.addTo("output", dy, activity);
    return this.backwardFrom(activity, gradients);
  }

  /** Adds a gradient with respect to spikes, membrane, or what the layer gives. */
  addTo(of: "spikes" | "membrane" | "output", dy: Reals, activity: Pick<Activity, "dSpikes" | "dMembrane">): void {
    const key = of === "spikes" || (of === "output" && this.layer.output === "spikes") ? "dSpikes" : "dMembrane";
    const before = activity[key];
    if (before) before.forEach((g, k) => (before[k] = g + dy[k]!));
    else activity[key] = dy;
  }

  backwardFrom(activity: Pick<Activity, "dSpikes" | "dMembrane">, gradients: Weights): Reals {
    const run = this.#run!, x = this.#input, units = sizeOf(x.shape);
    const dInput = realsLike(x.values, x.batch * this.#steps * units);
    const recurrent = this.#weights.get(`${this.name}/recurrent`)?.values;
    if (!recurrent) run.backward(activity.dSpikes, activity.dMembrane, this.#received, x.constant, dInput);
    else this.#backThroughRecurrent(recurrent, activity, dInput, gradients, units);
    for (const [name, gradient] of run.gradients) {
      const into = gradients.get(`${this.name}/${name}`)?.values;
      gradient.forEach((g, k) => into && (into[k]! += g));
    }
    return x.constant ? this.#sumOverSteps(dInput, units) : dInput;
  }

  /** How often neurons spiked in the last forward pass. */
  statistics(batch: number): LayerSpikes {
    const { spikes } = this.#run!, neurons = batch * sizeOf(this.#input.shape);
    const sum = (values: Reals): number => (values as Float64Array).reduce((a, b) => a + b, 0);
    return { layer: this.name, perNeuron: sum(spikes) / neurons, meanInput: sum(this.#received) / this.#received.length };
  }

  #valuesOf(chosen: (name: string) => boolean): Map<string, Reals> {
    const names = [...new Set([...this.layer.learn, ...this.layer.perNeuron])].filter(chosen);
    return new Map(names.map((n) => [n.replace("initial:", ""), this.#weights.get(`${this.name}/${n}`)!.values]));
  }

  #repeated(x: Sequence, steps: number, units: number): Reals {
    if (!x.constant) return x.values.slice();
    const all = realsLike(x.values, x.batch * steps * units);
    for (let b = 0; b < x.batch; b++) for (let t = 0; t < steps; t++) all.set(x.values.subarray(b * units, (b + 1) * units), (b * steps + t) * units);
    return all;
  }

  #addRecurrent(recurrent: Reals, t: number, units: number): void {
    const { batch } = this.#input, steps = this.#steps;
    const sums = realsLike(recurrent, batch * units);
    fillRows(sums, this.#weights.get(`${this.name}/recurrentBias`)?.values, batch, units);
    if (t > 0) multiplyInto(sums, this.#stepOf(this.spikes, t - 1, units), recurrent, batch, units, units);
    for (let b = 0; b < batch; b++) for (let u = 0; u < units; u++) this.#received[(b * steps + t) * units + u]! += sums[b * units + u]!;
  }

  #backThroughRecurrent(recurrent: Reals, activity: Pick<Activity, "dSpikes" | "dMembrane">, dInput: Reals, gradients: Weights, units: number): void {
    const { dSpikes, dMembrane } = activity;
    const { batch } = this.#input, steps = this.#steps;
    const into = gradients.get(`${this.name}/recurrent`)!.values, bias = gradients.get(`${this.name}/recurrentBias`)?.values;
    const all = dSpikes ? dSpikes.slice() : realsLike(dInput);
    for (let t = steps - 1; t >= 0; t--) {
      this.#run!.backward(all, dMembrane, this.#received, false, dInput, t, t + 1);
      const arriving = this.#stepOf(dInput, t, units);
      if (bias) addColumnSums(bias, arriving, batch, units);
      if (t === 0) continue;
      multiplyTransposedInto(into, this.#stepOf(this.spikes, t - 1, units), arriving, batch, units, units);
      const back = realsLike(arriving);
      multiplyByTransposeInto(back, arriving, recurrent, batch, units, units);
      for (let b = 0; b < batch; b++) for (let u = 0; u < units; u++) all[(b * steps + t - 1) * units + u]! += back[b * units + u]!;
    }
  }

  /** [batch, units] of one step. */
  #stepOf(values: Reals, t: number, units: number): Reals {
    const { batch } = this.#input, steps = this.#steps;
    const one = realsLike(values, batch * units);
    for (let b = 0; b < batch; b++) one.set(values.subarray((b * steps + t) * units, (b * steps + t + 1) * units), b * units);
    return one;
  }

  #sumOverSteps(values: Reals, units: number): Reals {
    const { batch } = this.#input, steps = this.#steps;
    const sums = realsLike(values, batch * units);
    for (let b = 0; b < batch; b++) {
      addColumnSums(sums.subarray(b * units, (b + 1) * units), values.subarray(b * steps * units, (b + 1) * steps * units), steps, units);
    }
    return sums;
  }
}
