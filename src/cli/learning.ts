/** What a run did to the weights of synapses that learn: in numbers for people and run.json, as files and pictures in a folder. */
import { join } from "node:path";
import { ArgumentError } from "../errors.ts";
import { Projection } from "../index.ts";
import type { ExactSimulation, Network, Positions, Simulation } from "../index.ts";
import {
  fieldsScene, receptiveFields, saveScene, saveWeightTables, shownWeights, summariseWeights, weightHistogramsScene, weightTable,
} from "../io/index.ts";
import type { WeightHistogram, WeightTable } from "../io/index.ts";
import { changesWeights } from "../io/weights/bounds.ts";
import { weightLabel } from "../io/weights/shown.ts";
import { fileName, significant, thousands } from "./format.ts";
import type { Settings } from "./settings.ts";

/** The weights of one projection before and after a run, in SI units. Part of run.json. */
export interface LearnedRecord {
  readonly projection: string;
  readonly synapses: number;
  /** "volt"; "1" for plain numbers. */
  readonly unit: string;
  readonly mean_before: number | null;
  readonly mean_after: number | null;
  readonly sd_before: number | null;
  readonly sd_after: number | null;
  /** Between which learning keeps the weights (null: no bound), and the share of the synapses that is there. */
  readonly bounds: readonly [low: number | null, high: number | null];
  readonly at_low: number | null;
  readonly at_high: number | null;
}

interface Learned { readonly table: WeightTable; readonly before: Float64Array }

/** Follows the weights of a network that learns through one run. */
export class Learning {
  readonly #network: Network;
  readonly #projections: readonly Projection[];
  #before: readonly Float64Array[] = [];
  #learned: readonly Learned[] = [];
  readonly #chosen: { readonly name: string; readonly shape: readonly [number, number] } | undefined;

  /** @throws {ArgumentError} when the setting `fields` names no projection that learns, or no shape of its sources */
  constructor(network: Network, settings: Settings) {
    this.#network = network;
    const learning = network.data.projections.filter(({ model }) => changesWeights(model.checked));
    this.#projections = learning.map(({ name, model }) => new Projection(name, model));
    const { fields } = settings;
    if (typeof fields === "string" && fields.trim() !== "") this.#chosen = this.#readFields(fields.trim());
  }

  /** Keeps the weights with which a simulation begins. */
  begin(simulation: Simulation | ExactSimulation): void {
    this.#before = this.#projections.map((projection) => simulation.synapses(projection).weights);
  }

  /** Keeps those with which it ends. */
  end(simulation: Simulation | ExactSimulation): void {
    this.#learned = this.#projections.map((projection, k) => ({ table: weightTable(simulation, projection), before: this.#before[k]! }));
  }

