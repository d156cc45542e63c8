/**
 * Which synapses a connector makes, as batches of (source, target) pairs. A pattern can be walked any number of times and gives the
 * same pairs: all its randomness comes from counters (element, step) of the projection's stream, never from order. Every batch also
 * says which counters its synapses own, so that weights and delays are drawn from them in the same way.
 */
import { invariant } from "../errors.ts";
import { bernoulliBlock, bernoulliRoom, bernoulliScale, elementsOfBlock } from "../math/bernoulli.ts";
import type { Connector } from "../network/connectors.ts";
import { distanceBetween } from "../network/positions.ts";
import type { Positions } from "../network/positions.ts";
import { batchSize, choose, counterOf, DistinctPartners, redraw } from "./patternDraws.ts";
import type { UniformSource } from "./patternDraws.ts";
import { countBlocks, countRows, walkTotal } from "./totalNumber.ts";
import type { BlockCounts, TotalNumber } from "./totalNumber.ts";

export type { UniformSource };

export interface Batch {
  readonly count: number;
  /** Index within the pre range and the post range. [count] */
  readonly pre: Uint32Array;
  readonly post: Uint32Array;
  /** Synapse k of the batch owns the counter (element + k, step). */
  readonly element: number;
  readonly step: number;
  /** Position of the first synapse in the order of the connector, for values given as arrays. */
  readonly first: number;
  /** Where all synapses of the batch have one source: the source. */
  readonly row?: number;
}

/**
 * Targets in [base, end) of one source that are connected with probability p (see `math/bernoulli.ts`), ascending and without `self`; the view is
 * valid until the next call. `element` is that of the block which begins at `base`.
 */
export type BernoulliSource = (
  element: number, source: number, base: number, end: number, scale: number, self: number,
) => Uint32Array;

export interface PatternContext {
  readonly preSize: number;
  readonly postSize: number;
  /** Index in the pre range of the neuron that is index 0 of the post range, when both are the same population; else undefined. */
  readonly selfOffset: number | undefined;
  readonly prePositions?: Positions;
  readonly postPositions?: Positions;
  /** Offsets of the ranges within their populations, for positions. */
  readonly preStart: number;
  readonly postStart: number;
  readonly uniform: UniformSource;
  readonly bernoulli: BernoulliSource;
  /** Only synapses onto these targets, counted in the post range, are wanted: others may be left out. */
  readonly targets?: { readonly from: number; readonly to: number };
  /** Only synapses of these sources are wanted, likewise; for rules that go source by source. */
  readonly sources?: { readonly from: number; readonly to: number };
}

/** What a rule has to find out before its walk. Who walks twice needs to know it only once. */
export type Findings = BlockCounts;

export function explore(connect: Connector, context: PatternContext): Findings | undefined {
  return connect.rule === "fixedTotalNumber" && connect.count > 0 ? countBlocks(connect, context) : undefined;
}

/** Adds the number of each source's synapses onto wanted targets to the place behind its own. Returns how many there are in all. */
export function countFound(connect: Connector, context: PatternContext, found: Findings, rows: Uint32Array): number {
  return countRows(connect as TotalNumber, context, found, rows);
}

/** Upper bound of the number of synapses that is reached with negligible probability (6 standard deviations), for memory checks. */
export function expectedSynapses(connect: Connector, pre: number, post: number): number {
  switch (connect.rule) {
    case "allToAll":
      return pre * post;
    case "oneToOne":
      return pre;
    case "explicit":
      return connect.pre.length;
    case "fixedIndegree":
      return connect.count * post;
    case "fixedOutdegree":
      return connect.count * pre;
    case "fixedTotalNumber":
      return connect.count;
    case "smallWorld":
      return 2 * connect.neighbours * pre;
    case "fixedProbability":
      return binomialBound(pre * post, connect.probability);
    case "distanceDependent":
      return binomialBound(pre * post, connect.peak);
    default:
      connect satisfies never;
      return 0;
  }
}

const binomialBound = (n: number, p: number): number => Math.min(n, n * p + 6 * Math.sqrt(n * p * (1 - p)));

