/**
 * Actions of the schedule as work of stages. Work on elements is done where the tables advance, so that a step of a plastic projection takes three
 * dispatches: presynaptic walks, elements, postsynaptic walks. What follows walks of a step is done with the elements of the next step; edges that
 * read it before compute it. Walks that touch the same edges come one after the other.
 */
import { invariant, UnsupportedError } from "../../errors.ts";
import type { Action, EdgeLayout, Program } from "../contract.ts";
import { assignedIn, hasEdges } from "./edgeKernel.ts";
import { decayWork, eventWork, rememberWork } from "./edgeWork.ts";
import type { DueWork, ElementWork } from "./edgeWork.ts";
import type { Column } from "./stages.ts";

/** A walk along the edges of the elements whose events fall into the step. */
export interface PlannedWalk {
  /** Number of the kernel. */
  readonly edge: number;
  /** Whose elements are walked; for visits to all edges any column that has as many. */
  readonly column: Column;
  readonly event: WalkEvent;
  /** Work on elements that precedes the walk and is not stored yet. */
  readonly due: readonly DueWork[];
}

export type WalkEvent =
  /** So many steps after the element's spike; with delays per edge the most. */
  | { readonly kind: "spike"; readonly delay: number; readonly perEdge: boolean }
  /** In every step, or in those in which an element of this column spikes. */
  | { readonly kind: "all"; readonly when: Column | undefined };

export interface EdgePlan {
  /** Walks before the tables advance, and after; those of one list may go on at once. */
  readonly early: readonly (readonly PlannedWalk[])[];
  readonly late: readonly (readonly PlannedWalk[])[];
  /** Work before the tables advance: in a dispatch of its own where it reads what other elements hold. */
  readonly before: readonly DueWork[];
  readonly apart: boolean;
  /** Work right after an element's table advanced. */
  readonly after: readonly DueWork[];
  /** Work after the last walks, where it cannot wait for the next step. */
  readonly last: readonly DueWork[];
  /** What `before` does for the step before, and somebody has to do before the host looks. */
  readonly waiting: readonly DueWork[];
}

export function edgePlanOf(program: Program, columns: readonly Column[]): EdgePlan {
  const { schedule } = program;
  const late = planLate(program, columns);
  const waiting = late.left.map((work): DueWork => ({ work, earlier: true }));
  const before = [...waiting];
  const early: PlannedWalk[] = [];
  for (const part of schedule.before.flatMap((action) => partsOf(program, columns, action))) {
    if ("work" in part) before.push({ work: part.work, earlier: false });
    else early.push({ ...part.walk, due: [...before] });
  }
  const now = (work: ElementWork): DueWork => ({ work, earlier: false });
  return {
    early: levels(program, early),
    late: levels(program, late.walks),
    before,
    apart: before.some(({ work }) => work.readsShared),
    after: late.after.map(now),
    last: late.last.map(now),
    waiting,
  };
}

function planLate(
  program: Program, columns: readonly Column[],
): { walks: PlannedWalk[]; after: ElementWork[]; last: ElementWork[]; left: ElementWork[] } {
  const tables = new Set(program.maps.flatMap(({ kernel, address }) => kernel.state.map(address)));
  const walks: PlannedWalk[] = [];
  const after: ElementWork[] = [], rest: ElementWork[] = [];
  for (const part of program.schedule.after.flatMap((action) => partsOf(program, columns, action))) {
    if ("walk" in part) walks.push({ ...part.walk, due: rest.map((work) => ({ work, earlier: false })) });
    else {
      const { work } = part;
      // A table keeps its state to itself while it advances, and what other elements hold may not be of this step yet.
      const isFree = !work.readsShared && !work.reads.some((a) => tables.has(a.address));
      const comesFirst = isFree && !rest.some((other) => inConflict(work, other)) && !walks.some((walk) => reads(program, walk, work));
      (comesFirst ? after : rest).push(work);
    }
  }
  const mustEnd = rest.some((work) => work.readsShared || work.remembers !== undefined);
  return { walks, after, last: mustEnd ? rest : [], left: mustEnd ? [] : rest };
}

type Part = { readonly work: ElementWork } | { readonly walk: Omit<PlannedWalk, "due"> };

