/**
 * The WGSL of an elements stage: every thread takes one element of a column through the steps of an epoch, keeps its state in registers meanwhile,
 * writes down its spikes and pushes the edges that they reach.
 */
import { flushInterval } from "../contract.ts";
import type { MapLayout } from "../contract.ts";
import type { Draw } from "../../ir/kernel.ts";
import { invariant } from "../../errors.ts";
import { poissonTable } from "../../math/random.ts";
import { familiesOf, parameterLines } from "./families.ts";
import type { Family } from "./families.ts";
import { indented } from "./lines.ts";
import { Access, segmentName } from "./places.ts";
import type { Column, Consumer, EdgesStage, ElementsStage, Plan } from "./stages.ts";
import { consumerShift, control, countShift, epochStruct, gridWidth, groupSize, itemWordsOf } from "./stages.ts";
import { expressionText } from "./wgsl/expression.ts";
import { literal } from "./wgsl/literal.ts";
import { storedPoissonText } from "./wgsl/poissonTable.ts";
import { declareKeys, normalText, poissonText, uniformText, varyingPoissonText } from "./wgsl/random.ts";
import type { Scope } from "./wgsl/expression.ts";
import { foldedKernel } from "./wgsl/folding.ts";
import { Shader } from "./wgsl/shader.ts";
import { statementLines } from "./wgsl/statements.ts";

/** A module's text and the segments of the host's memory that it binds. */
export interface StageCode {
  readonly text: string;
  readonly segments: readonly { readonly segment: number; readonly written: boolean }[];
}

/** Bindings before those of segments. */
export const elementBindings = ["epoch", "control", "args", "own", "out", "rings"] as const;

/** Names that values of kernels must not hide. */
const ourNames = [
  "e", "i", "s", "step", "row", "at", "spiked", "sampled", "items", "next", "history", "word", "bits", "age", "low", "high", "middle", "due",
  "due_end", "member", "epoch", "control", "args", "own", "out", "rings",
];

export function elementsCode(plan: Plan, stage: ElementsStage): StageCode {
  const shader = new Shader();
  for (const name of ourNames) shader.fresh(name);
  declareKeys(shader, plan.program.seed);
  const access = new Access(shader, plan.places);
  const families = familiesOf(plan.columns.map((column) => columnBody(plan, stage, column, shader.inner(), access)));
  const bodies = families.map((family, k) => columnFunction(plan, family, k));
  const main = [
    `@compute @workgroup_size(${groupSize})`,
    `fn ${stage.name}(@builtin(workgroup_id) place: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {`,
    ...indented([
      `let group = place.y * ${gridWidth}u + place.x;`,
      ...(stage.pushes.length > 0 ? [`if (group == 0u && local.x < ${plan.layout.lists}u) { forget_items(local.x); }`] : []),
      `if (stopped(${numberOf(plan, stage)}u)) { return; }`,
      ...whichColumn(plan, families),
    ]),
    "}",
  ];
  const declarations = [
    epochStruct,
    "@group(0) @binding(0) var<uniform> epoch: Epoch;",
    "@group(0) @binding(1) var<storage, read_write> control: array<atomic<u32>>;",
    "/* Workgroups of the edges stages: x, y, z of each list, for epochs of either parity. */",
    "@group(0) @binding(2) var<storage, read_write> args: array<atomic<u32>>;",
    "@group(0) @binding(3) var<storage, read_write> own: array<u32>;",
    "@group(0) @binding(4) var<storage, read_write> out: array<u32>;",
    "@group(0) @binding(5) var<storage, read_write> rings: array<u32>;",
    ...bindSegments(access, elementBindings.length),
    stoppedFunction(plan, "atomicLoad(&control[WORD])"),
  ];
  const text = [...declarations, shader.text(), ...pushFunctions(plan, stage), ...bodies, ...main].join("\n");
  return { text: `${text}\n`, segments: access.used };
}

