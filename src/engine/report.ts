/** What a run did, in numbers: for people, for run.json and for benchmarks. */
import { undrivenModulators } from "../network/modulator.ts";
import { modelText } from "../network/serialise.ts";
import { realBytes } from "./arena.ts";
import { SpikeHash } from "./spikeHash.ts";
import { streamId } from "./streams.ts";
import type { BackendName, SimulationParts } from "./parts.ts";
import type { Delivery } from "./projections.ts";
import type { Traffic } from "./processes/processes.ts";

export interface RunReport {
  /** Step, seconds. */
  readonly dt: number;
  readonly backend: BackendName | "exact";
  /** Why it is this one, with `backend: "auto"`. */
  readonly backendReason?: string;
  /** What ran the network, on the back-end `webgpu`; `software`: a driver that computes on the processor. */
  readonly gpu?: { readonly name: string; readonly software: boolean };
  /** Absent: on the grid of steps. */
  readonly engine?: "exact";
  readonly precision: "f32" | "f64";
  readonly seed: number;
  /** Of each process; and processes that simulated the network together. */
  readonly threads: number;
  readonly processes: number;
  /** What processes told each other: milliseconds of this one, bytes received, messages. */
  readonly exchange?: Traffic;
  /** Simulated time, seconds. */
  readonly duration: number;
  /** Making of the network, of its code, and simulation, milliseconds of wall time; and CPU time of the simulation. */
  readonly buildMs: number;
  readonly compileMs: number;
  readonly simulateMs: number;
  readonly cpuMs: number;
  readonly neurons: number;
  readonly synapses: number;
  readonly spikes: number;
  /** Additions of a weight to a target: spikes × out-degree, without collapsed Poisson input. */
  readonly synapticEvents: number;
  /** Visits of synapses, by spikes of either side, that may change them. */
  readonly plasticEvents: number;
  /** Of all processes; `own`: the memory of this one. */
  readonly bytes: { readonly synapses: number; readonly total: number; readonly own: number };
  /** 16 hexadecimal digits; equal for runs with the same spikes. */
  readonly spikeHash: string;
  /** Of the models' texts, the structure and its values: equal for the same network description. */
  readonly modelHash: string;
  readonly populations: readonly {
    readonly name: string;
    readonly size: number;
    readonly model: string;
    readonly spikes: number;
    readonly rate: number;
  }[];
  /** `bytes`: of the tables of a projection's synapses; none where they are not stored, whose expected number is `synapses`. */
  readonly projections: readonly { readonly name: string; readonly model: string; readonly synapses: number; readonly bytes: number }[];
  /** What looks like a mistake, in sentences. */
  readonly warnings: readonly string[];
  readonly integrators: readonly { readonly population: string; readonly method: string; readonly reason: string }[];
}

interface Measured {
  readonly hash: string;
  readonly steps: number;
  readonly spikes: Float64Array;
  readonly simulateMs: number;
  readonly cpuMs: number;
  /** Modulators changed by hand. */
  readonly modulated: ReadonlySet<string>;
  readonly threads: number;
  readonly processes: number;
  readonly traffic: Traffic | undefined;
  readonly gpu: RunReport["gpu"] | undefined;
}

