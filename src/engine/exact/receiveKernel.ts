/**
 * What arrives at neurons that are stars (a membrane and currents that decay), as WebAssembly: one call for each spike and its row of synapses.
 * Neurons advance to the time of the event, receive, and are noted where they may reach threshold; the same as `ExactGroup` does one by one.
 */
import { block, br, br_if, f64, f64x2, i32, if_, label, local, loop, Module, select, v128 } from "../../backend/wasm/assembler.ts";
import type { Local, Node } from "../../backend/wasm/assembler.ts";
import { Code } from "../../backend/wasm/code.ts";
import { exp } from "../../backend/wasm/exponential.ts";
import { lanesOf } from "../../backend/wasm/lanes.ts";
import type { Star } from "../../lower/exact/dynamics.ts";

/** What decides the code; everything else are numbers in memory. */
export interface StarShape {
  readonly m: number;
  readonly centre: number;
  /** Which components decay as fast as the centre. */
  readonly equal: readonly boolean[];
  /** While refractory: everything stands still, only the centre does, or nothing. */
  readonly refractory: "still" | "centre" | "none";
}

/** Neurons that are read ahead at a time: their lines are on the way together, and then stay in the first-level cache. */
const ahead = 128;

/** Bytes of a row before its state: time, end of refractoriness, round. */
const untilAt = 8, roundAt = 16, stateAt = 24;

/**
 * p … end: addresses of targets; weights: address of their weights, or 0; slot: bytes from the row's state. Returns the end of the list of noted
 * neurons.
 */
export type Receive = (
  p: number, end: number, weights: number, weight: number, slot: number, t: number, round: number, noted: number,
) => number;

/** Bytes of the block of constants. */
export const constantBytes = (m: number): number => 16 * Math.max(1, m - 1) + 24 * m + 8;

/** Pairs of rates (centre, other), gains, greatest and least contributions, and what the threshold lacks. */
export function writeConstants(view: Float64Array, { centre, rates, gains, most, least }: Star, lack: number): void {
  const m = rates.length, others = [...rates].filter((_, k) => k !== centre);
  view.set((m === 1 ? [rates[0]!] : others).flatMap((r) => [rates[centre]!, r]));
  view.set([...gains, ...most, ...least, lack], 2 * Math.max(1, m - 1));
}

export const shapeOf = ({ centre, equal, rates }: Star, refractory: StarShape["refractory"]): StarShape =>
  ({ m: rates.length, centre, equal: [...equal].map(Boolean), refractory });

/**
 * @param rows      address of the neurons' rows
 * @param constants address of the block that `writeConstants` fills
 * @returns one function for targets of 2 bytes and one for those of 4
 */
export async function receiveKernel(memory: WebAssembly.Memory, rows: number, constants: number, shape: StarShape): Promise<Record<2 | 4, Receive>> {
  const module = new Module();
  emit(module, 2, rows, constants, shape);
  emit(module, 4, rows, constants, shape);
  const { instance } = await WebAssembly.instantiate(module.encode({ pages: 1, maximumPages: 65536, shared: false }), { env: { memory } });
  const { receive_2: two, receive_4: four } = instance.exports as unknown as Record<string, Receive>;
  return { 2: two!, 4: four! };
}