/** What an action does, in order. */
function partsOf(program: Program, columns: readonly Column[], action: Action): Part[] {
  switch (action.kind) {
    case "advance": {
      const layout = program.auxiliaries[action.auxiliary]!;
      const column = columnOfArrays(program, columns, layout.kernel.state.map(layout.address), layout.size);
      return [{ work: decayWork(layout, action.from, action.to, column) }];
    }
    case "walk": {
      const layout = program.edges[action.edge]!;
      refuseNotes(layout);
      const column = columnOf(columns, action.emitted.column);
      const delay = action.queue?.delay ?? 0, perEdge = action.queue?.perEdge ?? false;
      const stores = layout.kernel.ownStores.length > 0 && !layout.kernel.keepOwn;
      invariant(!(stores && perEdge), "an element's own arrays change once, whatever the delays of its edges");
      return [
        ...(hasEdges(layout.kernel) ? [{ walk: { edge: action.edge, column, event: { kind: "spike", delay, perEdge } as const } }] : []),
        ...(stores ? [{ work: eventWork(layout, delay, column) }] : []),
      ];
    }
    case "all": {
      const layout = program.edges[action.edge]!;
      refuseNotes(layout);
      invariant(layout.kernel.ownStores.length === 0, "visits to all edges leave the elements' own arrays alone");
      const own = layout.kernel.own.map((v) => layout.ownAddress(v.array));
      const column = columnOfArrays(program, columns, own, layout.sourceStart + layout.sourceCount);
      const when = action.when && columnOf(columns, action.when.column);
      return hasEdges(layout.kernel) ? [{ walk: { edge: action.edge, column, event: { kind: "all", when } } }] : [];
    }
    case "remember":
      return [{ work: rememberWork(action, columnOfArrays(program, columns, [action.from], 0)) }];
    // Histories of spikes take the place of queues.
    case "enqueue": return [];
    case "release": return invariant(false, "on the GPU no event waits") as never;
    default: return action satisfies never;
  }
}

function refuseNotes({ kernel }: EdgeLayout): void {
  if (kernel.pending === undefined && kernel.note === undefined) return;
  throw new UnsupportedError("webgpu", `${kernel.name}: events that wait at synapses cannot be simulated on the GPU`,
    'Compile with deferPlasticity: false, or use backend: "wasm".');
}

function columnOf(columns: readonly Column[], number: number): Column {
  const column = columns.find((c) => c.column === number);
  invariant(column, "every column of the schedule has elements");
  return column;
}

/** The column whose elements hold arrays: walks tell. Otherwise one with at least so many elements. */
function columnOfArrays({ schedule, edges }: Program, columns: readonly Column[], addresses: readonly number[], size: number): Column {
  for (const action of [...schedule.before, ...schedule.after]) {
    if (action.kind !== "walk") continue;
    const { kernel, ownAddress } = edges[action.edge]!;
    const isOwn = [...kernel.own, ...kernel.ownStores].some(({ array }) => addresses.includes(ownAddress(array)));
    if (isOwn) return columnOf(columns, action.emitted.column);
  }
  const column = columns.find((c) => c.size >= size);
  invariant(column, "some column has the elements of a projection");
  return column;
}

function inConflict(a: ElementWork, b: ElementWork): boolean {
  const touches = (x: ElementWork, y: ElementWork): boolean =>
    x.writes.some(({ address }) => [...y.reads, ...y.writes].some((other) => other.address === address));
  return touches(a, b) || touches(b, a);
}

/** Whether a walk reads what the work writes. Of histories the step's own slot is not read while it is written. */
function reads(program: Program, walk: PlannedWalk, work: ElementWork): boolean {
  const { kernel, ownAddress, otherAddress } = program.edges[walk.edge]!;
  const read = [...kernel.own.map((v) => ownAddress(v.array)), ...kernel.other.map((v) => otherAddress(v.array))];
  return work.writes.some(({ address }) => read.includes(address));
}

/** Walks in lists one after the other: those of one list touch different edges. */
function levels(program: Program, walks: readonly PlannedWalk[]): PlannedWalk[][] {
  const made: PlannedWalk[][] = [];
  for (const walk of walks) {
    const after = made.findLastIndex((level) => level.some((other) => shareEdges(program.edges[walk.edge]!, program.edges[other.edge]!)));
    (made[after + 1] ??= []).push(walk);
  }
  return made;
}

/** Whether one of two kernels changes an array of edges that the other one uses. */
function shareEdges(a: EdgeLayout, b: EdgeLayout): boolean {
  const changed = (l: EdgeLayout): number[] => [
    ...[...assignedIn(l.kernel.body)].filter((n) => l.kernel.state.includes(n)).map(l.edgeAddress),
    ...(l.kernel.elapsed === undefined || l.visits === undefined ? [] : [l.visits]),
  ];
  const used = (l: EdgeLayout): number[] => [...[...l.kernel.state, ...l.kernel.constants].map(l.edgeAddress), ...changed(l)];
  const touches = (x: EdgeLayout, y: EdgeLayout): boolean => {
    const others = used(y);
    return changed(x).some((address) => others.includes(address));
  };
  return touches(a, b) || touches(b, a);
}
