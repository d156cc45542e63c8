/**
 * An `EdgeKernel` as a WebAssembly function. For each element of a list it walks the element's edges, several at a time in vector lanes:
 * state of edges is contiguous along rows and gathered along columns, values of the other end are always gathered. It returns 0, or 1 + e
 * after edge e left its limits.
 *
 * `out` and `in`: `name(list, count, step)`; with delays per edge `name(list, count, step, age)`, where the list holds (source, next edge) pairs
 * and only edges whose delay is `age` steps are walked. `all`: `name(step)`.
 */
import { waitingLead, waitingSlack } from "../contract.ts";
import type { EdgeLayout } from "../contract.ts";
import { visitExpr } from "../../ir/expr.ts";
import type { Expr } from "../../ir/expr.ts";
import type { Statement } from "../../ir/kernel.ts";
import { block, br_if, call, f32, f32x4, f64, f64x2, i32, i32x4, i64, if_, label, local, loop, return_, v128 } from "./assembler.ts";
import type { Func, Local, Module, Node } from "./assembler.ts";
import { Code } from "./code.ts";
import { fillNormal, fillUniform } from "./continuousDraws.ts";
import { lanesOf } from "./lanes.ts";
import type { Lanes, Precision } from "./lanes.ts";
import { assignedNames, buildStatements, named } from "./statements.ts";
import type { Environment } from "./statements.ts";
import { Values } from "./values.ts";
import type { Value } from "./values.ts";

const get = local.get;
/** Where the index of the walked element is kept; no name of a model can be it. */
const ownIndex = " index";

export function emitEdgeKernel(module: Module, layout: EdgeLayout, precision: Precision, keyAddress: number): Func {
  if (layout.segments === undefined || !isFlat(layout.kernel)) return new Emitter(module, layout, precision, keyAddress, false).emit();
  return emitGather(module, layout, new Emitter(module, layout, precision, keyAddress, true).emit());
}

/** Whether the edges of many elements may be walked as one list: nothing in them is common to the edges of an element. */
function isFlat(kernel: EdgeLayout["kernel"]): boolean {
  return (
    kernel.own.length === 0 &&
    kernel.ownStores.length === 0 &&
    kernel.draws.length === 0 &&
    kernel.deliver.length + kernel.body.length > 0 &&
    !usesName(kernel, "i")
  );
}

/** The lanes of one turn of a loop: a whole vector of edges, or one edge in every lane. */
interface Turn {
  readonly lanes: number;
  readonly environment: Environment;
  /** Edge of each lane, where it is not `p + lane`. */
  readonly edges: readonly Local[];
  readonly words: readonly Local[];
  readonly assigned: readonly { readonly array: string; readonly value: Value }[];
  readonly deliveries: readonly Value[];
  readonly before: Node[];
}

/** The lanes of one turn over listed edges, each with one event that waited. */
interface EventTurn extends Pick<Turn, "lanes" | "edges" | "assigned" | "before"> {
  /** Places of the events. */
  readonly places: readonly Local[];
}

class Emitter {
  readonly #module: Module;
  readonly #layout: EdgeLayout;
  readonly #lanes: Lanes;
  readonly #bytes: number;
  readonly #shift: number;
  readonly #keys: number;
  readonly #func: Func;
  readonly #values: Values;
  readonly #segments: boolean;
  readonly #p: Local;
  readonly #end: Local;
  readonly #element: Local;
  readonly #bad: Local;
  readonly #slots: Local[];
  /** First edge whose random numbers lie in the scratch. */
  readonly #firstDrawn: Local;
  /** Elements to the slot, in a history, of this step and of the one before. */
  readonly #now: readonly [Local, Local];
  /** The edges to walk are listed by number. */
  readonly #listed: boolean;
  /** Time of the last event of the walked element, and what a noted event's time must exceed. */
  readonly #lastEvent: Local;
  readonly #waitsAfter: Local;

  constructor(module: Module, layout: EdgeLayout, precision: Precision, keys: number, listed: boolean) {
    const { kernel } = layout;
    this.#listed = listed;
    this.#module = module;
    this.#layout = layout;
    this.#keys = keys;
    this.#lanes = lanesOf(precision);
    this.#bytes = this.#lanes.bytes;
    this.#shift = Math.log2(this.#bytes);
    this.#segments = kernel.walk === "out" && layout.delayStride > 0;
    const parameters = kernel.walk === "all" ? ["step"] : this.#segments ? ["list", "count", "step", "age"] : ["list", "count", "step"];
    // Functions that this one calls are made before it.
    for (const draw of kernel.draws) this.#fill(draw.distribution);
    const f = module.func(
      listed ? `${kernel.name}_listed` : kernel.name,
      Object.fromEntries(parameters.map((p) => [p, "i32" as const])),
      "i32",
      !listed,
    );
    this.#func = f;
    this.#values = new Values(this.#lanes);
    this.#p = f.local("p", "i32");
    this.#end = f.local("end", "i32");
    this.#element = f.local("element", "i32");
    this.#bad = f.local("bad", "v128");
    this.#slots = kernel.deliver.map((d) => f.local(`slot_${d.input}`, "i32"));
    this.#firstDrawn = f.local("first_drawn", "i32");
    this.#lastEvent = f.local("last_event", "i32");
    this.#waitsAfter = f.local("waits_after", "v128");
    this.#now = [f.local("slot_now", "i32"), f.local("slot_before", "i32")];
  }

