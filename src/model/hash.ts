/** A fingerprint of what a model says, for run.json and for telling two versions of a model apart. */

/** JSON with sorted keys, so that equal content gives equal text. What JSON cannot hold is left out as JSON does. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === "object" && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : item);
}

/** 64-bit FNV-1a of the canonical JSON, as 16 hex digits. Take a model or any plain data. */
export function contentHash(value: unknown): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(canonicalJson(value) ?? "")) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, "0");
}
