/** Neurons from `offset` on. */
export interface Range {
  readonly offset: number;
  readonly size: number;
}

/**
 * Finds the first range that holds an index, -1 when none does. Neighbouring spikes tend to be of one population, so the last answer is tried
 * first; ranges that do not overlap are then searched in the order of their offsets, by halves.
 */
export function rangeFinder(ranges: readonly Range[]): (index: number) => number {
  const order = ranges
    .map((_, k) => k)
    .filter((k) => ranges[k]!.size > 0)
    .sort((a, b) => ranges[a]!.offset - ranges[b]!.offset);
  const offsets = Float64Array.from(order, (k) => ranges[k]!.offset);
  const ends = Float64Array.from(order, (k) => ranges[k]!.offset + ranges[k]!.size);
  if (offsets.some((offset, at) => at > 0 && offset < ends[at - 1]!)) return (index) => ranges.findIndex((range) => holds(range, index));
  let home = 0;
  return (index) => {
    if (index >= offsets[home]! && index < ends[home]!) return order[home]!;
    let low = 0;
    let high = offsets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ends[middle]! <= index) low = middle + 1;
      else high = middle;
    }
    if (!(low < offsets.length && index >= offsets[low]!)) return -1;
    home = low;
    return order[home]!;
  };
}

/** The same neurons as ranges that neither overlap nor touch, in order. */
export function unionOfRanges(ranges: readonly Range[]): readonly Range[] {
  const merged: { offset: number; size: number }[] = [];
  for (const { offset, size } of ranges.toSorted((a, b) => a.offset - b.offset)) {
    const last = merged.at(-1);
    if (last && offset <= last.offset + last.size) last.size = Math.max(last.size, offset + size - last.offset);
    else merged.push({ offset, size });
  }
  return merged;
}

const holds = ({ offset, size }: Range, index: number) => index >= offset && index < offset + size;
