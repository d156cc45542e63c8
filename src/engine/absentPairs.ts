/** Pairs of neurons without a synapse. */
import { allowsAutapses } from "./rewire.ts";
import type { Ends } from "./rewire.ts";
import type { Dice } from "./dice.ts";
import type { ProjectionData } from "../network/data.ts";

export interface Pairs {
  readonly pre: readonly number[];
  readonly post: readonly number[];
}

/** Pairs above this number are not listed one by one. */
const longestList = 2 ** 26;

/** At most `count` different random pairs that no synapse joins, those in `removed` apart. Fewer where there are not as many. */
export function absentPairs(data: ProjectionData, ends: Ends, removed: ReadonlySet<number>, count: number, dice: Dice): Pairs {
  const sources = data.pre.end - data.pre.start, targets = data.post.end - data.post.start;
  const taken = new Set<number>();
  for (let e = 0; e < ends.pre.length; e++) if (!removed.has(e)) taken.add(ends.pre[e]! * targets + ends.post[e]!);
  const autapses = data.pre.population !== data.post.population || allowsAutapses(data.connect);
  const isSelf = (i: number, j: number): boolean => !autapses && i + data.pre.start === j + data.post.start;
  const pairs = sources * targets;
  const chosen: number[] = [];
  // Half the draws hit where half the pairs are free; a fuller projection is searched through.
  const tries = taken.size + count < pairs / 2 ? 64 * (count + 1) : 0;
  for (let k = 0; k < tries && chosen.length < count; k++) {
    const key = dice.below(sources) * targets + dice.below(targets);
    if (taken.has(key) || isSelf(Math.floor(key / targets), key % targets)) continue;
    taken.add(key);
    chosen.push(key);
  }
  if (chosen.length < count && pairs <= longestList) {
    const free: number[] = [];
    for (let key = 0; key < pairs; key++) if (!taken.has(key) && !isSelf(Math.floor(key / targets), key % targets)) free.push(key);
    dice.shuffle(free, count - chosen.length);
    chosen.push(...free.slice(0, count - chosen.length));
  }
  return { pre: chosen.map((key) => Math.floor(key / targets)), post: chosen.map((key) => key % targets) };
}
