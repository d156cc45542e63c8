/** The stages of an epoch: edges before the tables advance, elements, edges after. */
import type { Program } from "../contract.ts";
import { walkConsumer } from "./edgeConsumer.ts";
import { noteLines } from "./edgeHistory.ts";
import { edgePlanOf } from "./edgePlan.ts";
import { workLines } from "./edgeWork.ts";
import type { DueWork } from "./edgeWork.ts";
import type { Access } from "./places.ts";
import type { MakingStage } from "./procedural.ts";
import type { Rings } from "./rings.ts";
import type { Column, Consumer, EdgesStage, ElementsStage, Plan, Stage } from "./stages.ts";
import type { Shader } from "./wgsl/shader.ts";

/** @param statics what delivers the spikes of the step at edges that stay as they are: those that are stored, and those that are made anew */
export function stagesOf(
  program: Program, columns: readonly Column[], statics: { readonly consumers: readonly Consumer[]; readonly making: readonly MakingStage[] },
  rings: Rings, buffer: ArrayBufferLike,
): Pick<Plan, "stages" | "prime" | "finish"> {
  const plan = edgePlanOf(program, columns);
  let list = 0;
  const edges = (name: string, consumers: readonly Consumer[]): EdgesStage => ({ kind: "edges", name, list: list++, consumers });
  const early = plan.early.map((walks, k) => edges(`before_${k}`, walks.map((w) => walkConsumer(program, w, true, rings, buffer))));
  const late = plan.late.map((walks) => walks.map((w) => walkConsumer(program, w, false, rings, buffer)));
  if (statics.consumers.length > 0) late[0] = [...statics.consumers, ...(late[0] ?? [])];
  const after = [
    ...late.map((consumers, k) => edges(k === 0 ? "deliver" : `after_${k}`, consumers)),
    ...statics.making.map((stage): EdgesStage => ({ kind: "edges", list: list++, ...stage })),
  ];

  const elements = (name: string, before: readonly DueWork[], then: readonly DueWork[], more: Partial<ElementsStage> = {}): ElementsStage => ({
    kind: "elements", name, advances: false, pushes: [], ...more,
    work: (shader, access, column) => ({
      before: linesOf(before, column, shader, access),
      after: [...(more.advances ? noteLines(column) : []), ...linesOf(then, column, shader, access)],
    }),
  });
  const advance = elements("advance", plan.apart ? [] : plan.before, plan.after, { advances: true, pushes: [...after, ...early] });
  const stages: Stage[] = [
    ...early,
    ...(plan.apart ? [elements("work_before", plan.before, [])] : []),
    advance,
    ...after,
    ...(plan.last.length > 0 ? [elements("work_after", plan.last, [])] : []),
  ];
  return {
    stages,
    ...(early.length > 0 && { prime: elements("prime", [], [], { pushes: early }) }),
    ...(plan.waiting.length > 0 && { finish: elements("finish", plan.waiting, []) }),
  };
}

function linesOf(due: readonly DueWork[], column: Column, shader: Shader, access: Access): string[] {
  const mine = due.filter(({ work }) => work.column === column);
  return workLines(mine, { shader, access, element: "e", step: "step", time: "epoch.end" }, { step: "(step - 1u)", time: "epoch.earlier" });
}
