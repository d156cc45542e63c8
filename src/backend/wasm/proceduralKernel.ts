/** Delivery of spikes along edges that are made anew: see src/backend/procedural.ts. */
import { bernoulliBlock, bernoulliScale, elementsOfBlock } from "../../math/bernoulli.ts";
import { invariant } from "../../errors.ts";
import { proceduralPart } from "../procedural.ts";
import type { ProceduralLayout } from "../procedural.ts";
import {
  block, br_if, call, f32, f64, forLoop, i32, i64, if_, label, local, loop, select, type Func, type Local, type Module, type Node,
} from "./assembler.ts";
import { bernoulliTargets } from "./bernoulliTargets.ts";
import { philoxWord } from "./philox.ts";
import { countTargets, randomTargets, uniformOfWord } from "./proceduralTargets.ts";
import { emitAdd } from "./proceduralValues.ts";

const get = local.get;
/** No source is left out. */
const nobody = 0x7fffffff;

/** Emits `name(list, count, slot)`, as `emitScatterKernel` does. */
export function emitProceduralKernel(module: Module, layout: ProceduralLayout, keys: number): Func {
  const { rule } = layout;
  const everything = layout.from === 0 && layout.to === layout.targetCount;
  const add = emitAdd(module, layout, keys, rule.kind === "outdegree" && !everything);
  switch (rule.kind) {
    case "bernoulli":
      return emitBernoulli(module, layout, keys, add, rule.probability);
    case "outdegree":
      return emitSources(module, layout, outdegreeRow(module, layout, keys, add, rule));
    case "all":
      return emitSources(module, layout, layout.selfOffset === undefined ? allRow(module, layout, add) : othersRow(module, layout, add));
    case "one":
      return emitSources(module, layout, oneRow(module, layout, add));
    default:
      return rule satisfies never;
  }
}

/** The sources of the list that have rows: `body` sees `source`, counted in the rule's sources. */
function eachSource(f: Func, layout: ProceduralLayout, source: Local, body: readonly Node[]): Node {
  const [list, count] = [f.param("list"), f.param("count")];
  const p = f.local("p", "i32");
  const all = layout.allSources && layout.sourceStart === 0;
  return forLoop(p, get(list), i32.add(get(list), i32.shl(get(count), i32.const(2))), 4, [
    local.set(source, i32.sub(i32.load(get(p)), i32.const(layout.sourceStart))),
    ...(all ? body : [if_(i32.lt_u(get(source), i32.const(layout.sourceCount)), body)]),
  ]);
}

function emitSources(module: Module, layout: ProceduralLayout, row: Func): Func {
  const f = module.func(layout.name, { list: "i32", count: "i32", slot: "i32" });
  const source = f.local("source", "i32");
  f.emit(eachSource(f, layout, source, [call(row, get(source), get(f.param("slot")))]));
  return f;
}

/**
 * Block by block, and within each source by source, so that the targets of a block stay in the cache; every target still meets its additions in the
 * order of the sources.
 */
function emitBernoulli(module: Module, layout: ProceduralLayout, keys: number, add: Func, probability: number): Func {
  const { from, to, selfOffset, list: targets } = layout;
  const size = bernoulliBlock(probability);
  const draw = bernoulliTargets(module, keys);
  const f = module.func(layout.name, { list: "i32", count: "i32", slot: "i32" });
  const own = (name: string): Local => f.local(name, "i32");
  const [source, base, end, made, first] = [own("source"), own("base"), own("end"), own("made"), own("first")];
  const element = i32.mul(get(base), i32.const(elementsOfBlock(size) / size));
  const self = selfOffset === undefined ? i32.const(-1) : i32.sub(get(source), i32.const(selfOffset));
  const again = label(), done = label();
  const row = [
    local.set(made, call(draw, element, get(source), i32.const(layout.stream), get(base), get(end), f32.const(bernoulliScale(probability)), self,
      i32.const(targets))),
    local.set(first, i32.const(0)),
    // The first block may begin before the targets that are wanted.
    ...(from % size === 0 ? [] : [if_(i32.lt_u(get(base), i32.const(from)), [
      block(done, loop(again,
        br_if(done, i32.ge_u(get(first), get(made))),
        br_if(done, i32.ge_u(i32.load(i32.shl(get(first), i32.const(2)), targets), i32.const(from))),
        local.set(first, i32.add(get(first), i32.const(1))),
        br_if(again, i32.const(1)),
      )),
    ])]),
    if_(i32.lt_u(get(first), get(made)), [
      call(add, i32.const(targets), get(first), get(made), element, get(source), get(source), get(f.param("slot"))),
    ]),
  ];
  if (to > from) {
    f.emit(forLoop(base, i32.const(Math.floor(from / size) * size), i32.const(to), size, [
      local.set(end, select(i32.add(get(base), i32.const(size)), i32.const(to), i32.lt_u(i32.add(get(base), i32.const(size)), i32.const(to)))),
      eachSource(f, layout, source, row),
    ]));
  }
  return f;
}