/** Whether a stage of this epoch must not run, because something failed before it. What is in the failing dispatch itself goes on: runs repeat. */
export function stoppedFunction(plan: Plan, load: string): string {
  const word = (w: number) => load.replace("WORD", `${w}u`);
  const advancing = plan.stages.findIndex((s) => s.kind === "elements" && s.advances);
  return [
    "fn stopped(stage: u32) -> bool {",
    `  let begun = select(epoch.call, epoch.call + epoch.steps, stage > ${advancing}u);`,
    `  let order = epoch.call * ${plan.stages.length}u + stage;`,
    `  if (min(${word(control.before)}, min(${word(control.before + 1)}, ${word(control.before + 2)})) != 0xffffffffu) { return true; }`,
    `  return ${word(control.failedElement)} < begun * ${plan.total}u || ${word(control.failedEdge)} < order || ${word(control.failedSum)} < order;`,
    "}",
  ].join("\n");
}

export const bindSegments = (access: Access, from: number): string[] =>
  access.used.map(({ segment, written }, k) =>
    `@group(0) @binding(${from + k}) var<storage, ${written ? "read_write" : "read"}> ${segmentName(segment)}: array<u32>;`);

/** The number by which a stage stands in the order of an epoch; what is none of its stages comes after all of them. */
function numberOf({ stages }: Plan, stage: ElementsStage): number {
  const found = stages.indexOf(stage);
  return found < 0 ? stages.length : found;
}

/** Finds the column of a workgroup and calls the function of its family, which has one call for all of its columns. */
function whichColumn(plan: Plan, families: readonly Family[]): string[] {
  let group = 0;
  const found = plan.columns.map((column, k) => {
    const family = families.findIndex(({ members }) => members.includes(k));
    const first = group;
    group += Math.ceil(column.size / groupSize);
    return `if (group < ${group}u) { first = ${first}u; family = ${family}u; member = ${families[family]!.members.indexOf(k)}u; }`;
  });
  return [
    `var first = 0u;`, `var family = ${families.length}u;`, "var member = 0u;",
    found.join(" else "),
    `let e = (group - first) * ${groupSize}u + local.x;`,
    "switch (family) {",
    ...families.map((_, k) => `  case ${k}u: { ${familyName(plan, families[k]!, k)}(e, member); }`),
    "  default: {}",
    "}",
  ];
}

const familyName = (plan: Plan, { members }: Family, k: number): string => {
  const { map } = plan.columns[members[0]!]!;
  return `${map === undefined ? "source" : plan.program.maps[map]!.kernel.name}_${k}`;
};

const columnFunction = (plan: Plan, family: Family, k: number): string =>
  [
    `fn ${familyName(plan, family, k)}(e: u32, member: u32) {`,
    ...indented([...parameterLines(family, "member", plan), ...family.text.split("\n")]),
    "}",
  ].join("\n");

function columnBody(plan: Plan, stage: ElementsStage, column: Column, shader: Shader, access: Access): string {
  const work = stage.work(shader, access, column);
  const body = stage.advances
    ? column.map === undefined ? fedElement(plan, stage, column, work, shader, access) : tableElement(plan, stage, column, work, shader, access)
    : inEachStep([...work.before, ...work.after, ...duePushes(plan, stage, column, shader, access)]);
  return [`if (e >= ${column.size}u) { return; }`, ...body].join("\n");
}

const inEachStep = (lines: readonly string[]): string[] => [
  "for (var s = 0u; s < epoch.steps; s++) {",
  ...indented(["let step = epoch.first + s;", "let row = epoch.call + s;", ...lines]),
  "}",
];

/** Sources whose spikes the host gives, one bit each. */
function fedElement(
  plan: Plan, stage: ElementsStage, column: Column, work: { before: readonly string[]; after: readonly string[] }, shader: Shader, access: Access,
): string[] {
  const { fedWords } = plan.layout;
  return inEachStep([
    ...work.before,
    `let spiked = ((own[row * ${fedWords}u + ${column.bits}u + (e >> 5u)] >> (e & 31u)) & 1u) == 1u;`,
    ...afterStep(plan, stage, column, work.after, shader, access),
  ]);
}

