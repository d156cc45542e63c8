/** What a run did, in numbers: for people, for run.json and for benchmarks. */
import { undrivenModulators } from "../network/modulator.ts";
import { modelText } from "../network/serialise.ts";
import { realBytes } from "./arena.ts";
import { SpikeHash } from "./spikeHash.ts";
import { streamId } from "./streams.ts";
import type { SimulationParts } from "./parts.ts";

export interface RunReport {
  /** Step, seconds. */
  readonly dt: number;
  readonly backend: string;
  readonly precision: "f32" | "f64";
  readonly seed: number;
  readonly threads: 1;
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
  readonly bytes: { readonly synapses: number; readonly total: number };
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
  /** `bytes`: of the tables of a projection's synapses. */
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
}

export function makeReport(parts: SimulationParts, measured: Measured): RunReport {
  const { groups, deliveries, options, stages, arena } = parts;
  const duration = measured.steps * options.dt;
  const projections = deliveries.map(({ data, table, plastic }) => ({
    name: data.name,
    model: data.model.name,
    synapses: table.count,
    bytes:
      plastic?.bytes ??
      4 * (table.sources + 1) + table.capacity * (table.targetBytes + (table.weights.kind === "perSynapse" ? realBytes(options.precision) : 0)),
  }));
  const [low, high] = arena.u32(parts.eventCounter, 2);
  const [plasticLow, plasticHigh] = arena.u32(parts.plasticCounter, 2);
  return {
    dt: options.dt,
    backend: options.backend,
    precision: options.precision,
    seed: options.seed,
    threads: 1,
    duration,
    buildMs: stages.buildMs,
    compileMs: stages.compileMs,
    simulateMs: measured.simulateMs,
    cpuMs: measured.cpuMs,
    neurons: groups.reduce((sum, g) => sum + (g.data.kind === "neurons" ? g.size : 0), 0),
    synapses: deliveries.reduce((sum, d) => sum + d.table.count, 0),
    spikes: measured.spikes.reduce((a, b) => a + b, 0),
    synapticEvents: high! * 4294967296 + low!,
    plasticEvents: plasticHigh! * 4294967296 + plasticLow!,
    warnings: undrivenModulators(parts.data)
      .filter((m) => !measured.modulated.has(m))
      .map((m) => `modulator "${m}" was never driven: its value stayed 0`),
    bytes: { synapses: projections.reduce((sum, { bytes }) => sum + bytes, 0), total: arena.bytes },
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

/** Arrays count by their bytes, models by their text. */
function hashOf({ data }: SimulationParts): string {
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
