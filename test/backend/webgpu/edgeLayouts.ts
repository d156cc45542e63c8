/** Edge kernels of pair STDP, written by hand, and where their arrays lie. */
import type { EdgeLayout } from "../../../src/backend/contract.ts";
import type { EdgeKernel } from "../../../src/ir/edge.ts";
import { add, apply, mul, name, number, sub } from "../../../src/ir/expr.ts";
import type { Expr } from "../../../src/ir/expr.ts";
import type { Statement } from "../../../src/ir/kernel.ts";

const bind = (target: string, value: Expr): Statement => ({ kind: "let", name: target, value });
export const assign = (target: string, value: Expr): Statement => ({ kind: "assign", name: target, value });
const clip = (x: Expr): Expr => apply("min", apply("max", x, number(0)), name("w_max"));

/** Pair STDP: a presynaptic event sends the weight and lowers it, a postsynaptic one raises it. */
const plain = { shared: [], draws: [], keepOwn: false, constants: ["w_max"], state: ["w"], limits: [{ array: "w", low: 0, high: 2 }] } as const;
export const out: EdgeKernel = {
  ...plain, name: "pre", walk: "out",
  own: [{ name: "x", array: "x" }], other: [{ name: "y", array: "y" }],
  ownBody: [bind("x 1", add(name("x"), number(1)))], ownStores: [{ array: "x", value: "x 1" }],
  body: [bind("sent 1", name("w")), assign("w", clip(sub(name("w"), mul(number(0.01), name("y")))))],
  deliver: [{ input: "g", value: name("sent 1") }],
};
export const into: EdgeKernel = {
  ...plain, name: "post", walk: "in", elapsed: "elapsed", time: "t",
  own: [{ name: "y", array: "y" }], other: [{ name: "x", array: "x", lag: 0 }],
  draws: [{ name: "u", draw: 2, distribution: "uniform" }],
  ownBody: [bind("y 1", add(name("y"), number(1)))], ownStores: [{ array: "y", value: "y 1" }],
  body: [assign("w", clip(add(name("w"), mul(mul(name("x"), name("u")), apply("exp", sub(name("t"), name("elapsed")))))))],
  deliver: [],
};
export const perEdge: EdgeKernel = {
  ...out, name: "pre_each", own: [{ name: "x before", array: "x", lag: 1 }], ownBody: [bind("x", mul(name("x before"), number(0.9)))], ownStores: [],
  body: [assign("w", add(name("w"), mul(name("x"), sub(name("i"), name("j")))))], deliver: [{ input: "g", value: name("w") }],
};
export const all: EdgeKernel = { ...out, name: "clock", walk: "all", own: [], other: [], ownBody: [], ownStores: [], deliver: [],
  body: [assign("w", mul(name("w"), number(0.999)))] };

const addresses = ["w", "w_max", "x", "y", "g", "rows", "targets", "starts", "edges", "sources", "visits"];
export const address = (array: string): number => 65536 * (1 + addresses.indexOf(array));
export const layoutOf = (kernel: EdgeKernel, delays: boolean): EdgeLayout => ({
  kernel, sourceStart: 2, sourceCount: 50, targetStart: 3, targetCount: 40, rows: address("rows"), targets: address("targets"),
  targetBytes: delays ? 4 : 2, delayStride: delays ? 64 : 0,
  columns: { starts: address("starts"), edges: address("edges"), sources: address("sources"), sourceBytes: delays ? 4 : 2 },
  ...(delays && { history: { slots: 7, stride: 64 } }),
  longest: 40, count: 100, edgeAddress: address, ownAddress: address, otherAddress: address, sharedAddress: address, visits: address("visits"),
  rings: kernel.deliver.map(() => ({ address: address("g"), slots: 4, slotBytes: 256 })), arrivalDelay: 1, dt: 1e-4, stream: 77,
  drawAddress: () => 0, eventCounters: [],
});
