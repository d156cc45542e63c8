/** What the rules of edges that are made anew have in common: how a target is picked among those that are not the source itself. */
import type { ProceduralLayout } from "../procedural.ts";
import { multiplyWide } from "./wgsl/philox.ts";
import type { Shader } from "./wgsl/shader.ts";

/** The source's own number among the targets, and how many others there are; without it, a number that no target has. */
export const selfLines = ({ selfOffset, targetCount }: ProceduralLayout): string[] => [
  selfOffset === undefined ? "let own_number = 0xffffffffu;" : `let own_number = source - ${selfOffset >>> 0}u;`,
  selfOffset === undefined ? `let others = ${targetCount}u;` : `let others = ${targetCount}u - u32(own_number < ${targetCount}u);`,
];

/** `pick_goal(word, others, own_number)`: one of the others. */
export const pickGoal = (shader: Shader): string => shader.use("pick_goal", () => `
fn pick_goal(word: u32, others: u32, own_number: u32) -> u32 {
  let product = ${multiplyWide(shader)}(word, others);
  var goal = product.y;
  // The product of more than 53 bits is rounded to so many, which may lead to the next integer.
  let zeros = countLeadingZeros(goal);
  if (zeros < 11u && product.x >= 0u - (1u << (10u - zeros))) { goal++; }
  return goal + u32(goal >= own_number);
}`);