  get records(): LearnedRecord[] {
    return this.#learned.map(({ table, before }) => {
      const [start, end] = [summariseWeights(before, table.bounds), summariseWeights(table.weights, table.bounds)];
      const [low, high] = table.bounds ?? [NaN, NaN];
      return {
        projection: table.name, synapses: table.weights.length, unit: table.unit, mean_before: orNull(start.mean), mean_after: orNull(end.mean),
        sd_before: orNull(start.sd), sd_after: orNull(end.sd), bounds: [orNull(low), orNull(high)], at_low: orNull(end.atLow),
        at_high: orNull(end.atHigh),
      };
    });
  }

  /** A line a projection. */
  get text(): string[] {
    return this.#learned.map(({ table, before }) => {
      const { name, unit, weights, bounds, before: shown = [] } = shownWeights(table, before);
      if (weights.length === 0) return `${name}: no synapses`;
      const [start, end] = [summariseWeights(shown), summariseWeights(weights, bounds)];
      const value = (x: number) => `${significant(x)}${unit === "" ? "" : ` ${unit}`}`;
      const share = (part: number, bound: number | undefined) => (Number.isNaN(part) ? "" : `, ${significant(100 * part)} % at ${value(bound!)}`);
      return `${name}: ${thousands(weights.length)} weights, mean ${significant(start.mean)} → ${value(end.mean)}` +
        ` (SD ${significant(start.sd)} → ${value(end.sd)})${share(end.atLow, bounds?.[0])}${share(end.atHigh, bounds?.[1])}`;
    });
  }

  /**
   * Saves weights.npz, weights.png and weights.svg, and the receptive fields of projections whose sources lie on a grid, or of the one that the
   * setting `fields` names ("X→E 28x28").
   *
   * @returns the names of the files
   */
  async save(folder: string, title: string): Promise<string[]> {
    if (this.#learned.length === 0) return [];
    await saveWeightTables(join(folder, "weights.npz"), this.#learned.map(({ table }) => table));
    const histograms = this.#learned.map(({ table, before }): WeightHistogram => shownWeights(table, before));
    for (const kind of ["png", "svg"]) await saveScene(join(folder, `weights.${kind}`), weightHistogramsScene(histograms, { title }));
    const made = ["weights.npz", "weights.png", "weights.svg"];
    for (const { table, shape, places } of this.#fields()) {
      const { weights, unit } = shownWeights(table);
      const fields = receptiveFields({ ...table, weights: Float64Array.from(weights) }, { shape, ...(places ? { places } : {}) });
      const name = fileName(`fields-${table.name}`);
      for (const kind of ["png", "svg"]) {
        await saveScene(join(folder, `${name}.${kind}`), fieldsScene(fields, { title: `${title}: ${table.name}`, label: weightLabel(unit) }));
        made.push(`${name}.${kind}`);
      }
    }
    return made;
  }

  #fields(): { table: WeightTable; shape: readonly [number, number]; places?: Uint32Array }[] {
    const { populations, projections } = this.#network.data;
    return this.#learned.flatMap(({ table }) => {
      if (this.#chosen) return table.name === this.#chosen.name ? [{ table, shape: this.#chosen.shape }] : [];
      const { pre } = projections.find(({ name }) => name === table.name)!;
      const source = populations.find(({ name }) => name === pre.population)!;
      const grid = source.positions && pre.start === 0 && pre.end === source.size ? gridOf(source.positions) : undefined;
      return grid ? [{ table, ...grid }] : [];
    });
  }

  #readFields(text: string): { name: string; shape: readonly [number, number] } {
    const [, name = "", rows, columns] = /^(.*?)[\s:]+(\d{1,6})\s*[x×]\s*(\d{1,6})$/.exec(text) ?? [];
    const known = this.#projections.map((projection) => projection.name);
    const { pre } = this.#network.data.projections.find((projection) => known.includes(name) && projection.name === name) ?? {};
    const shape = [Number(rows), Number(columns)] as const;
    if (pre && shape[0] * shape[1] === pre.end - pre.start) return { name, shape };
    const problem = pre ? `has ${pre.end - pre.start} sources` : "names no projection that learns and its shape";
    const hint = `Write e.g. fields: "${known[0] ?? "X→E"} 28x28". Projections that learn: ${known.join(", ") || "none"}.`;
    throw new ArgumentError("setting", `the setting fields is "${text}", which ${problem}`, hint);
  }
}

/**
 * Rows and columns of positions that fill a rectangular grid in the plane, and the pixel of each neuron; undefined when they do not. The first
 * coordinate counts rows, as in `grid([rows, columns], …)`.
 */
export function gridOf({ dimensions, coordinates }: Positions): { shape: readonly [number, number]; places: Uint32Array } | undefined {
  const count = coordinates.length / 2;
  if (dimensions !== 2 || count < 4) return undefined;
  const ranks = [0, 1].map((axis) => {
    const values = [...new Set(Array.from({ length: count }, (_, k) => coordinates[2 * k + axis]!))].sort((a, b) => a - b);
    return new Map(values.map((value, rank) => [value, rank]));
  });
  const [rows, columns] = [ranks[0]!.size, ranks[1]!.size];
  if (rows < 2 || columns < 2 || rows * columns !== count) return undefined;
  const places = Uint32Array.from({ length: count },
    (_, k) => ranks[0]!.get(coordinates[2 * k]!)! * columns + ranks[1]!.get(coordinates[2 * k + 1]!)!);
  return new Set(places).size === count ? { shape: [rows, columns], places } : undefined;
}

const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);
