/** The generated code of a simulation's partitions: run by this thread alone, or by a team of threads, one a partition. */
import type { Executable } from "../backend/contract.ts";
import { invariant } from "../errors.ts";
import { buildExecutable, tileElements } from "./build.ts";
import { partOf } from "./memories.ts";
import type { ScalarTable, SimulationParts } from "./parts.ts";
import { compare } from "./processes/processes.ts";
import type { Failed, Processes, Traffic } from "./processes/processes.ts";
import { findRoutes, rangesOf } from "./processes/routes.ts";
import type { Route } from "./processes/routes.ts";
import { WindowSpikes } from "./processes/windowSpikes.ts";
import type { RecordedSpikes } from "./processes/windowSpikes.ts";
import type { ExchangePlan, SpikeExchange } from "./threads/spikeExchange.ts";
import type { Team } from "./threads/team.ts";

/** A call that stopped early. */
export interface Stopped {
  /** Number of the side whose memory says why. */
  readonly side: number;
  /** Steps of the call whose spikes are known. */
  readonly steps: number;
  /** Where it stands among the failures of other processes. */
  readonly order?: readonly number[];
}

/** In place of the step of a failure, where there was none. */
const noStep = 2 ** 32 - 1;

export class Runner {
  #parts: SimulationParts;
  readonly #team: Team | undefined;
  /** Other processes that simulate the network too. */
  readonly processes: Processes | undefined;
  #routes: { readonly found: readonly Route[] | undefined } | undefined;
  #spikes: WindowSpikes | undefined;
  #executables: readonly Executable[] = [];

  constructor(parts: SimulationParts, team: Team | undefined, processes: Processes | undefined) {
    this.#parts = parts;
    this.#team = team;
    this.processes = processes;
  }

  /** Threads of this process. */
  get threads(): number {
    return this.#team?.size ?? 1;
  }
  get traffic(): Traffic | undefined {
    return this.processes && { ...this.processes.traffic };
  }

