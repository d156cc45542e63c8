/** The generated code of a simulation's partitions: run by this thread alone, or by a team of threads, one a partition. */
import type { Executable } from "../backend/contract.ts";
import { invariant } from "../errors.ts";
import { buildExecutable } from "./build.ts";
import { partOf } from "./memories.ts";
import type { ScalarTable, SimulationParts } from "./parts.ts";
import type { Processes, Traffic } from "./threads/processes.ts";
import type { ExchangePlan } from "./threads/spikeExchange.ts";
import type { Team } from "./threads/team.ts";

/** A call that stopped early. */
export interface Stopped {
  /** Number of the side whose memory says why. */
  readonly side: number;
  /** Steps of the call whose spikes are known. */
  readonly steps: number;
}

export class Runner {
  readonly #parts: SimulationParts;
  readonly #team: Team | undefined;
  readonly #processes: Processes | undefined;
  #executables: readonly Executable[] = [];

  constructor(parts: SimulationParts, team: Team | undefined, processes: Processes | undefined) {
    this.#parts = parts;
    this.#team = team;
    this.#processes = processes;
  }

  /** Threads of this process. */
  get threads(): number {
    return this.#team?.size ?? 1;
  }
  /** Processes that simulate together. */
  get processes(): number {
    return this.#processes?.size ?? 1;
  }
  get traffic(): Traffic | undefined {
    return this.#processes?.traffic;
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
    await this.#team.load(modules, parts.memories.arenas.map(({ memory }) => memory), plan, this.#processes?.spikeExchange(plan, parts.memories));
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
    const failed = await team.run(from, n);
    return failed && { side: failed.member, steps: Math.min(n, failed.window * this.#parts.window) };
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

  /** Ends threads and lets go of the code. */
  async end(): Promise<void> {
    this.#executables = [];
    await this.#team?.end();
  }
}

function exchangePlan(parts: SimulationParts): ExchangePlan {
  const { groups, options, window, made, counts, ownLists, lists, sides } = parts;
  // State of neurons that synapses of any partition read on their presynaptic side.
  const states = new Map<number, ExchangePlan["states"][number]>();
  for (const { pre, plastic } of parts.deliveries) {
    for (const name of pre.replicated ? [] : (plastic?.lowered.neuronArrays.pre ?? [])) {
      if (!pre.model!.variables.some((v) => v.name === name) || !pre.arrays.has(name)) continue;
      states.set(pre.address(name), { address: pre.address(name), parts: sides.map(({ partition }) => partOf(pre, partition)) });
    }
  }
  return {
    precision: options.precision, window, columns: groups.length, made, counts,
    groups: groups.map((g) => ({ stride: g.stride, own: ownLists[g.index]!, merged: lists[g.index]!, replicated: g.replicated })),
    states: [...states.values()],
  };
}