/** Walks all batches of a connector in its canonical order. */
export function walkPattern(connect: Connector, context: PatternContext, visit: (batch: Batch) => void, found = explore(connect, context)): void {
  switch (connect.rule) {
    case "explicit":
      return flat(connect.pre.length, visit, (first, n, pre, post) => {
        pre.set(connect.pre.subarray(first, first + n));
        post.set(connect.post.subarray(first, first + n));
      });
    case "oneToOne":
      return flat(
        context.preSize,
        visit,
        (first, n, pre, post) => {
          for (let k = 0; k < n; k++) pre[k] = post[k] = first + k;
        },
        ...rowsWanted(context, 1),
      );
    case "allToAll":
      return allToAll(connect.autapses, context, visit);
    case "fixedProbability":
      return bernoulliRows(connect.probability, connect.autapses, context, visit);
    case "fixedIndegree":
      return fixedDegree(connect, context, "post", visit);
    case "fixedOutdegree":
      return fixedDegree(connect, context, "pre", visit);
    case "fixedTotalNumber":
      return found && walkTotal(connect, context, found, visit);
    case "distanceDependent":
      return distanceDependent(connect, context, visit);
    case "smallWorld":
      return smallWorld(connect, context, visit);
    default:
      connect satisfies never;
  }
}

/** Batches of a rule whose synapses are numbered 0 … total − 1, or of those from `begin` (a multiple of 16) to `end` − 1. */
function flat(
  total: number,
  visit: (batch: Batch) => void,
  fill: (first: number, count: number, pre: Uint32Array, post: Uint32Array) => void,
  begin = 0,
  end = total,
): void {
  const pre = new Uint32Array(batchSize),
    post = new Uint32Array(batchSize);
  for (let first = begin; first < end; first += batchSize) {
    const count = Math.min(batchSize, end - first);
    fill(first, count, pre, post);
    visit({ count, pre, post, ...counterOf(first), first });
  }
}

/** Batches of a rule that is walked target by target with a number of synapses known only afterwards. */
function perTarget(
  context: PatternContext,
  visit: (batch: Batch) => void,
  sourcesOf: (target: number, emit: (source: number) => void) => void,
): void {
  let first = 0;
  let pre = new Uint32Array(256),
    post = new Uint32Array(256);
  const { from, to } = context.targets ?? { from: 0, to: context.postSize };
  for (let j = from; j < to; j++) {
    let count = 0;
    sourcesOf(j, (source) => {
      if (count === pre.length) {
        const larger = new Uint32Array(2 * count);
        larger.set(pre);
        pre = larger;
      }
      pre[count++] = source;
    });
    if (post.length < pre.length) post = new Uint32Array(pre.length);
    post.fill(j, 0, count);
    if (count > 0) visit({ count, pre, post, element: 0, step: j, first });
    first += count;
  }
}

function allToAll(autapses: boolean, context: PatternContext, visit: (batch: Batch) => void): void {
  const { preSize, postSize, selfOffset } = context;
  if (autapses || selfOffset === undefined) {
    // Numbered row by row (source-major), as the user writes a matrix [pre × post].
    const fill = (first: number, n: number, pre: Uint32Array, post: Uint32Array): void => {
      let i = Math.floor(first / postSize),
        j = first - i * postSize;
      for (let k = 0; k < n; k++) {
        pre[k] = i;
        post[k] = j++;
        if (j === postSize) {
          j = 0;
          i++;
        }
      }
    };
    return flat(preSize * postSize, visit, fill, ...rowsWanted(context, postSize));
  }
  const { from, to } = context.sources ?? { from: 0, to: preSize };
  const pre = new Uint32Array(batchSize), post = new Uint32Array(batchSize);
  let first = 0;
  for (let i = from; i < to; i++) {
    const self = i - selfOffset;
    const others = self >= 0 && self < postSize ? postSize - 1 : postSize;
    pre.fill(i);
    for (let element = 0; element < others; element += batchSize) {
      const count = Math.min(batchSize, others - element);
      for (let k = 0; k < count; k++) post[k] = element + k + (self >= 0 && element + k >= self ? 1 : 0);
      visit({ count, pre, post, element, step: i, first, row: i });
      first += count;
    }
  }
}

/** Where the synapses of the wanted sources begin (a multiple of 16) and end, when each source has as many. */
function rowsWanted({ sources, preSize }: PatternContext, each: number): [begin: number, end: number] {
  const { from, to } = sources ?? { from: 0, to: preSize };
  return [Math.floor((from * each) / 16) * 16, to * each];
}

/** Pairwise Bernoulli by geometric skips, source by source: the cost follows the synapses made, not the pairs. */
function bernoulliRows(p: number, autapses: boolean, context: PatternContext, visit: (batch: Batch) => void): void {
  if (p === 0) return;
  if (p === 1) return allToAll(autapses, context, visit);
  const { preSize, postSize, selfOffset, bernoulli } = context;
  const { from, to } = context.targets ?? { from: 0, to: postSize };
  const size = bernoulliBlock(p), scale = bernoulliScale(p);
  const pre = new Uint32Array(bernoulliRoom);
  let first = 0;
  for (let i = context.sources?.from ?? 0; i < (context.sources?.to ?? preSize); i++) {
    const self = autapses || selfOffset === undefined ? -1 : i - selfOffset;
    pre.fill(i);
    for (let base = Math.floor(from / size) * size; base < to; base += size) {
      const element = (base / size) * elementsOfBlock(size);
      const post = bernoulli(element, i, base, Math.min(base + size, to), scale, self);
      if (post.length > 0) visit({ count: post.length, pre, post, element, step: i, first, row: i });
      first += post.length;
    }
  }
}

