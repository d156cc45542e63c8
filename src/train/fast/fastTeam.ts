/** The threads of the fast engine: each does its part of every phase, and all meet at its end. The host is the first of them. */
import { SimulationError } from "../../errors.ts";
import { Rendezvous } from "../../engine/threads/rendezvous.ts";
import { coresOf, maySleep, startWorker } from "../../engine/threads/workerThread.ts";
import type { WorkerThread } from "../../engine/threads/workerThread.ts";
import type { ModelData, Shape } from "../modelData.ts";
import { phases } from "./program.ts";
import type { Phase, Program, ProgramOptions } from "./program.ts";

/** What a thread needs to build its program: the same as the host's, over the same memory. */
export interface FastOrder {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly model: ModelData;
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly options: ProgramOptions;
  readonly member: number;
  readonly words: SharedArrayBuffer;
  readonly cores: number;
}

/** "listening": it hears orders; "built": its program is there; else what went wrong. */
export type FastReply = { readonly kind: "listening" } | { readonly kind: "built" } | { readonly kind: "failed"; readonly problem: string };

/** Milliseconds that the host sleeps before it looks whether a thread is gone. */
const nap = 20;

export class FastTeam {
  readonly #size: number;
  readonly #rendezvous: Rendezvous;
  readonly #threads: readonly WorkerThread[];

  private constructor(size: number, rendezvous: Rendezvous, threads: readonly WorkerThread[]) {
    this.#size = size;
    this.#rendezvous = rendezvous;
    this.#threads = threads;
  }

  /** Starts `threads − 1` threads beside this one. @throws {SimulationError} when one cannot build its program */
  static async start(order: Omit<FastOrder, "member" | "words" | "cores" | "model">, model: ModelData): Promise<FastTeam> {
    const size = order.options.threads, cores = coresOf(1);
    const rendezvous = new Rendezvous(size, cores);
    const plain = plainModel(model);
    const threads = await Promise.all(Array.from({ length: size - 1 }, (_, k) =>
      startMember({ ...order, model: plain, member: k + 1, words: rendezvous.words.buffer, cores }, rendezvous)));
    return new FastTeam(size, rendezvous, threads);
  }

  /** All threads do their part of a phase. @throws {SimulationError} when a thread is gone */
  run(program: Program, phase: Phase, samples: number): void {
    const team = this.#rendezvous;
    team.give("run", phases.indexOf(phase), samples);
    program.run(phase, { index: 0, count: this.#size }, samples);
    const turn = team.arrive(), sleeps = maySleep();
    while (!team.passed(turn)) {
      if (team.broken) throw new SimulationError("thread", "a thread of the training is gone",
        "Make the engine again; with fewer threads it needs less memory.");
      if (sleeps) team.sleep(turn, nap);
    }
  }

  end(): void {
    for (const thread of this.#threads) void thread.terminate();
  }
}

function startMember(order: FastOrder, rendezvous: Rendezvous): Promise<WorkerThread> {
  return new Promise((resolve, reject) => {
    const failed = (problem: string): void => {
      rendezvous.break();
      reject(new SimulationError("thread", `thread ${order.member} of the training failed: ${problem}`, "Train with fewer threads."));
    };
    const thread: WorkerThread = startWorker({
      message: (message) => {
        const reply = message as FastReply;
        if (reply.kind === "listening") thread.post(order);
        else if (reply.kind === "failed") failed(reply.problem);
        else {
          thread.hold(false);
          resolve(thread);
        }
      },
      gone: failed,
    }, { beside: import.meta.url, inBrowser: () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" }) });
    thread.hold(true);
  });
}

/** Without what describes simulations, which threads do not need and may not be able to receive. */
const plainModel = (model: ModelData): ModelData => ({
  ...model,
  layers: model.layers.map((layer) => {
    if (layer.kind !== "cells") return layer;
    const { simulated: _, ...cell } = layer.cell;
    return { ...layer, cell };
  }),
});