function tableElement(
  plan: Plan, stage: ElementsStage, column: Column, work: { before: readonly string[]; after: readonly string[] }, shader: Shader, access: Access,
): string[] {
  const { program } = plan;
  const layout = program.maps[column.map!]!;
  const table = program.schedule.tables.find((t) => t.map === column.map)!;
  const kernel = foldedKernel(layout.kernel);
  const scope: Scope = new Map([["i", "i"]]);
  const declare = (name: string): string => {
    const made = shader.fresh(name);
    scope.set(name, made);
    return made;
  };
  const state = kernel.state.map((array) => ({ array, name: declare(array) }));
  const load = [
    ...state.map(({ array, name }) => `var ${name} = ${access.f32(layout.address(array), "e")};`),
    ...kernel.constants.map((array) => `let ${declare(array)} = ${access.f32(layout.address(array), "e")};`),
  ];
  const scalars = kernel.scalars.map((scalar, k) =>
    `let ${declare(scalar.name)} = ${access.f32(table.scalars, `row * ${kernel.scalars.length}u + ${k}u`)};`);
  const inputs = kernel.inputs.map((input, k) => {
    const ring = plan.rings.find(table.rings[k]!.address);
    const place = `${shader.fresh("sum_at")}`;
    return {
      read: [
        `let ${place} = ${plan.rings.place(ring, `step % ${ring.slots}u`, "e")};`,
        `var ${declare(input)} = ${plan.rings.read(shader, ring, place)};`,
      ],
      clear: plan.rings.clear(shader, ring, place),
    };
  });
  const draws = kernel.draws.map((draw) => `let ${declare(draw.name)} = ${drawText(plan, draw, layout, shader, scope, access)};`);

  const checked = kernel.finite.filter((array) => kernel.state.includes(array));
  const before = checked.map((array) => {
    const name = scope.get(array)!;
    return { name, kept: `${name}_before` };
  });
  const step = [...scalars, ...inputs.flatMap(({ read }) => read), ...draws, ...before.map(({ name, kept }) => `let ${kept} = ${name};`)];
  const inner: Scope = new Map(scope);
  const lines = statementLines(shader, kernel.body, inner);
  const spike = kernel.spike
    ? [
        `let spiked = ${expressionText(shader, kernel.spike.condition, inner)};`,
        ...(kernel.spike.reset.length > 0 ? ["if (spiked) {", ...indented(statementLines(shader, kernel.spike.reset, inner)), "}"] : []),
      ]
    : ["let spiked = false;"];
  const broken = before.map(({ name }) => `(bitcast<u32>(${name}) & 0x7f800000u) == 0x7f800000u`);
  const check = broken.length === 0 ? [] : [
    `if (${broken.join(" || ")}) {`,
    ...indented([
      `atomicMin(&control[${control.failedElement}u], row * ${plan.total}u + ${column.first}u + e);`,
      ...before.map(({ name, kept }) => `${name} = ${kept};`),
      "break;",
    ]),
    "}",
  ];
  const flush = (kernel.flush ?? []).map((array) => {
    const name = scope.get(array)!;
    return `if (abs(${name}) < 1e-30f) { ${name} = 0.0f; }`;
  });
  return [
    ...load,
    "let i = f32(e);",
    ...inEachStep([
      ...work.before,
      ...step, ...lines, ...spike, ...check,
      ...inputs.map(({ clear }) => clear),
      ...(flush.length > 0 ? [`if ((step & ${flushInterval - 1}u) == ${flushInterval - 1}u) {`, ...indented(flush), "}"] : []),
      ...tapLines(plan, column, scope),
      ...afterStep(plan, stage, column, work.after, shader, access),
    ]),
    ...state.map(({ array, name }) => access.storeF32(layout.address(array), "e", name)),
  ];
}

/** A table in the code is faster than one in memory, but every mean then has code of its own. */
const fewMeans = ({ program }: Plan): boolean =>
  new Set(program.maps.flatMap(({ kernel }) => kernel.draws.flatMap((d) => ("mean" in d ? [d.mean] : [])))).size <= 2;

