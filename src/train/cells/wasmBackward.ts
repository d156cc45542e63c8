/** The backward pass of cells in WebAssembly. */
import { i32, if_, local, v128 } from "../../backend/wasm/assembler.ts";
import type { Local, Node } from "../../backend/wasm/assembler.ts";
import type { Code } from "../../backend/wasm/code.ts";
import { namesIn } from "../../ir/expr.ts";
import { reserved } from "./derivedCell.ts";
import { stepLoop } from "./stepLoop.ts";
import { VectorScope } from "./vectorScope.ts";
import { StepPointers } from "./stepPointers.ts";
import { field, initialValue, maskOf, ownCoefficients } from "./wasmBlocks.ts";
import type { Block, CellFunction } from "./wasmBlocks.ts";

export function emitBackwardBlock(frame: CellFunction, code: Code, block: Block): void {
  const { derived: { backward, trace, forward }, lanes, vectors, func, sample } = frame;
  const from = local.get(func.param("from")), to = local.get(func.param("to"));
  const each = <T>(make: (k: number) => T): T[] => Array.from({ length: vectors }, (_, k) => make(k));
  const stride = code.let("stride", field(frame, "stride")), bitStride = code.let("bit_stride", field(frame, "bitStride"));
  const last = code.let("last_step", i32.sub(to, i32.const(1)));
  const row = code.let("row", i32.add(i32.mul(local.get(sample), field(frame, "steps")), last));
  const inputStep = code.let("input_step", field(frame, "inputStep")), traceStep = code.let("trace_step", field(frame, "traceStep"));
  const begins = code.let("begins", i32.eq(to, field(frame, "steps")));
  const used = new Set([
    ...backward.statements.map((d) => d.value), ...[...backward.carried.values()].map((c) => c.next), backward.input,
    ...backward.coefficients.values(), ...(backward.spiked ? [backward.spiked] : []),
  ].flatMap((e) => [...namesIn(e)]));

  const pointers = new StepPointers(frame, code, block, last);
  const input = backward.readsInput ? pointers.addStreamed("at_input", "input", "inputSample", inputStep) : undefined;
  const dInput = pointers.addStreamed("at_input_gradient", "dInput", "inputSample", inputStep);
  const traces = new Map(trace.map((s) => [s, pointers.addStreamed(`at_${s}`, `trace:${s}`, "traceSample", traceStep)] as const));
  const incoming = ([[reserved.spikeAdjoint, "dSpikes"], [reserved.membraneAdjoint, "dMembrane"]] as const).filter(([n]) => used.has(n))
    .map(([n, base]) => [n, pointers.add(`at_${base}`, block.row(field(frame, base), row, stride), stride)] as const);
  const looksBack = forward.spike !== undefined && (backward.readsSpiked || backward.old.length > 0);
  const bits = forward.spike && (backward.readsSpike || looksBack)
    ? pointers.add("at_bits", block.bits(field(frame, "bits"), row, bitStride), bitStride) : undefined;

  const own = ownCoefficients(frame, code, block);
  /** Sums that begin at zero in the last step, and go on from memory in earlier pieces. */
  const kept: { readonly locals: readonly Local[]; readonly address: () => Node }[] = [];
  const keep = (label: string, base: string): Local[] => {
    const locals = each(() => code.variable(label, "v128"));
    kept.push({ locals, address: () => block.row(field(frame, base), local.get(sample), stride) });
    return locals;
  };
  const carried = new Map([...backward.carried].map(([s, c]) => [c.name, keep(c.name, `carried:${s}`)] as const));
  const carriedSpiked = backward.spiked ? keep(reserved.spikedAdjoint, "carried:spiked") : undefined;
  const sums = new Map([...backward.coefficients.keys()].map((c) => [c, keep(`sum_${c}`, `gradient:${c}`)] as const));
  const constantSums = each(() => code.variable("input_sum", "v128"));
  code.add(if_(begins, [...kept.flatMap((k) => k.locals), ...constantSums].map((l) => local.set(l, lanes.const(0))), code.inner((inside) => {
    for (const { locals, address } of kept) {
      const at = inside.let("at_sum", address());
      locals.forEach((l, k) => inside.add(local.set(l, block.load(at, k))));
    }
    constantSums.forEach((l, k) => inside.add(local.set(l, block.load(dInput, k))));
  })));

  const t = code.variable("t", "i32", last);
  const old = new Map(backward.old.map((s) => [s, each(() => code.variable(`old_${s}`, "v128"))] as const));
  stepLoop(code, lanes, t, i32.sub(to, from), -1, [...carried.values()].flat(), (inside) => {
    const word = bits && backward.readsSpike ? inside.let("spikes", block.loadBits(bits)) : undefined;
    const wordBefore = bits && looksBack ? inside.variable("spikes_before", "i32", i32.const(0)) : undefined;
    if (bits && wordBefore) inside.add(if_(local.get(t), [local.set(wordBefore, block.loadBits(i32.sub(bits, bitStride)))]));
    if (old.size > 0) emitOld(frame, inside, block, { old, traces, traceStep, t, wordBefore, own });
    for (let k = 0; k < vectors; k++) {
      const scope = new VectorScope(lanes);
      for (const [c, node] of frame.shared) scope.give(c, node, true);
      for (const [c, nodes] of own) scope.give(c, nodes[k]!, true);
      for (const [s, locals] of old) scope.give(s, local.get(locals[k]!), true);
      for (const [s, label] of backward.before) scope.give(label, block.load(traces.get(s)!, k), false);
      for (const [label, locals] of carried) scope.give(label, local.get(locals[k]!), true);
      for (const [label, address] of incoming) scope.give(label, block.load(address, k), false);
      if (carriedSpiked) scope.give(reserved.spikedAdjoint, local.get(carriedSpiked[k]!), true);
      if (input) scope.give(reserved.input, block.load(input, k), false);
      if (word) scope.give(reserved.spike, maskOf(lanes, word, k), false);
      if (wordBefore) scope.give(reserved.spiked, v128.and(maskOf(lanes, local.get(wordBefore), k), lanes.const(1)), false);
      scope.define(backward.statements);
      const next = [...backward.carried.values()].map((c) => [carried.get(c.name)![k]!, scope.kept(c.next)] as const);
      const nextSpiked = carriedSpiked && backward.spiked ? [[carriedSpiked[k]!, scope.kept(backward.spiked)] as const] : [];
      const out = scope.kept(backward.input);
      const parts = [...backward.coefficients].map(([c, e]) => [sums.get(c)![k]!, scope.kept(e)] as const);
      const force = (value: typeof out): Node => scope.values.force(value, inside);
      const gradient = force(out);
      for (const [l, value] of parts) inside.add(local.set(l, lanes.add(local.get(l), force(value))));
      const values = [...next, ...nextSpiked].map(([l, value]) => [l, force(value)] as const);
      inside.add(if_(inputStep, [block.store(dInput, gradient, k)], [local.set(constantSums[k]!, lanes.add(local.get(constantSums[k]!), gradient))]));
      for (const [l, value] of values) inside.add(local.set(l, value));
    }
    pointers.move(inside, "back");
  });
  code.add(if_(i32.eqz(inputStep), constantSums.map((l, k) => block.store(dInput, local.get(l), k))));
  for (const { locals, address } of kept) {
    const at = code.let("at_sum", address());
    locals.forEach((l, k) => code.add(block.store(at, local.get(l), k)));
  }
}