const number64 = (value: number): Node => i64.const(BigInt(value));
const lowWord = (n: Node): Node => i32.wrap_i64(n);
const highWord = (n: Node): Node => i32.wrap_i64(i64.shr_u(n, i64.const(32n)));

/** A function `name(source, slot)` that walks the parts of a row whose edges are numbered from `begin` (i64) to before `end`. */
interface Parts {
  readonly f: Func;
  readonly begin: Local;
  readonly end: Local;
  /** Number of the first entry of the part, a multiple of 16; entries of the part; of them, those before the row. */
  readonly start: Local;
  readonly count: Local;
  readonly lead: Local;
}

function rowFunction(module: Module, name: string): Parts {
  const f = module.func(name, { source: "i32", slot: "i32" }, "void", false);
  return {
    f, begin: f.local("begin", "i64"), end: f.local("end", "i64"), start: f.local("start", "i64"), count: f.local("count", "i32"),
    lead: f.local("lead", "i32"),
  };
}

/** No part crosses a multiple of 2^32, where the step of the counters changes. */
function eachPart({ begin, end, start, count, lead }: Parts, body: readonly Node[]): Node[] {
  const next = label(), done = label();
  const room = i32.sub(i32.const(proceduralPart), i32.and(lowWord(get(start)), i32.const(proceduralPart - 1)));
  return [
    local.set(start, i64.and(get(begin), i64.const(-16n))),
    block(done, loop(next,
      local.set(count, lowWord(i64.add(get(end), negated(get(start))))),
      br_if(done, i32.le_s(get(count), i32.const(0))),
      local.set(count, select(get(count), room, i32.lt_u(get(count), room))),
      local.set(lead, lowWord(i64.add(get(begin), negated(get(start))))),
      local.set(lead, select(get(lead), i32.const(0), i32.gt_s(get(lead), i32.const(0)))),
      ...body,
      local.set(start, i64.add(get(start), i64.extend_i32_u(get(count)))),
      br_if(next, i32.const(1)),
    )),
  ];
}

const negated = (n: Node): Node => i64.mul(n, i64.const(-1n));

function outdegreeRow(
  module: Module, layout: ProceduralLayout, keys: number, add: Func, rule: ProceduralLayout["rule"] & { readonly kind: "outdegree" },
): Func {
  const { targetCount, list } = layout;
  const draw = randomTargets(module, keys), word = philoxWord(module, keys);
  const parts = rowFunction(module, `row_${layout.name}`);
  const { f, begin, end, start, count, lead } = parts;
  const source = get(f.param("source"));
  const self = f.local("self", "i32"), others = f.local("others", "i32"), at = f.local("at", "i32");
  f.emit(
    local.set(begin, i64.mul(i64.extend_i32_u(source), number64(rule.count))),
    local.set(end, i64.add(get(begin), number64(rule.count))),
    ...leftOut(layout, source, self),
    local.set(others, i32.sub(i32.const(targetCount), i32.ne(get(self), i32.const(nobody)))),
  );
  invariant(rule.count < 2 ** 28, "rows are shorter than 2^28");
  const first = i64.and(get(begin), i64.const(-16n));
  const place = (): Node => (rule.distinct
    ? i32.add(i32.const(list), i32.shl(lowWord(i64.add(get(start), negated(first))), i32.const(2)))
    : i32.const(list));
  const counter = [lowWord(get(start)), highWord(get(start))] as const;
  const make = call(draw, ...counter, i32.const(layout.stream), get(count), f64.convert_i32_u(get(others)), get(self), place());
  const deliver = call(add, place(), get(lead), get(count), ...counter, source, get(f.param("slot")));
  if (!rule.distinct) {
    f.emit(...eachPart(parts, [make, deliver]));
    return f;
  }

  // Targets chosen before are drawn again; a bit says which they are.
  const k = f.local("k", "i32"), total = f.local("total", "i32"), target = f.local("target", "i32"), attempt = f.local("attempt", "i32");
  const n = f.local("n", "i64");
  const bits = i32.shl(i32.shr_u(get(target), i32.const(5)), i32.const(2));
  const bit = i32.shl(i32.const(1), i32.and(get(target), i32.const(31)));
  const again = label(), fresh = label();
  const element = lowWord(get(n));
  const another = call(word, i32.or(i32.shl(i32.shr_u(element, i32.const(4)), i32.const(2)), i32.and(element, i32.const(3))), highWord(get(n)),
    i32.const(layout.stream), get(attempt), i32.and(i32.shr_u(element, i32.const(2)), i32.const(3)));
  f.emit(
    ...eachPart(parts, [make]),
    local.set(total, lowWord(i64.add(get(end), negated(first)))),
    forLoop(k, lowWord(i64.add(get(begin), negated(first))), get(total), 1, [
      local.set(at, i32.add(i32.const(list), i32.shl(get(k), i32.const(2)))),
      local.set(target, i32.load(get(at))),
      local.set(attempt, i32.const(2)),
      block(fresh, loop(again,
        br_if(fresh, i32.eqz(i32.and(i32.load(bits, layout.taken), bit))),
        local.set(n, i64.add(first, i64.extend_i32_u(get(k)))),
        local.set(target, i32.trunc_f64_u(f64.mul(uniformOfWord(another), f64.convert_i32_u(get(others))))),
        local.set(target, i32.add(get(target), i32.ge_s(get(target), get(self)))),
        local.set(attempt, i32.add(get(attempt), i32.const(1))),
        br_if(again, i32.const(1)),
      )),
      i32.store(bits, i32.or(i32.load(bits, layout.taken), bit), layout.taken),
      i32.store(get(at), get(target)),
    ]),
    ...eachPart(parts, [deliver]),
    forLoop(k, lowWord(i64.add(get(begin), negated(first))), get(total), 1, [
      local.set(target, i32.load(i32.add(i32.const(list), i32.shl(get(k), i32.const(2))))),
      i32.store(bits, i32.const(0), layout.taken),
    ]),
  );
  return f;
}

