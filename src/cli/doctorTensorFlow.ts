/** What `synfire doctor` says of TensorFlow.js. */
import { SynfireError } from "../errors.ts";
import { loadTensorFlow } from "../tensorflow/loadTensorFlow.ts";
import type { Finding } from "./doctor.ts";

/** Which TensorFlow.js training would use and why; without one, what to install. */
export async function examineTensorFlow(): Promise<readonly Finding[]> {
  const about = { what: "TensorFlow.js", needed: false };
  try {
    const { tf, reason } = await loadTensorFlow({ say: () => undefined });
    return [{ ...about, found: `${tf.version_core}: ${reason.replace(/^TensorFlow\.js /, "")}`, ok: true, advice: "" }];
  } catch (error) {
    if (!(error instanceof SynfireError)) throw error;
    return [{ ...about, found: "no, only for layers of synfire/tensorflow", ok: false, advice: error.hint }];
  }
}
