/** The WGSL of a stage that makes edges anew: a workgroup a part of a row. */
import type { StageCode } from "./elements.ts";
import { edgeDeclarations } from "./edgesStage.ts";
import { familiesOf, parameterLines } from "./families.ts";
import { Access } from "./places.ts";
import type { EdgesStage, Plan } from "./stages.ts";
import { consumerShift, control, gridWidth, groupSize } from "./stages.ts";
import { declareKeys } from "./wgsl/random.ts";
import { Shader } from "./wgsl/shader.ts";

/** Names that values of kernels must not hide. */
const ourNames = [
  "place", "local", "item", "work", "mine", "source", "part", "lane", "member", "step", "slot", "due", "index", "goal", "element", "high",
  "own_number", "others", "base", "end", "first", "last", "turn", "words", "k", "begin", "start", "lead", "lower", "block", "asking", "draw",
  "loser", "before", "held", "slot_number", "drawn", "counter", "weight", "delay", "rough", "nearest", "epoch", "control", "own", "rings",
  "list", "sums", "eights", "chosen",
];

export function proceduralCode(plan: Plan, stage: EdgesStage): StageCode {
  const { layout } = plan;
  const number = plan.stages.indexOf(stage);
  const shader = new Shader();
  for (const name of ourNames) shader.fresh(name);
  declareKeys(shader, plan.program.seed);
  const access = new Access(shader, plan.places);
  const families = familiesOf(stage.consumers.map((consumer) => {
    const { setup, each } = consumer.code(shader.inner(), access);
    return [...setup, ...each].join("\n");
  }));
  const functions = families.map((family, k) => [
    `/* ${family.members.map((m) => stage.consumers[m]!.name).join(", ")} */`,
    `fn ${stage.name}_${k}(member: u32, source: u32, part: u32, step: u32, lane: u32) {`,
    ...[...parameterLines(family, "member", plan), ...family.text.split("\n")].map((l) => `  ${l}`),
    "}",
  ].join("\n"));
  const familyOf = stage.consumers.map((_, k) => families.findIndex(({ members }) => members.includes(k)));
  const cases = stage.consumers.map((_, k) =>
    `    case ${k}u: { ${stage.name}_${familyOf[k]!}(${families[familyOf[k]!]!.members.indexOf(k)}u, mine.x, place.z, step, local.x); }`);
  const items = layout.itemsAt[stage.list]!;
  const slots = stage.making?.slots ?? 0;
  const text = [
    ...edgeDeclarations(plan, number, access),
    `/* Edges whose number only this stage knows. */
fn count_made(edges: u32) {
  if (atomicAdd(&control[${control.made}u], edges) > 0xffffffffu - edges) { atomicAdd(&control[${control.made + 1}u], 1u); }
}
/* Where tables begin in own. */
const tables_at = ${layout.ownWords}u;
/* The source, and what the item says; lanes wait for each other, so that all must go the same way. */
var<workgroup> work: vec2u;`,
    ...(slots > 0 ? [`/* Targets that a row has already. */
var<workgroup> chosen: array<atomic<u32>, ${slots}>;`] : []),
    shader.text(),
    ...functions,
    `@compute @workgroup_size(${groupSize})
fn ${stage.name}(@builtin(workgroup_id) place: vec3u, @builtin(local_invocation_id) local: vec3u) {
  if (local.x == 0u) {
    let item = place.y * ${gridWidth}u + place.x;
    work = vec2u(0u, 0xffffffffu);
    if (item < atomicLoad(&control[${layout.counts + stage.list}u + epoch.parity * ${layout.lists}u]) && !stopped(${number}u)) {
      work = vec2u(own[${items}u + 2u * item], own[${items + 1}u + 2u * item]);
    }
  }
  let mine = workgroupUniformLoad(&work);
  let step = epoch.first + (mine.y & 63u);
  switch (mine.y >> ${consumerShift}u) {`,
    ...cases,
    "    default: {}",
    "  }",
    "}",
  ].join("\n");
  return { text: `${text}\n`, segments: access.used };
}
