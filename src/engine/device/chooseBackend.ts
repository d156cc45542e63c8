/** `backend: "auto"`: which back-end a network runs on, by a short race of both, and why. */
import { findGpu } from "../../backend/webgpu/gpu.ts";
import type { Gpu } from "../../backend/webgpu/gpu.ts";
import { SynfireError, UnsupportedError } from "../../errors.ts";

export type Contestant = "wasm" | "webgpu";

export interface Choice {
  readonly backend: Contestant;
  /** A clause: "NVIDIA H200 took 3.1 ms for 25.6 ms of it in a warm-up, WebAssembly 52 ms". */
  readonly reason: string;
}

/** What a simulation does in a race. */
export interface Trial extends AsyncDisposable {
  readonly dt: number;
  readonly run: (duration: `${number} s`) => Promise<void>;
}

/** Milliseconds of wall time that each took for the same seconds of the network. */
export interface Race { readonly simulated: number; readonly wasm: number; readonly webgpu: number }

/** Where the GPU and the times come from; for tests. */
export interface Choosing {
  readonly find: () => Promise<{ readonly gpu: Gpu } | { readonly reason: string }>;
  readonly race: (compiled: (backend: Contestant) => Promise<Trial>) => Promise<Race>;
}

export interface Wanted {
  readonly precision?: "f32" | "f64";
  readonly processes?: { readonly size: number };
}

/** Milliseconds of the longest lap of each, which is half of its time in a race. */
const longestLap = 25;
const firstSteps = 32;

/**
 * The GPU where it can run the network and is faster, else WebAssembly. It never throws: what is wrong with the network shows when it is compiled.
 *
 * @param compiled compiles the network without anything that listens to it
 */
export async function chooseBackend(
  { precision, processes }: Wanted, compiled: (backend: Contestant) => Promise<Trial>,
  { find, race }: Choosing = { find: findGpu, race: measuredRace },
): Promise<Choice> {
  if (precision === "f64") return onProcessor("GPUs compute in f32, not in f64");
  if (processes && processes.size > 1) return onProcessor(`${processes.size} processes simulate the network together, and a GPU belongs to one`);
  const found = await find();
  if (!("gpu" in found)) return onProcessor(`there is no GPU to run on: ${found.reason}`);
  const { name, software } = found.gpu;
  if (software) return onProcessor(`${name} is a software driver, slower than WebAssembly on the same processor`);
  try {
    return winner(name, await race(compiled));
  } catch (error) {
    return onProcessor(refusal(error));
  }
}

/** Why a network that the GPU was to run runs on the processor. @throws whatever does not come from compiling or running it */
export function refusal(error: unknown): string {
  if (!(error instanceof SynfireError)) throw error;
  const [problem] = error.message.split("\n");
  return error instanceof UnsupportedError ? `the GPU cannot run it: ${problem}` : `its warm-up failed: ${problem}`;
}

export const onProcessor = (reason: string): Choice => ({ backend: "wasm", reason });

function winner(name: string, { simulated, wasm, webgpu }: Race): Choice {
  const took = (who: string, milliseconds: number): string => `${who} ${shown(milliseconds)} ms`;
  const both = webgpu < wasm
    ? `took ${shown(webgpu)} ms for ${shown(1000 * simulated)} ms of it in a warm-up, ${took("WebAssembly", wasm)}`
    : `took ${shown(wasm)} ms for ${shown(1000 * simulated)} ms of it in a warm-up, ${took(name, webgpu)}`;
  return webgpu < wasm ? { backend: "webgpu", reason: `${name} ${both}` } : onProcessor(`WebAssembly ${both}`);
}

const shown = (value: number): string => String(Number(value.toPrecision(3)));

/** Laps that double, one back-end after the other; both are judged by the longest lap that both ran: the same part of the network's course. */
export async function measuredRace(compiled: (backend: Contestant) => Promise<Trial>): Promise<Race> {
  const wasm = await laps(await compiled("wasm"), Infinity);
  const webgpu = await laps(await compiled("webgpu"), wasm.milliseconds.length);
  const last = webgpu.milliseconds.length - 1;
  return { simulated: firstSteps * 2 ** last * wasm.dt, wasm: wasm.milliseconds[last]!, webgpu: webgpu.milliseconds[last]! };
}

async function laps(simulation: Trial, most: number): Promise<{ readonly dt: number; readonly milliseconds: readonly number[] }> {
  const { dt } = simulation;
  const milliseconds: number[] = [];
  try {
    // The first call also compiles.
    await simulation.run(`${firstSteps * dt} s`);
    for (let steps = firstSteps; milliseconds.length < most; steps *= 2) {
      const begin = performance.now();
      await simulation.run(`${steps * dt} s`);
      const took = performance.now() - begin;
      milliseconds.push(took);
      if (took >= longestLap) break;
    }
  } finally {
    // Not every browser knows `await using`.
    await simulation[Symbol.asyncDispose]();
  }
  return { dt, milliseconds };
}
