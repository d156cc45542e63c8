/** What one point of a sweep gave. */
import type { BackendName } from "../../engine/parts.ts";
import type { SettingValue, Settings } from "../settings.ts";

/** null: too few spikes to tell. */
export type Cell = number | string | boolean | null;

/** What a network gave that ran to its end. */
export interface Measured {
  readonly seed: number;
  /** Statistics by column, see `statisticsOf`. */
  readonly statistics: Readonly<Record<string, Cell>>;
  /** What the network file's own `results` returned. */
  readonly results: Readonly<Record<string, Cell>>;
  readonly spikeHash: string;
  /** Seconds to make, compile and run the network. */
  readonly wall: number;
  /** Name of the file that holds the spikes, in the folder of the sweep. */
  readonly spikes?: string;
}

/** A line of a part file. One of `measured` and `error` is there. */
export interface Row {
  readonly id: string;
  readonly settings: Readonly<Record<string, SettingValue>>;
  /** Of the network file that was run. */
  readonly source: string;
  readonly synfire: string;
  /** When it was finished, ISO 8601, and on which machine. */
  readonly created: string;
  readonly host: string;
  readonly measured?: Measured;
  readonly error?: string;
}

/** What a worker is told once, and what it needs for each point. */
export interface Job {
  /** Absolute path of the network file, or the name of a network of synfire's own. */
  readonly file: string;
  readonly backend: BackendName;
  readonly precision: "f32" | "f64";
  /** Of each worker; they change no result. */
  readonly threads: number | "auto";
  readonly engine: "grid" | "exact";
  /** Folder of the sweep when spikes are kept. */
  readonly keepIn?: string;
}

export interface Task { readonly id: string; readonly settings: Settings }

/** Columns that every table has; results of a network file may not take their names. */
export const ownColumns = ["point", "seed", "rate", "cv", "synchrony", "spikes", "spike_hash", "spike_file", "wall_s", "error"] as const;
