/** Numbers for people. */
import type { Frame } from "./messages.ts";

/** Thousands apart, three significant digits where there is a fraction. */
export function number(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.max(Math.abs(value), 1e-9))));
  const text = value.toLocaleString("en", { maximumFractionDigits: Math.min(digits, 6) });
  return text.replaceAll(",", "\u202f");
}

export const duration = (seconds: number): string => (seconds < 1 ? `${Number((seconds * 1000).toFixed(3))} ms` : `${seconds.toFixed(3)} s`);

/** Speed and activity of the last second of real time or so. */
export class Meter {
  #frames: { readonly at: number; readonly simulated: number; readonly busy: number; readonly spikes: number }[] = [];

  add({ from, to, busy, counts }: Frame, at: number): void {
    this.#frames.push({ at, simulated: to - from, busy, spikes: counts.reduce((a, b) => a + b, 0) });
    while (this.#frames.length > 1 && this.#frames[0]!.at < at - 1000) this.#frames.shift();
  }

  /** Simulated seconds in a second of computing, and spikes in a simulated second. */
  read(): { readonly speed: number; readonly spikes: number } | undefined {
    const sum = (of: "simulated" | "busy" | "spikes") => this.#frames.reduce((total, frame) => total + frame[of], 0);
    const simulated = sum("simulated");
    return simulated > 0 ? { speed: simulated / sum("busy"), spikes: sum("spikes") / simulated } : undefined;
  }

  clear(): void {
    this.#frames = [];
  }
}
