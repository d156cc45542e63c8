/** Worker processes that run the points of a sweep. */
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Job, Measured, Task } from "./row.ts";

/** What a worker says about one point; `resident` is its memory in bytes. */
export interface Answer { readonly id: string; readonly measured?: Measured; readonly error?: string; readonly resident: number }

export interface PoolOptions {
  readonly job: Job;
  readonly workers: number;
  readonly signal: AbortSignal;
  /** Seconds that a point may take; longer ones are ended and count as failed. */
  readonly timeLimit?: number;
  /** Called in the order in which points end; workers go on meanwhile. */
  readonly onEnd: (task: Task, outcome: Pick<Answer, "measured" | "error">) => Promise<void>;
  /** What a network file prints. */
  readonly onOutput: (text: string) => void;
}

/** A worker that has grown larger than this is replaced before its next point: memory of networks is returned late. */
const largestIdle = 2 ** 30;

/**
 * Runs all tasks and returns when the last has ended, or soon after the signal: points in work are given up, what has ended has been reported.
 * A worker that dies costs its point alone.
 */
export async function runTasks(tasks: Iterable<Task>, options: PoolOptions): Promise<void> {
  const queue = tasks[Symbol.iterator]();
  let reported: Promise<void> = Promise.resolve();
  const lane = async () => {
    let worker: Worker | undefined;
    try {
      for (let next = queue.next(); !next.done && !options.signal.aborted; next = queue.next()) {
        const task = next.value;
        worker ??= new Worker(options.onOutput);
        const answer = await worker.run(options.job, task, options);
        if (answer === undefined) return;
        if (!worker.alive || answer.resident > largestIdle) {
          worker.end();
          worker = undefined;
        }
        await (reported = reported.then(() => options.onEnd(task, answer)));
      }
    } finally {
      worker?.end();
    }
  };
  await Promise.all(Array.from({ length: options.workers }, lane));
}

class Worker {
  alive = true;
  readonly #child: ChildProcess;
  /** The end of what it wrote to stderr: why it died, if it does. */
  #last = "";

  constructor(onOutput: (text: string) => void) {
    this.#child = fork(fileURLToPath(new URL("./worker.js", import.meta.url)), [], {
      stdio: ["ignore", "pipe", "pipe", "ipc"], serialization: "advanced", env: withoutLauncher(process.env),
    });
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.#last = (this.#last + text).slice(-4000);
        onOutput(text);
      });
    }
  }

  /** @returns undefined when the signal came first */
  run(job: Job, task: Task, { signal, timeLimit }: Pick<PoolOptions, "signal" | "timeLimit">): Promise<Answer | undefined> {
    const child = this.#child;
    this.#last = "";
    return new Promise((resolve) => {
      let late = false;
      const timer = timeLimit === undefined ? undefined : setTimeout(() => {
        late = true;
        this.end();
      }, timeLimit * 1000);
      const settle = (answer: Answer | undefined) => {
        clearTimeout(timer);
        child.off("message", onMessage).off("close", onClose).off("error", onError);
        signal.removeEventListener("abort", onAbort);
        resolve(answer);
      };
      const died = (why: string) => {
        this.alive = false;
        settle({ id: task.id, error: why, resident: 0 });
      };
      const onMessage = (answer: unknown) => settle(answer as Answer);
      const onClose = (status: number | null, name: NodeJS.Signals | null) =>
        died(late ? `not finished within ${timeLimit} s` : deathOf(status, name, this.#last));
      const onError = (error: Error) => died(`the worker cannot be used: ${error.message}`);
      const onAbort = () => {
        this.end();
        settle(undefined);
      };
      child.on("message", onMessage).on("close", onClose).on("error", onError);
      signal.addEventListener("abort", onAbort, { once: true });
      if (signal.aborted) onAbort();
      else child.send({ job, task });
    });
  }

  /** At once: what it has finished is in the parent's hands. */
  end(): void {
    this.alive = false;
    this.#child.kill("SIGKILL");
  }
}

function deathOf(status: number | null, signal: NodeJS.Signals | null, last: string): string {
  const tail = last.trim().split("\n").filter((line) => !/^\s+at |^Node\.js v/.test(line)).slice(-3).join("\n");
  const memory = signal === "SIGKILL" || /heap out of memory|allocation failed/i.test(last);
  const how = signal === null ? `exit status ${status}` : signal;
  const advice = memory ? ", perhaps for want of memory: fewer --workers leave each more" : "";
  return `its process ended (${how})${advice}${tail === "" ? "" : `\n${tail}`}`;
}

/** Workers are no ranks of their own. */
function withoutLauncher(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(OMPI_|PMI|MPI|HYD)/.test(name)));
}
