import { expect, test } from "vitest";
import type { EdgeLayout, MapLayout } from "../../../src/backend/contract.ts";
import { edgeLines } from "../../../src/backend/webgpu/edgeKernel.ts";
import { decayWork, eventWork, workLines } from "../../../src/backend/webgpu/edgeWork.ts";
import { indented } from "../../../src/backend/webgpu/lines.ts";
import type { DueWork } from "../../../src/backend/webgpu/edgeWork.ts";
import { Access, Places } from "../../../src/backend/webgpu/places.ts";
import { Rings } from "../../../src/backend/webgpu/rings.ts";
import type { Column } from "../../../src/backend/webgpu/stages.ts";
import { Shader } from "../../../src/backend/webgpu/wgsl/shader.ts";
import { mul, name, number } from "../../../src/ir/expr.ts";
import { address, all, assign, into, layoutOf, out, perEdge } from "./edgeLayouts.ts";

const column = (number: number): Column =>
  ({ column: number, size: 60, stride: 64, first: 64 * number, bits: 0, history: 1, historyAt: 64 * number });
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
