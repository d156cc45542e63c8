import { ArgumentError } from "../../errors.ts";

/**
 * Van Rossum distance of two spike trains: the distance between them after each spike has become an exponential of time constant tau,
 * D^2 = (1/tau) * integral of (f - g)^2. One spike against none gives D^2 = 1/2; two spikes d apart, D^2 = 1 - exp(-d/tau).
 *
 * The integral is 1/2 sum_ij s_i s_j exp(-|t_i - t_j|/tau) over the spikes of both trains, with s = +1 for the first and -1 for the second; one
 * pass over the merged trains with a running sum takes time proportional to the number of spikes.
 *
 * @param tau in the unit of the times
 * @source van Rossum (2001), Neural Comput. 13:751-763. doi:10.1162/089976601300014321
 * @source Houghton & Kreuz (2012), Network 23:48-58 (running sums). doi:10.3109/0954898X.2012.673048
 */
export function vanRossumDistance(a: ArrayLike<number>, b: ArrayLike<number>, tau: number): number {
  if (!(tau > 0))
    throw new ArgumentError("van-rossum-tau", `the time constant of a van Rossum distance is ${tau}`, "Give a positive time, as 0.01 for 10 ms.");
  let i = 0;
  let j = 0;
  let trace = 0;
  let last = 0;
  let sum = 0;
  while (i < a.length || j < b.length) {
    const first = j >= b.length || (i < a.length && a[i]! <= b[j]!);
    const time = first ? a[i++]! : b[j++]!;
    const sign = first ? 1 : -1;
    trace *= Math.exp((last - time) / tau);
    sum += 0.5 + sign * trace;
    trace += sign;
    last = time;
  }
  return Math.sqrt(Math.max(0, sum)); // rounding may leave -1e-17
}

/**
 * Victor-Purpura distance of two spike trains: the least cost of changing one into the other, where adding or removing a spike costs 1 and moving
 * it by t costs q*|t|. At q = 0 it is the difference of the counts; at large q the number of spikes that have no partner at the same time.
 *
 * @param q cost of moving a spike, per unit of the times
 * @source Victor & Purpura (1996), J. Neurophysiol. 76:1310-1326. doi:10.1152/jn.1996.76.2.1310
 */
export function victorPurpuraDistance(a: ArrayLike<number>, b: ArrayLike<number>, q: number): number {
  if (!(q >= 0)) throw new ArgumentError("victor-purpura-cost", `the cost q of a Victor-Purpura distance is ${q}`, "Give a cost of 0 or more.");
  let row = Float64Array.from({ length: b.length + 1 }, (_, j) => j);
  let next = new Float64Array(b.length + 1);
  for (let i = 1; i <= a.length; i++) {
    next[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const move = q === 0 ? 0 : q * Math.abs(a[i - 1]! - b[j - 1]!);
      next[j] = Math.min(row[j - 1]! + move, row[j]! + 1, next[j - 1]! + 1);
    }
    [row, next] = [next, row];
  }
  return row[b.length]!;
}
