/**
 * How the lanes of a workgroup make a part of a row together, for each rule of ../procedural.ts. A block of random words is for four numbers,
 * those of a lane. Every edge passes through given lines, which see its `goal` (the target, counted in the rule's) and its counter (`element`,
 * `high`).
 */
import { bernoulliBlock, bernoulliScale, elementsOfBlock } from "../../math/bernoulli.ts";
import type { ProceduralLayout } from "../procedural.ts";
import { distinctRow } from "./proceduralDistinct.ts";
import { gapOf } from "./proceduralGaps.ts";
import { indented } from "./lines.ts";
import { pickGoal, selfLines } from "./proceduralGoals.ts";
import { groupSize } from "./stages.ts";
import { literal } from "./wgsl/literal.ts";
import { multiplyWide, philox } from "./wgsl/philox.ts";
import type { Shader } from "./wgsl/shader.ts";

export interface RowMaker {
  /** Workgroups of a row. */
  readonly parts: number;
  /** Slots for targets that differ. */
  readonly slots: number;
  /** Lines of all lanes, which are given `source`, `part` and `lane`. */
  readonly lines: (shader: Shader, edge: readonly string[]) => readonly string[];
}

/** Numbers that a workgroup makes in a turn. */
const perTurn = 4 * groupSize;
/** Turns of a part of a row, unless it had more parts than a dispatch may have workgroups along z. */
const usualTurns = 4, mostParts = 65535;

/** @throws {UnsupportedError} where the targets of a row do not fit the memory that lanes share */
export function rowMaker(layout: ProceduralLayout): RowMaker {
  const { rule, targetCount, selfOffset } = layout;
  switch (rule.kind) {
    case "bernoulli":
      return { parts: Math.ceil(targetCount / bernoulliBlock(rule.probability)), slots: 0, lines: bernoulliRow(layout, rule.probability) };
    case "outdegree": return rule.distinct ? distinctRow(layout, rule.count) : numberedRow(layout, rule.count, drawnGoals(layout));
    case "all": return selfOffset === undefined ? numberedRow(layout, targetCount, () => ({ before: [], goal: "place" })) : othersRow(layout);
    case "one": return { parts: 1, slots: 0, lines: (_, edge) => oneRow(layout, edge) };
    default: return rule satisfies never;
  }
}

/** The place of the k-th number of a lane among those of a turn. */
const placeOf = "16u * (lane >> 2u) + 4u * k + (lane & 3u)";

function bernoulliRow(layout: ProceduralLayout, probability: number): RowMaker["lines"] {
  const { targetCount, stream } = layout;
  const block = bernoulliBlock(probability), scale = bernoulliScale(probability);
  const halvings = Math.fround(-scale * Math.fround(Math.LN2));
  return (shader, edge) => [
    ...selfLines(layout),
    `let base = part * ${block}u;`,
    `let end = base + min(${block}u, ${targetCount}u - base);`,
    `let first = base * ${elementsOfBlock(block) / block}u;`,
    "let high = source;",
    "var last = base - 1u;",
    "for (var turn = 0u; last + 1u < end + 1u; turn++) {",
    ...indented([
      `let words = ${philox(shader)}(vec4u((first >> 2u) + turn * ${groupSize}u + lane, source, ${stream >>> 0}u, 0u));`,
      `for (var k = 0u; k < 4u; k++) { list[${placeOf}] = ${gapOf(shader)}(words[k], ${literal(-scale, shader)}, ${literal(halvings, shader)}); }`,
      `last = ${sumGaps(shader)}(last, own_number, lane);`,
      "for (var k = 0u; k < 4u; k++) {",
      ...indented([
        `let place = ${placeOf};`,
        "let goal = list[place];",
        "if (goal < end) {",
        ...indented([
          "if (goal == own_number) { continue; }",
          // Numbers of a block are counted without the source itself.
          `let element = first + turn * ${perTurn}u + place - select(0u, own_met, goal > own_number);`,
          ...edge,
        ]),
        "} else if (place == 0u || list[place - 1u] < end) {",
        `  count_made(turn * ${perTurn}u + place - select(0u, own_met, own_number < end));`,
        "}",
      ]),
      "}",
      "workgroupBarrier();",
    ]),
    "}",
  ];
}