interface OldStates {
  readonly old: ReadonlyMap<string, readonly Local[]>;
  readonly traces: ReadonlyMap<string, Node>;
  readonly traceStep: Node;
  readonly t: Local;
  readonly wordBefore: Local | undefined;
  readonly own: ReadonlyMap<string, readonly Node[]>;
}

/** The states at the start of the step: given in the first one, else what the reset of the step before made of what is stored. */
function emitOld(frame: CellFunction, code: Code, block: Block, { old, traces, traceStep, t, wordBefore, own }: OldStates): void {
  const { derived: { backward, trace }, lanes, vectors, sample } = frame;
  const origin = code.let("origin", field(frame, "origin"));
  const given = code.inner((inside) => inside.add(if_(origin, inside.inner((start) => {
    for (const [s, locals] of old) {
      const at = start.let("at_start", block.row(field(frame, `start:${s}`), local.get(sample), field(frame, "stride")));
      locals.forEach((l, k) => start.add(local.set(l, block.load(at, k))));
    }
  }), [...old].flatMap(([s, locals]) => locals.map((l, k) => local.set(l, initialValue(frame, block, s, k)))))));
  const recovered = code.inner((inside) => {
    const before = trace.map((s) => [s, inside.let("at_before", i32.sub(traces.get(s)!, traceStep))] as const);
    for (let k = 0; k < vectors; k++) {
      const scope = new VectorScope(lanes);
      for (const [c, node] of frame.shared) scope.give(c, node, true);
      for (const [c, nodes] of own) scope.give(c, nodes[k]!, true);
      for (const [s, at] of before) scope.give(s, block.load(at, k), false);
      if (wordBefore) scope.give(reserved.spike, maskOf(lanes, local.get(wordBefore), k), false);
      scope.define(backward.recover.statements);
      const values = [...old].map(([s, locals]) => [locals[k]!, scope.kept(backward.recover.values.get(s)!)] as const);
      const forced = values.map(([l, value]) => [l, scope.values.force(value, inside)] as const);
      for (const [l, value] of forced) inside.add(local.set(l, value));
    }
  });
  code.add(if_(i32.eq(local.get(t), origin), given, recovered));
}
