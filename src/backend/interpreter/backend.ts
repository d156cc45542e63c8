/** The reference back-end: the same program on the same memory, in plain f64 loops. Slow and obvious. */
import { invariant } from "../../errors.ts";
import type { Draw } from "../../ir/kernel.ts";
import { poissonTable } from "../../math/random.ts";
import type { PoissonTable } from "../../math/random.ts";
import type { Action, Backend, Executable, MapLayout, ProceduralLayout, Program, ScatterLayout } from "../contract.ts";
import { flushesAfter } from "../contract.ts";
import { interpretActions, visitAllEdges } from "./actions.ts";
import { drawAt, meanOf } from "./draws.ts";
import { interpretFlush, interpretMapKernel } from "./mapKernel.ts";

export const interpreterBackend: Backend = {
  name: "interpreter",
  async prepare(program: Program, memory: WebAssembly.Memory): Promise<Executable> {
    invariant(program.precision === "f64", "the interpreter computes in f64");
    const f64 = (address: number, length: number) => new Float64Array(memory.buffer, address, length);
    const tables = program.maps.map((m) => m.kernel.draws.map((d) => ("mean" in d ? poissonTable(d.mean) : undefined)));
    const advance = (map: number, lo: number, hi: number, step: number, list: number, scalars: number, inputs: readonly number[]): number => {
      const layout = program.maps[map]!;
      const { kernel, size } = layout;
      const stepScalars = f64(scalars, kernel.scalars.length);
      const draws = new Map(
        kernel.draws.map((d, k) => [d.name, drawTile(d, tables[map]![k], layout, program, lo, Math.min(hi, size), step, stepScalars, f64)]),
      );
      const emitted: number[] = [];
      const count = interpretMapKernel(
        kernel,
        {
          size,
          scalars: stepScalars,
          list: emitted,
          array: (n) => f64(layout.address(n), size),
          input: (n) => f64(inputs[kernel.inputs.indexOf(n)]!, size),
          draw: (n) => draws.get(n)!,
        },
        lo,
        hi,
      );
      // Left in memory, as the other back-ends do, for whoever asks why a step failed.
      for (const [n, values] of draws) f64(layout.drawAddress(n), values.length).set(values);
      if (count > 0) new Uint32Array(memory.buffer, list, count).set(emitted);
      if (flushesAfter(step)) interpretFlush(kernel, (n) => f64(layout.address(n), size));
      return count;
    };
    const deliverOne = (scatter: number, list: number, count: number, slot: number) =>
      deliver(program.scatters[scatter]!, memory.buffer as ArrayBuffer, list, count, slot);
    return {
      deliver: deliverOne,
      run: (from, steps) => runSchedule(program, memory, from, steps, advance, deliverOne),
      after: (step) => interpretActions(program, memory.buffer as ArrayBuffer, program.schedule.after, step, 0),
      visit: (edge, step) => visitAllEdges(program, memory.buffer as ArrayBuffer, edge, step),
    };
  },
};

function runSchedule(
  program: Program,
  memory: WebAssembly.Memory,
  from: number,
  steps: number,
  advance: (map: number, lo: number, hi: number, step: number, list: number, scalars: number, inputs: readonly number[]) => number,
  deliverOne: (scatter: number, list: number, count: number, slot: number) => void,
): boolean {
  const { schedule } = program;
  const act = (actions: readonly Action[], s: number): boolean => interpretActions(program, memory.buffer as ArrayBuffer, actions, from + s, s);
  const counts = new Uint32Array(memory.buffer, schedule.counts, schedule.steps * schedule.columns);
  for (let start = 0; start < steps; start += schedule.window) {
    const end = Math.min(steps, start + schedule.window);
    if (act(schedule.before, start)) return true;
    for (const table of schedule.tables) {
      for (let s = start; s < end; s++) {
        const inputs = table.rings.map((r) => r.address + ((from + s) % r.slots) * r.slotBytes);
        const list = table.list + 4 * s * table.stride,
          scalars = table.scalars + s * table.scalarBytes;
        const made = advance(table.map, table.from, table.to, from + s, list, scalars, inputs);
        if (made < 0) {
          new Uint32Array(memory.buffer, schedule.failure, 4).set([table.map, -1 - made, from + s, 0]);
          return true;
        }
        counts[s * schedule.columns + table.column] = made;
      }
    }
    for (let s = start; s < end; s++) {
      schedule.deliveries.forEach((d, k) => {
        const count = counts[s * schedule.columns + d.column]!;
        if (count > 0) deliverOne(k, d.list + 4 * s * d.stride, count, ((from + s + d.delay) % d.slots) * d.slotBytes);
      });
      if (act(schedule.after, s)) return true;
    }
  }
  return false;
}

function drawTile(
  draw: Draw,
  table: PoissonTable | undefined,
  layout: MapLayout,
  program: Program,
  lo: number,
  hi: number,
  step: number,
  scalars: Float64Array,
  f64: (address: number, length: number) => Float64Array,
): Float64Array {
  const { stream, kernel, size } = layout;
  const { seed } = program;
  return Float64Array.from({ length: Math.max(0, hi - lo) }, (_, k) => {
    const element = lo + k;
    const array = (name: string) => f64(layout.address(name), size)[element]!;
    const mean = meanOf(draw, array, (name) => scalars[kernel.scalars.findIndex((s) => s.name === name)]!);
    return drawAt(draw, { seed, element, step, stream, mean }, table);
  });
}

function deliver(layout: ScatterLayout | ProceduralLayout, buffer: ArrayBuffer, list: number, count: number, slot: number): void {
  if ("rule" in layout) return deliverProcedural(layout, buffer, list, count, slot);
  const sources = new Uint32Array(buffer, list, count);
  const rows = new Uint32Array(buffer, layout.rows, layout.sourceCount + 1);
  const synapses = rows[layout.sourceCount]!;
  const targets = layout.targetBytes === 2 ? new Uint16Array(buffer, layout.targets, synapses) : new Uint32Array(buffer, layout.targets, synapses);
  const ring = new Float64Array(buffer, layout.ring, layout.ringBytes / 8);
  const weights = layout.weights.kind === "perSynapse" ? new Float64Array(buffer, layout.weights.address, synapses) : undefined;
  const constant = layout.weights.kind === "constant" ? layout.weights.value : 0;
  const counter = new BigUint64Array(buffer, layout.eventCounter, 1);
  for (const id of sources) {
    const source = id - layout.sourceStart;
    if (source < 0 || source >= layout.sourceCount) continue;
    for (let k = rows[source]!; k < rows[source + 1]!; k++) {
      const at = (slot / 8 + targets[k]!) % ring.length;
      ring[at] = ring[at]! + (weights ? weights[k]! : constant);
      counter[0]! += 1n;
    }
  }
}

function deliverProcedural(layout: ProceduralLayout, buffer: ArrayBuffer, list: number, count: number, slot: number): void {
  const ring = new Float64Array(buffer, layout.ring, layout.ringBytes / 8);
  const counter = new BigUint64Array(buffer, layout.eventCounter, 1);
  for (const id of new Uint32Array(buffer, list, count)) {
    const source = id - layout.sourceStart;
    if (source < 0 || source >= layout.sourceCount) continue;
    const { targets, weights, delays } = layout.row(source);
    for (let k = 0; k < targets.length; k++) {
      const at = (slot / 8 + targets[k]! + (delays ? delays[k]! * layout.stride : 0)) % ring.length;
      ring[at] = ring[at]! + weights[k]!;
    }
    counter[0]! += BigInt(targets.length);
  }
}
