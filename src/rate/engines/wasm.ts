/**
 * Our own WebAssembly SIMD: the rule is a map kernel over the entries of one row of the matrix, run for each row; rates of the source are its
 * scalars, those of the target are read beside the weights. The product adds four rows at a time to the sums, each in the order of the sources.
 */
import { invariant, UnsupportedError } from "../../errors.ts";
import { call, drop, forLoop, i32, local, Module, v128 } from "../../backend/wasm/assembler.ts";
import type { Func, Local, Node } from "../../backend/wasm/assembler.ts";
import { lanesOf } from "../../backend/wasm/lanes.ts";
import { emitMapKernel } from "../../backend/wasm/mapKernel.ts";
import { name as named } from "../../ir/expr.ts";
import type { MapKernel } from "../../ir/kernel.ts";
import { requireRuleKernel, ruleKernel } from "../kernelSource.ts";
import type { RuleKernel } from "../kernelSource.ts";
import type { Engine, Matrix, MatrixSpec, RatePrecision, Reals, RuleArguments } from "../matrix.ts";
import { javascriptUnits, learningLoop } from "./javascript.ts";

const pageBytes = 65536;
/** Elements of a row are padded to whole turns of a map kernel. */
const padding = 16;
const rowsAtOnce = 4;

/** @param options.anyRule a rule that is more than an expression is run by JavaScript, on the weights where they are */
export function wasmEngine(precision: RatePrecision, options: { readonly anyRule?: boolean } = {}): Engine {
  return {
    name: "wasm",
    device: "WebAssembly SIMD",
    matrix: (spec) => wasmMatrix(spec, precision, options.anyRule ?? false),
    units: (_what, _units, activation, isArray) => javascriptUnits(activation, isArray),
    dispose: () => {},
  };
}

/** Where the arrays of one matrix lie, in bytes. */
interface Layout {
  readonly stride: number;
  readonly sums: number;
  readonly rates: number;
  /** Reals of each source: [rows × scalarCount]. */
  readonly scalars: number;
  readonly scalarCount: number;
  /** Arrays of the targets, by the argument of the rule. */
  readonly posts: ReadonlyMap<number, number>;
  readonly weights: number;
  readonly end: number;
}

async function wasmMatrix(spec: MatrixSpec, precision: RatePrecision, anyRule: boolean): Promise<Matrix> {
  const { rows, columns, kinds, what } = spec;
  const parsed = spec.rule && anyRule ? ruleKernel(spec.rule, kinds) : requireRuleKernel(spec);
  const kernel = parsed && "problem" in parsed ? undefined : parsed;
  const layout = layoutOf(spec, precision);
  const pages = Math.ceil(layout.end / pageBytes);
  if (pages >= 65536) {
    throw new UnsupportedError("memory", `${what}: ${rows} × ${columns} weights are more than the 4 GiB of one WebAssembly memory`,
      "Split the layer.");
  }
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const module = new Module();
  emitProduct(module, spec, layout, precision);
  if (kernel) emitRule(module, spec, layout, kernel, precision);
  const { exports } = await WebAssembly.instantiate(await WebAssembly.compile(module.encode({ pages: 1, maximumPages: pages, shared: false })), {
    env: { memory },
  });
  const run = exports as unknown as Readonly<Record<"multiply" | "learn", () => void>>;
  const view = (at: number, length: number): Reals =>
    precision === "f32" ? new Float32Array(memory.buffer, at, length) : new Float64Array(memory.buffer, at, length);
  const sumsIn = view(layout.sums, columns), ratesIn = view(layout.rates, rows);
  const scalars = view(layout.scalars, rows * layout.scalarCount);
  const posts = new Map([...layout.posts].map(([k, at]) => [k, view(at, columns)] as const));
  const rowOf = (i: number) => view(layout.weights + i * layout.stride * view(0, 0).BYTES_PER_ELEMENT, columns);
  const fill = (values: RuleArguments): void => {
    let place = 0;
    kinds.forEach((kind, k) => {
      const value = values[k]!;
      if (kind === "post") return posts.get(k)!.set(value as Reals);
      for (let i = 0; i < rows; i++) scalars[i * layout.scalarCount + place] = typeof value === "number" ? value : value[i]!;
      place++;
    });
  };
  return {
    multiply: (rates, sums) => {
      ratesIn.set(rates);
      run.multiply();
      sums.set(sumsIn);
    },
    learn: kernel || !spec.rule ? (values) => {
      invariant(kernel, "only matrices with a rule learn");
      fill(values);
      run.learn();
      if (spec.hollow) for (let i = 0; i < rows; i++) rowOf(i)[i] = 0;
    } : learningLoop(spec, view(layout.weights, rows * layout.stride), layout.stride),
    read: () => {
      const all = precision === "f32" ? new Float32Array(rows * columns) : new Float64Array(rows * columns);
      for (let i = 0; i < rows; i++) all.set(rowOf(i), i * columns);
      return all;
    },
    write: (values) => {
      for (let i = 0; i < rows; i++) {
        const row = rowOf(i);
        for (let j = 0; j < columns; j++) row[j] = values[i * columns + j]!;
      }
    },
    dispose: () => {},
  };
}

