/**
 * Edges that are not stored, as consumers of stages of their own: an item is a source that spiked, each of its workgroups makes a part of its
 * row.
 */
import type { Program, ProceduralLayout, Schedule } from "../contract.ts";
import { invariant } from "../../errors.ts";
import { indented } from "./lines.ts";
import { rowMaker } from "./proceduralRows.ts";
import type { RowMaker } from "./proceduralRows.ts";
import { valueLines } from "./proceduralValues.ts";
import type { Rings } from "./rings.ts";
import type { Consumer, EdgesStage, Tables } from "./stages.ts";
import { literal } from "./wgsl/literal.ts";
import type { Shader } from "./wgsl/shader.ts";

export type MakingStage = Required<Omit<EdgesStage, "kind" | "list">>;

/**
 * The stages of all edges that are not stored. Those whose rows have about as many parts share one, where each item has as many as the most of
 * them.
 */
export function makingStages({ scatters, schedule }: Program, rings: Rings, tables: Tables): MakingStage[] {
  const kinds = new Map<string, { parts: number; slots: number; consumers: Consumer[] }>();
  scatters.forEach((layout, k) => {
    if (!("rule" in layout) || isEmpty(layout)) return;
    const maker = rowMaker(layout);
    // Slots take memory that lanes share, of which others would have to leave room.
    const key = `${Math.ceil(Math.log2(maker.parts))} ${maker.slots > 0}`;
    const kind = kinds.get(key) ?? { parts: 1, slots: 0, consumers: [] };
    kinds.set(key, {
      parts: Math.max(kind.parts, maker.parts), slots: Math.max(kind.slots, maker.slots),
      consumers: [...kind.consumers, consumerOf(layout, maker, schedule.deliveries[k]!, rings, tables)],
    });
  });
  return [...kinds.values()].map(({ parts, slots, consumers }, k) => ({ name: `make_${k}`, making: { parts, slots }, consumers }));
}

const isEmpty = ({ rule, sourceCount, targetCount }: ProceduralLayout): boolean =>
  sourceCount === 0 || targetCount === 0 || (rule.kind === "outdegree" && rule.count === 0);

function consumerOf(
  layout: ProceduralLayout, { parts, lines }: RowMaker, delivery: Schedule["deliveries"][number], rings: Rings, tables: Tables,
): Consumer {
  const { name, sourceStart, sourceCount, targetCount, from, to } = layout;
  invariant(from === 0 && to === targetCount, "a device makes the edges onto all targets");
  return {
    name, column: delivery.column, start: sourceStart, count: sourceCount, element: false,
    rows: (_, __, element) => [element, `${element} + 1u`],
    items: () => sourceCount,
    code: (shader) => {
      const { setup, each } = deliveryLines(shader, layout, delivery, rings, tables);
      const row = lines(shader, each);
      return { setup: [`if (part >= ${parts}u) { return; }`, ...setup], each: row };
    },
  };
}

/** What an edge adds, and where. */
function deliveryLines(
  shader: Shader, layout: ProceduralLayout, delivery: Schedule["deliveries"][number], rings: Rings, tables: Tables,
): { readonly setup: string[]; readonly each: string[] } {
  const { weight, delay, targetStart } = layout;
  const ring = rings.find(layout.ring);
  const values = valueLines(shader, layout, tables);
  const due = delay
    ? ["var due = slot + delay;", `if (due >= ${ring.slots}u) { due -= ${ring.slots}u; }`]
    : ["let due = slot;"];
  const add = typeof weight === "number"
    ? rings.addKnown(shader, ring, "index", weight, literal(weight, shader))
    : rings.add(shader, ring, "index", "weight");
  return {
    setup: [`let slot = (step + ${delay ? 0 : delivery.delay}u) % ${ring.slots}u;`, ...values.setup],
    each: ["{", ...indented([...values.each, ...due, `let index = ${rings.place(ring, "due", `(goal + ${targetStart}u)`)};`, add]), "}"],
  };
}
