/**
 * A total number of synapses between random pairs. The numbers of synapses between each source and each block of targets are drawn first, in one
 * pass that keeps nothing else; each synapse then draws its target within its block. Rows come source by source, roughly ordered by target, so that
 * they are written where they belong, and a partition makes hardly more than what leads to it.
 */
import type { Connector } from "../network/connectors.ts";
import type { Batch, PatternContext } from "./pattern.ts";
import { batchSize, counterOf, DistinctPartners, redraw } from "./patternDraws.ts";

export type TotalNumber = Connector & { readonly rule: "fixedIndegree" | "fixedOutdegree" | "fixedTotalNumber" };

/** How many synapses lead from each source to each block of targets. Of a source's targets it is itself none where autapses are not wanted. */
export interface BlockCounts {
  /** [sources × blocks] */
  readonly counts: Uint32Array;
  readonly blocks: number;
  /** Targets of a block; the last one has those that are left. */
  readonly width: number;
}

/** Most blocks of a row, cells in all (they are counted at random, in cache), and synapses of a cell for which a division is worth it. */
const mostBlocks = 16, mostCells = 2 ** 20, leastSynapses = 8;
/** Parts of rows that are closer to each other than so many synapses are made in one batch, with what lies between. */
const joined = 64;
const none = 2 ** 31 - 1;

/** Sources whose row lacks one target: themselves. */
function selfSources({ preSize, postSize, selfOffset }: PatternContext, autapses: boolean): { readonly from: number; readonly to: number } {
  if (autapses || selfOffset === undefined) return { from: 0, to: 0 };
  const from = Math.min(preSize, Math.max(0, selfOffset));
  return { from, to: Math.max(from, Math.min(preSize, selfOffset + postSize)) };
}

/** Draws the numbers: multinomial, or, where pairs are distinct, hypergeometric. */
export function countBlocks(connect: TotalNumber, context: PatternContext): BlockCounts {
  const { preSize, postSize, uniform } = context;
  const wanted = Math.min(mostBlocks, postSize, Math.floor(mostCells / preSize), Math.floor(connect.count / preSize / leastSynapses));
  const width = Math.ceil(postSize / Math.max(1, wanted)), blocks = Math.ceil(postSize / width);
  const counts = new Uint32Array(preSize * blocks);
  const self = selfSources(context, connect.autapses), lacking = self.to - self.from;
  const pairs = preSize * postSize - lacking;
  // Of more than half the pairs, those are counted that are left out.
  const reversed = !connect.multapses && connect.count > pairs / 2;
  const total = reversed ? pairs - connect.count : connect.count;
  const before = self.from * postSize, within = lacking * (postSize - 1);
  const uneven = lacking > 0 && lacking < preSize;
  const targets = lacking > 0 ? postSize - 1 : postSize, scale = targets / width;
  const copy = new Float64Array(batchSize);
  for (let first = 0; first < total; first += batchSize) {
    const n = Math.min(batchSize, total - first);
    const { element, step } = counterOf(first);
    const u = uniform(element, n, step, 0);
    if (connect.multapses && !uneven) {
      for (let k = 0; k < n; k++) {
        const row = u[k]! * preSize, i = Math.floor(row);
        counts[i * blocks + Math.floor((row - i) * scale)]!++;
      }
      continue;
    }
    copy.set(u);
    for (let k = 0; k < n; k++) {
      for (let v = copy[k]!, draw = 2; ; draw += 2) {
        const at = v * pairs;
        const row = at < before ? at / postSize
          : at < before + within ? self.from + (at - before) / (postSize - 1) : self.to + (at - before - within) / postSize;
        const i = Math.floor(row);
        const target = (row - i) * (i >= self.from && i < self.to ? postSize - 1 : postSize);
        const block = Math.floor(target / width), cell = i * blocks + block;
        // Of the pairs of this cell as many are taken as it has synapses: a pair drawn among all is one of them with the same probability.
        if (connect.multapses || target - block * width >= counts[cell]!) {
          counts[cell]!++;
          break;
        }
        v = redraw(uniform, first + k, draw);
      }
    }
  }
  if (reversed) {
    for (let cell = 0; cell < counts.length; cell++) {
      const i = Math.floor(cell / blocks), inRow = i >= self.from && i < self.to ? postSize - 1 : postSize;
      counts[cell] = Math.max(0, Math.min(width, inRow - (cell - i * blocks) * width)) - counts[cell]!;
    }
  }
  return { counts, blocks, width };
}

/** Adds the number of each source's synapses onto wanted targets to the place behind its own. Returns how many there are in all. */
export function countRows(connect: TotalNumber, context: PatternContext, found: BlockCounts, rows: Uint32Array): number {
  const { from, to } = context.targets ?? { from: 0, to: context.postSize };
  let total = 0;
  const addWhole = (source: number, n: number): void => {
    rows[source + 1]! += n;
    total += n;
  };
  walkTotal(connect, context, found, ({ count, pre, post }) => {
    for (let k = 0; k < count; k++) if (post[k]! >= from && post[k]! < to) addWhole(pre[k]!, 1);
  }, addWhole);
  return total;
}

