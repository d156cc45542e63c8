/** The forward pass of cells in WebAssembly: neurons in the outer loop, so that their states stay in registers through the steps. */
import { i32, if_, local, v128 } from "../../backend/wasm/assembler.ts";
import type { Node } from "../../backend/wasm/assembler.ts";
import type { Code } from "../../backend/wasm/code.ts";
import { reserved } from "./derivedCell.ts";
import { stepLoop } from "./stepLoop.ts";
import { VectorScope } from "./vectorScope.ts";
import { StepPointers } from "./stepPointers.ts";
import { field, initialValue, maskOf, ownCoefficients } from "./wasmBlocks.ts";
import type { Block, CellFunction } from "./wasmBlocks.ts";

export function emitForwardBlock(frame: CellFunction, code: Code, block: Block): void {
  const { derived: { cell, forward, trace }, layout, lanes, vectors, func, sample } = frame;
  const from = local.get(func.param("from")), to = local.get(func.param("to"));
  const each = <T>(make: (k: number) => T): T[] => Array.from({ length: vectors }, (_, k) => make(k));
  const states = cell.state.map((s) => s.name);
  const stride = code.let("stride", field(frame, "stride")), bitStride = code.let("bit_stride", field(frame, "bitStride"));
  const row = code.let("row", i32.add(i32.mul(local.get(sample), field(frame, "steps")), from));
  const inputStep = code.let("input_step", field(frame, "inputStep")), traceStep = code.let("trace_step", field(frame, "traceStep"));

  const pointers = new StepPointers(frame, code, block, from);
  const input = pointers.addStreamed("at_input", "input", "inputSample", inputStep);
  const traces = trace.map((s) => pointers.addStreamed(`at_${s}`, `trace:${s}`, "traceSample", traceStep));
  const membrane = layout.has("membrane") ? pointers.add("at_membrane", block.row(field(frame, "membrane"), row, stride), stride) : undefined;
  const bits = forward.spike && pointers.add("at_bits", block.bits(field(frame, "bits"), row, bitStride), bitStride);
  const active = forward.active && pointers.add("at_active", block.bits(field(frame, "active"), row, bitStride), bitStride);

  const own = ownCoefficients(frame, code, block);
  const state = new Map(states.map((s) => [s, each(() => code.variable(s, "v128"))] as const));
  const spiked = forward.readsSpiked ? each(() => code.variable("spiked", "v128")) : [];
  const at = (s: string): Node => block.row(field(frame, `state:${s}`), local.get(sample), stride);
  code.add(if_(from, code.inner((inside) => {
    for (const [s, locals] of state) {
      const address = inside.let("at_state", at(s));
      locals.forEach((l, k) => inside.add(local.set(l, block.load(address, k))));
    }
    if (spiked.length === 0 || !bits) return;
    const word = inside.let("word", block.loadBits(i32.sub(bits, bitStride)));
    spiked.forEach((l, k) => inside.add(local.set(l, maskOf(lanes, word, k))));
  }), code.inner((inside) => {
    for (const [s, locals] of state) locals.forEach((l, k) => inside.add(local.set(l, initialValue(frame, block, s, k))));
    for (const l of spiked) inside.add(local.set(l, lanes.const(0)));
  })));

  const t = code.variable("t", "i32", from);
  stepLoop(code, lanes, t, i32.sub(to, from), 1, [...state.values()].flat(), (inside) => {
    const word = inside.variable("spikes", "i32", i32.const(0)), near = inside.variable("near", "i32", i32.const(0));
    for (let k = 0; k < vectors; k++) {
      const scope = new VectorScope(lanes);
      for (const [n, node] of frame.shared) scope.give(n, node, true);
      for (const [n, nodes] of own) scope.give(n, nodes[k]!, true);
      for (const [s, locals] of state) scope.give(s, local.get(locals[k]!), true);
      scope.give(reserved.input, block.load(input, k), false);
      if (spiked.length > 0) scope.give(reserved.spiked, v128.and(local.get(spiked[k]!), lanes.const(1)), false);
      scope.define(forward.step);
      const stored = trace.map((s) => scope.kept(forward.before.get(s)!));
      const spike = forward.spike && scope.kept(forward.spike);
      if (spike) scope.set(reserved.spike, spike);
      const nearby = forward.active && scope.kept(forward.active);
      scope.define(forward.reset);
      const shown = membrane && scope.kept(forward.membrane);
      const after = states.map((s) => scope.kept(forward.after.get(s)!));
      const force = (value: (typeof after)[number]): Node => scope.values.force(value, inside);
      const shifted = (mask: Node): Node => (k === 0 ? lanes.bitmask(mask) : i32.shl(lanes.bitmask(mask), i32.const(k * lanes.count)));
      stored.forEach((value, j) => inside.add(block.store(traces[j]!, force(value), k)));
      if (spike) inside.add(local.set(word, i32.or(local.get(word), shifted(force(spike)))));
      if (nearby) inside.add(local.set(near, i32.or(local.get(near), shifted(force(nearby)))));
      if (membrane && shown) inside.add(block.store(membrane, force(shown), k));
      const next = after.map(force);
      if (spiked.length > 0 && spike) inside.add(local.set(spiked[k]!, force(spike)));
      states.forEach((s, j) => inside.add(local.set(state.get(s)![k]!, next[j]!)));
    }
    if (bits) inside.add(block.storeBits(bits, local.get(word)));
    if (active) inside.add(block.storeBits(active, local.get(near)));
    pointers.move(inside, "on");
  });
  for (const [s, locals] of state) {
    const address = code.let("at_state", at(s));
    locals.forEach((l, k) => code.add(block.store(address, local.get(l), k)));
  }
}
