import { expect, test } from "vitest";
import type { EdgeLayout, MapLayout } from "../../../src/backend/contract.ts";
import { edgeLines } from "../../../src/backend/webgpu/edgeKernel.ts";
import { decayWork, eventWork, indented, workLines } from "../../../src/backend/webgpu/edgeWork.ts";
import type { DueWork } from "../../../src/backend/webgpu/edgeWork.ts";
import { Access, Places } from "../../../src/backend/webgpu/places.ts";
import { Rings } from "../../../src/backend/webgpu/rings.ts";
import type { Column } from "../../../src/backend/webgpu/stages.ts";
import { Shader } from "../../../src/backend/webgpu/wgsl/shader.ts";
import type { EdgeKernel } from "../../../src/ir/edge.ts";
import { add, apply, mul, name, number, sub } from "../../../src/ir/expr.ts";
import type { Expr } from "../../../src/ir/expr.ts";
import type { Statement } from "../../../src/ir/kernel.ts";

const bind = (target: string, value: Expr): Statement => ({ kind: "let", name: target, value });
const assign = (target: string, value: Expr): Statement => ({ kind: "assign", name: target, value });
const clip = (x: Expr): Expr => apply("min", apply("max", x, number(0)), name("w_max"));

/** Pair STDP: a presynaptic event sends the weight and lowers it, a postsynaptic one raises it. */
const plain = { shared: [], draws: [], keepOwn: false, constants: ["w_max"], state: ["w"], limits: [{ array: "w", low: 0, high: 2 }] } as const;
const out: EdgeKernel = {
  ...plain, name: "pre", walk: "out",
  own: [{ name: "x", array: "x" }], other: [{ name: "y", array: "y" }],
  ownBody: [bind("x 1", add(name("x"), number(1)))], ownStores: [{ array: "x", value: "x 1" }],
  body: [bind("sent 1", name("w")), assign("w", clip(sub(name("w"), mul(number(0.01), name("y")))))],
  deliver: [{ input: "g", value: name("sent 1") }],
};
const into: EdgeKernel = {
  ...plain, name: "post", walk: "in", elapsed: "elapsed", time: "t",
  own: [{ name: "y", array: "y" }], other: [{ name: "x", array: "x", lag: 0 }],
  draws: [{ name: "u", draw: 2, distribution: "uniform" }],
  ownBody: [bind("y 1", add(name("y"), number(1)))], ownStores: [{ array: "y", value: "y 1" }],
  body: [assign("w", clip(add(name("w"), mul(mul(name("x"), name("u")), apply("exp", sub(name("t"), name("elapsed")))))))],
  deliver: [],
};
const perEdge: EdgeKernel = {
  ...out, name: "pre_each", own: [{ name: "x before", array: "x", lag: 1 }], ownBody: [bind("x", mul(name("x before"), number(0.9)))], ownStores: [],
  body: [assign("w", add(name("w"), mul(name("x"), sub(name("i"), name("j")))))], deliver: [{ input: "g", value: name("w") }],
};
const all: EdgeKernel = { ...out, name: "clock", walk: "all", own: [], other: [], ownBody: [], ownStores: [], deliver: [],
  body: [assign("w", mul(name("w"), number(0.999)))] };

const addresses = ["w", "w_max", "x", "y", "g", "rows", "targets", "starts", "edges", "sources", "visits"];
const address = (array: string): number => 65536 * (1 + addresses.indexOf(array));
const layoutOf = (kernel: EdgeKernel, delays: boolean): EdgeLayout => ({
  kernel, sourceStart: 2, sourceCount: 50, targetStart: 3, targetCount: 40, rows: address("rows"), targets: address("targets"),
  targetBytes: delays ? 4 : 2, delayStride: delays ? 64 : 0,
  columns: { starts: address("starts"), edges: address("edges"), sources: address("sources"), sourceBytes: delays ? 4 : 2 },
  ...(delays && { history: { slots: 7, stride: 64 } }),
  longest: 40, count: 100, edgeAddress: address, ownAddress: address, otherAddress: address, sharedAddress: address, visits: address("visits"),
  rings: kernel.deliver.map(() => ({ address: address("g"), slots: 4, slotBytes: 256 })), arrivalDelay: 1, dt: 1e-4, stream: 77,
  drawAddress: () => 0, eventCounters: [],
});
const column = (number: number): Column => ({ column: number, size: 60, stride: 64, first: 64 * number, bits: 0, history: 1, historyAt: 64 * number });
const decay: MapLayout = {
  kernel: {
    name: "decay", state: ["y"], constants: [], scalars: [], inputs: [], draws: [], finite: [], flush: ["y"],
    body: [assign("y", mul(name("y"), number(0.99)))],
  },
  size: 60, stream: 0, drawAddress: () => 0, address,
};

/** Emits twice, as it is done in earnest: the first time shows what is used. */
function emit(code: (shader: Shader, access: Access) => readonly string[]): string {
  const places = new Places((at) => ({ address: 65536 * Math.floor(at / 65536), bytes: 4096 }), 2 ** 27);
  code(new Shader(), new Access(new Shader(), places));
  places.place();
  const shader = new Shader();
  const lines = code(shader, new Access(shader, places));
  return `${shader.text()}\n${lines.join("\n")}\n`;
}

function rings(layout: EdgeLayout): Rings {
  const buffer = new ArrayBuffer(65536 * 16);
  const tables = [{ rings: layout.rings }];
  return new Rings({ schedule: { tables }, scatters: [], edges: [layout] } as never, buffer);
}

const walk = (layout: EdgeLayout, due: readonly DueWork[]): string => emit((shader, access) => {
  const { setup, each } = edgeLines(shader, access, { layout, number: 1, due }, rings(layout));
  return [...setup, "for (each edge) {", ...indented(each), "}"];
});

const postWork = eventWork(layoutOf({ ...into, time: "t" }, false), 0, column(1));

const due: readonly DueWork[] = [{ work: postWork, earlier: true }, { work: decayWork(decay, 0, 60, column(1)), earlier: false }];

test.each([
  ["out", () => walk(layoutOf(out, false), due)],
  ["in", () => walk(layoutOf(into, true), [])],
  ["out_with_delays", () => walk(layoutOf(perEdge, true), [])],
  ["all", () => walk(layoutOf(all, false), [])],
  ["elements", () => emit((shader, access) => workLines(
    due, { shader, access, element: "e", step: "step", time: "epoch.end" }, { step: "(step - 1u)", time: "epoch.earlier" }))],
] as const)("the code of edges is the one that was read: %s", async (shape, code) => {
  await expect(code()).toMatchFileSnapshot(`../../golden/wgsl/edges_${shape}.wgsl`);
});
