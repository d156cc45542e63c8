/**
 * A `MapKernel` as a WebAssembly function `name(lo, hi, list, scalars, input_0 … input_k) → i32`. It advances the elements lo … hi − 1
 * (multiples of 16; arrays are padded to a multiple of 16 elements) by one step, appends the indices of the elements that spike to `list` (u32,
 * ascending) and returns their number, or −1 − e when element e would store a non-finite value: the vectors from e's on are then not stored.
 *
 * Inputs are read at `input_k + bytes·e` and cleared, scalars at `scalars + bytes·index`, draws at their scratch address + bytes·(e − lo).
 */
import type { Expr } from "../../ir/expr.ts";
import type { MapKernel, Statement } from "../../ir/kernel.ts";
import {
  block, br, br_if, f32x4, f64x2, forLoop, i32, i32x4, if_, label, local, loop, return_, v128, type Func, type Local, type Module, type Node,
} from "./assembler.ts";
import { Code } from "./code.ts";
import { lanesOf, type Lanes, type Precision } from "./lanes.ts";
import { assignedNames, buildStatements, emitLoops, named, type Environment } from "./statements.ts";
import { Values } from "./values.ts";

export interface MapLayout {
  /** True number of elements; the rest up to a multiple of 16 computes but is never emitted. */
  readonly size: number;
  /** Byte address of a state or constant array; 16-byte aligned. */
  readonly address: (array: string) => number;
  /** Byte address of a draw's scratch array for one tile. */
  readonly drawAddress: (draw: string) => number;
}

export interface MapOptions {
  /** Vectors computed in one turn of the loop; by default chosen from the size of the kernel. */
  readonly unroll?: number;
}

/** Adds the kernel's function to the module. */
export function emitMapKernel(module: Module, kernel: MapKernel, layout: MapLayout, precision: Precision, options: MapOptions = {}): Func {
  const lanes = lanesOf(precision);
  const inputs = kernel.inputs.map((_, k) => `input_${k}`);
  const parameters = ["lo", "hi", "list", "scalars", ...inputs];
  const func = module.func(kernel.name, Object.fromEntries(parameters.map((p) => [p, "i32" as const])), "i32");
  const code = new Code(module, func);
  const shift = i32.const(Math.log2(lanes.bytes));
  const position = func.local("position", "i32");
  const start = code.variable("start", "i32", i32.shl(local.get(func.param("lo")), shift));
  const count = func.local("count", "i32");
  const shared: Environment = new Map(kernel.scalars.map((s, k) => {
    const read = code.let(s.name, lanes.loadSplat(local.get(func.param("scalars")), k * lanes.bytes));
    return [s.name, new Values(lanes).leaf(s.name, read, true)];
  }));
  const frame: Frame = { module, kernel, layout, lanes, func, position, start, count, shared };
  const unroll = options.unroll ?? chooseUnroll(kernel);
  const end = i32.shl(local.get(func.param("hi")), shift);
  const endOfTile = code.variable("end", "i32", end);
  const body = code.inner((inside) => emitGroup(frame, inside, unroll));
  code.add(forLoop(position, local.get(start), local.get(endOfTile), 16 * unroll, body));
  code.add(local.get(count));
  return func;
}

interface Frame {
  readonly module: Module;
  readonly kernel: MapKernel;
  readonly layout: MapLayout;
  readonly lanes: Lanes;
  readonly func: Func;
  /** Byte offset of the group's first element in every array. */
  readonly position: Local;
  readonly start: Local;
  readonly count: Local;
  readonly shared: Environment;
}

/** One vector of a group between its body and its stores. */
interface Vector {
  readonly values: Values;
  readonly environment: Environment;
  /** Byte offset of the vector in the group. */
  readonly offset: number;
  /** Final values of the state arrays that the body changes. */
  readonly results: Map<string, Local>;
  readonly spike: Node | undefined;
}

/**
 * Kernels of middle size gain from two independent vectors in flight, which hide the latency of their chains of operations (Izhikevich f32: 1.32 →
 * 1.16 ns a neuron). The smallest are limited by the number of instructions and lose to spilled registers (CUBA f32: 0.85 → 0.95 ns), as large ones
 * do (Hodgkin–Huxley f64: 27 → 34 ns).
 */
function chooseUnroll(kernel: MapKernel): number {
  let operations = 0;
  const count = (e: Expr): void => {
    if (e.kind !== "apply") return;
    operations += expensive.has(e.op) ? 20 : 1;
    e.args.forEach(count);
  };
  const visit = (statements: readonly Statement[]): void => {
    for (const s of statements) {
      if (s.kind !== "while") count(s.value);
      else {
        operations += 1000;
        visit(s.body);
      }
    }
  };
  visit(kernel.body);
  return operations < 20 || operations > 60 ? 1 : 2;
}

const expensive: ReadonlySet<string> = new Set(["exp", "expm1", "exprel", "tanh", "log", "pow"]);

