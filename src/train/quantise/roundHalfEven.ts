/** The nearest integer, halves to the even one, as IEEE 754, NumPy and PyTorch round (Math.round rounds halves up). */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x), part = x - floor;
  if (part !== 0.5) return part < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