export function makeReport(parts: SimulationParts, measured: Measured): RunReport {
  const { groups, deliveries, options, stages } = parts;
  const all = totals(parts);
  const duration = measured.steps * options.dt;
  const projections = deliveries.map(({ data: { name, model } }, k) => (
    { name, model: model.name, synapses: all.synapses[k]!, bytes: all.bytes[k]! }));
  return {
    dt: options.dt,
    backend: options.backend,
    ...(options.backendReason === undefined ? {} : { backendReason: options.backendReason }),
    ...(measured.gpu ? { gpu: { name: measured.gpu.name, software: measured.gpu.software } } : {}),
    precision: options.precision,
    seed: options.seed,
    threads: measured.threads,
    processes: measured.processes,
    ...(measured.traffic ? { exchange: measured.traffic } : {}),
    duration,
    buildMs: stages.buildMs,
    compileMs: stages.compileMs,
    simulateMs: measured.simulateMs,
    cpuMs: measured.cpuMs,
    neurons: groups.reduce((sum, g) => sum + (g.data.kind === "neurons" ? g.size : 0), 0),
    synapses: all.synapses.reduce((a, b) => a + b, 0),
    spikes: measured.spikes.reduce((a, b) => a + b, 0),
    synapticEvents: all.events,
    plasticEvents: all.plasticEvents,
    warnings: undrivenModulators(parts.data)
      .filter((m) => !measured.modulated.has(m))
      .map((m) => `modulator "${m}" was never driven: its value stayed 0`),
    bytes: {
      synapses: projections.reduce((sum, { bytes }) => sum + bytes, 0),
      total: all.memory,
      own: parts.sides.reduce((sum, { arena }) => sum + arena.bytes, 0),
    },
    spikeHash: measured.hash,
    modelHash: hashOf(parts),
    populations: groups.map((g) => ({
      name: g.name,
      size: g.size,
      model: g.model?.name ?? "spike_source",
      spikes: measured.spikes[g.index]!,
      rate: duration > 0 ? measured.spikes[g.index]! / g.size / duration : 0,
    })),
    projections,
    integrators: groups.flatMap((g) =>
      g.integration && g.data.kind === "neurons" ? [{ population: g.name, method: g.integration.method, reason: g.integration.reason }] : [],
    ),
  };
}

/** Sums over all partitions, those of other processes as well. */
function totals(parts: SimulationParts): {
  readonly synapses: readonly number[]; readonly bytes: readonly number[];
  readonly events: number; readonly plasticEvents: number; readonly memory: number;
} {
  const { sides, deliveries, options, memories } = parts;
  const counter = (address: number) =>
    sides.reduce((sum, { arena }) => {
      const [low, high] = arena.u32(address, 2);
      return sum + high! * 4294967296 + low!;
    }, 0);
  const bytesOf = ({ table, plastic }: Delivery): number =>
    (table.scratch === undefined ? undefined : 0) ??
    plastic?.bytes ??
    4 * (table.sources + 1) + table.capacity * (table.targetBytes + (table.weights.kind === "perSynapse" ? realBytes(options.precision) : 0));
  const first = memories.partitioning.local[0]?.index ?? 0;
  const counted = (k: number, value: (d: Delivery) => number): number =>
    deliveries[k]!.post.replicated
      ? (first === 0 ? value(deliveries[k]!) : 0)
      : sides.reduce((sum, side) => sum + value(side.deliveries[k]!), 0);
  const n = deliveries.length;
  const all = new Float64Array(2 * n + 3);
  for (let k = 0; k < n; k++) {
    all[k] = counted(k, ({ table }) => table.count);
    all[n + k] = counted(k, bytesOf);
  }
  all[2 * n] = counter(parts.eventCounter);
  all[2 * n + 1] = counter(parts.plasticCounter);
  all[2 * n + 2] = sides.reduce((sum, { arena }) => sum + arena.bytes, 0);
  memories.partitioning.exchange?.sum(all);
  return {
    synapses: [...all.subarray(0, n)], bytes: [...all.subarray(n, 2 * n)],
    events: all[2 * n]!, plasticEvents: all[2 * n + 1]!, memory: all[2 * n + 2]!,
  };
}

/** Arrays count by their bytes, models by their text. */
export function hashOf({ data }: Pick<SimulationParts, "data">): string {
  const hash = new SpikeHash();
  const text = JSON.stringify({ ...data, monitors: [] }, (key, value: unknown) => {
    if (ArrayBuffer.isView(value)) {
      const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      const part = new SpikeHash();
      part.add(bytes.length, 0, Uint32Array.from(bytes), bytes.length);
      return part.digest();
    }
    if (key === "model" && typeof value === "object" && value !== null) return modelText(value as never);
    return value;
  });
  hash.add(
    streamId(text),
    0,
    Uint32Array.from({ length: text.length }, (_, k) => text.charCodeAt(k)),
    text.length,
  );
  return hash.digest();
}
