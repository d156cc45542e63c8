/**
 * Rate layers that run, in step with spiking neurons where there are some. An update comes after every `every` of simulated time (`layerUpdates.ts`);
 * then populations that follow layers are set, so that what it computed acts from the next step on.
 */
import { ArgumentError, didYouMean, SimulationError } from "../errors.ts";
import type { Simulation } from "../engine/simulation.ts";
import { dimensions } from "../units/dimension.ts";
import { parseQuantity } from "../units/quantity.ts";
import type { Quantity } from "../units/quantity.ts";
import { valuesOf } from "./checks.ts";
import type { Drive } from "./drives.ts";
import { LayerUpdates } from "./layerUpdates.ts";
import type { LayerParts } from "./layerUpdates.ts";
import type { RateEngine } from "./matrix.ts";
import type { RateNode } from "./nodes.ts";
import type { PlacedConnection } from "./placeConnections.ts";
import { RateConnection } from "./rateNetwork.ts";
import type { RateLayer, RateSource } from "./rateNetwork.ts";

export interface RateRunOptions {
  /** Stops the run; what was computed stays. */
  readonly signal?: AbortSignal;
  /** Hears the seconds done in this call, of `duration`, after every update. */
  readonly onProgress?: (progress: { readonly time: number; readonly duration: number }) => void;
}

/** What works on a connection's weights, and why that. */
export interface EngineOfConnection {
  readonly connection: string;
  readonly engine: RateEngine;
  readonly device: string;
  readonly reason: string;
}

interface Parts extends LayerParts {
  readonly simulation: Simulation | undefined;
  readonly everySteps: number;
  readonly drives: readonly { readonly layer: string; readonly apply: Drive }[];
}

export class RateSimulation implements AsyncDisposable {
  readonly #parts: Parts;
  /** Steps of the simulation, or updates where there is none. */
  #step = 0;
  readonly #layers: LayerUpdates;
  #running = false;
  #disposed = false;

  /** Use `compileRates`. */
  constructor(parts: Parts) {
    this.#parts = parts;
    this.#layers = new LayerUpdates(parts);
    this.#step = this.#stepNow();
    this.#applyDrives();
  }

  /** Simulated time in seconds. */
  get time(): number {
    const { simulation, data } = this.#parts;
    return this.#step * (simulation?.dt ?? data.every);
  }

