/** The WGSL of an edges stage: a workgroup an item, a lane an edge. */
import { Access } from "./places.ts";
import type { StageCode } from "./elements.ts";
import { bindSegments, stoppedFunction } from "./elements.ts";
import type { EdgesStage, Plan } from "./stages.ts";
import { consumerShift, control, countShift, epochStruct, gridWidth, groupSize, itemWords } from "./stages.ts";
import { declareKeys } from "./wgsl/random.ts";
import { Shader } from "./wgsl/shader.ts";

/** Bindings before those of segments. */
export const edgeBindings = ["epoch", "control", "own", "rings"] as const;

export function edgesCode(plan: Plan, stage: EdgesStage): StageCode {
  const { layout } = plan;
  const number = plan.stages.indexOf(stage);
  const shader = new Shader();
  declareKeys(shader, plan.program.seed);
  const access = new Access(shader, plan.places);
  const rounds = plan.block / groupSize;
  // Items of edges that come before the tables were pushed in the epoch before.
  const early = number < plan.stages.findIndex((s) => s.kind === "elements" && s.advances);
  const parity = early ? "(1u - epoch.parity)" : "epoch.parity";
  const cases = stage.consumers.map((consumer, k) => {
    const { setup, each } = consumer.code(shader, access);
    const lines = each.map((l) => `        ${l}`);
    return [
      `    /* ${consumer.name} */`,
      `    case ${k}u: {`,
      ...setup.map((l) => `      ${l}`),
      `      for (var round = 0u; round < ${rounds}u; round++) {`,
      `        let edge = first + round * ${groupSize}u + local.x;`,
      "        if (edge >= end) { break; }",
      ...lines,
      "      }",
      "    }",
    ].join("\n");
  });
  const text = [
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
    shader.text(),
    `@compute @workgroup_size(${groupSize})
fn ${stage.name}(@builtin(workgroup_id) place: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let item = place.y * ${gridWidth}u + place.x;
  if (item >= atomicLoad(&control[${layout.counts + stage.list}u + ${parity} * ${layout.lists}u]) || stopped(${number}u)) { return; }
  let first = own[${layout.itemsAt[stage.list]!}u + ${itemWords}u * item];
  let what = own[${layout.itemsAt[stage.list]! + 1}u + ${itemWords}u * item];
  let end = first + ((what >> ${countShift}u) & 1023u) + 1u;
  let s = what & 63u;
  let step = epoch.first + s;
  switch (what >> ${consumerShift}u) {`,
    ...cases,
    "    default: {}",
    "  }",
    "}",
  ].join("\n");
  return { text: `${text}\n`, segments: access.used };
}
