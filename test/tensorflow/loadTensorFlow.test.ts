import { expect, test } from "vitest";
import { loadTensorFlow } from "../../src/tensorflow/loadTensorFlow.ts";
import type { LoadTensorFlowOptions } from "../../src/tensorflow/loadTensorFlow.ts";
import type { OfferedGpu } from "../../src/tensorflow/tensorFlowPackages.ts";

const packages = ["tfjs-node-gpu", "tfjs-node", "tfjs", "tfjs-backend-webgpu", "tfjs-backend-wasm"];
const absent = (name: string) => Object.assign(new Error(`Cannot find package '${name}' imported from here`), { code: "ERR_MODULE_NOT_FOUND" });

/** A machine with some of the packages, whose back-ends start unless they are listed as broken. */
async function loadWith(installed: readonly string[], options: LoadTensorFlowOptions & { gpu?: OfferedGpu; broken?: readonly string[] } = {}) {
  const said: string[] = [], asked: string[] = [], started: string[] = [];
  const { gpu = { ok: true, software: false }, broken = [], ...rest } = options;
  const tensorFlow = {
    setBackend: async (name: string) => {
      started.push(name);
      return !broken.includes(name);
    },
    ready: async () => undefined,
  };
  const resolve = async (name: string) => {
    asked.push(name);
    if (!installed.includes(name.slice("@tensorflow/".length))) throw absent(name);
    return tensorFlow;
  };
  const loaded = await loadTensorFlow({
    say: (sentence) => said.push(sentence), ...rest, world: { resolve, inNode: true, offerGpu: async () => gpu, ...rest.world },
  });
  return { ...loaded, said, asked, started };
}

test("each choice is used where all before it are missing, in the order from the card to the processor", async () => {
  const found: string[] = [];
  const without = new Set<string>();
  for (const missing of ["", "tfjs-node-gpu", "tfjs-node", "tfjs-backend-webgpu", "tfjs-backend-wasm"]) {
    without.add(missing);
    const { choice, said } = await loadWith(packages.filter((name) => !without.has(name)));
    found.push(choice);
    expect(said).toHaveLength(1);
  }
  expect(found).toEqual(["tfjs-node-gpu", "tfjs-node", "webgpu", "wasm", "cpu"]);
});

test("what is said names the choice and why each one before it is not used", async () => {
  const first = await loadWith(packages);
  expect(first.said).toEqual(["TensorFlow.js runs on tfjs-node-gpu, the first choice"]);
  const wasm = await loadWith(["tfjs", "tfjs-backend-wasm"], { gpu: { ok: false, reason: "WebGPU finds no adapter" } });
  expect(wasm.reason).toBe(
    "TensorFlow.js runs on wasm, because tfjs-node-gpu: the package @tensorflow/tfjs-node-gpu is not installed; "
    + "tfjs-node: the package @tensorflow/tfjs-node is not installed; webgpu: WebGPU finds no adapter",
  );
  expect(wasm.started).toEqual(["wasm"]);
  expect(wasm.passedOver.map(({ choice }) => choice)).toEqual(["tfjs-node-gpu", "tfjs-node", "webgpu"]);
});

test("what is preferred comes first, and the order goes on where it is missing", async () => {
  expect((await loadWith(packages, { prefer: "cpu" })).said).toEqual(["TensorFlow.js runs on cpu, as preferred"]);
  const other = await loadWith(["tfjs", "tfjs-node"], { prefer: "wasm" });
  expect(other.choice).toBe("tfjs-node");
  expect(other.reason).toMatch(/because wasm: the package @tensorflow\/tfjs-backend-wasm is not installed; tfjs-node-gpu/);
});

test("a software driver of WebGPU is used only when it is preferred", async () => {
  const gpu: OfferedGpu = { ok: true, software: true };
  expect((await loadWith(["tfjs", "tfjs-backend-webgpu", "tfjs-backend-wasm"], { gpu })).choice).toBe("wasm");
  expect((await loadWith(["tfjs", "tfjs-backend-webgpu", "tfjs-backend-wasm"], { gpu, prefer: "webgpu" })).choice).toBe("webgpu");
});

test("packages of Node are not asked for in a browser, and a back-end that does not start is passed over", async () => {
  const { asked, choice, reason } = await loadWith(packages, { world: { inNode: false }, broken: ["webgpu"] });
  expect(asked.some((name) => name.includes("node"))).toBe(false);
  expect(choice).toBe("wasm");
  expect(reason).toMatch(/tfjs-node: runs in Node\.js alone; webgpu: its back-end webgpu did not start/);
});

test("a package that is there but cannot be loaded says why", async () => {
  const resolve = async (name: string) => {
    if (name.endsWith("tfjs-node")) throw new Error("tfjs_binding.node can not be found\n at require");
    throw absent(name);
  };
  await expect(loadTensorFlow({ world: { resolve, inNode: true, offerGpu: async () => ({ ok: true, software: false }) } })).rejects.toThrow(
    "TensorFlow.js cannot be used here: tfjs-node-gpu: the package @tensorflow/tfjs-node-gpu is not installed; "
    + "tfjs-node: the package @tensorflow/tfjs-node cannot be loaded: tfjs_binding.node can not be found; "
    + "webgpu: the package @tensorflow/tfjs is not installed; wasm: the package @tensorflow/tfjs is not installed; "
    + "cpu: the package @tensorflow/tfjs is not installed\n  npm i @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0");
});

test("a preference that names nothing is refused with the nearest name", async () => {
  await expect(loadTensorFlow({ prefer: "wams" as "wasm" })).rejects.toThrow('TensorFlow.js: there is no "wams"\n  Did you mean "wasm"?');
});

test("here the packages really load: wasm and cpu multiply matrices", async () => {
  for (const prefer of ["cpu", "wasm"] as const) {
    const { tf, choice } = await loadTensorFlow({ prefer, say: () => undefined });
    expect(choice).toBe(prefer);
    expect(tf.getBackend()).toBe(prefer);
    expect([...tf.tidy(() => tf.matMul([[1, 2]], [[3], [4]]).dataSync())]).toEqual([11]);
  }
});