function drawText(plan: Plan, draw: Draw, layout: MapLayout, shader: Shader, scope: Scope, access: Access): string {
  const place = ["e", "step", `${layout.stream >>> 0}u`, `${draw.draw}u`] as const;
  if (draw.distribution !== "poisson") return draw.distribution === "uniform" ? uniformText(shader, ...place) : normalText(shader, ...place);
  if ("mean" in draw) {
    if (fewMeans(plan)) return poissonText(shader, draw.mean, ...place);
    const { thresholds, start, parts } = poissonTable(draw.mean);
    const first = plan.layout.ownWords + plan.tables.place(thresholds);
    return storedPoissonText(shader, { first, count: thresholds.length, start, parts }, "own", ...place);
  }
  const one = literal(1, shader);
  const array = draw.meanArray === undefined ? one : access.f32(layout.address(draw.meanArray), "e");
  return varyingPoissonText(shader, array, ...place, draw.meanScalar === undefined ? one : scope.get(draw.meanScalar)!);
}

/** What a monitor samples at the end of a step. */
function tapLines(plan: Plan, column: Column, scope: Scope): string[] {
  return plan.taps.flatMap((tap, k) => {
    if (tap.column !== column.column) return [];
    const { elements, everySteps } = tap;
    const name = scope.get(tap.array);
    invariant(name !== undefined, "a monitor samples state of its table");
    const due = everySteps === 1 ? "true" : `(step + 1u) % ${everySteps}u == 0u`;
    const sample = everySteps === 1 ? "row" : `((step + 1u) / ${everySteps}u - (step - row) / ${everySteps}u - 1u)`;
    return [
      `if (${due}) {`,
      ...indented([
        `let sampled = ${sampledPlace(plan, k)};`,
        `if (sampled < ${elements.length}u) { out[${plan.layout.tapsAt[k]!}u + ${sample} * ${elements.length}u + sampled] = bitcast<u32>(${name}); }`,
      ]),
      "}",
    ];
  });
}

/** The place of element e among those that a tap samples; anything larger when it is not one of them. */
function sampledPlace({ taps, layout }: Plan, k: number): string {
  const { elements } = taps[k]!, at = layout.mapsAt[k];
  return at === undefined ? `e - ${elements[0]!}u` : `own[${at}u + e]`;
}

/** Records the spike, and pushes the edges that it, or an earlier one, reaches. */
function afterStep(plan: Plan, stage: ElementsStage, column: Column, after: readonly string[], shader: Shader, access: Access): string[] {
  const record = [
    `let at = atomicAdd(&control[${control.recorded}u], 1u);`,
    `out[at] = row * ${plan.total}u + ${column.first}u + e;`,
  ];
  const immediate = pushedBy(stage, column).filter(({ consumer }) => consumer.when === undefined && consumer.ranges === undefined);
  return [
    "if (spiked) {",
    ...indented([...record, ...pushLines(plan, immediate, shader, access)]),
    "}",
    ...after,
    ...duePushes(plan, stage, column, shader, access),
  ];
}

const pushedBy = (stage: ElementsStage, column: Column): Pushed[] =>
  stage.pushes.flatMap((edges) =>
    edges.consumers.flatMap((consumer, number) => (consumer.column === column.column ? [{ edges, consumer, number }] : [])));

/** Pushes edges that are due for other reasons than a spike in this step. */
function duePushes(plan: Plan, stage: ElementsStage, column: Column, shader: Shader, access: Access): string[] {
  return pushedBy(stage, column).flatMap((pushed) => {
    const { consumer } = pushed;
    if (consumer.ranges) {
      const push = (first: string, end: string): string[] => {
        const place = `reserve_items(${pushed.edges.list}u, items_of(${first}, ${end}))`;
        return [`if (${first} < ${end}) { ${pushText(plan, pushed, place, first, end)}; }`];
      };
      return [`if (e - ${consumer.start}u < ${consumer.count}u) {`, ...indented(consumer.ranges(shader, access, elementOf(consumer), push)), "}"];
    }
    return consumer.when ? [`if (${consumer.when(shader)}) {`, ...indented(pushLines(plan, [pushed], shader, access)), "}"] : [];
  });
}

/** An element's number among those that have edges. */
const elementOf = ({ start }: Consumer): string => (start === 0 ? "e" : `(e - ${start}u)`);

function pushText(plan: Plan, { edges, number }: Pushed, at: string, first: string, end: string): string {
  const call = `${plan.layout.itemsAt[edges.list]!}u, ${at}, ${first}, ${end}, ${number << consumerShift}u | s`;
  return itemWordsOf(edges) === 3 ? `push_items_of(${call}, e)` : `push_items(${call})`;
}

