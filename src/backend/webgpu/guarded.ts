/** Errors of WebGPU come beside the calls that cause them; here they become ours, naming the piece of work that went wrong. */
import { SimulationError, UnsupportedError } from "../../errors.ts";
import type { SynfireError } from "../../errors.ts";
import type { Gpu } from "./gpu.ts";

const scopes = ["internal", "out-of-memory", "validation"] as const;

/** Errors of a device that no scope caught: each goes to all work that is under way, else it waits for the next. */
interface Uncaught {
  readonly underWay: Set<GPUError[]>;
  readonly waiting: GPUError[];
}

const uncaught = new WeakMap<GPUDevice, Uncaught>();

/** Collects the errors that no scope catches, so that `guarded` can throw them. */
export function listen(device: GPUDevice): void {
  const { underWay, waiting } = uncaughtOf(device);
  device.onuncapturederror = (event) => {
    // Dawn in Node prints it to the standard output otherwise.
    event.preventDefault();
    for (const errors of underWay.size > 0 ? underWay : [waiting]) errors.push(event.error);
  };
}

/**
 * Does a piece of work on the GPU and waits for its result; pieces may nest and overlap. What follows the first `await` of the work has no error
 * scope of its own: its errors are thrown by every piece that is then under way. Errors of calls outside any piece are thrown by the next.
 *
 * @param what the piece of work, for people: "population E on the GPU"
 * @throws {SimulationError} code "webgpu-validation", "webgpu-internal" or "webgpu-lost"
 * @throws {UnsupportedError} code "webgpu-memory" when the card's memory is used up
 */
export async function guarded<T>(gpu: Gpu, what: string, work: () => T | Promise<T>): Promise<T> {
  const { device } = gpu;
  const { underWay, waiting } = uncaughtOf(device);
  const [before] = waiting.splice(0);
  if (before !== undefined) throw ourError(gpu, `before ${what}`, before);
  const errors: GPUError[] = [];
  underWay.add(errors);
  try {
    const outcome = await settled(device, work, errors);
    const [first] = errors;
    const problem = first !== undefined ? ourError(gpu, what, first) : gpu.lost === undefined ? undefined : lostError(what, gpu.lost.reason);
    if (problem !== undefined) throw "failure" in outcome ? Object.assign(problem, { cause: outcome.failure }) : problem;
    if ("failure" in outcome) throw outcome.failure;
    return outcome.value;
  } finally {
    underWay.delete(errors);
  }
}

/** Scopes are a stack of the device, so they may only enclose what runs without a break: the work until its first `await`. */
async function settled<T>(
  device: GPUDevice, work: () => T | Promise<T>, errors: GPUError[],
): Promise<{ readonly value: T } | { readonly failure: unknown }> {
  for (const scope of scopes) device.pushErrorScope(scope);
  const running = (async () => work())();
  const caught = scopes.map(() => popped(device));
  const outcome = await running.then((value) => ({ value }), (failure: unknown) => ({ failure }));
  for (const error of await Promise.all(caught)) if (error !== null) errors.push(error);
  // Whatever went wrong before this answer has been told when it comes.
  device.pushErrorScope("validation");
  await popped(device);
  return outcome;
}

/** Browsers may refuse to pop a scope of a lost device; the loss itself is reported elsewhere. */
const popped = (device: GPUDevice): Promise<GPUError | null> => device.popErrorScope().catch(() => null);

function uncaughtOf(device: GPUDevice): Uncaught {
  const known = uncaught.get(device) ?? { underWay: new Set(), waiting: [] };
  uncaught.set(device, known);
  return known;
}

function ourError({ name }: Gpu, what: string, error: GPUError): SynfireError {
  const told = error.message.trim().replaceAll("\n", "\n  ");
  switch (error.constructor.name) {
    case "GPUOutOfMemoryError":
      return new UnsupportedError("webgpu-memory", `${what}: ${name} has no memory left: ${told}`,
        "Free what else uses it, make the network smaller, or compile it with backend \"wasm\".");
    case "GPUInternalError":
      return new SimulationError("webgpu-internal", `${what}: the driver of ${name} failed: ${told}`,
        "Update the driver, or compile the network with backend \"wasm\".");
    default:
      return new SimulationError("webgpu-validation", `${what}: ${name} refused it: ${told}`,
        "This is a fault of Synfire, please report it; backend \"wasm\" runs the same network.");
  }
}

function lostError(what: string, reason: string): SimulationError {
  return new SimulationError("webgpu-lost", `${what}: the GPU was lost: ${reason}`, "Compile the network again: the GPU is opened anew.");
}