  /** Generates the code anew. */
  async load(scalars: readonly (ScalarTable | undefined)[]): Promise<void> {
    const parts = this.#parts;
    this.#executables = await Promise.all(parts.sides.map((side) => buildExecutable(parts, side, scalars)));
    if (!this.#team) return;
    const modules = this.#executables.map(({ module }) => {
      invariant(module, "threads run compiled modules");
      return module;
    });
    const plan = exchangePlan(parts);
    await this.#team.load(modules, parts.memories.arenas.map(({ memory }) => memory), plan, this.#between(plan));
  }

  #between(plan: ExchangePlan): SpikeExchange["between"] {
    const { processes, threads } = this;
    const { groups, memories, exchange } = this.#parts;
    if (!processes) return undefined;
    // Synapses stay where they are.
    this.#routes ??= { found: findRoutes(this.#parts, processes.comm, threads, exchange) };
    const stateRanges = plan.states.map(({ group }) => rangesOf(groups[group]!, processes.size, threads));
    const spikes = new WindowSpikes(processes, { exchange: plan, memories, routes: this.#routes.found, stateRanges });
    this.#spikes = spikes;
    return (start, n, failed) => spikes.exchange(start, n, failed);
  }

  /** Advances n steps from step `from` on. */
  run(from: number, n: number): Stopped | undefined | Promise<Stopped | undefined> {
    if (this.#team) return this.#runTeam(this.#team, from, n);
    if (!this.#executables[0]!.run(from, n)) return undefined;
    const [, , step] = this.#parts.arena.u32(this.#parts.failure, 3);
    // Tables that come after the one that failed have not emitted in its window.
    return { side: 0, steps: Math.floor((step! - from) / this.#parts.window) * this.#parts.window };
  }

  async #runTeam(team: Team, from: number, n: number): Promise<Stopped | undefined> {
    for (const { arena } of this.#parts.sides) arena.u32(this.#parts.failure, 3)[2] = noStep;
    const failed = await team.run(from, n);
    if (!failed) return undefined;
    const { window } = this.#parts, last = Math.min(n, failed.window * window);
    const failures = failed.members.map((side) => this.#failureOf(side, from, n));
    const first = failures.reduce((a, b) => (compare(orderOf(b), orderOf(a)) < 0 ? b : a));
    // One that is not of this call is another process's.
    return first.window === Infinity
      ? { side: first.side, steps: last }
      : { side: first.side, steps: Math.min(last, Math.floor((first.step - from) / window) * window), order: orderOf(first) };
  }

  #failureOf(side: number, from: number, n: number): Failure {
    const { sides, failure, window } = this.#parts;
    const [kernel, element, step] = sides[side]!.arena.u32(failure, 3) as unknown as [number, number, number];
    const ofThis = step >= from && step < from + n;
    return { side, kernel, element, step, window: ofThis ? Math.floor((step - from) / window) : Infinity };
  }

  /** The spikes of the first n steps of the last call, where the lists of the first side do not have them all. */
  recorded(n: number): RecordedSpikes | undefined {
    return this.#spikes?.record(n);
  }

  /** Visits the spikes of this process's own neurons in the first n steps of the last call; a place is step × groups + group. */
  eachOwn(n: number, visit: (place: number, ids: Uint32Array, count: number) => void): void {
    this.#spikes?.eachOwn(0, n, (place, from, at, count) => visit(place, from.subarray(at, at + count), count));
  }

  /** The first of the failures of all processes; every one of them calls it after a call that stopped early. */
  firstFailure(own: Failed | undefined): Failed | undefined {
    return this.processes ? this.processes.firstFailure(own) : own;
  }

  /** Runs what follows the deliveries of step `step` on a side, for what the first row of its counts says. Returns whether it failed. */
  after(side: number, step: number): boolean {
    return this.#executables[side]!.after(step);
  }

  deliver(side: number, scatter: number, list: number, count: number, slot: number): void {
    this.#executables[side]!.deliver(scatter, list, count, slot);
  }

  /** Visits every synapse of a side through an edge kernel. Returns whether it failed. */
  visit(side: number, edge: number, step: number): boolean {
    return this.#executables[side]!.visit(edge, step);
  }

  text(): string {
    return this.#executables[0]?.text?.() ?? "";
  }

  /** Ends threads and lets go of code and memories. @param left what is left of the parts */
  async end(left: SimulationParts): Promise<void> {
    this.#parts = left;
    this.#executables = [];
    this.#spikes = this.#routes = undefined;
    await this.#team?.end();
  }
}

/** Where a side stopped: kernel (edge kernels from 2^31 on) and the element and step it saw. */
interface Failure { readonly side: number; readonly kernel: number; readonly element: number; readonly step: number; readonly window: number }

/**
 * By what numbers failures are in the order in which one thread would have met them. Of those in one window, edge kernels come first: those that
 * follow the neurons do not run where neurons failed.
 */
function orderOf({ window, kernel, element, step }: Failure): number[] {
  return kernel >= 2 ** 31 ? [window, 0, step, kernel] : [window, 1, kernel, Math.floor(element / tileElements), step, element];
}

function exchangePlan(parts: SimulationParts): ExchangePlan {
  const { groups, options, window, made, counts, ownLists, lists, sides } = parts;
  // State of neurons that synapses of any partition read on their presynaptic side.
  const states = new Map<number, ExchangePlan["states"][number]>();
  for (const { pre, plastic } of parts.deliveries) {
    for (const name of pre.replicated ? [] : (plastic?.lowered.neuronArrays.pre ?? [])) {
      if (!pre.model!.variables.some((v) => v.name === name) || !pre.arrays.has(name)) continue;
      states.set(pre.address(name), { group: pre.index, address: pre.address(name), parts: sides.map(({ partition }) => partOf(pre, partition)) });
    }
  }
  return {
    precision: options.precision, window, columns: groups.length, made, counts,
    mayFail: parts.deliveries.some(({ plastic }) => plastic !== undefined),
    groups: groups.map((g) => ({ stride: g.stride, own: ownLists[g.index]!, merged: lists[g.index]!, replicated: g.replicated })),
    states: [...states.values()],
  };
}