/**
 * Walks the synapses source by source, block by block. Blocks without a wanted target or source are left out.
 * @param addWhole gets the numbers of those cells all of whose targets are wanted; their synapses are then not made
 */
export function walkTotal(
  connect: TotalNumber, context: PatternContext, { counts, blocks, width }: BlockCounts, visit: (batch: Batch) => void,
  addWhole?: (source: number, n: number) => void,
): void {
  const { preSize, postSize, selfOffset } = context;
  const selves = selfSources(context, connect.autapses);
  const selfOf = (i: number): number => (i >= selves.from && i < selves.to ? i - selfOffset! : none);
  const targets = context.targets ?? { from: 0, to: postSize };
  const nearest = addWhole ? 1 : joined;
  const make = cellMaker(connect, context, { counts, blocks, width }, selfOf, visit);
  let number = 0, cell = 0;
  let runCell = 0, runBegin = 0, runEnd = -1;
  for (let i = 0; i < preSize; i++) {
    const self = selfOf(i);
    const from = targets.from - (targets.from > self ? 1 : 0), to = targets.to - (targets.to > self ? 1 : 0);
    const isWanted = from < to && (!context.sources || (i >= context.sources.from && i < context.sources.to));
    const firstBlock = isWanted ? Math.floor(from / width) : blocks, lastBlock = isWanted ? Math.ceil(to / width) : blocks;
    const wholeFrom = addWhole ? Math.ceil(from / width) : blocks, wholeTo = targets.to === postSize ? blocks : Math.floor(to / width);
    for (let b = 0; b < blocks; b++, cell++) {
      const n = counts[cell]!;
      if (addWhole && isWanted && b >= wholeFrom && b < wholeTo) addWhole(i, n);
      else if (n > 0 && b >= firstBlock && b < lastBlock) {
        if (runEnd < 0 || number - runEnd >= nearest) {
          if (runEnd >= 0) make(runCell, runBegin, runEnd);
          runCell = cell;
          runBegin = number;
        }
        runEnd = number + n;
      }
      number += n;
    }
  }
  if (runEnd >= 0) make(runCell, runBegin, runEnd);
}

/** Makes synapses `begin` … `end` − 1, the first being the first one of a cell. */
function cellMaker(
  connect: TotalNumber, context: PatternContext, { counts, blocks, width }: BlockCounts,
  selfOf: (source: number) => number, visit: (batch: Batch) => void,
): (cell: number, begin: number, end: number) => void {
  const { postSize, uniform } = context;
  const pre = new Uint32Array(batchSize), post = new Uint32Array(batchSize);
  const distinct = connect.multapses ? undefined : distinctTargets(context, width);
  return (cell, begin, end) => {
    let list: Uint32Array | undefined;
    let done = 0;
    for (let first = begin, n = 0; first < end; first += n) {
      n = Math.min(batchSize - (first % batchSize), end - first);
      const { element, step } = counterOf(first);
      const lead = element % 16;
      const u = distinct ? undefined : uniform(element - lead, lead + n, step, 1);
      let source = 0, firstSource = -1;
      for (let k = 0; k < n;) {
        while (done === counts[cell]!) {
          cell++;
          done = 0;
        }
        source = Math.floor(cell / blocks);
        if (firstSource < 0) firstSource = source;
        const low = (cell - source * blocks) * width, self = selfOf(source);
        const size = Math.min(width, (self === none ? postSize : postSize - 1) - low);
        const stop = k + Math.min(counts[cell]! - done, n - k);
        if (distinct && done === 0) list = distinct(first + k, counts[cell]!, size);
        done += stop - k;
        for (let e = done - (stop - k); k < stop; k++, e++) {
          const j = low + (u ? Math.floor(u[lead + k]! * size) : list![e]!);
          pre[k] = source;
          post[k] = j >= self ? j + 1 : j;
        }
      }
      visit({ count: n, pre, post, element, step, first, ...(source === firstSource ? { row: source } : {}) });
    }
  };
}

/** Chooses n of `size` targets, those of a cell whose first synapse is `first`; the view is valid until the next call. */
function distinctTargets({ uniform }: PatternContext, width: number): (first: number, n: number, size: number) => Uint32Array {
  const list = new Uint32Array(width), taken = new DistinctPartners(width);
  return (first, n, size) => {
    taken.next();
    // Of more than half of them, those are drawn that are left out.
    const draws = n > size / 2 ? size - n : n;
    for (let k = 0; k < draws; k++) {
      let draw = 1;
      while (!taken.take((list[k] = Math.floor(redraw(uniform, first + k, draw) * size)))) draw += 2;
    }
    if (draws < n) for (let j = 0, k = 0; j < size; j++) if (!taken.has(j)) list[k++] = j;
    return list;
  };
}
