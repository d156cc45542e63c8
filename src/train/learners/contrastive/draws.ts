/** Random numbers of a learner: functions of its seed, what they are for, the round and their index, so that training repeats exactly. */
import { seedOf, uniformAt } from "../../../math/random.ts";

/** Uniform in [0, 1), the k-th number of a round. */
export type Draw = (round: number, k: number) => number;

export function drawsFor(seed: number, purpose: string): Draw {
  let stream = 2166136261;
  for (let k = 0; k < purpose.length; k++) stream = Math.imul(stream ^ purpose.charCodeAt(k), 16777619);
  const key = seedOf(seed);
  return (round, k) => uniformAt(key, k, round, stream >>> 0, 0);
}
