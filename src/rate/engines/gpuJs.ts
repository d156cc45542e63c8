/**
 * gpu.js: plain JavaScript functions on the GPU (WebGPU), in WebAssembly or on the CPU. Its matrices are never changed in place: what learns
 * is a new matrix each time, and the one before is let go of.
 */
import { invariant, UnsupportedError } from "../../errors.ts";
import { functionText, UnreadFunction } from "../functionText.ts";
import type { ArgumentKind, Engine, Matrix, MatrixSpec, Reals, UnitMap } from "../matrix.ts";
import type { GpuJs, GpuJsMode, GpuJsPackage, GpuJsValue } from "./gpuJsPackage.ts";

/** @throws {UnsupportedError} when this mode of gpu.js does not run here */
export function gpuJsEngine(gpuJs: GpuJsPackage, mode: GpuJsMode, device: string): Engine {
  const run = new gpuJs.GPU({ mode });
  return {
    name: `gpu.js-${mode}`,
    device: `gpu.js ${device}`,
    matrix: (spec) => gpuJsMatrix(gpuJs, run, mode, spec),
    units: (what, units, activation, isArray) => gpuJsUnits(run, mode, what, units, activation, isArray),
    dispose: () => void run.destroy(),
  };
}

async function gpuJsMatrix(gpuJs: GpuJsPackage, run: GpuJs, mode: GpuJsMode, spec: MatrixSpec): Promise<Matrix> {
  const { rows, columns, kinds, what } = spec;
  const resident = { output: [columns, rows], precision: "single", pipeline: true, immutable: true } as const;
  const product = run.createKernel(
    `function (w, rates) { let sum = 0; for (let i = 0; i < ${rows}; i++) { sum += w[i][this.thread.x] * rates[i]; } return sum; }`,
    { output: [columns], precision: "single", loopMaxIterations: rows },
  );
  const functions = spec.rule ? [given(spec.rule, "rule", kinds.length + 1, what)] : [];
  const rule = spec.rule ? run.createKernel(ruleText(spec), { ...resident, functions }) : undefined;
  // A kernel's result is what kernels take as they take it: so the weights begin as one too.
  const copy = run.createKernel("function (w) { return w[this.thread.y][this.thread.x]; }", resident);
  const stored = async (values: ArrayLike<number>) => (await copy(gpuJs.input(Float32Array.from(values), [columns, rows])))!;
  let weights = await stored(new Float32Array(rows * columns));
  const replace = (next: GpuJsValue): void => {
    release(weights);
    weights = next;
  };
  const matrix: Matrix = {
    multiply: (rates, sums) => then(product(weights, rates as Float32Array), (found) => sums.set(found as Float32Array)),
    learn: (values) => {
      invariant(rule, "only matrices with a rule learn");
      return then(rule(weights, ...(values as readonly (Float32Array | number)[])), (next) => replace(next!));
    },
    read: async () => flat((await valuesOf(weights)) as readonly Float32Array[], rows, columns),
    write: async (values) => replace(await stored(values)),
    dispose: () => {
      release(weights);
      for (const kernel of [product, copy, ...(rule ? [rule] : [])]) kernel.destroy();
    },
  };
  await tried(mode, what, spec, matrix);
  return matrix;
}

/** Runs each kernel once, so that what gpu.js cannot translate is known before the simulation starts. */
async function tried(mode: GpuJsMode, what: string, { rows, columns, rule, kinds }: MatrixSpec, matrix: Matrix): Promise<void> {
  const zeros = (kind: ArgumentKind): Reals | number => (kind === "number" ? 0 : new Float32Array(kind === "pre" ? rows : columns));
  try {
    await matrix.multiply(new Float32Array(rows), new Float32Array(columns));
    if (rule) await matrix.learn(kinds.map(zeros));
  } catch (error) {
    throw untranslated(mode, `${what}: its rule`, error);
  }
}

async function gpuJsUnits(
  run: GpuJs, mode: GpuJsMode, what: string, units: number, activation: (...values: number[]) => number, isArray: readonly boolean[],
): Promise<UnitMap> {
  const names = isArray.map((_, k) => `a${k}`);
  const args = names.map((name, k) => (isArray[k] ? `${name}[this.thread.x]` : name));
  const kernel = run.createKernel(`function (${names.join(", ")}) { return activation(${args.join(", ")}); }`,
    { output: [units], precision: "single", functions: [given(activation, "activation", isArray.length, what)] });
  const map: UnitMap = {
    apply: (values, rates) => then(kernel(...(values as readonly (Float32Array | number)[])), (found) => rates.set(found as Float32Array)),
    dispose: () => kernel.destroy(),
  };
  try {
    await map.apply(isArray.map((array) => (array ? new Float32Array(units) : 0)), new Float32Array(units));
  } catch (error) {
    throw untranslated(mode, `${what}: its activation`, error);
  }
  return map;
}

/** The kernel of a rule: one entry of the matrix, at row this.thread.y and column this.thread.x. */
function ruleText({ kinds, hollow }: MatrixSpec): string {
  const names = kinds.map((_, k) => `a${k}`);
  const args = kinds.map((kind, k) => (kind === "number" ? names[k]! : `${names[k]!}[this.thread.${kind === "pre" ? "y" : "x"}]`));
  const diagonal = hollow ? "if (this.thread.x === this.thread.y) { return 0; } " : "";
  return `function (w, ${names.join(", ")}) { ${diagonal}return rule(w[this.thread.y][this.thread.x], ${args.join(", ")}); }`;
}

/** The user's function under a name that kernels call. */
function given(fn: (...values: number[]) => number, name: string, count: number, what: string) {
  try {
    const { parameters, kind, body } = functionText(fn.toString());
    const padded = [...parameters, ...Array.from({ length: count - parameters.length }, (_, k) => `unused${k}`)];
    const source = `function ${name}(${padded.join(", ")}) { ${kind === "block" ? body : `return (${body});`} }`;
    return { name, source, settings: { argumentTypes: padded.map(() => "Number"), returnType: "Number" } };
  } catch (error) {
    if (!(error instanceof UnreadFunction)) throw error;
    throw new UnsupportedError("rule", `${what}: gpu.js cannot translate its ${name}: ${error.message}`, 'Use engine: "javascript".');
  }
}

function untranslated(mode: GpuJsMode, what: string, error: unknown): UnsupportedError {
  const told = (error instanceof Error ? error.message : String(error)).split("\n")[0]!;
  return new UnsupportedError("rule", `${what} cannot be translated by gpu.js (${mode}): ${told}`,
    'Write it with its arguments, numbers and Math alone, or use engine: "javascript", which runs any function.');
}

/** Kernels answer at once or with a promise, by mode. */
function then(answer: GpuJsValue | undefined | Promise<GpuJsValue | undefined>, act: (value: GpuJsValue | undefined) => void): void | Promise<void> {
  if (answer instanceof Promise) return answer.then(act);
  act(answer);
}

const release = (value: GpuJsValue): void => {
  if ("delete" in value) value.delete();
};

const valuesOf = (value: GpuJsValue): GpuJsValue | Promise<GpuJsValue> => ("toArray" in value ? value.toArray() : value);

function flat(values: readonly Float32Array[], rows: number, columns: number): Float32Array {
  const all = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) all.set(values[i]!, i * columns);
  return all;
}
