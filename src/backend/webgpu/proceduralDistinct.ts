/**
 * A row of targets that must all differ, made by lanes at once. By definition, edge after edge takes the first of its draws that no earlier one
 * has. Here every edge asks for its draws in turn, and a target goes to the earliest who asks; who loses one asks for its next draw. However the
 * lanes are timed, each edge ends up with the same target, since all targets prefer the same edges (this is a stable matching).
 *
 * @source Gale & Shapley (1962), Amer. Math. Monthly 69:9–15, theorem 2. doi:10.1080/00029890.1962.11989827
 */
import { UnsupportedError } from "../../errors.ts";
import type { ProceduralLayout } from "../procedural.ts";
import type { RowMaker } from "./proceduralRows.ts";
import { indented } from "./lines.ts";
import { pickGoal, selfLines } from "./proceduralGoals.ts";
import { groupSize } from "./stages.ts";
import { multiplyWide, wordAt } from "./wgsl/philox.ts";
import type { Shader } from "./wgsl/shader.ts";

/** Slots in the memory that lanes share, of which every device has 16 KiB; with nine tenths of them in use a target is still found quickly. */
const mostSlots = 4032;
const slotsFor = (count: number): number => Math.min(mostSlots, Math.max(groupSize, Math.ceil(1.5 * count)));

/** @throws {UnsupportedError} where a row does not fit: targets and numbers of edges share words of 32 bits */
export function distinctRow(layout: ProceduralLayout, count: number): RowMaker {
  const { name, stream, targetCount } = layout;
  const bits = Math.ceil(Math.log2(Math.max(2, count)));
  if (count > 0.9 * mostSlots || targetCount * 2 ** bits >= 2 ** 32) {
    const most = Math.min(Math.floor(0.9 * mostSlots), 2 ** Math.floor(Math.log2((2 ** 32 - 1) / targetCount)));
    throw new UnsupportedError("webgpu", `${name}: ${count} different targets of one source are more than can be made anew on the GPU`,
      `There at most ${most} of ${targetCount} targets are; allow multapses, or use store: true.`);
  }
  const slots = slotsFor(count);
  const lines: RowMaker["lines"] = (shader, edge) => [
    ...selfLines(layout),
    `let begin = ${multiplyWide(shader)}(source, ${count}u);`,
    `for (var mine = lane; mine < ${count}u; mine += ${groupSize}u) {`,
    ...indented([
      "var asking = mine;",
      "var draw = 0u;",
      "loop {",
      ...indented([
        `let goal = ${drawnGoal(shader)}(begin, asking, ${stream >>> 0}u, draw, others, own_number);`,
        "draw = max(2u, draw + 1u);",
        `let loser = ${askFor(shader)}(goal, asking, ${bits}u, ${slots}u);`,
        "if (loser == 0xffffffffu) { break; }",
        "if (loser == asking) { continue; }",
        // The other edge goes on behind the draw that gave it this target.
        "asking = loser;",
        "draw = 0u;",
        "loop {",
        ...indented([
          `let before = ${drawnGoal(shader)}(begin, asking, ${stream >>> 0}u, draw, others, own_number);`,
          "draw = max(2u, draw + 1u);",
          "if (before == goal) { break; }",
        ]),
        "}",
      ]),
      "}",
    ]),
    "}",
    "workgroupBarrier();",
    `for (var slot_number = lane; slot_number < ${slots}u; slot_number += ${groupSize}u) {`,
    ...indented([
      "let held = ~atomicLoad(&chosen[slot_number]);",
      "if (held == 0xffffffffu) { continue; }",
      `let goal = held >> ${bits}u;`,
      `let element = begin.x + (held & ((1u << ${bits}u) - 1u));`,
      "let high = begin.y + u32(element < begin.x);",
      ...edge,
    ]),
    "}",
  ];
  return { parts: 1, slots, lines };
}

const drawnGoal = (shader: Shader): string => shader.use("drawn_goal", () => `
// The target of an edge's draw; the row's first edge has the number \`begin\`.
fn drawn_goal(begin: vec2u, number: u32, stream: u32, draw: u32, others: u32, own_number: u32) -> u32 {
  let low = begin.x + number;
  return ${pickGoal(shader)}(${wordAt(shader)}(low, begin.y + u32(low < begin.x), stream, draw), others, own_number);
}`);

const askFor = (shader: Shader): string => shader.use("ask_for", () => `
// Asks for a target. Returns the edge that does not get it, or has to give it back: 2^32 - 1 when there is none. A slot holds the complement of
// goal << bits | edge, so that 0 means that it is free and the larger of two words is the earlier edge.
fn ask_for(goal: u32, edge: u32, bits: u32, slots: u32) -> u32 {
  let asked = ~((goal << bits) | edge);
  let mixed = goal * 0x9e3779b1u;
  var slot = (mixed ^ (mixed >> 15u)) % slots;
  loop {
    var held = atomicLoad(&chosen[slot]);
    if (held == 0u) {
      let exchange = atomicCompareExchangeWeak(&chosen[slot], 0u, asked);
      if (exchange.exchanged) { return 0xffffffffu; }
      held = exchange.old_value;
      if (held == 0u) { continue; }
    }
    if ((~held >> bits) == goal) {
      let before = atomicMax(&chosen[slot], asked);
      return ~min(before, asked) & ((1u << bits) - 1u);
    }
    slot = select(slot + 1u, 0u, slot + 1u == slots);
  }
}`);
