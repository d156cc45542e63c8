/** WGSL of the product and of a rule. */
import { expressionText } from "../../backend/webgpu/wgsl/expression.ts";
import { Shader } from "../../backend/webgpu/wgsl/shader.ts";
import type { RuleKernel } from "../kernelSource.ts";
import type { MatrixSpec } from "../matrix.ts";

/** Threads of a workgroup: neighbours in a row read neighbouring weights. */
export const productGroup = { columns: 16, rows: 16 } as const;
export const ruleGroup = { columns: 64, rows: 4 } as const;

/** Sums of columns: each thread adds every sixteenth row, then one adds the parts, always in the same order. */
export function productText(rows: number, columns: number): string {
  const { columns: across, rows: down } = productGroup;
  return `
@group(0) @binding(0) var<storage, read> weights: array<f32>;
@group(0) @binding(1) var<storage, read> rates: array<f32>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;
var<workgroup> parts: array<f32, ${across * down}>;

@compute @workgroup_size(${across}, ${down})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_id) place: vec3u) {
  let column = id.x;
  var sum = 0f;
  if (column < ${columns}u) {
    for (var row = place.y; row < ${rows}u; row += ${down}u) { sum += weights[row * ${columns}u + column] * rates[row]; }
  }
  parts[place.y * ${across}u + place.x] = sum;
  workgroupBarrier();
  if (place.y > 0u || column >= ${columns}u) { return; }
  for (var k = 1u; k < ${down}u; k++) { sum += parts[k * ${across}u + place.x]; }
  sums[column] = sum;
}`;
}

/** Every weight becomes what the rule says. Arrays of a side lie one behind the other. */
export function ruleText({ rows, columns, kinds, hollow }: MatrixSpec, kernel: RuleKernel): string {
  const shader = new Shader();
  const reserved = ["weights", "pre", "post", "number", "row", "column", "place", "main", "id", "groups"];
  for (const name of reserved) shader.fresh(name);
  const scope = new Map([["w", shader.fresh("w")]]);
  const next = { pre: 0, post: 0, number: 0 };
  const reads = kinds.map((kind, k) => {
    const name = shader.fresh(kernel.names[k]!);
    scope.set(kernel.names[k]!, name);
    const at = next[kind]++;
    const index = { pre: `${at * rows}u + row`, post: `${at * columns}u + column`, number: `${at}u` }[kind];
    return `let ${name} = ${kind}[${index}];`;
  });
  const lets = kernel.lets.map(({ name, value }) => {
    const text = expressionText(shader, value, scope);
    const fresh = shader.fresh(name);
    scope.set(name, fresh);
    return `let ${fresh} = ${text};`;
  });
  const result = expressionText(shader, kernel.result, scope);
  const sides = (["pre", "post", "number"] as const).filter((side) => next[side] > 0);
  return `${shader.text()}
@group(0) @binding(0) var<storage, read_write> weights: array<f32>;
${sides.map((side, k) => `@group(0) @binding(${k + 1}) var<storage, read> ${side}: array<f32>;`).join("\n")}

@compute @workgroup_size(${ruleGroup.columns}, ${ruleGroup.rows})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let column = id.x;
  if (column >= ${columns}u) { return; }
  for (var row = id.y; row < ${rows}u; row += groups.y * ${ruleGroup.rows}u) {
    let place = row * ${columns}u + column;
    let ${scope.get("w")!} = weights[place];
    ${[...reads, ...lets].join("\n    ")}
    weights[place] = ${hollow ? `select(${result}, 0f, row == column)` : result};
  }
}`;
}
