/** What ranks send each other in the tests, as a function of sender and receiver: what anyone must receive follows. Some send nothing. */
export const countFrom = (from) => (from * 5) % 7;
export const bytesFrom = (from) => Uint8Array.from({ length: countFrom(from) }, (_, k) => 50 * from + k);
export const countFromTo = (from, to) => (from + 2 * to) % 4;
export const bytesFromTo = (from, to) => Uint8Array.from({ length: countFromTo(from, to) }, (_, k) => 60 * from + 7 * to + k);
