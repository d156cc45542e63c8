/** Worker threads of Node and of browsers behind one interface. */

/** A thread as the one that started it sees it. */
export interface WorkerThread {
  post(message: unknown): void;
  /** Whether the process has to stay while the thread lives. */
  hold(stays: boolean): void;
  terminate(): Promise<void>;
}

export interface WorkerEvents {
  readonly message: (message: unknown) => void;
  /** The thread is gone, with the cause in words. */
  readonly gone: (cause: string) => void;
}

interface NodeWorker {
  postMessage(message: unknown): void;
  terminate(): Promise<number>;
  ref(): void;
  unref(): void;
  on(event: "message" | "error" | "exit" | "messageerror", listener: (value: never) => void): void;
}
interface NodeThreads {
  readonly Worker: new (script: URL | string, options: { readonly eval?: boolean; readonly execArgv?: readonly string[] }) => NodeWorker;
  readonly parentPort: { postMessage(message: unknown): void; on(event: "message", listener: (message: unknown) => void): void } | null;
  readonly isMainThread: boolean;
}
interface NodeModule {
  createRequire(url: string): { resolve(name: string): string };
}
interface Builtins {
  readonly process?: { getBuiltinModule?: (name: string) => unknown; execArgv?: readonly string[] };
  readonly crossOriginIsolated?: boolean;
  readonly navigator?: { readonly hardwareConcurrency?: number };
}

const world = globalThis as Builtins;
const nodeThreads = (): NodeThreads | undefined => world.process?.getBuiltinModule?.("node:worker_threads") as NodeThreads | undefined;

/** Logical processors. */
export function cores(): number {
  const os = world.process?.getBuiltinModule?.("node:os") as { availableParallelism(): number } | undefined;
  return os?.availableParallelism() ?? world.navigator?.hardwareConcurrency ?? 1;
}

/** Those for this process, when it is one of so many on this machine. A launcher may have bound it to some of them; then they are all its own. */
export function coresOf(processes: number): number {
  const os = world.process?.getBuiltinModule?.("node:os") as { cpus(): readonly unknown[] } | undefined;
  const usable = cores();
  return usable < (os?.cpus().length ?? usable) ? usable : Math.max(1, Math.floor(usable / processes));
}

/** Why this place cannot have threads with shared memory, in words; undefined when it can. */
export function whyNoThreads(): string | undefined {
  if (typeof SharedArrayBuffer === "undefined" || (world.process === undefined && world.crossOriginIsolated !== true))
    return "the page is not cross-origin isolated (headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp)";
  if (!nodeThreads() && typeof Worker === "undefined") return "this runtime has no worker threads";
  return undefined;
}

/** Whether this thread may sleep: the main thread of a browser may not. */
export const maySleep = (): boolean => world.process !== undefined || typeof (globalThis as { window?: unknown }).window === "undefined";

/** A script for threads: `worker.ts` beside the file at `beside`. */
export interface WorkerScript {
  readonly beside: string;
  /** How a browser starts it, written where bundlers see the address: `new Worker(new URL("./worker.js", import.meta.url), { type: "module" })`. */
  readonly inBrowser: () => Worker;
}

/** The script of simulations; for those without a bundler synfire/worker has to lie beside the bundle as worker.js. */
const simulationScript: WorkerScript = {
  beside: import.meta.url, inBrowser: () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" }),
};

/** Starts a thread that runs `worker.ts`, or another script. */
export function startWorker(events: WorkerEvents, script = simulationScript): WorkerThread {
  const threads = nodeThreads();
  const beside = (file: string): string => besideOf(script.beside, file);
  if (!threads) {
    const worker = script.inBrowser();
    worker.onmessage = ({ data }) => events.message(data);
    worker.onerror = (event) => events.gone(event.message || noScript(beside("worker.js")));
    worker.onmessageerror = () => events.gone("it sent what cannot be read");
    return { post: (message) => worker.postMessage(message), hold: () => {}, terminate: async () => worker.terminate() };
  }
  const worker = script.beside.endsWith(".ts") ? startFromSource(threads, beside("worker.ts")) : new threads.Worker(new URL(beside("worker.js")), {});
  let cause: string | undefined;
  worker.on("message", (message: unknown) => events.message(message));
  worker.on("error", (error: Error) => (cause = error.message));
  worker.on("exit", (code: number) => events.gone(cause ?? `it ended with code ${code}`));
  // A simulation that is not disposed of does not keep the process from ending.
  worker.unref();
  return {
    post: (message) => worker.postMessage(message),
    hold: (stays) => (stays ? worker.ref() : worker.unref()),
    terminate: async () => void (await worker.terminate()),
  };
}

const noScript = (script: string): string => `its script ${script} could not be loaded (a bundle of synfire/worker has to be there)`;

/** Address of a file beside this one. Bundlers do not know this form: they would add the file to what they make, or miss it. */
const besideOf = (url: string, file: string): string => url.replace(/[^/]*$/, file);

/** From its sources the package runs through tsx, which registers itself in the main thread only: here it is told to. */
function startFromSource({ Worker }: NodeThreads, worker: string): NodeWorker {
  const { createRequire } = world.process!.getBuiltinModule!("node:module") as NodeModule;
  const tsx = new URL("./esm/api/index.mjs", `file://${createRequire(import.meta.url).resolve("tsx")}`).href;
  const script = `import(${JSON.stringify(tsx)}).then(({ register }) => { register(); return import(${JSON.stringify(worker)}); })`;
  return new Worker(script, { eval: true, execArgv: [] });
}

/** The other side: what a worker hears and says. */
export function listen(heard: (message: unknown) => void): (message: unknown) => void {
  const port = nodeThreads()?.parentPort;
  if (port) {
    port.on("message", heard);
    return (message) => port.postMessage(message);
  }
  const scope = globalThis as unknown as { onmessage: ((event: { readonly data: unknown }) => void) | null; postMessage(message: unknown): void };
  scope.onmessage = ({ data }) => heard(data);
  return (message) => scope.postMessage(message);
}
