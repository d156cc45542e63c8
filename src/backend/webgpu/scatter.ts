/** Scatters as consumers of an edges stage: every edge of an emitted element adds its weight to the input of its target. */
import type { ScatterLayout, Schedule } from "../contract.ts";
import type { Rings } from "./rings.ts";
import type { Consumer } from "./stages.ts";
import { literal } from "./wgsl/literal.ts";

export function scatterConsumer(layout: ScatterLayout, delivery: Schedule["deliveries"][number], rings: Rings, rowLengths: Uint32Array): Consumer {
  const ring = rings.find(layout.ring);
  const { weights, targets, targetBytes, rows, delays } = layout;
  return {
    name: layout.name,
    column: delivery.column,
    start: layout.sourceStart,
    count: layout.sourceCount,
    element: false,
    rows: (_, access, element) => [access.u32(rows, element), access.u32(rows, `${element} + 1u`)],
    items: (block) => rowLengths.reduce((sum, n) => sum + Math.ceil(n / block), 0),
    code: (shader, access) => {
      const target = targetBytes === 2 ? access.u16(targets, "edge") : access.u32(targets, "edge");
      const slot = `(step + ${delivery.delay}u) % ${ring.slots}u`;
      const wrap = ring.slots * ring.stride;
      const place = delays === "constant"
        ? [`let index = ${rings.place(ring, "slot", "goal")};`]
        : [
            `let far = slot * ${ring.stride}u + goal;`,
            `let near = far - select(0u, ${wrap}u, far >= ${wrap}u);`,
            `let index = ${rings.place({ ...ring, slots: 1 }, "0u", "near")};`,
          ];
      const add = weights.kind === "constant"
        ? rings.addKnown(shader, ring, "index", weights.value, literal(weights.value, shader))
        : rings.add(shader, ring, "index", access.f32(weights.address, "edge"));
      return { setup: [`let slot = ${slot};`], each: [`let goal = ${target};`, ...place, add] };
    },
  };
}