function emitGroup(frame: Frame, code: Code, unroll: number): void {
  const { kernel, lanes, position, start, func } = frame;
  const inputs = kernel.inputs.map((_, k) => code.let(`at_input_${k}`, i32.add(local.get(func.param(`input_${k}`)), local.get(position))));
  const scratch = kernel.draws.length > 0 ? code.let("at_draws", i32.sub(local.get(position), local.get(start))) : undefined;
  const vectors = Array.from({ length: unroll }, (_, u) => emitBody(frame, code, 16 * u, inputs, scratch));

  const alarm = alarmOf(frame, vectors);
  if (alarm) code.add(if_(lanes.bitmask(alarm), code.inner((rare) => emitRare(frame, rare, vectors))));
  for (const vector of vectors) {
    for (const [array, result] of vector.results) {
      code.add(v128.store(local.get(position), local.get(result), frame.layout.address(array) + vector.offset));
    }
    for (const input of inputs) code.add(v128.store(input, lanes.const(0), vector.offset));
  }
}

/** Loads, body and spike condition of one vector. */
function emitBody(frame: Frame, code: Code, offset: number, inputs: readonly Node[], scratch: Node | undefined): Vector {
  const { kernel, lanes, layout, position } = frame;
  const values = new Values(lanes);
  const environment: Environment = new Map();
  for (const [name, value] of frame.shared) environment.set(name, values.leaf(name, value.node!, true));
  for (const array of [...kernel.state, ...kernel.constants]) {
    environment.set(array, values.leaf(array, v128.load(local.get(position), layout.address(array) + offset), false));
  }
  kernel.inputs.forEach((input, k) => environment.set(input, values.leaf(input, v128.load(inputs[k]!, offset), false)));
  for (const draw of kernel.draws) {
    environment.set(draw.name, values.leaf(draw.name, v128.load(scratch!, layout.drawAddress(draw.name) + offset), false));
  }
  environment.set("i", values.leaf("i", elementIndices(frame, offset), false));

  const loops = buildStatements(values, code, kernel.body, environment);
  const condition = kernel.spike ? values.keep(values.from(kernel.spike.condition, (n) => named(environment, n))) : undefined;
  const changed = assignedNames(kernel.body);
  const stored = kernel.state.filter((array) => changed.has(array));
  for (const array of stored) values.keep(named(environment, array));
  emitLoops(values, code, loops);
  const results = new Map(stored.map((array) => [array, code.variable(array, "v128", values.force(named(environment, array), code))]));
  // A reset may change these locals: later readers must see the values of before, which are held under the same names.
  const spike = condition ? values.force(condition, code) : undefined;
  return { values, environment, offset, results, spike };
}

/**
 * Emits `flush_<kernel>(lo, hi)`: magnitudes too small to matter (below 1e-30 in f32, 1e-290 in f64) become zero in the arrays of
 * `kernel.flush`; NaN stays. Meant to be called every few steps: from there to the subnormal numbers is a way of many time constants.
 */
export function emitFlushKernel(module: Module, kernel: MapKernel, layout: MapLayout, precision: Precision): Func {
  const lanes = lanesOf(precision);
  const f = module.func(`flush_${kernel.name}`, { lo: "i32", hi: "i32" });
  const position = f.local("position", "i32"), x = f.local("x", "v128");
  const shift = i32.const(Math.log2(lanes.bytes));
  const tiny = lanes.const(precision === "f32" ? 1e-30 : 1e-290);
  const body = (kernel.flush ?? []).flatMap((array) => {
    const address = layout.address(array);
    return [
      local.set(x, v128.load(local.get(position), address)),
      v128.store(local.get(position), v128.andnot(local.get(x), lanes.lt(lanes.abs(local.get(x)), tiny)), address),
    ];
  });
  f.emit(forLoop(position, i32.shl(local.get(f.param("lo")), shift), i32.shl(local.get(f.param("hi")), shift), 16, body));
  return f;
}

function elementIndices(frame: Frame, offset: number): Node {
  const { lanes, position } = frame;
  const first = i32x4.splat(i32.shr_u(local.get(position), i32.const(Math.log2(lanes.bytes))));
  const k = offset / lanes.bytes;
  const indices = i32x4.add(first, i32x4.const(k, k + 1, k + 2, k + 3));
  return lanes.precision === "f32" ? f32x4.convert_i32x4_s(indices) : f64x2.convert_low_i32x4_u(indices);
}

/** A mask with any bit set when some lane spikes or the sum of all checked values is not finite; one test for the whole group. */
function alarmOf(frame: Frame, vectors: readonly Vector[]): Node | undefined {
  const { kernel, lanes } = frame;
  const spikes = vectors.flatMap((v) => v.spike ?? []);
  const checked = vectors.flatMap((v) => kernel.finite.flatMap((array) => v.results.get(array) ?? []));
  const parts = [...spikes];
  if (checked.length > 0) {
    // Zero times a sum that is not finite is NaN. Adding in pairs keeps the chain of dependent additions short.
    const sum = pairwise(checked.map((l) => local.get(l)), lanes);
    parts.push(lanes.ne(lanes.mul(sum, lanes.const(0)), lanes.const(0)));
  }
  return parts.length === 0 ? undefined : parts.reduce((a, b) => v128.or(a, b));
}