  /** What works on the weights of each connection. */
  get engines(): readonly EngineOfConnection[] {
    return this.#parts.placement.connections.map(({ data, engine, reason }) =>
      ({ connection: data.name, engine: engine.name, device: engine.device, reason }));
  }

  /**
   * Advances layers and simulation by a duration, rounded to whole steps; without a simulation, to whole updates.
   *
   * @throws {SimulationError} when a rate, or a state of a neuron, becomes NaN or infinite
   * @throws {DOMException} AbortError when `signal` fires
   */
  async run(duration: Quantity, options: RateRunOptions = {}): Promise<void> {
    const { simulation, everySteps, data } = this.#parts;
    this.#checkIdle();
    const unit = simulation?.dt ?? data.every;
    const steps = Math.round(parseQuantity(duration, dimensions.second, "run: duration") / unit);
    if (!(steps >= 0)) throw new ArgumentError("time", `run: cannot run for ${duration}`, "Use a time of 0 or more.");
    if (this.#stepNow() !== this.#step) {
      throw new SimulationError("out-of-step", `the simulation was run or reset without its rate layers: they are at ${this.time} s`,
        "Call run and reset of the rate simulation: they run and reset both.");
    }
    this.#running = true;
    try {
      for (let done = 0; done < steps;) {
        options.signal?.throwIfAborted();
        const n = Math.min(everySteps - (this.#step % everySteps), steps - done);
        if (simulation) await simulation.run(`${n * unit} s`, options.signal ? { signal: options.signal } : {});
        this.#step += n;
        done += n;
        if (this.#step % everySteps !== 0) continue;
        await this.#layers.update(this.time);
        this.#applyDrives();
        options.onProgress?.({ time: done * unit, duration: steps * unit });
      }
    } finally {
      this.#running = false;
      if (simulation) this.#step = this.#stepNow();
    }
  }

  /** Layers and simulation back to time 0, with the weights, numbers and states of the description. */
  async reset(): Promise<void> {
    this.#checkIdle();
    this.#parts.simulation?.reset();
    this.#step = 0;
    await this.#layers.clear();
    this.#applyDrives();
  }

  /** Rates of the last update. [units] */
  rates(source: RateSource): Float64Array {
    return Float64Array.from(this.#node(source).rates);
  }

  /** A trace after the last update. [units] */
  trace(source: RateSource, name: string): Float64Array {
    const { traces } = this.#node(source);
    const found = traces.get(name);
    if (found) return Float64Array.from(found);
    const near = didYouMean(name, traces.keys());
    throw new ArgumentError("unknown-name", `"${source.name}" has no trace "${name}"`,
      near ? `Did you mean "${near}"?` : `Known: ${[...traces.keys()].join(", ") || "none"}.`);
  }

  /** Weights, by source, then by target. [pre × post] */
  async weights(connection: RateConnection): Promise<Float64Array> {
    return Float64Array.from(await this.#connection(connection).matrix.read());
  }

  /** Replaces the weights by as many others, e.g. those that `weights` gave. */
  async setWeights(connection: RateConnection, weights: ArrayLike<number>): Promise<void> {
    this.#checkIdle();
    const { matrix, spec } = this.#connection(connection);
    const values = valuesOf(weights, spec.rows * spec.columns, `${spec.what}: weights`, `${spec.rows} × ${spec.columns}`);
    if (spec.hollow) for (let k = 0; k < spec.rows; k++) values[k * spec.columns + k] = 0;
    await matrix.write(values);
  }

  /** Changes numbers that a rule or an activation was given under `with`. */
  set(owner: RateConnection | RateLayer, numbers: Readonly<Record<string, number>>): void {
    this.#checkUsable();
    const known = this.#layers.numbersOf(owner instanceof RateConnection ? "connection" : "layer", owner.name);
    for (const [name, value] of Object.entries(numbers)) {
      if (!known?.has(name)) {
        throw new ArgumentError("unknown-name", `"${owner.name}" was given no number "${name}"`,
          `Known: ${[...(known?.keys() ?? [])].join(", ") || "none"}.`);
      }
      if (!Number.isFinite(value)) throw new ArgumentError("not-finite", `"${owner.name}": ${name} is ${value}`, "Give a finite number.");
      known.set(name, value);
    }
  }

  /** Whether the weights of a connection learn; all else goes on either way. */
  setPlasticity(connection: RateConnection, learns: boolean): void {
    this.#checkUsable();
    const { data } = this.#connection(connection);
    if (learns && !data.rule) throw new ArgumentError("static", `rate connection ${data.name} has no rule and cannot learn`, "Give it one.");
    this.#layers.setPlasticity(data.name, learns);
  }

  /** Lets go of the weights; the simulation stays. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const reader of this.#parts.readers.values()) reader.end();
    for (const map of this.#parts.activations.values()) map.dispose();
    this.#parts.placement.dispose();
  }

  #applyDrives(): void {
    for (const { layer, apply } of this.#parts.drives) apply(this.#parts.nodes.get(layer)!.rates, this.time);
  }

  /** Where the simulation is. */
  #stepNow(): number {
    const { simulation } = this.#parts;
    return simulation ? Math.round(simulation.time / simulation.dt) : this.#step;
  }

  #node(source: RateSource): RateNode {
    const found = this.#parts.nodes.get(source.name);
    if (found) return found;
    throw new ArgumentError("foreign", `"${source.name}" belongs to another rate network`, "Use a layer or input of this one.");
  }

  #connection(connection: RateConnection): PlacedConnection {
    const found = this.#parts.placement.connections.find(({ data }) => data.name === connection.name);
    if (found) return found;
    throw new ArgumentError("foreign", `rate connection ${connection.name} belongs to another rate network`, "Use a connection of this one.");
  }

  #checkIdle(): void {
    this.#checkUsable();
    if (this.#running) throw new SimulationError("running", "these rate layers are already running", "Await their run first.");
  }

  #checkUsable(): void {
    if (this.#disposed) throw new SimulationError("disposed", "these rate layers have been disposed of", "Compile them again.");
  }
}
