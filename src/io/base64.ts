/** Bytes as base64 text, in Node and in browsers. */
export function base64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += 24_576) pieces.push(btoa(String.fromCharCode(...bytes.subarray(at, at + 24_576)))); // a multiple of 3
  return pieces.join("");
}