  emit(): Func {
    const { kernel } = this.#layout;
    const f = this.#func;
    const code = new Code(this.#module, f);
    this.#layout.rings.forEach((ring, k) => {
      const step = i32.add(get(f.param("step")), i32.const(this.#layout.arrivalDelay));
      const slot = ring.slots === 1 ? i32.const(0) : i32.mul(i32.rem_u(step, i32.const(ring.slots)), i32.const(ring.slotBytes));
      code.add(local.set(this.#slots[k]!, i32.add(slot, i32.const(ring.address))));
    });
    const { history } = this.#layout;
    if (kernel.walk === "in" && history) {
      this.#now.forEach((place, lag) => {
        const slot = i32.rem_u(i32.add(get(f.param("step")), i32.const(history.slots + 1 - lag)), i32.const(history.slots));
        code.add(local.set(place, i32.mul(slot, i32.const(history.stride))));
      });
    }
    const shared: Environment = new Map();
    for (const s of kernel.shared) {
      shared.set(s.name, this.#values.leaf(s.name, code.let(s.name, this.#lanes.loadSplat(i32.const(this.#layout.sharedAddress(s.array)))), true));
    }
    if (kernel.time !== undefined) shared.set(kernel.time, this.#values.leaf("t", code.let("t", this.#timeOf()), true));
    const events = f.local("events", "i32");
    if (kernel.walk === "all") this.#walkAll(code, shared);
    else if (this.#listed) this.#walkListed(code, shared, events);
    else this.#walkList(code, shared, events);
    for (const address of kernel.walk === "all" ? [] : this.#layout.eventCounters) {
      code.add(i64.store(i32.const(address), i64.add(i64.load(i32.const(address)), i64.extend_i32_u(get(events)))));
    }
    code.add(i32.const(0));
    return f;
  }

  /** The end of the step in seconds, computed in f64. */
  #timeOf(): Node {
    const seconds = f64.mul(f64.convert_i32_u(i32.add(get(this.#func.param("step")), i32.const(1))), f64.const(this.#layout.dt));
    return this.#lanes.precision === "f32" ? f32x4.splat(f32.demote_f64(seconds)) : f64x2.splat(seconds);
  }

  #walkList(code: Code, shared: Environment, events: Local): void {
    const { kernel, rows, columns, sourceStart, sourceCount, targetStart, targetCount } = this.#layout;
    const f = this.#func;
    const list = f.param("list"),
      last = f.local("last", "i32"),
      index = f.local("index", "i32");
    const entryBytes = this.#segments ? 8 : 4;
    const [start, count] = kernel.walk === "out" ? [sourceStart, sourceCount] : [targetStart, targetCount];
    const starts = kernel.walk === "out" ? rows : (columns?.starts ?? 0);
    const next = label(),
      again = label(),
      done = label();
    const body = code.inner((inside) => {
      inside.add(local.set(this.#element, i32.load(get(list))));
      inside.add(local.set(index, start === 0 ? get(this.#element) : i32.sub(get(this.#element), i32.const(start))));
      if (!this.#segments) inside.add(br_if(next, i32.ge_u(get(index), i32.const(count))));
      this.#values.scoped(() => {
        const environment: Environment = new Map([...shared, [ownIndex, this.#values.leaf("index", this.#splatIndex(index), true)] as const]);
        const walked = this.#ownBody(inside, environment);
        this.#takeLastEvent(inside);
        if (kernel.note) this.#note(inside, walked, events);
        if (!this.#hasEdges()) return;
        inside.add(local.set(this.#end, i32.load(i32.shl(get(index), i32.const(2)), starts + 4)));
        inside.add(local.set(this.#p, this.#segments ? i32.load(get(list), 4) : i32.load(i32.shl(get(index), i32.const(2)), starts)));
        if (this.#segments) this.#findSegment(inside);
        inside.add(local.set(events, i32.add(get(events), i32.sub(get(this.#end), get(this.#p)))));
        this.#walkEdges(inside, walked);
        if (this.#segments) inside.add(i32.store(get(list), get(this.#end), 4));
      });
    });
    code.add(
      local.set(last, i32.add(get(list), i32.mul(get(f.param("count")), i32.const(entryBytes)))),
      block(
        done,
        br_if(done, i32.ge_u(get(list), get(last))),
        loop(again, block(next, ...body), local.set(list, i32.add(get(list), i32.const(entryBytes))), br_if(again, i32.lt_u(get(list), get(last)))),
      ),
    );
  }

  /** Walks the edges whose numbers are listed; p runs over the list's bytes. */
  #walkListed(code: Code, shared: Environment, events: Local): void {
    const f = this.#func;
    code.add(
      local.set(this.#p, i32.shr_u(get(f.param("list")), i32.const(2))),
      local.set(this.#end, i32.add(get(this.#p), get(f.param("count")))),
      local.set(events, get(f.param("count"))),
    );
    this.#values.scoped(() => this.#walkEdges(code, new Map([...shared, [ownIndex, this.#values.constant(0)] as const])));
  }

  #walkAll(code: Code, shared: Environment): void {
    const { rows, sourceStart, sourceCount } = this.#layout;
    const index = this.#func.local("index", "i32");
    const again = label(),
      done = label();
    const body = code.inner((inside) => {
      inside.add(local.set(this.#element, i32.add(get(index), i32.const(sourceStart))));
      inside.add(local.set(this.#p, i32.load(i32.shl(get(index), i32.const(2)), rows)));
      inside.add(local.set(this.#end, i32.load(i32.shl(get(index), i32.const(2)), rows + 4)));
      this.#values.scoped(() => {
        const environment: Environment = new Map([...shared, [ownIndex, this.#values.leaf("index", this.#splatIndex(index), true)] as const]);
        this.#takeLastEvent(inside);
        this.#walkEdges(inside, this.#ownBody(inside, environment));
      });
    });
    code.add(
      block(
        done,
        br_if(done, i32.eqz(i32.const(sourceCount))),
        loop(again, ...body, local.set(index, i32.add(get(index), i32.const(1))), br_if(again, i32.lt_u(get(index), i32.const(sourceCount)))),
      ),
    );
  }

  /** When the element's last event was; an `out` walk is the next one. */
  #takeLastEvent(code: Code): void {
    const { kernel, waiting } = this.#layout;
    if (!kernel.pending) return;
    const at = i32.shl(get(this.#element), i32.const(2));
    code.add(local.set(this.#lastEvent, i32.load(at, waiting!.lastEvents)));
    code.add(
      local.set(this.#waitsAfter, i32x4.splat(kernel.pending.includesLast ? i32.sub(get(this.#lastEvent), i32.const(1)) : get(this.#lastEvent))),
    );
    if (kernel.walk === "out") code.add(i32.store(at, i32.add(get(this.#func.param("step")), i32.const(1)), waiting!.lastEvents));
  }

  /** Notes an event of the element, with what `kernel.note` says, for its edges to be told later. */
  #note(code: Code, environment: Environment, events: Local): void {
    const { kernel, waiting } = this.#layout;
    const { counts, times, values, room, full, edgesIn } = waiting!;
    const at = i32.shl(get(this.#element), i32.const(2));
    const count = code.variable("count", "i32", i32.add(i32.load(at, counts), i32.const(1)));
    const place = code.variable(
      "place",
      "i32",
      i32.add(i32.mul(get(this.#element), i32.const(room)), i32.add(get(count), i32.const(waitingLead - 1))),
    );
    code.add(i32.store(i32.shl(get(place), i32.const(2)), i32.add(get(this.#func.param("step")), i32.const(1)), times));
    kernel.note!.values.forEach((n, k) => {
      const value = this.#values.force(this.#values.keep(named(environment, n)), code);
      code.add(this.#storeLane(i32.shl(get(place), i32.const(this.#shift)), value, 0, values[k]!));
    });
    code.add(i32.store(at, get(count), counts));
    code.add(if_(i32.ge_u(get(count), i32.const(room - waitingLead - waitingSlack)), [i32.store(i32.const(full), i32.const(1))]));
    code.add(local.set(events, i32.add(get(events), i32.load(at, edgesIn))));
  }

  #hasEdges(): boolean {
    const { kernel } = this.#layout;
    return (kernel.pending?.body.length ?? 0) > 0 || kernel.body.length > 0 || kernel.deliver.length > 0 || kernel.elapsed !== undefined;
  }

  #splatIndex(index: Local): Node {
    const splat = i32x4.splat(get(index));
    return this.#lanes.precision === "f32" ? f32x4.convert_i32x4_u(splat) : f64x2.convert_low_i32x4_u(splat);
  }

  /** Loads the element's own values, runs its own statements and stores what they give. */
  #ownBody(code: Code, environment: Environment): Environment {
    const { kernel, ownAddress, history } = this.#layout;
    for (const own of kernel.own) {
      let place = i32.shl(get(this.#element), i32.const(this.#shift));
      if (own.lag !== undefined && history) {
        const when = i32.sub(i32.add(get(this.#func.param("step")), i32.const(2 * history.slots + 1 - own.lag)), get(this.#func.param("age")));
        place = i32.add(place, i32.mul(i32.rem_u(when, i32.const(history.slots)), i32.const(history.stride * this.#bytes)));
      }
      environment.set(own.name, this.#values.leaf(own.name, code.let(own.name, this.#lanes.loadSplat(place, ownAddress(own.array))), true));
    }
    buildStatements(this.#values, code, kernel.ownBody, environment);
    if (!kernel.keepOwn) {
      for (const { array, value } of kernel.ownStores) {
        const made = this.#values.force(this.#values.keep(named(environment, value)), code);
        code.add(this.#storeLane(i32.shl(get(this.#element), i32.const(this.#shift)), made, 0, ownAddress(array)));
      }
    }
    return environment;
  }

  /** With delays per edge: the end of the edges whose delay is `age`, from p on. */
  #findSegment(code: Code): void {
    const { delayStride, targets } = this.#layout;
    const rowEnd = code.variable("row_end", "i32", get(this.#end));
    const beyond = code.variable("beyond", "i32", i32.mul(i32.add(get(this.#func.param("age")), i32.const(1)), i32.const(delayStride)));
    const again = label(),
      done = label();
    code.add(
      local.set(this.#end, get(this.#p)),
      block(
        done,
        loop(
          again,
          br_if(done, i32.ge_u(get(this.#end), get(rowEnd))),
          br_if(done, i32.ge_u(i32.load(i32.shl(get(this.#end), i32.const(2)), targets), get(beyond))),
          local.set(this.#end, i32.add(get(this.#end), i32.const(1))),
          br_if(again, i32.const(1)),
        ),
      ),
    );
  }

  #walkEdges(code: Code, environment: Environment): void {
    const { kernel } = this.#layout;
    const width = this.#lanes.count;
    const group = this.#buildTurn(width, environment);
    const single = this.#buildTurn(1, environment);
    const seen = new Set<Value>();
    for (const turn of [group, single]) {
      for (const { value } of turn.assigned) this.#values.forceOutside(value, 1, code, seen);
      for (const value of turn.deliveries) this.#values.forceOutside(value, 1, code, seen);
    }
    const first = kernel.limits.length > 0 ? code.variable("first", "i32", get(this.#p)) : undefined;
    if (first) code.add(local.set(this.#bad, this.#lanes.const(0)));
    if ((kernel.pending?.body.length ?? 0) > 0) this.#release(code, environment);
    this.#fillDraws(code);
    if (kernel.body.length + kernel.deliver.length === 0 && kernel.elapsed === undefined) {
      if (first)
        code.add(
          if_(
            v128.any_true(get(this.#bad)),
            code.inner((inside) => this.#findBad(inside, first)),
          ),
        );
      return;
    }
    const many = label(),
      manyDone = label(),
      one = label(),
      oneDone = label();
    code.add(
      block(
        manyDone,
        loop(
          many,
          br_if(manyDone, i32.lt_u(i32.sub(get(this.#end), get(this.#p)), i32.const(width))),
          ...code.inner((inside) => this.#emitTurn(inside, group)),
          local.set(this.#p, i32.add(get(this.#p), i32.const(width))),
          br_if(many, i32.const(1)),
        ),
      ),
      block(
        oneDone,
        loop(
          one,
          br_if(oneDone, i32.ge_u(get(this.#p), get(this.#end))),
          ...code.inner((inside) => this.#emitTurn(inside, single)),
          local.set(this.#p, i32.add(get(this.#p), i32.const(1))),
          br_if(one, i32.const(1)),
        ),
      ),
    );
    if (first)
      code.add(
        if_(
          v128.any_true(get(this.#bad)),
          code.inner((inside) => this.#findBad(inside, first)),
        ),
      );
  }

  /** Leaves and values of one turn; nothing is emitted yet but what `before` collects. */
  #buildTurn(lanes: number, outside: Environment): Turn {
    const { kernel, columns, edgeAddress, otherAddress, history, drawAddress } = this.#layout;
    const values = this.#values;
    const before: Node[] = [];
    const inside = new Code(this.#module, this.#func, before);
    const environment: Environment = new Map(outside);
    const columnWalk = kernel.walk === "in";
    const edges =
      columnWalk || this.#listed
        ? Array.from({ length: lanes }, (_, k) =>
            inside.variable(`edge_${k}`, "i32", i32.load(i32.shl(get(this.#p), i32.const(2)), (columnWalk ? columns!.edges : 0) + 4 * k)),
          )
        : [];
    const needsWords = kernel.other.length > 0 || (kernel.deliver.length > 0 && !columnWalk) || this.#uses(columnWalk ? "i" : "j");
    const words = needsWords ? Array.from({ length: lanes }, (_, k) => inside.variable(`end_${k}`, "i32", this.#otherEnd(k, edges[k]))) : [];
    const edgeLeaf = (label: string, address: number): Value => values.leaf(label, this.#loadEdges(address, lanes, edges), false, 1);
    for (const array of [...kernel.state, ...kernel.constants]) environment.set(array, edgeLeaf(array, edgeAddress(array)));
    for (const other of kernel.other) {
      const delayed = other.lag !== undefined && columnWalk && history !== undefined;
      const places = words.map((w) =>
        delayed ? this.#delayedPlace(inside, w, other.lag!) : columnWalk && history ? this.#plainPlace(inside, w) : w,
      );
      environment.set(other.name, values.leaf(other.name, this.#gather(places, otherAddress(other.array)), false, 1));
    }
    const own = columnWalk ? "j" : "i",
      far = columnWalk ? "i" : "j";
    environment.set(own, named(outside, ownIndex));
    if (this.#uses(far)) environment.set(far, values.leaf(far, this.#endIndices(words, columnWalk), false, 1));
    if (kernel.elapsed !== undefined) environment.set(kernel.elapsed, values.leaf("elapsed", this.#elapsed(lanes, edges), false, 1));
    for (const draw of kernel.draws) {
      const at = i32.shl(i32.sub(get(this.#p), get(this.#firstDrawn)), i32.const(this.#shift));
      const read = lanes === 1 ? this.#lanes.loadSplat(at, drawAddress(draw.name)) : v128.load(at, drawAddress(draw.name));
      environment.set(draw.name, values.leaf(draw.name, read, false, 1));
    }
    buildStatements(values, inside, kernel.body, environment);
    const changed = assignedNames(kernel.body);
    const assigned = kernel.state.filter((a) => changed.has(a)).map((array) => ({ array, value: values.keep(named(environment, array)) }));
    const deliveries = kernel.deliver.map((d) => values.keep(values.from(d.value, (n) => named(environment, n))));
    return { lanes, environment, edges, words, assigned, deliveries, before };
  }

  /**
   * Lets the events that wait at the edges p … end − 1 act, in order: lists the edges that have any, then takes one event of each a round, until
   * none is left. So every lane has an event to work on, however differently many wait at each edge.
   */
  #release(code: Code, environment: Environment): void {
    const { times, room, counts, edges, places, ends } = this.#layout.waiting!;
    const q = code.variable("q", "i32", get(this.#p)),
      end = code.variable("behind", "i32"),
      found = code.variable("found", "i32");
    const n = code.variable("listed", "i32", i32.const(0)),
      left = code.variable("left", "i32"),
      at = code.variable("at", "i32"),
      word = code.variable("word", "i32");
    const again = label(),
      none = label(),
      more = label(),
      done = label();
    const slot = i32.shl(get(n), i32.const(2));
    const tail = v128.load(i32.shl(get(end), i32.const(2)), times - 16);
    const before = i32.load(i32.shl(i32.sub(get(end), get(found)), i32.const(2)), times - 4);
    code.add(
      block(
        none,
        br_if(none, i32.ge_u(get(q), get(this.#end))),
        loop(
          again,
          local.set(word, this.#targetOf(q)),
          local.set(
            end,
            i32.add(i32.mul(get(word), i32.const(room)), i32.add(i32.load(i32.shl(get(word), i32.const(2)), counts), i32.const(waitingLead))),
          ),
          local.set(found, i32.popcnt(i32x4.bitmask(i32x4.gt_s(tail, get(this.#waitsAfter))))),
          if_(i32.eq(get(found), i32.const(4)), [
            block(
              done,
              loop(
                more,
                br_if(done, i32.le_s(before, i32x4.extract_lane(get(this.#waitsAfter), 0))),
                local.set(found, i32.add(get(found), i32.const(1))),
                br_if(more, i32.const(1)),
              ),
            ),
          ]),
          // Written in any case, and kept when something waits.
          i32.store(slot, get(q), edges),
          i32.store(slot, i32.sub(get(end), get(found)), places),
          i32.store(slot, get(end), ends),
          local.set(n, i32.add(get(n), i32.ne(get(found), i32.const(0)))),
          local.set(q, i32.add(get(q), i32.const(1))),
          br_if(again, i32.lt_u(get(q), get(this.#end))),
        ),
      ),
    );

    const width = this.#lanes.count;
    const turns = [width, 1].map((lanes) => this.#buildEvents(lanes, environment, at));
    const seen = new Set<Value>();
    for (const turn of turns) for (const { value } of turn.assigned) this.#values.forceOutside(value, 1, code, seen);
    const round = label(),
      rounds = label();
    const walk = (turn: EventTurn): Node => {
      const next = label(),
        last = label();
      return block(
        last,
        loop(
          next,
          br_if(last, i32.lt_u(i32.sub(get(n), get(at)), i32.const(turn.lanes))),
          ...code.inner((inside) => this.#emitEvents(inside, turn, at, left)),
          local.set(at, i32.add(get(at), i32.const(turn.lanes))),
          br_if(next, i32.const(1)),
        ),
      );
    };
    code.add(
      block(
        rounds,
        loop(
          round,
          br_if(rounds, i32.eqz(get(n))),
          local.set(at, i32.const(0)),
          local.set(left, i32.const(0)),
          ...turns.map(walk),
          local.set(n, get(left)),
          br_if(round, i32.const(1)),
        ),
      ),
    );
  }

  /** The target of an edge; all edges have one delay. */
  #targetOf(edge: Local): Node {
    const { targets, targetBytes } = this.#layout;
    return targetBytes === 2 ? i32.load16_u(i32.shl(get(edge), i32.const(1)), targets) : i32.load(i32.shl(get(edge), i32.const(2)), targets);
  }

  /** One event of each of some listed edges. */
  #buildEvents(lanes: number, outside: Environment, at: Local): EventTurn {
    const { kernel, edgeAddress, waiting, dt } = this.#layout;
    const { times, values: noted } = waiting!;
    const pending = kernel.pending!;
    const values = this.#values;
    const before: Node[] = [];
    const inside = new Code(this.#module, this.#func, before);
    const listed = (address: number, what: string) =>
      Array.from({ length: lanes }, (_, k) => inside.variable(what, "i32", i32.load(i32.shl(get(at), i32.const(2)), address + 4 * k)));
    const edges = listed(waiting!.edges, "edge"),
      places = listed(waiting!.places, "place");
    const environment: Environment = new Map(outside);
    for (const array of [...kernel.state, ...kernel.constants])
      environment.set(array, values.leaf(array, this.#gather(edges, edgeAddress(array)), false, 1));
    const ages = places.map((p) => i32.sub(i32.load(i32.shl(get(p), i32.const(2)), times), get(this.#lastEvent)));
    environment.set(pending.since, values.leaf("since", this.#lanes.mul(this.#integers(ages), this.#lanes.const(dt)), false, 1));
    pending.values.forEach((n, k) => environment.set(n, values.leaf(n, this.#gather(places, noted[k]!), false, 1)));
    buildStatements(values, inside, pending.body, environment);
    const changed = assignedNames(pending.body);
    const assigned = kernel.state.filter((a) => changed.has(a)).map((array) => ({ array, value: values.keep(named(environment, array)) }));
    return { lanes, edges, places, assigned, before };
  }

  #emitEvents(code: Code, turn: EventTurn, at: Local, left: Local): void {
    const { edgeAddress, waiting, kernel } = this.#layout;
    const { edges, places, ends } = waiting!;
    code.add(...turn.before);
    this.#values.scoped(() => {
      const made = turn.assigned.map(({ value }) => this.#values.force(value, code));
      turn.assigned.forEach(({ array }, k) => {
        turn.edges.forEach((e, lane) => code.add(this.#storeLane(i32.shl(get(e), i32.const(this.#shift)), made[k]!, lane, edgeAddress(array))));
        const limit = kernel.limits.find((l) => l.array === array);
        if (limit) code.add(local.set(this.#bad, v128.or(get(this.#bad), this.#outside(made[k]!, limit))));
      });
    });
    // Edges with another event stay listed, further to the front.
    turn.edges.forEach((e, lane) => {
      const end = code.variable("end", "i32", i32.load(i32.shl(get(at), i32.const(2)), ends + 4 * lane));
      const next = code.variable("next", "i32", i32.add(get(turn.places[lane]!), i32.const(1)));
      const slot = i32.shl(get(left), i32.const(2));
      code.add(
        i32.store(slot, get(e), edges),
        i32.store(slot, get(next), places),
        i32.store(slot, get(end), ends),
        local.set(left, i32.add(get(left), i32.lt_u(get(next), get(end)))),
      );
    });
  }

  #emitTurn(code: Code, turn: Turn): void {
    const { kernel, edgeAddress, visits } = this.#layout;
    code.add(...turn.before);
    this.#values.scoped(() => {
      const made = turn.assigned.map(({ value }) => this.#values.force(value, code));
      const sent = turn.deliveries.map((value) => this.#values.force(value, code));
      turn.assigned.forEach(({ array }, k) => {
        this.#storeEdges(code, edgeAddress(array), made[k]!, turn);
        const limit = kernel.limits.find((l) => l.array === array);
        if (limit) code.add(local.set(this.#bad, v128.or(get(this.#bad), this.#outside(made[k]!, limit))));
      });
      sent.forEach((value, k) => this.#deliver(code, turn, value, this.#slots[k]!));
      if (kernel.elapsed !== undefined && visits !== undefined) this.#storeVisits(code, turn, visits);
    });
  }

  #outside(value: Node, { low, high }: { readonly low: number; readonly high: number }): Node {
    const lanes = this.#lanes;
    if (low === -Infinity && high === Infinity) return lanes.ne(lanes.sub(value, value), lanes.const(0));
    // A value that is not a number is neither above nor below.
    const inside = v128.and(lanes.ge(value, lanes.const(low)), lanes.le(value, lanes.const(high)));
    return v128.not(inside);
  }

  /** Finds the first edge of the walk that is outside its limits, and returns. */
  #findBad(code: Code, first: Local): void {
    const { kernel, edgeAddress, columns } = this.#layout;
    const at = code.variable("at", "i32", get(first));
    const edge = this.#func.local("edge", "i32");
    const again = label(),
      done = label();
    const tests = kernel.limits.map((limit) => {
      const place = i32.shl(get(edge), i32.const(this.#shift));
      return v128.any_true(this.#outside(this.#lanes.loadSplat(place, edgeAddress(limit.array)), limit));
    });
    code.add(
      block(
        done,
        loop(
          again,
          br_if(done, i32.ge_u(get(at), get(this.#end))),
          local.set(
            edge,
            kernel.walk === "in" || this.#listed ? i32.load(i32.shl(get(at), i32.const(2)), kernel.walk === "in" ? columns!.edges : 0) : get(at),
          ),
          if_(
            tests.reduce((a, b) => i32.or(a, b)),
            [return_(i32.add(get(edge), i32.const(1)))],
          ),
          local.set(at, i32.add(get(at), i32.const(1))),
          br_if(again, i32.const(1)),
        ),
      ),
    );
  }

  /** The index of the other end of lane k's edge in its table (with a history: as it is packed). */
  #otherEnd(k: number, edge: Local | undefined): Node {
    const { kernel, targets, targetBytes, columns, delayStride } = this.#layout;
    const bytes = kernel.walk === "in" ? columns!.sourceBytes : targetBytes;
    const address = kernel.walk === "in" ? columns!.sources : targets;
    if (this.#listed) {
      const listed = i32.load(i32.shl(get(edge!), i32.const(2)), address);
      return i32.sub(listed, i32.mul(get(this.#func.param("age")), i32.const(delayStride)));
    }
    const at = i32.shl(get(this.#p), i32.const(bytes === 2 ? 1 : 2));
    const word = bytes === 2 ? i32.load16_u(at, address + 2 * k) : i32.load(at, address + 4 * k);
    if (this.#segments) return i32.sub(word, i32.mul(get(this.#func.param("age")), i32.const(delayStride)));
    return kernel.walk === "all" && delayStride > 0 ? i32.rem_u(word, i32.const(delayStride)) : word;
  }

  /** Place in a ring of histories of the value that left its source with the event of this step. */
  #delayedPlace(code: Code, word: Local, lag: 0 | 1): Local {
    const { slots, stride } = this.#layout.history!;
    const length = slots * stride;
    const place = code.variable("place", "i32", i32.add(get(word), get(this.#now[lag])));
    code.add(local.set(place, i32.sub(get(place), i32.and(i32.sub(i32.const(0), i32.ge_u(get(place), i32.const(length))), i32.const(length)))));
    return place;
  }

  #plainPlace(code: Code, word: Local): Local {
    return code.variable("place", "i32", i32.rem_u(get(word), i32.const(this.#layout.history!.stride)));
  }

  #gather(places: readonly Local[], address: number): Node {
    const at = (k: number): Node => i32.shl(get(places[k]!), i32.const(this.#shift));
    if (places.length === 1) return this.#lanes.loadSplat(at(0), address);
    let vector = this.#bytes === 4 ? v128.load32_zero(at(0), address) : v128.load64_zero(at(0), address);
    for (let k = 1; k < places.length; k++) {
      vector = this.#bytes === 4 ? v128.load32_lane(at(k), vector, k, address) : v128.load64_lane(at(k), vector, k, address);
    }
    return vector;
  }

  #loadEdges(address: number, lanes: number, edges: readonly Local[]): Node {
    if (edges.length > 0) return this.#gather(edges, address);
    const at = i32.shl(get(this.#p), i32.const(this.#shift));
    return lanes === 1 ? this.#lanes.loadSplat(at, address) : v128.load(at, address);
  }

  #storeEdges(code: Code, address: number, value: Node, turn: Turn): void {
    const at = i32.shl(get(this.#p), i32.const(this.#shift));
    if (turn.edges.length > 0) turn.edges.forEach((e, k) => code.add(this.#storeLane(i32.shl(get(e), i32.const(this.#shift)), value, k, address)));
    else code.add(turn.lanes === 1 ? this.#storeLane(at, value, 0, address) : v128.store(at, value, address));
  }

  #storeLane(at: Node, value: Node, lane: number, address: number): Node {
    return this.#bytes === 4 ? v128.store32_lane(at, value, lane, address) : v128.store64_lane(at, value, lane, address);
  }

  #endIndices(words: readonly Local[], columnWalk: boolean): Node {
    const { history, sourceStart, targetStart } = this.#layout;
    const start = columnWalk ? sourceStart : targetStart;
    const index = (w: Local): Node => {
      const element = columnWalk && history ? i32.rem_u(get(w), i32.const(history.stride)) : get(w);
      return i32.sub(element, i32.const(start));
    };
    return this.#integers(words.map(index));
  }

  /** Unsigned integers as a vector of numbers; one of them fills all lanes. */
  #integers(items: readonly Node[]): Node {
    let vector = i32x4.splat(items[0]!);
    for (let k = 1; k < items.length; k++) vector = i32x4.replace_lane(vector, k, items[k]!);
    return this.#lanes.precision === "f32" ? f32x4.convert_i32x4_u(vector) : f64x2.convert_low_i32x4_u(vector);
  }

  #elapsed(lanes: number, edges: readonly Local[]): Node {
    const { visits, dt } = this.#layout;
    const now = i32.add(get(this.#func.param("step")), i32.const(1));
    const items = Array.from({ length: lanes }, (_, k) => {
      const before =
        edges.length > 0 ? i32.load(i32.shl(get(edges[k]!), i32.const(2)), visits!) : i32.load(i32.shl(get(this.#p), i32.const(2)), visits! + 4 * k);
      return i32.sub(now, before);
    });
    return this.#lanes.mul(this.#integers(items), this.#lanes.const(dt));
  }

  #storeVisits(code: Code, turn: Turn, visits: number): void {
    const now = code.let("now", i32.add(get(this.#func.param("step")), i32.const(1)));
    for (let k = 0; k < turn.lanes; k++) {
      const edge = turn.edges[k];
      code.add(edge ? i32.store(i32.shl(get(edge), i32.const(2)), now, visits) : i32.store(i32.shl(get(this.#p), i32.const(2)), now, visits + 4 * k));
    }
  }

  /** Adds to the input of each edge's target. */
  #deliver(code: Code, turn: Turn, value: Node, slot: Local): void {
    const { real, extract } = this.#bytes === 4 ? { real: f32, extract: f32x4.extract_lane } : { real: f64, extract: f64x2.extract_lane };
    const targets = this.#layout.kernel.walk === "in" ? Array.from({ length: turn.lanes }, () => this.#element) : turn.words;
    targets.forEach((target, k) => {
      const at = code.variable("at", "i32", i32.add(i32.shl(get(target), i32.const(this.#shift)), get(slot)));
      code.add(real.store(get(at), real.add(real.load(get(at)), extract(value, k))));
    });
  }

  #fill(distribution: "uniform" | "normal"): Func {
    const { precision } = this.#lanes;
    return distribution === "uniform" ? fillUniform(this.#module, this.#keys, precision) : fillNormal(this.#module, this.#keys, precision);
  }

  /** Random numbers of the edges p … end − 1, from the block of sixteen in which p lies. */
  #fillDraws(code: Code): void {
    const { kernel, drawAddress, stream } = this.#layout;
    if (kernel.draws.length === 0) return;
    code.add(local.set(this.#firstDrawn, i32.and(get(this.#p), i32.const(-16))));
    const hi = i32.and(i32.add(get(this.#end), i32.const(15)), i32.const(-16));
    for (const draw of kernel.draws) {
      code.add(
        call(
          this.#fill(draw.distribution),
          get(this.#firstDrawn),
          hi,
          get(this.#func.param("step")),
          i32.const(stream),
          i32.const(draw.draw),
          i32.const(drawAddress(draw.name)),
        ),
      );
    }
  }

  #uses(wanted: string): boolean {
    return usesName(this.#layout.kernel, wanted);
  }
}

/** Edges gathered before they are walked, at least. */
const batch = 1024;

/** Room for a list of edges, which `EdgeLayout.segments` holds: a batch, one more row, and what a vector writes beyond. */
export const listRoom = (longestRow: number): number => 4 * (batch + longestRow + 8);

/**
 * With delays per edge, few edges of an element are due in a step: gathers those of all elements of a slot, so that they are walked in one long
 * loop. What `segments.counts` says is read instead of the edges' own delays.
 */
function emitGather(module: Module, layout: EdgeLayout, walk: Func): Func {
  const { counts, delays, list: place } = layout.segments!;
  const f = module.func(layout.kernel.name, { list: "i32", count: "i32", step: "i32", age: "i32" }, "i32");
  const [list, count, step, age] = ["list", "count", "step", "age"].map((p) => f.param(p)) as [Local, Local, Local, Local];
  const last = f.local("last", "i32"),
    p = f.local("p", "i32"),
    due = f.local("due", "i32"),
    end = f.local("end", "i32"),
    at = f.local("at", "i32");
  const failed = f.local("failed", "i32");
  const again = label(),
    done = label(),
    more = label();
  const index = i32.sub(i32.load(get(list)), i32.const(layout.sourceStart));
  const flush: Node[] = [
    if_(local.tee(failed, call(walk, i32.const(place), i32.shr_u(i32.sub(get(end), i32.const(place)), i32.const(2)), get(step), get(age))), [
      return_(get(failed)),
    ]),
    local.set(end, i32.const(place)),
  ];
  f.emit(
    local.set(last, i32.add(get(list), i32.shl(get(count), i32.const(3)))),
    local.set(end, i32.const(place)),
    block(
      done,
      br_if(done, i32.ge_u(get(list), get(last))),
      loop(
        again,
        local.set(due, i32.load16_u(i32.shl(i32.add(i32.mul(index, i32.const(delays)), get(age)), i32.const(1)), counts - 2)),
        local.set(p, i32.load(get(list), 4)),
        i32.store(get(list), i32.add(get(p), get(due)), 4),
        local.set(at, get(end)),
        local.set(end, i32.add(get(end), i32.shl(get(due), i32.const(2)))),
        // Writes up to three numbers too many, over which the next ones are written.
        loop(
          more,
          v128.store(get(at), i32x4.add(i32x4.splat(get(p)), i32x4.const(0, 1, 2, 3))),
          local.set(at, i32.add(get(at), i32.const(16))),
          local.set(p, i32.add(get(p), i32.const(4))),
          br_if(more, i32.lt_u(get(at), get(end))),
        ),
        if_(i32.ge_u(get(end), i32.const(place + 4 * batch)), flush),
        local.set(list, i32.add(get(list), i32.const(8))),
        br_if(again, i32.lt_u(get(list), get(last))),
      ),
    ),
    if_(i32.ne(get(end), i32.const(place)), flush),
    i32.const(0),
  );
  return f;
}

function usesName(kernel: EdgeLayout["kernel"], wanted: string): boolean {
  let found = false;
  const look = (e: Expr): void => visitExpr(e, (node) => (found ||= node.kind === "name" && node.name === wanted));
  for (const s of kernel.body) lookIn(s, look);
  for (const d of kernel.deliver) look(d.value);
  return found;
}

function lookIn(s: Statement, look: (e: Expr) => void): void {
  if (s.kind !== "while") return look(s.value);
  look(s.condition);
  for (const inner of s.body) lookIn(inner, look);
}