const sumGaps = (shader: Shader): string => shader.use("sum_gaps", () => `
// Gaps, in the end targets, of a turn.
var<workgroup> list: array<u32, ${perTurn}>;
var<workgroup> sums: array<u32, ${groupSize}>;
var<workgroup> eights: array<u32, ${groupSize / 8}>;
var<workgroup> reached: u32;
// 1 when the source itself was among the targets.
var<workgroup> own_met: u32;

// Turns the gaps in the list into targets behind the last one; returns the new last one.
fn sum_gaps(last: u32, own_number: u32, lane: u32) -> u32 {
  workgroupBarrier();
  let at = 4u * lane;
  let a = list[at];
  let b = a + list[at + 1u];
  let c = b + list[at + 2u];
  let d = c + list[at + 3u];
  // Sums before a lane: of the lanes of its eight, then of the eights before.
  sums[lane] = d;
  workgroupBarrier();
  var before = last;
  for (var other = lane & 0xfffffff8u; other < lane; other++) { before += sums[other]; }
  if ((lane & 7u) == 7u) { eights[lane >> 3u] = before + d - last; }
  workgroupBarrier();
  for (var other = 0u; other < (lane >> 3u); other++) { before += eights[other]; }
  let made = vec4u(a, b, c, d) + before;
  for (var k = 0u; k < 4u; k++) { list[at + k] = made[k]; }
  if (any(made == vec4u(own_number))) { own_met = 1u; }
  if (lane == ${groupSize - 1}u) { reached = made.w; }
  return workgroupUniformLoad(&reached);
}`);

/** Lines before the numbers of a turn, and the target of the edge at a `place` of its row. */
type Goals = (shader: Shader) => { readonly before: readonly string[]; readonly goal: string };

const drawnGoals = ({ stream }: ProceduralLayout): Goals => (shader) => ({
  before: [`let words = ${philox(shader)}(vec4u((block >> 2u) + (lane & 3u), high, ${stream >>> 0}u, 0u));`],
  goal: `${pickGoal(shader)}(words[k], others, own_number)`,
});

/** Rows of edges that are numbered on from source to source: number source · count + place. */
function numberedRow(layout: ProceduralLayout, count: number, goals: Goals): RowMaker {
  // Rows begin within a block of 16 counters.
  const turns = turnsOf(count + 15);
  return {
    parts: Math.ceil((count + 15) / (perTurn * turns)), slots: 0,
    lines: (shader, edge) => [
      ...selfLines(layout),
      `let begin = ${multiplyWide(shader)}(source, ${count}u);`,
      "let start = begin.x & 0xfffffff0u;",
      "let lead = begin.x & 15u;",
      `for (var turn = 0u; turn < ${turns}u; turn++) {`,
      ...indented([
        `let lower = (part * ${turns}u + turn) * ${perTurn}u;`,
        `if (lower >= lead + ${count}u) { break; }`,
        "let block = start + lower + 16u * (lane >> 2u);",
        "let high = begin.y + u32(block < start);",
        ...goals(shader).before,
        "for (var k = 0u; k < 4u; k++) {",
        ...indented([
          `let place = lower + ${placeOf} - lead;`,
          `if (place >= ${count}u) { continue; }`,
          "let element = block + 4u * k + (lane & 3u);",
          `let goal = ${goals(shader).goal};`,
          ...edge,
        ]),
        "}",
      ]),
      "}",
    ],
  };
}

const turnsOf = (edges: number): number => Math.max(usualTurns, Math.ceil(edges / perTurn / mostParts));

/** All targets but the source itself, numbered in each row anew. */
function othersRow(layout: ProceduralLayout): RowMaker {
  const turns = turnsOf(layout.targetCount);
  return {
    parts: Math.ceil(layout.targetCount / (perTurn * turns)), slots: 0,
    lines: (_, edge) => [
      ...selfLines(layout),
      "let high = source;",
      `for (var turn = 0u; turn < ${4 * turns}u; turn++) {`,
      ...indented([
        // Four turns of the lanes, so that those of a lane share a block of random words.
        `let element = (part * ${turns}u + (turn >> 2u)) * ${perTurn}u + 16u * (lane >> 2u) + 4u * (turn & 3u) + (lane & 3u);`,
        "if (element >= others) { continue; }",
        "let goal = element + u32(element >= own_number);",
        ...edge,
      ]),
      "}",
    ],
  };
}

const oneRow = ({ targetCount }: ProceduralLayout, edge: readonly string[]): string[] => [
  `if (lane == 0u && source < ${targetCount}u) {`, ...indented(["let goal = source;", "let element = source;", "let high = 0u;", ...edge]), "}",
];