function layoutOf({ rows, columns, kinds }: MatrixSpec, precision: RatePrecision): Layout {
  const { bytes } = lanesOf(precision);
  let end = 0;
  const place = (reals: number): number => {
    const at = end;
    end = Math.ceil((end + reals * bytes) / 64) * 64;
    return at;
  };
  const stride = Math.ceil(columns / padding) * padding;
  const scalarCount = kinds.filter((kind) => kind !== "post").length;
  const sums = place(stride), rates = place(rows), scalars = place(rows * scalarCount);
  const posts = new Map(kinds.flatMap((kind, k) => (kind === "post" ? [[k, place(stride)] as const] : [])));
  const weights = place(rows * stride);
  return { stride, sums, rates, scalars, scalarCount, posts, weights, end };
}

/** `learn()`: the map kernel for each row. */
function emitRule(module: Module, { rows, kinds }: MatrixSpec, layout: Layout, kernel: RuleKernel, precision: RatePrecision): void {
  const map: MapKernel = {
    name: "rule", state: ["w"], constants: [], inputs: [], finite: [],
    scalars: kinds.flatMap((kind, k) => (kind === "post" ? [] : [{ name: kernel.names[k]!, value: named(kernel.names[k]!) }])),
    // A map kernel reads its draws from the beginning of the stretch it works on: that is how all rows see the same targets.
    draws: kinds.flatMap((kind, k) => (kind === "post" ? [{ name: kernel.names[k]!, draw: k, distribution: "uniform" as const }] : [])),
    body: [...kernel.lets.map((l) => ({ kind: "let", ...l }) as const), { kind: "assign", name: "w", value: kernel.result }],
  };
  const addresses = new Map([...layout.posts].map(([k, at]) => [kernel.names[k]!, at] as const));
  const rule = emitMapKernel(module, map, {
    size: rows * layout.stride, address: () => layout.weights, drawAddress: (name) => addresses.get(name)!,
  }, precision);
  const { bytes } = lanesOf(precision);
  const learn = module.func("learn", {});
  const first = learn.local("first", "i32"), scalars = learn.local("scalars", "i32");
  learn.emit(
    local.set(scalars, i32.const(layout.scalars)),
    forLoop(first, i32.const(0), i32.const(rows * layout.stride), layout.stride, [
      drop(call(rule, local.get(first), i32.add(local.get(first), i32.const(layout.stride)), i32.const(0), local.get(scalars))),
      local.set(scalars, i32.add(local.get(scalars), i32.const(layout.scalarCount * bytes))),
    ]),
  );
}

/** `multiply()`: sums of the columns, weighted by the rates of the rows. */
function emitProduct(module: Module, { rows }: MatrixSpec, layout: Layout, precision: RatePrecision): void {
  const f = module.func("multiply", {});
  const { bytes } = lanesOf(precision);
  const rowBytes = layout.stride * bytes, whole = rows - (rows % rowsAtOnce);
  const clear = f.local("sum", "i32");
  f.emit(forLoop(clear, i32.const(layout.sums), i32.const(layout.sums + rowBytes), 16, [v128.store(local.get(clear), lanesOf(precision).const(0))]));
  const row = f.local("row", "i32"), rate = f.local("rate", "i32");
  const turn = (count: number): readonly Node[] => rowsOf(f, row, rate, count, layout, precision);
  f.emit(local.set(rate, i32.const(layout.rates)));
  f.emit(forLoop(row, i32.const(layout.weights), i32.const(layout.weights + whole * rowBytes), rowsAtOnce * rowBytes, turn(rowsAtOnce)));
  if (whole < rows) f.emit(local.set(row, i32.const(layout.weights + whole * rowBytes)), ...turn(rows - whole));
}

/** Adds `count` rows from `row` on to the sums. */
function rowsOf(f: Func, row: Local, rate: Local, count: number, layout: Layout, precision: RatePrecision): readonly Node[] {
  const lanes = lanesOf(precision);
  const rowBytes = layout.stride * lanes.bytes;
  const rates = Array.from({ length: count }, (_, k) => f.local(`rate_${k}`, "v128"));
  const column = f.local("column", "i32"), at = f.local("at", "i32");
  const products = rates.reduce<Node>(
    (sum, r, k) => lanes.add(sum, lanes.mul(v128.load(local.get(at), k * rowBytes), local.get(r))),
    v128.load(local.get(column), layout.sums),
  );
  return [
    ...rates.map((r, k) => local.set(r, lanes.loadSplat(local.get(rate), k * lanes.bytes))),
    local.set(at, local.get(row)),
    forLoop(column, i32.const(0), i32.const(rowBytes), 16, [
      v128.store(local.get(column), products, layout.sums),
      local.set(at, i32.add(local.get(at), i32.const(16))),
    ]),
    local.set(rate, i32.add(local.get(rate), i32.const(count * lanes.bytes))),
  ];
}