function emit(module: Module, targetBytes: 2 | 4, rows: number, constants: number, shape: StarShape): void {
  const { m, centre, equal, refractory } = shape;
  const f = module.func(`receive_${targetBytes}`, {
    p: "i32", end: "i32", weights: "i32", weight: "f64", slot: "i32", t: "f64", round: "f64", noted: "i32",
  }, "i32");
  const [p, end, weights, weight, slot, t, round, noted] = f.params as unknown as [Local, Local, Local, Local, Local, Local, Local, Local];
  const get = local.get;
  const others = Array.from({ length: m }, (_, k) => k).filter((k) => k !== centre);
  const lanes = lanesOf("f64");
  const table = constants + 16 * Math.max(1, m - 1);
  const constant = (at: number): Node => f64.load(i32.const(0), table + 8 * at);
  const outer = new Code(module, f);
  const at = outer.variable("at", "i32"), last = outer.variable("last", "f64"), until = outer.variable("until", "f64");
  const v = outer.variable("v", "f64"), y = outer.variable("y", "f64"), decay = outer.variable("decay", "f64");
  const bound = outer.variable("bound", "f64");
  const state = (k: number): Node => f64.load(get(at), rows + stateAt + 8 * k);
  const setState = (k: number, value: Node): Node => f64.store(get(at), value, rows + stateAt + 8 * k);
  const pair = (code: Code, q: number, elapsed: Node): Node =>
    code.let("pair", exp(code, lanes, lanes.mul(v128.load(i32.const(0), constants + 16 * q), f64x2.splat(elapsed))));
  const slotAddress = i32.add(get(at), get(slot));
  const receive = f64.store(slotAddress, f64.add(f64.load(slotAddress, rows + stateAt), get(weight)), rows + stateAt);

  const again = label(), done = label(), skip = label(), next = label(), touch = label();
  const chunk = outer.variable("chunk", "i32"), q = outer.variable("q", "i32"), touched = outer.variable("touched", "i32");
  const stride = stateAt + 8 * m;
  const touchedTarget = i32.mul(targetBytes === 2 ? i32.load16_u(get(q)) : i32.load(get(q)), i32.const(stride));
  const line = (offset: number): Node => i32.load8_u(get(at), rows + offset);
  const readAhead = [
    local.set(chunk, i32.add(get(p), i32.const(ahead * targetBytes))),
    if_(i32.gt_u(get(chunk), get(end)), [local.set(chunk, get(end))]),
    local.set(q, get(p)),
    loop(touch,
      local.set(at, touchedTarget),
      // A row that is no power of two may lie across two lines.
      local.set(touched, i32.add(get(touched), stride === 32 || stride === 64 ? line(0) : i32.add(line(0), line(stride - 1)))),
      local.set(q, i32.add(get(q), i32.const(targetBytes))),
      br_if(touch, i32.lt_u(get(q), get(chunk)))),
  ];
  const synapse = outer.inner((code) => {
    const target = targetBytes === 2 ? i32.load16_u(get(p)) : i32.load(get(p));
    code.add(local.set(at, i32.mul(target, i32.const(stride))));
    code.add(if_(get(weights), [local.set(weight, f64.load(get(weights))), local.set(weights, i32.add(get(weights), i32.const(8)))]));
    code.add(local.set(last, f64.load(get(at), rows)));
    if (refractory !== "none") {
      code.add(local.set(until, f64.load(get(at), rows + untilAt)));
      code.add(if_(f64.lt(get(last), get(until)), code.inner((inside) => {
        if (refractory === "still") {
          inside.add(br_if(skip, f64.lt(get(t), get(until))), local.set(last, get(until)));
          return;
        }
        // Currents go on; what they do to the membrane is lost.
        const limit = inside.let("limit", f64.min(get(t), get(until)));
        const elapsed = inside.let("elapsed", f64.sub(limit, get(last)));
        others.forEach((k, q) => {
          inside.add(if_(f64.gt(f64.mul(state(k), state(k)), f64.const(0)), inside.inner((deep) => {
            deep.add(setState(k, f64.mul(state(k), f64x2.extract_lane(pair(deep, q, elapsed), 1))));
          })));
        });
        inside.add(local.set(last, limit));
        inside.add(if_(f64.lt(get(t), get(until)), [
          f64.store(get(at), get(t), rows),
          if_(i32.ne(get(slot), i32.const(8 * centre)), [receive]),
          br(skip),
        ]));
      })));
    }
    const elapsed = code.let("elapsed", f64.sub(get(t), get(last)));
    code.add(if_(f64.gt(elapsed, f64.const(0)), code.inner((inside) => {
      if (m === 1) inside.add(local.set(v, f64.mul(state(0), f64x2.extract_lane(pair(inside, 0, elapsed), 0))));
      others.forEach((k, q) => {
        const advance = (deep: Code): void => {
          const both = pair(deep, q, elapsed);
          if (q === 0) deep.add(local.set(decay, f64x2.extract_lane(both, 0)), local.set(v, f64.mul(state(centre), get(decay))));
          const other = deep.let("other", f64x2.extract_lane(both, 1));
          deep.add(local.set(y, state(k)));
          const gain = constant(k);
          const drive = equal[k] ? f64.mul(f64.mul(gain, elapsed), get(decay)) : f64.mul(gain, f64.sub(other, get(decay)));
          deep.add(local.set(v, f64.add(get(v), f64.mul(get(y), drive))), setState(k, f64.mul(get(y), equal[k] ? get(decay) : other)));
        };
        // The first brings the membrane's own decay with it; others are often zero.
        if (q === 0) advance(inside);
        else inside.add(if_(f64.gt(f64.mul(state(k), state(k)), f64.const(0)), inside.inner(advance)));
      });
      inside.add(setState(centre, get(v)));
    })));
    code.add(f64.store(get(at), get(t), rows), receive, local.set(bound, constant(3 * m)));
    for (let k = 0; k < m; k++) {
      code.add(local.set(y, state(k)));
      const most = select(constant(m + k), constant(2 * m + k), f64.gt(get(y), f64.const(0)));
      code.add(local.set(bound, f64.add(get(bound), f64.mul(get(y), most))));
    }
    const marked = f64.load(get(at), rows + roundAt);
    code.add(if_(i32.or(f64.ge(get(bound), f64.const(0)), f64.lt(marked, f64.const(0))), [
      if_(i32.eqz(f64.eq(marked, get(round))), [
        f64.store(get(at), get(round), rows + roundAt),
        i32.store(get(noted), target),
        local.set(noted, i32.add(get(noted), i32.const(4))),
      ]),
    ]));
  });
  outer.add(
    block(done, br_if(done, i32.ge_u(get(p), get(end))),
      loop(next, ...readAhead,
        loop(again, block(skip, ...synapse), local.set(p, i32.add(get(p), i32.const(targetBytes))), br_if(again, i32.lt_u(get(p), get(chunk)))),
        br_if(next, i32.lt_u(get(p), get(end))))),
    get(noted),
  );
}
