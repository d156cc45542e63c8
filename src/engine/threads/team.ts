/** The worker threads of a simulation, as the host sees them. The host is the first member and runs the first partition itself. */
import { SimulationError } from "../../errors.ts";
import type { BuildOrder, LoadOrder, WorkerOrder, WorkerReply } from "./messages.ts";
import { Rendezvous } from "./rendezvous.ts";
import { SpikeExchange } from "./spikeExchange.ts";
import type { ExchangePlan } from "./spikeExchange.ts";
import { received } from "./sentError.ts";
import { windows } from "./windows.ts";
import type { WindowCode } from "./windows.ts";
import { coresOf, maySleep, startWorker } from "./workerThread.ts";
import type { WorkerThread } from "./workerThread.ts";

interface Member {
  readonly thread: WorkerThread;
  expect: { readonly kind: WorkerReply["kind"]; readonly resolve: (reply: never) => void; readonly reject: (error: Error) => void } | undefined;
}

/** Milliseconds that the host sleeps before it hears what else happened (that a thread is gone, say). */
const nap = 20;

export class Team {
  readonly size: number;
  readonly #members: Member[] = [];
  readonly #rendezvous: Rendezvous;
  readonly #cores: number;
  #broken: Error | undefined;
  #ended = false;
  #exchange: SpikeExchange | undefined;
  #code: WindowCode | undefined;
  #loaded = false;

  private constructor(size: number, own: number) {
    this.size = size;
    this.#cores = own;
    this.#rendezvous = new Rendezvous(size, this.#cores);
  }

  /** Starts `size − 1` threads. @param own cores that they have */
  static async start(size: number, own = coresOf(1)): Promise<Team> {
    const team = new Team(size, own);
    await Promise.all(Array.from({ length: size - 1 }, () => team.#startMember()));
    return team;
  }

  #startMember(): Promise<unknown> {
    const number = this.#members.length + 1;
    const member: Member = {
      expect: undefined,
      thread: startWorker({
        message: (reply) => this.#hear(member, number, reply as WorkerReply),
        gone: (cause) => {
          if (!this.#ended) this.#break(new SimulationError("thread", `thread ${number} of the simulation is gone: ${cause}`,
            "Compile the network again; with fewer threads it needs less memory."));
        },
      }),
    };
    this.#members.push(member);
    return this.#expect(member, "ready");
  }

  #expect<K extends WorkerReply["kind"]>(member: Member, kind: K): Promise<WorkerReply & { readonly kind: K }> {
    if (this.#broken) return Promise.reject(this.#broken);
    member.thread.hold(true);
    return new Promise((resolve, reject) => (member.expect = { kind, resolve, reject }));
  }

  #hear(member: Member, number: number, reply: WorkerReply): void {
    const { expect } = member;
    if (reply.kind === "failed") {
      const error = received(reply.error, threadFailed(number));
      if (!expect) return this.#break(error);
      member.expect = undefined;
      expect.reject(error);
    } else if (expect?.kind === reply.kind) {
      member.expect = undefined;
      expect.resolve(reply as never);
    }
    member.thread.hold(false);
  }

  #break(error: Error): void {
    this.#broken ??= error;
    this.#rendezvous.break();
    for (const member of this.#members) {
      member.expect?.reject(error);
      member.expect = undefined;
    }
  }

  /** Makes the synapses of the other members' partitions; the order of `orders` is theirs. */
  async build(orders: readonly BuildOrder[]): Promise<(WorkerReply & { readonly kind: "built" })[]> {
    return await Promise.all(orders.map((order, k) => this.#ask(this.#members[k]!, order, "built")));
  }

  async #ask<K extends WorkerReply["kind"]>(member: Member, order: WorkerOrder, kind: K): Promise<WorkerReply & { readonly kind: K }> {
    const reply = this.#expect(member, kind);
    member.thread.post(order);
    return await reply;
  }

  /** Gives all members their code. @param between merges spikes of several processes, see `SpikeExchange` */
  async load(
    modules: readonly WebAssembly.Module[], memories: readonly WebAssembly.Memory[], plan: ExchangePlan, between: SpikeExchange["between"],
  ): Promise<void> {
    const { exports } = await WebAssembly.instantiate(modules[0]!, { env: { memory: memories[0]! } });
    this.#code = exports as unknown as WindowCode;
    this.#exchange = new SpikeExchange(plan, memories, 0, between);
    const { words, order } = this.#rendezvous;
    const next = this.#loaded ? order + 1 : order;
    const orders = this.#members.map((_, k): LoadOrder => ({
      kind: "load", module: modules[k + 1]!, memories, member: k + 1, plan, processes: between !== undefined, words: words.buffer, size: this.size,
      cores: this.#cores, order: next,
    }));
    const replies = orders.map((one, k) => this.#ask(this.#members[k]!, one, "loaded"));
    if (this.#loaded) this.#rendezvous.give("listen");
    await Promise.all(replies);
    this.#loaded = true;
  }

  /**
   * Runs a call on all members. Returns those that failed and how many windows all of them delivered before, or undefined.
   *
   * @throws {SimulationError} when a thread is gone
   */
  async run(from: number, steps: number): Promise<{ readonly members: readonly number[]; readonly window: number } | undefined> {
    if (this.#broken) throw this.#broken;
    const team = this.#rendezvous;
    this.#exchange!.look();
    team.give("run", from, steps);
    try {
      for (const _ of windows(0, this.#code!, this.#exchange!, team, from, steps)) {
        const turn = team.arrive();
        if (!team.passed(turn)) await this.#wait(turn);
      }
    } catch (error) {
      // The others would wait for this thread.
      this.#break(error as Error);
      throw error;
    }
    const failed = team.failed();
    return failed && { members: team.failures, window: failed.window };
  }

  async #wait(turn: number): Promise<void> {
    const sleeps = maySleep();
    for (;;) {
      // A browser's timers wait four milliseconds, so the page's own thread is woken like the others where that is possible.
      const napping = sleeps ? undefined : this.#rendezvous.nap(turn, nap);
      if (napping ? await napping : sleeps ? this.#rendezvous.sleep(turn, nap) : this.#rendezvous.passed(turn)) return;
      if (!napping) await new Promise((resolve) => setTimeout(resolve, 0));
      if (this.#broken) throw this.#broken;
    }
  }

  /** Ends the threads. */
  async end(): Promise<void> {
    this.#ended = true;
    this.#exchange = this.#code = undefined;
    await Promise.all(this.#members.map((member) => member.thread.terminate()));
  }
}

const threadFailed = (number: number) => (message: string): Error =>
  new SimulationError("thread", `thread ${number} of the simulation failed: ${message}`, "Compile the network again with fewer threads.");