function pairwise(terms: readonly Node[], lanes: Lanes): Node {
  if (terms.length === 1) return terms[0]!;
  const half = terms.length >> 1;
  return lanes.add(pairwise(terms.slice(0, half), lanes), pairwise(terms.slice(half), lanes));
}

/** Resets, the exact search for non-finite values, stores of arrays that only resets change, and the list of spikes. */
function emitRare(frame: Frame, code: Code, vectors: readonly Vector[]): void {
  const { kernel, lanes, layout, position } = frame;
  const resetOnly = kernel.state.filter((array) => kernel.spike && assignedNames(kernel.spike.reset).has(array) && !vectors[0]!.results.has(array));
  const pending = vectors.map((vector) => {
    const locals = new Map(resetOnly.map((array) => [array, frame.func.local(array, "v128")]));
    if (vector.spike && kernel.spike!.reset.length > 0) {
      code.add(if_(v128.any_true(vector.spike), code.inner((inside) => emitReset(frame, inside, vector, locals))));
    }
    return locals;
  });

  if (kernel.finite.length > 0) {
    const bad = vectors.map((vector, u) => {
      const masks = kernel.finite.flatMap((array) => {
        const isBad = (l: Local) => lanes.ne(lanes.sub(local.get(l), local.get(l)), lanes.const(0));
        const held = vector.results.get(array);
        if (held) return [isBad(held)];
        // Where nothing spikes, what a reset would have changed is left over from an earlier turn.
        const reset = pending[u]!.get(array);
        return reset ? [v128.and(isBad(reset), vector.spike!)] : [];
      });
      return masks.length === 0 ? i32.const(0) : bitsOf(lanes, masks.reduce((a, b) => v128.or(a, b)), u);
    });
    const bits = code.variable("bad", "i32", bad.reduce((a, b) => i32.or(a, b)));
    code.add(if_(local.get(bits), code.inner((inside) => {
      const element = inside.let("element", i32.add(firstElement(frame), i32.ctz(local.get(bits))));
      inside.add(if_(i32.lt_u(element, i32.const(layout.size)), [return_(i32.sub(i32.const(-1), element))]));
    })));
  }
  if (!kernel.spike) return;
  vectors.forEach((vector, u) => {
    if (resetOnly.length === 0) return;
    const stores = [...pending[u]!].map(([array, l]) => v128.store(local.get(position), local.get(l), layout.address(array) + vector.offset));
    code.add(if_(v128.any_true(vector.spike!), stores));
  });
  const masks = vectors.map((vector, u) => bitsOf(lanes, vector.spike!, u));
  emitAppend(frame, code, code.variable("spikes", "i32", masks.reduce((a, b) => i32.or(a, b))));
}

/** One bit for each lane of the group's vector `u`, at its place in the group. */
const bitsOf = (lanes: Lanes, mask: Node, u: number): Node =>
  u === 0 ? lanes.bitmask(mask) : i32.shl(lanes.bitmask(mask), i32.const(u * lanes.count));

const firstElement = (frame: Frame): Node => i32.shr_u(local.get(frame.position), i32.const(Math.log2(frame.lanes.bytes)));

function emitReset(frame: Frame, code: Code, vector: Vector, resetOnly: ReadonlyMap<string, Local>): void {
  const { kernel } = frame;
  const { values, environment, results, spike } = vector;
  values.scoped(() => {
    const mask = values.leaf("spike", spike!, true);
    const after: Environment = new Map(environment);
    const loops = buildStatements(values, code, kernel.spike!.reset, after, mask);
    const assigned = [...assignedNames(kernel.spike!.reset)].filter((array) => kernel.state.includes(array));
    for (const array of assigned) values.keep(named(after, array));
    emitLoops(values, code, loops);
    const fresh = assigned.map((array) => values.force(named(after, array), code));
    assigned.forEach((array, k) => {
      const held = results.get(array);
      const old = held ? local.get(held) : values.force(named(environment, array), code);
      code.add(local.set(held ?? resetOnly.get(array)!, v128.bitselect(fresh[k]!, old, spike!)));
    });
  });
}

/** Appends the elements of the set bits, ascending, but none beyond the true size. */
function emitAppend(frame: Frame, code: Code, bits: Local): void {
  const { count, func, layout } = frame;
  const again = label();
  const done = label();
  const element = func.local("element", "i32");
  const body = [
    br_if(done, i32.eqz(local.get(bits))),
    local.set(element, i32.add(firstElement(frame), i32.ctz(local.get(bits)))),
    br_if(done, i32.ge_u(local.get(element), i32.const(layout.size))),
    i32.store(i32.add(local.get(func.param("list")), i32.shl(local.get(count), i32.const(2))), local.get(element)),
    local.set(count, i32.add(local.get(count), i32.const(1))),
    local.set(bits, i32.and(local.get(bits), i32.sub(local.get(bits), i32.const(1)))),
    br(again),
  ];
  code.add(block(done, loop(again, ...body)));
}

