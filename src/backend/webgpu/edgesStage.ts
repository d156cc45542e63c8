/** The WGSL of an edges stage: a workgroup an item, a lane an edge. */
import { familiesOf, parameterLines } from "./families.ts";
import { Access } from "./places.ts";
import type { StageCode } from "./elements.ts";
import { bindSegments, stoppedFunction } from "./elements.ts";
import type { EdgesStage, Plan } from "./stages.ts";
import { consumerShift, control, countShift, epochStruct, gridWidth, groupSize, itemWordsOf } from "./stages.ts";
import { declareKeys } from "./wgsl/random.ts";
import { Shader } from "./wgsl/shader.ts";

/** Bindings before those of segments. */
export const edgeBindings = ["epoch", "control", "own", "rings"] as const;

/** Names that values of kernels must not hide. */
const ourNames = [
  "place", "local", "item", "first", "what", "end", "s", "step", "element", "turn", "edge", "age", "word", "other", "synapse", "slot", "index",
  "goal", "lane", "member", "k", "far", "near", "epoch", "control", "own", "rings",
];

/** What modules of edges stages begin with. @param number of the stage */
export const edgeDeclarations = (plan: Plan, number: number, access: Access): string[] => [
  epochStruct,
  "@group(0) @binding(0) var<uniform> epoch: Epoch;",
  "@group(0) @binding(1) var<storage, read_write> control: array<atomic<u32>>;",
  "@group(0) @binding(2) var<storage, read> own: array<u32>;",
  "@group(0) @binding(3) var<storage, read_write> rings: array<atomic<u32>>;",
  ...bindSegments(access, edgeBindings.length),
  stoppedFunction(plan, "atomicLoad(&control[WORD])"),
  `/* A sum that its ring cannot hold. */
fn fail_sum(index: u32) {
  atomicMin(&control[${control.failedSum}u], epoch.call * ${plan.stages.length}u + ${number}u);
}`,
];

export function edgesCode(plan: Plan, stage: EdgesStage): StageCode {
  const { layout } = plan;
  const number = plan.stages.indexOf(stage);
  const shader = new Shader();
  for (const name of ourNames) shader.fresh(name);
  declareKeys(shader, plan.program.seed);
  const access = new Access(shader, plan.places);
  const words = itemWordsOf(stage);
  const rounds = plan.block / groupSize;
  // Items of edges that come before the tables were pushed in the epoch before.
  const early = number < plan.stages.findIndex((s) => s.kind === "elements" && s.advances);
  const parity = early ? "(1u - epoch.parity)" : "epoch.parity";
  const families = familiesOf(stage.consumers.map((consumer) => {
    const { setup, each } = consumer.code(shader.inner(), access);
    return [
      ...setup,
      `for (var turn = 0u; turn < ${rounds}u; turn++) {`,
      `  let edge = first + turn * ${groupSize}u + lane;`,
      "  if (edge >= end) { break; }",
      ...each.map((l) => `  ${l}`),
      "}",
    ].join("\n");
  }));
  const functions = families.map((family, k) => [
    `/* ${family.members.map((m) => stage.consumers[m]!.name).join(", ")} */`,
    `fn ${stage.name}_${k}(member: u32, element: u32, first: u32, end: u32, s: u32, step: u32, lane: u32) {`,
    ...[...parameterLines(family, "member", plan), ...family.text.split("\n")].map((l) => `  ${l}`),
    "}",
  ].join("\n"));
  const familyOf = stage.consumers.map((_, k) => families.findIndex(({ members }) => members.includes(k)));
  const memberOf = stage.consumers.map((_, k) => families[familyOf[k]!]!.members.indexOf(k));
  const looked = (values: readonly number[]): string => `own[${layout.ownWords + plan.tables.place(values)}u + consumer]`;
  const text = [
    ...edgeDeclarations(plan, number, access),
    `/* An edge that left the limits of its kernel. */
fn fail_edge(kernel: u32, edge: u32) {
  atomicMin(&control[${control.failedEdge}u], epoch.call * ${plan.stages.length}u + ${number}u);
  atomicMin(&control[${control.brokenEdges}u + kernel], edge);
}`,
    shader.text(),
    ...functions,
    `@compute @workgroup_size(${groupSize})
fn ${stage.name}(@builtin(workgroup_id) place: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let item = place.y * ${gridWidth}u + place.x;
  if (item >= atomicLoad(&control[${layout.counts + stage.list}u + ${parity} * ${layout.lists}u]) || stopped(${number}u)) { return; }
  let first = own[${layout.itemsAt[stage.list]!}u + ${words}u * item];
  let what = own[${layout.itemsAt[stage.list]! + 1}u + ${words}u * item];
  let element = ${words === 3 ? `own[${layout.itemsAt[stage.list]! + 2}u + 3u * item]` : "0u"};
  let end = first + ((what >> ${countShift}u) & 1023u) + 1u;
  let s = what & 63u;
  let step = epoch.first + s;
  let consumer = what >> ${consumerShift}u;
  let member = ${families.length === 1 ? "consumer" : looked(memberOf)};
  switch (${families.length === 1 ? "0u" : looked(familyOf)}) {`,
    ...families.map((_, k) => `    case ${k}u: { ${stage.name}_${k}(member, element, first, end, s, step, local.x); }`),
    "    default: {}",
    "  }",
    "}",
  ].join("\n");
  return { text: `${text}\n`, segments: access.used };
}
