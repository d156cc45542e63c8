/** Where the WebAssembly code of a cell finds its arrays: a table of u32 words in memory, so that the same code works on any of them. */
import { invariant } from "../../errors.ts";
import type { DerivedCell } from "./derivedCell.ts";

/**
 * Arrays hold rows of `stride` bytes, one for each sample or one for each sample and step (row = sample·steps + step); units beyond the last whole
 * vector are read and written one by one, so rows need no padding. Fields:
 *
 * | field | |
 * | --- | --- |
 * | units, steps, stride | neurons; steps of a sequence; bytes of a row |
 * | bitStride | bytes of a row of bits: 4 for each 32 neurons; bit k of a row belongs to neuron k |
 * | input, inputSample, inputStep | input, bytes from sample to sample and from step to step; inputStep 0: constant, one row a sample |
 * | bits, active | out: spikes; neurons whose surrogate derivative is not zero (only where the surrogate has a support). Start them as zeros |
 * | membrane | out: the membrane as shown, a row a step; only where it is not a trace |
 * | dSpikes, dMembrane | gradients that come in, a row a step; only where the cell was derived with them |
 * | dInput | out: gradient with respect to the input; rows as those of the input, and summed over steps when it is constant |
 * | state:x | states after the last step, a row a sample |
 * | initial:x | [1] or [units], where the initial state is learned or per neuron |
 * | trace:x, traceSample, traceStep | stored states: address of step 0, bytes from sample to sample and from step to step. traceStep 0 keeps none |
 * | origin, start:x | the step at which backwards the states are those of start:x, a row a sample; origin 0: the initial ones |
 * | carried:x | gradients on the way from step to step, a row a sample; after step 0, those with respect to the initial state |
 * | carried:spiked | the same for the spike of the step before |
 * | coefficient:c | [1] or [units] |
 * | gradient:c | out: gradients of learned coefficients, summed over steps: a row a sample |
 */
export class CellLayout {
  readonly fields: readonly string[];

  constructor(fields: readonly string[]) {
    this.fields = fields;
  }

  /** Bytes of a table. */
  get bytes(): number {
    return 4 * this.fields.length;
  }

  has(field: string): boolean {
    return this.fields.includes(field);
  }

  /** Byte offset of a field in the table. */
  offset(field: string): number {
    const position = this.fields.indexOf(field);
    invariant(position >= 0, `the table of a cell has no field ${field}`);
    return 4 * position;
  }

  /** Writes fields; names that this cell has no use for are passed over. */
  write(table: Uint32Array, values: Readonly<Record<string, number>>): void {
    for (const [field, value] of Object.entries(values)) {
      const position = this.fields.indexOf(field);
      if (position >= 0) table[position] = value;
    }
  }
}

/** The state whose trace is the membrane as shown; undefined when the membrane needs an array of its own. */
export function membraneTrace({ cell, trace }: DerivedCell): string | undefined {
  return trace.includes(cell.membrane) && (cell.shown === "beforeReset" || cell.reset.length === 0 || !cell.threshold) ? cell.membrane : undefined;
}

export function layoutOf(derived: DerivedCell, membrane: boolean): CellLayout {
  const { cell, forward, backward, learn, perNeuron, trace, coefficients } = derived;
  const states = cell.state.map((s) => s.name);
  const named = (kind: string, names: Iterable<string>): string[] => [...names].map((n) => `${kind}:${n}`);
  return new CellLayout([
    "units", "steps", "stride", "bitStride", "input", "inputSample", "inputStep", "bits", ...(forward.active ? ["active"] : []),
    ...(membrane && membraneTrace(derived) === undefined ? ["membrane"] : []), "dSpikes", "dMembrane", "dInput",
    ...named("state", states), ...states.map((s) => `initial:${s}`).filter((n) => learn.includes(n) || perNeuron.includes(n)),
    ...named("trace", trace), "traceSample", "traceStep", "origin", ...named("start", backward.old), ...named("carried", backward.carried.keys()),
    ...(backward.spiked ? ["carried:spiked"] : []), ...named("coefficient", coefficients.all.map((c) => c.name)),
    ...named("gradient", backward.coefficients.keys()),
  ]);
}
