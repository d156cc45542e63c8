/**
 * Names of random streams. A stream belongs to an object, not to the order in which objects were made: adding a monitor or another
 * population leaves every other random number as it was.
 */
export function streamId(name: string): number {
  // FNV-1a over UTF-16 code units, then a finaliser so that similar names give unrelated streams.
  let h = 0x811c9dc5;
  for (let k = 0; k < name.length; k++) h = Math.imul(h ^ name.charCodeAt(k), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
