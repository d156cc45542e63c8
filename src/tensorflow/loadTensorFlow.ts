/** `loadTensorFlow`: the fastest TensorFlow.js that is installed. */
import { ArgumentError, didYouMean, UnsupportedError } from "../errors.ts";
import { tensorFlowChoices, tryChoice, worldHere } from "./tensorFlowPackages.ts";
import type { LoadingWorld, TensorFlow, TensorFlowChoice } from "./tensorFlowPackages.ts";

export interface LoadTensorFlowOptions {
  /** Tried first; where it is not to be had, the others follow in their order. */
  readonly prefer?: TensorFlowChoice;
  /** Where the browser finds the `.wasm` files of `@tensorflow/tfjs-backend-wasm`, e.g. "/assets/". Not needed in Node. */
  readonly wasmPaths?: string;
  /** Gets the sentence that says which is used and why; by default the console. */
  readonly say?: (sentence: string) => void;
  /** How packages are imported and the GPU is found; for tests and unusual bundlers. */
  readonly world?: Partial<LoadingWorld>;
}

export interface LoadedTensorFlow {
  readonly tf: TensorFlow;
  readonly choice: TensorFlowChoice;
  /** Which is used and why those before it are not, for people. */
  readonly reason: string;
  /** What was tried before, each with its problem. */
  readonly passedOver: readonly { readonly choice: TensorFlowChoice; readonly problem: string }[];
}

/**
 * Loads TensorFlow.js and makes its fastest back-end the current one: `@tensorflow/tfjs-node-gpu`, `@tensorflow/tfjs-node`, then
 * `@tensorflow/tfjs` with webgpu (Dawn in Node, native in browsers; software drivers only when preferred), wasm, cpu.
 *
 * @throws {ArgumentError} code "tensorflow" when `prefer` names none of them
 * @throws {UnsupportedError} code "tensorflow" when nothing can be loaded; the message lists each with its problem
 */
export async function loadTensorFlow(options: LoadTensorFlowOptions = {}): Promise<LoadedTensorFlow> {
  // oxlint-disable-next-line no-console -- which one runs decides how fast, so a user who gave no listener has to hear it
  const { prefer, say = (text) => console.info(text) } = options;
  const world = { ...worldHere(options.wasmPaths), ...options.world };
  const passedOver: { choice: TensorFlowChoice; problem: string }[] = [];
  for (const choice of orderFrom(prefer)) {
    const tried = await tryChoice(choice, world, choice === prefer);
    if ("problem" in tried) {
      passedOver.push({ choice, problem: tried.problem });
      continue;
    }
    const reason = sentence(choice, prefer, passedOver);
    say(reason);
    return { tf: tried.tf, choice, reason, passedOver };
  }
  throw new UnsupportedError("tensorflow", `TensorFlow.js cannot be used here: ${listed(passedOver)}`,
    "npm i @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0");
}

function orderFrom(prefer: TensorFlowChoice | undefined): readonly TensorFlowChoice[] {
  if (prefer === undefined) return tensorFlowChoices;
  if (!tensorFlowChoices.includes(prefer)) {
    const near = didYouMean(prefer, tensorFlowChoices);
    throw new ArgumentError("tensorflow", `TensorFlow.js: there is no "${String(prefer)}"`,
      near === undefined ? `Use one of ${tensorFlowChoices.join(", ")}.` : `Did you mean "${near}"?`);
  }
  return [prefer, ...tensorFlowChoices.filter((choice) => choice !== prefer)];
}

type PassedOver = LoadedTensorFlow["passedOver"];

function sentence(choice: TensorFlowChoice, prefer: TensorFlowChoice | undefined, passedOver: PassedOver): string {
  const because = choice === prefer ? "as preferred" : passedOver.length === 0 ? "the first choice" : `because ${listed(passedOver)}`;
  return `TensorFlow.js runs on ${choice}, ${because}`;
}

const listed = (passedOver: PassedOver): string => passedOver.map(({ choice, problem }) => `${choice}: ${problem}`).join("; ");
