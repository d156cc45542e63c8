/** A layer of neurons as plain operations of TensorFlow.js: what runs where there is no fused kernel, and what those are compared with. */
import type { Tensor, Tensor2D, Tensor3D } from "@tensorflow/tfjs";
import type { Statement } from "../../ir/kernel.ts";
import { invariant } from "../../errors.ts";
import type { CellsData } from "../../train/modelData.ts";
import type { TensorFlow } from "../tensorFlowPackages.ts";
import { propagatorTerms } from "./propagators.ts";
import { spikesAt, whereSpiked } from "./spike.ts";
import { tensorOf, termOf } from "./tensorExpression.ts";
import type { Term } from "./tensorExpression.ts";
import { untracked } from "./untracked.ts";

/** Values of parameters and of `initial:…` ([1] or [units]), `recurrent` and `recurrentBias`, by name. */
export type CellWeights = ReadonlyMap<string, Tensor>;

/**
 * Spikes, or the state that the layer gives, in every step.
 *
 * @param input [batch, steps, units], or [batch, 1, units] for one that holds in every step
 * @returns [batch, steps, units]
 */
export function plainCells(tf: TensorFlow, layer: CellsData, weights: CellWeights, input: Tensor3D, steps: number): Tensor3D {
  const [batch, given, units] = input.shape;
  const inputs = given === 1 ? [tf.squeeze<Tensor2D>(input, [1])] : tf.unstack(input, 1);
  const zeros = tf.zeros([batch, units]);
  const { cell } = layer;
  const parameters = new Map<string, Term>(cell.parameters.map(({ name, value }) => [name, weights.get(name) ?? layer.values[name] ?? value]));
  for (const p of cell.propagators ?? []) for (const [name, term] of propagatorTerms(tf, p, parameters)) parameters.set(name, term);
  let state = new Map<string, Tensor>(cell.state.map(({ name, initial }) => {
    const start = weights.get(`initial:${name}`) ?? layer.values[`initial:${name}`] ?? initial;
    return [name, tf.add(zeros, start)];
  }));
  let spikes: Tensor = zeros;
  const shown: Tensor[] = [];
  for (let t = 0; t < steps; t++) {
    const current = withRecurrence(tf, weights, inputs[given === 1 ? 0 : t]!, spikes);
    const next = stepOf(tf, layer, parameters, state, current, cell.detachReset ? untracked(tf, spikes) : spikes, zeros);
    ({ state, spikes } = next);
    shown.push(layer.output === "spikes" ? spikes : next.shown);
  }
  return tf.stack(shown, 1) as Tensor3D;
}

function withRecurrence(tf: TensorFlow, weights: CellWeights, input: Tensor, spikes: Tensor): Tensor {
  const recurrent = weights.get("recurrent"), bias = weights.get("recurrentBias");
  if (recurrent === undefined) return input;
  const sum = tf.add(input, tf.matMul(spikes as Tensor2D, recurrent as Tensor2D));
  return bias === undefined ? sum : tf.add(sum, bias);
}

interface Step { readonly state: Map<string, Tensor>; readonly spikes: Tensor; readonly shown: Tensor }

function stepOf(
  tf: TensorFlow, { cell, surrogate, output }: CellsData, parameters: ReadonlyMap<string, Term>, before: ReadonlyMap<string, Tensor>,
  input: Tensor, spiked: Tensor, zeros: Tensor,
): Step {
  const scope = new Map<string, Term>([...parameters, ...before, ["input", input], ["spiked", spiked]]);
  const lookup = (name: string): Term => {
    const term = scope.get(name);
    invariant(term !== undefined, `the cell ${cell.name} uses the name ${name}, which nothing defines before`);
    return term;
  };
  for (const statement of cell.step) scope.set(target(statement).name, termOf(tf, target(statement).value, lookup));
  const isFull = (term: Term): term is Tensor => typeof term === "object" && term.rank === 2 && term.dtype !== "bool";
  const full = (term: Term): Tensor => (isFull(term) ? term : tf.add(zeros, tensorOf(tf, term)));
  const chosen = output === "spikes" ? cell.membrane : output.state;
  const beforeReset = full(lookup(chosen));
  let spikes: Tensor = zeros;
  if (cell.threshold !== undefined) {
    spikes = spikesAt(tf, full(termOf(tf, cell.threshold.margin, lookup)), cell.threshold, surrogate);
    if (cell.threshold.gate) spikes = tf.mul(spikes, tensorOf(tf, termOf(tf, cell.threshold.gate, lookup)));
    const cause = cell.detachReset ? untracked(tf, spikes) : spikes;
    for (const statement of cell.reset) {
      const { name, value } = target(statement);
      const after = termOf(tf, value, lookup);
      scope.set(name, statement.kind === "let" ? after : whereSpiked(tf, cause, full(lookup(name)), full(after)));
    }
  }
  const state = new Map(cell.state.map(({ name }) => [name, full(lookup(name))]));
  return { state, spikes, shown: cell.shown === "afterReset" ? full(lookup(chosen)) : beforeReset };
}

function target(statement: Statement): Exclude<Statement, { kind: "while" }> {
  invariant(statement.kind !== "while", "a cell holds a loop");
  return statement;
}