function fixedDegree(connect: TotalNumber, context: PatternContext, fixed: "pre" | "post", visit: (batch: Batch) => void): void {
  const { selfOffset, uniform } = context;
  const owners = fixed === "post" ? context.postSize : context.preSize;
  const others = fixed === "post" ? context.preSize : context.postSize;
  // The partner that an owner must not choose: itself.
  const shift = selfOffset === undefined ? 0 : fixed === "post" ? selfOffset : -selfOffset;
  const noSelf = !connect.autapses && selfOffset !== undefined;
  const distinct = connect.multapses ? undefined : new DistinctPartners(others);
  const { count } = connect;
  // The synapses of a target (or, with a fixed out-degree, of a source) are numbered one after the other.
  const wanted = count > 0 ? (fixed === "post" ? context.targets : context.sources) : undefined;
  const begin = wanted ? Math.floor((wanted.from * count) / 16) * 16 : 0,
    end = wanted ? wanted.to * count : owners * count;
  let owner = count > 0 ? Math.floor(begin / count) : 0,
    made = count > 0 ? begin % count : 0;
  const u = new Float64Array(batchSize);
  if (made > 0) distinct?.next();
  const fill = (first: number, n: number, pre: Uint32Array, post: Uint32Array): void => {
    const { element, step } = counterOf(first);
    u.set(uniform(element, n, step, 0).subarray(0, n));
    const [own, other] = fixed === "post" ? [post, pre] : [pre, post];
    for (let k = 0; k < n; k++) {
      if (made === connect.count) {
        owner++;
        made = 0;
      }
      if (made === 0) distinct?.next();
      made++;
      const self = noSelf && owner + shift >= 0 && owner + shift < others ? owner + shift : -1;
      own[k] = owner;
      other[k] = choose(u[k]!, others, self);
      if (distinct) {
        // A partner chosen before is drawn again from further draws of the same synapse.
        for (let draw = 2; !distinct.take(other[k]!); draw++) {
          other[k] = choose(redraw(uniform, first + k, draw), others, self);
        }
      }
    }
  };
  flat(owners * count, visit, fill, begin, end);
}

function distanceDependent(connect: Connector & { rule: "distanceDependent" }, context: PatternContext, visit: (batch: Batch) => void): void {
  const { preSize, selfOffset, uniform, prePositions, postPositions } = context;
  invariant(prePositions && postPositions, "distance-dependent wiring was checked to have positions");
  const profile = {
    gaussian: (d: number) => Math.exp((-d * d) / (2 * connect.scale * connect.scale)),
    exponential: (d: number) => Math.exp(-d / connect.scale),
    disc: (d: number) => (d <= connect.scale ? 1 : 0),
  }[connect.profile];
  perTarget(context, visit, (j, emit) => {
    const self = connect.autapses || selfOffset === undefined ? -1 : j + selfOffset;
    for (let start = 0; start < preSize; start += batchSize) {
      const n = Math.min(batchSize, preSize - start);
      const u = uniform(start, n, j, 0);
      for (let k = 0; k < n; k++) {
        const i = start + k;
        if (i === self) continue;
        const d = distanceBetween(prePositions, context.preStart + i, postPositions, context.postStart + j, connect.periodic);
        if (u[k]! < connect.peak * profile(d)) emit(i);
      }
    }
  });
}

function smallWorld(connect: Connector & { rule: "smallWorld" }, context: PatternContext, visit: (batch: Batch) => void): void {
  const { preSize: size, uniform, selfOffset } = context;
  const degree = 2 * connect.neighbours;
  const rewire = new Float64Array(batchSize),
    target = new Float64Array(batchSize);
  flat(size * degree, visit, (first, n, pre, post) => {
    const { element, step } = counterOf(first);
    rewire.set(uniform(element, n, step, 0).subarray(0, n));
    target.set(uniform(element, n, step, 1).subarray(0, n));
    for (let k = 0; k < n; k++) {
      const i = Math.floor((first + k) / degree),
        m = (first + k) % degree;
      const offset = m < connect.neighbours ? m + 1 : connect.neighbours - m - 1;
      const self = connect.autapses || selfOffset === undefined ? -1 : i - selfOffset;
      pre[k] = i;
      post[k] = rewire[k]! < connect.rewire ? choose(target[k]!, size, self) : (i + offset + size) % size;
    }
  });
}
