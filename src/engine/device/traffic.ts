/** Bytes of device memory that a run cannot do without moving, told from the layouts: what its speed is to be measured against. */
import type { MapLayout, Program } from "../../backend/contract.ts";
import type { Plan } from "../../backend/webgpu/stages.ts";
import { itemWordsOf } from "../../backend/webgpu/stages.ts";
import { staticDeliveries } from "../build.ts";
import type { SimulationParts } from "../parts.ts";

/** Bytes, read and written together. */
export interface Traffic {
  /** State and constants of all elements, which stay in registers through an epoch. */
  readonly perEpoch: number;
  /** Input sums of all elements, and traces of synapses. */
  readonly perStep: number;
  /** What a spike of each population moves, on average over its neurons: its synapses and their targets' sums. */
  readonly perSpike: readonly number[];
}

const word = 4;

/** The list of spikes, the bounds of a row. */
const ofSpike = word, ofRow = 2 * word;

export function trafficOf({ program, rings, stages, columns, block }: Plan, parts: SimulationParts): Traffic {
  const { maps, auxiliaries, schedule } = program;
  const sumBytes = (address: number): number => (rings.find(address).exponent === "wide" ? 3 : 1) * word;
  const ofElements = ({ kernel, size }: MapLayout): number => word * size * (2 * kernel.state.length + kernel.constants.length);
  const perEpoch = maps.reduce((sum, map) => sum + ofElements(map), 0);
  // Each sum is read and cleared.
  const inputs = schedule.tables.reduce((sum, { map, rings: own }) =>
    sum + maps[map]!.size * own.reduce((bytes, { address }) => bytes + 2 * sumBytes(address), 0), 0);
  const actions = [...schedule.before, ...schedule.after];
  const traces = actions.reduce((sum, action) => sum + (action.kind === "advance" ? ofElements(auxiliaries[action.auxiliary]!) : 0), 0);
  const itemWords = Math.max(0, ...stages.flatMap((stage) => (stage.kind === "edges" ? [itemWordsOf(stage)] : [])));
  const ofColumn = new Map(columns.map(({ column }) => [column, 0]));
  const add = (column: number, edges: number, bytes: number): void => {
    const { size } = columns.find((c) => c.column === column)!;
    const row = edges / size;
    // Items are written once and read once.
    ofColumn.set(column, ofColumn.get(column)! + ofRow + 2 * word * itemWords * Math.max(1, row / block) + row * bytes);
  };
  staticDeliveries(parts.deliveries).forEach(({ table }, k) => {
    const scatter = program.scatters[k]!, { column } = schedule.deliveries[k]!;
    const stored = "rule" in scatter ? 0 : scatter.targetBytes + (scatter.weights.kind === "constant" ? 0 : word);
    add(column, table.count, stored + 2 * sumBytes(scatter.ring));
  });
  for (const action of actions)
    if (action.kind === "walk") add(action.emitted.column, program.edges[action.edge]!.count, ofEdge(program, action.edge, sumBytes));
  return { perEpoch, perStep: inputs + traces, perSpike: [...ofColumn].sort(([a], [b]) => a - b).map(([, bytes]) => ofSpike + bytes) };
}

/** Of a visit to an edge of a kernel. */
function ofEdge({ edges }: Program, number: number, sumBytes: (address: number) => number): number {
  const { kernel, targetBytes, columns, rings, visits } = edges[number]!;
  const place = kernel.walk === "in" && columns ? word + columns.sourceBytes : targetBytes;
  const arrays = word * (2 * kernel.state.length + kernel.constants.length + kernel.other.length);
  return place + arrays + (visits === undefined ? 0 : 2 * word) + rings.reduce((sum, { address }) => sum + 2 * sumBytes(address), 0);
}
