/** How many threads a simulation gets. */
import { ArgumentError, UnsupportedError } from "../errors.ts";
import type { NetworkData } from "../network/data.ts";
import type { CompileOptions } from "./compileOptions.ts";
import { expectedSynapses } from "./pattern.ts";
import { coresOf, whyNoThreads } from "./threads/workerThread.ts";

const mostThreads = 256;
/** Neurons, and synapses, that keep a thread busy for longer than meeting the others takes. */
const neuronsEach = 4000, synapsesEach = 400_000;

/** @param warn hears why there are fewer threads than asked for */
export function threadsFor(data: NetworkData, { threads = 1, processes, backend }: CompileOptions, warn: (text: string) => void): number {
  const several = processes !== undefined && processes.size > 1;
  if (threads !== "auto" && !(Number.isInteger(threads) && threads >= 1 && threads <= mostThreads))
    throw new ArgumentError("threads", `compile: threads is ${String(threads)}`, `Use a whole number from 1 to ${mostThreads}, or "auto".`);
  if (threads === 1 && !several) return 1;
  const undividable = whyNotDividable(data, backend);
  if (undividable !== undefined && several)
    throw new UnsupportedError("processes", `compile: this network cannot be divided among processes: ${undividable}`, "Run it without the others.");
  const reason = undividable ?? whyNoThreads();
  const mine = coresOf(processes?.local ?? 1);
  const wanted = threads === "auto" ? Math.min(mine, mostThreads, Math.max(1, sensible(data))) : threads;
  if (reason === undefined || wanted === 1) return wanted;
  if (threads !== "auto" || undividable === undefined) warn(`one thread instead of ${wanted}: ${reason}`);
  return 1;
}

function sensible(data: NetworkData): number {
  const neurons = data.populations.reduce((sum, p) => sum + p.size, 0);
  const synapses = data.projections.reduce((sum, p) => sum + expectedSynapses(p.connect, p.pre.end - p.pre.start, p.post.end - p.post.start), 0);
  return Math.floor(Math.max(neurons / neuronsEach, synapses / synapsesEach));
}

function whyNotDividable(data: NetworkData, backend: CompileOptions["backend"]): string | undefined {
  if (backend === "interpreter") return "the interpreter has one thread";
  if (backend === "webgpu") return "the GPU does the work";
  const [rule] = data.rewirings ?? [];
  if (rule) return `synapses of projection ${rule.projection} come and go`;
  if ((data.structural ?? []).length > 0) return "structural plasticity makes and removes synapses";
  const drawing = data.projections.find(({ model }) => model.checked.draws > 0);
  if (drawing) return `synapses of projection ${drawing.name} draw random numbers`;
  const outgoing = data.normalisations.find(({ side }) => side === "outgoing");
  if (outgoing) return `outgoing weights of projection ${outgoing.projection} are brought to a norm`;
  return undefined;
}