/** Sets `self` to the target that the source does not reach. */
function leftOut({ selfOffset, targetCount }: ProceduralLayout, source: Node, self: Local): Node[] {
  if (selfOffset === undefined) return [local.set(self, i32.const(nobody))];
  return [
    local.set(self, i32.sub(source, i32.const(selfOffset))),
    local.set(self, select(get(self), i32.const(nobody), i32.lt_u(get(self), i32.const(targetCount)))),
  ];
}

function allRow(module: Module, layout: ProceduralLayout, add: Func): Func {
  const { targetCount, from, to, list } = layout;
  const targets = countTargets(module);
  const parts = rowFunction(module, `row_${layout.name}`);
  const { f, begin, end, start, count, lead } = parts;
  const source = get(f.param("source"));
  const row = i64.mul(i64.extend_i32_u(source), number64(targetCount));
  f.emit(
    local.set(begin, i64.add(row, number64(from))),
    local.set(end, i64.add(row, number64(to))),
    ...eachPart(parts, [
      call(targets, lowWord(i64.add(get(start), negated(row))), get(count), i32.const(nobody), i32.const(list)),
      call(add, i32.const(list), get(lead), get(count), lowWord(get(start)), highWord(get(start)), source, get(f.param("slot"))),
    ]),
  );
  return f;
}

/** All targets but the source itself. */
function othersRow(module: Module, layout: ProceduralLayout, add: Func): Func {
  const { from, to, list } = layout;
  const targets = countTargets(module);
  const parts = rowFunction(module, `row_${layout.name}`);
  const { f, begin, end, start, count, lead } = parts;
  const source = get(f.param("source"));
  const self = f.local("self", "i32");
  const place = (target: number): Node => i64.extend_i32_u(i32.sub(i32.const(target), i32.lt_u(get(self), i32.const(target))));
  f.emit(
    ...leftOut(layout, source, self),
    local.set(begin, place(from)),
    local.set(end, place(to)),
    ...eachPart(parts, [
      call(targets, lowWord(get(start)), get(count), get(self), i32.const(list)),
      call(add, i32.const(list), get(lead), get(count), lowWord(get(start)), source, source, get(f.param("slot"))),
    ]),
  );
  return f;
}

function oneRow(module: Module, layout: ProceduralLayout, add: Func): Func {
  const { from, to, list } = layout;
  const f = module.func(`row_${layout.name}`, { source: "i32", slot: "i32" }, "void", false);
  const source = get(f.param("source"));
  const place = i32.and(source, i32.const(15));
  f.emit(if_(i32.lt_u(i32.sub(source, i32.const(from)), i32.const(to - from)), [
    i32.store(i32.shl(place, i32.const(2)), source, list),
    call(add, i32.const(list), place, i32.add(place, i32.const(1)), i32.and(source, i32.const(-16)), i32.const(0), source, get(f.param("slot"))),
  ]));
  return f;
}