interface Pushed {
  readonly edges: EdgesStage;
  readonly consumer: Consumer;
  readonly number: number;
}

/** Counts the items of all consumers of a list first, so that there is one atomic addition for each list. */
function pushLines(plan: Plan, consumers: readonly Pushed[], shader: Shader, access: Access): string[] {
  const lists = [...new Set(consumers.map(({ edges }) => edges.list))];
  return lists.flatMap((list) => {
    const mine = consumers.filter(({ edges }) => edges.list === list);
    const named = mine.map((m, k) => ({ ...m, from: `from_${list}_${k}`, to: `to_${list}_${k}` }));
    const declare = named.flatMap(({ consumer, from, to }) => {
      const [first, end] = consumer.rows(shader, access, elementOf(consumer));
      if (consumer.start === 0 && consumer.count >= plan.columns.find((c) => c.column === consumer.column)!.size)
        return [`let ${from} = ${first};`, `let ${to} = ${end};`];
      return [`var ${from} = 0u;`, `var ${to} = 0u;`, `if (e - ${consumer.start}u < ${consumer.count}u) { ${from} = ${first}; ${to} = ${end}; }`];
    });
    const items = named.map(({ from, to }) => `items_of(${from}, ${to})`).join(" + ");
    const [first, ...others] = named as [(typeof named)[number], ...(typeof named)[number][]];
    const push = (one: (typeof named)[number], at: string) => pushText(plan, one, at, one.from, one.to);
    return [
      "{",
      ...indented([
        ...declare,
        `let items = ${items};`,
        `var next = reserve_items(${list}u, items);`,
        ...(others.length === 0 ? [`${push(first, "next")};`] : [first, ...others].map((c) => `next = ${push(c, "next")};`)),
      ]),
      "}",
    ];
  });
}

function pushFunctions(plan: Plan, stage: ElementsStage): string[] {
  if (stage.pushes.length === 0) return [];
  const { counts, lists } = plan.layout;
  return [
    `/* Makes room for the lists of the next epoch. */
fn forget_items(list: u32) {
  let other = (1u - epoch.parity) * ${lists}u + list;
  atomicStore(&control[${counts}u + other], 0u);
  atomicStore(&args[4u * other], 0u);
  atomicStore(&args[4u * other + 1u], 1u);
  atomicStore(&args[4u * other + 2u], ${workgroupsText(plan)});
}
fn items_of(first: u32, end: u32) -> u32 {
  return (end - first + ${plan.block - 1}u) / ${plan.block}u;
}
/* The place of the first of some new items, for which workgroups are added. */
fn reserve_items(list: u32, items: u32) -> u32 {
  let slot = epoch.parity * ${lists}u + list;
  let at = atomicAdd(&control[${counts}u + slot], items);
  atomicMax(&args[4u * slot], min(at + items, ${gridWidth}u));
  atomicMax(&args[4u * slot + 1u], (at + items + ${gridWidth - 1}u) / ${gridWidth}u);
  return at;
}
/* Cuts edges first … end − 1 into items; returns the place behind the last. */
${pushFunction(plan, "push_items", 2)}
/* The same for edges that ask for their element. */
${pushFunction(plan, "push_items_of", 3)}`,
  ];
}

/** Workgroups of an item of `list`. */
function workgroupsText({ layout }: Plan): string {
  const { parts } = layout;
  return parts.every((n) => n === 1) ? "1u" : `array<u32, ${parts.length}>(${parts.map((n) => `${n}u`).join(", ")})[list]`;
}

const pushFunction = ({ block }: Plan, name: string, words: 2 | 3): string => `fn ${name}(list: u32, at: u32, first: u32, end: u32, what: u32${
  words === 3 ? ", element: u32" : ""}) -> u32 {
  var place = at;
  for (var edge = first; edge < end; edge += ${block}u) {
    own[list + ${words}u * place] = edge;
    own[list + ${words}u * place + 1u] = what | ((min(end - edge, ${block}u) - 1u) << ${countShift}u);${
  words === 3 ? "\n    own[list + 3u * place + 2u] = element;" : ""}
    place++;
  }
  return place;
}`;
