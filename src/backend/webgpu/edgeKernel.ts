/**
 * An `EdgeKernel` in WGSL, a lane an edge. Every lane computes its element's own statements from the values of before; what they store is the
 * affair of the element's thread.
 */
import type { EdgeLayout } from "../contract.ts";
import type { EndValue } from "../../ir/edge.ts";
import { namesIn, type Expr } from "../../ir/expr.ts";
import type { Statement } from "../../ir/kernel.ts";
import { pendingLines } from "./edgeWork.ts";
import { indented } from "./lines.ts";
import type { DueWork, WorkPlace } from "./edgeWork.ts";
import type { Access } from "./places.ts";
import type { Rings } from "./rings.ts";
import { expressionText } from "./wgsl/expression.ts";
import type { Scope } from "./wgsl/expression.ts";
import { folded, foldedStatements } from "./wgsl/folding.ts";
import { literal } from "./wgsl/literal.ts";
import { rounded } from "./wgsl/plain.ts";
import { normalText, uniformText } from "./wgsl/random.ts";
import type { Shader } from "./wgsl/shader.ts";
import { shareTerms } from "./wgsl/sharedTerms.ts";
import { statementLines } from "./wgsl/statements.ts";

/** Random numbers of one distribution that are drawn one by one. */
const fewDraws = 3;

export interface WalkedKernel {
  readonly layout: EdgeLayout;
  /** Among the program's edge kernels. */
  readonly number: number;
  /** Work on elements that comes before these edges are walked and is not stored yet. */
  readonly due: readonly DueWork[];
}

/** Whether a kernel has anything to do at edges. */
export const hasEdges = ({ body, deliver, elapsed }: EdgeLayout["kernel"]): boolean => body.length > 0 || deliver.length > 0 || elapsed !== undefined;

/** Whether edges know the element from which they were reached. */
export const asksForElement = ({ kernel }: EdgeLayout): boolean =>
  usedByEdges(kernel).own.length > 0 || (kernel.walk === "in" ? kernel.deliver.length > 0 || usesName(kernel, "j") : usesName(kernel, "i"));

/**
 * Lines for the edges of an item: before them (`first` is the first edge, `element` the walked element in its table), and for each `edge`; walks
 * along columns number edges by their places there.
 */
export function edgeLines(
  shader: Shader, access: Access, { layout, number, due }: WalkedKernel, rings: Rings,
): { readonly setup: readonly string[]; readonly each: readonly string[] } {
  return new EdgeLines(shader, access, layout, number, due.filter(({ work }) => work.remembers === undefined), rings).lines();
}

class EdgeLines {
  readonly #shader: Shader;
  readonly #access: Access;
  readonly #layout: EdgeLayout;
  readonly #number: number;
  readonly #due: readonly DueWork[];
  readonly #rings: Rings;

  constructor(shader: Shader, access: Access, layout: EdgeLayout, number: number, due: readonly DueWork[], rings: Rings) {
    this.#shader = shader;
    this.#access = access;
    this.#layout = layout;
    this.#number = number;
    this.#due = due;
    this.#rings = rings;
  }

  lines(): { setup: string[]; each: string[] } {
    const { kernel, columns } = this.#layout;
    const shader = this.#shader;
    const scope: Scope = new Map();
    const known = new Map<string, Expr>();
    const setup = this.#setup(scope, known);
    const along = kernel.walk === "in";
    const each = along ? [`let synapse = ${this.#access.u32(columns!.edges, "edge")};`] : [];
    const synapse = along ? "synapse" : "edge";
    each.push(...this.#farEnd(scope, along), ...this.#arrays(scope, synapse), ...this.#elapsed(scope, synapse), ...this.#draws(scope));

    const body = shareTerms(foldedStatements(kernel.body, known));
    each.push(...statementLines(shader, body, scope));
    const assigned = assignedIn(body);
    for (const array of kernel.state.filter((a) => assigned.has(a)))
      each.push(this.#access.storeF32(this.#layout.edgeAddress(array), synapse, scope.get(array)!));
    if (kernel.elapsed !== undefined && this.#layout.visits !== undefined)
      each.push(this.#access.storeU32(this.#layout.visits, synapse, "step + 1u"));
    each.push(...this.#limits(scope), ...this.#deliveries(scope, known, along));
    return { setup, each };
  }

  /** What all edges of an item share: values of their element and of all elements, and slots of rings. */
  #setup(scope: Scope, known: Map<string, Expr>): string[] {
    const { kernel, sharedAddress, ownAddress, rings, arrivalDelay, history, sourceStart, targetStart } = this.#layout;
    const { own, ownBody } = usedByEdges(kernel);
    const shader = this.#shader, access = this.#access;
    const lines: string[] = [];
    const declare = (name: string, value: string): void => {
      const identifier = shader.fresh(name);
      scope.set(name, identifier);
      lines.push(`let ${identifier} = ${value};`);
    };
    for (const { name, array } of kernel.shared) declare(name, access.f32(sharedAddress(array), "0u"));
    if (kernel.time !== undefined) scope.set(kernel.time, "epoch.end");
    const near = kernel.walk === "in" ? "j" : "i";
    if (usesName(kernel, near)) declare(near, `f32(element - ${kernel.walk === "in" ? targetStart : sourceStart}u)`);
    const lagged = history ? own.filter((v) => v.lag !== undefined) : [];
    if (lagged.length > 0) lines.push(`let age = ${this.#ageOf("first")};`);
    for (const value of lagged) declare(value.name, access.f32(ownAddress(value.array), this.#past("element", "age", value.lag!)));
    lines.push(...this.#present(own.filter((v) => !lagged.includes(v)), ownAddress, "element", scope));
    lines.push(...statementLines(shader, foldedStatements(ownBody, known), scope));
    rings.forEach(({ slots }, k) => lines.push(`let slot_${k} = (step + ${arrivalDelay}u) % ${slots}u;`));
    return lines;
  }

  /** The element at the other end, and what its arrays hold. */
  #farEnd(scope: Scope, along: boolean): string[] {
    const { kernel, history, otherAddress, sourceStart, targetStart, delayStride } = this.#layout;
    const far = along ? "i" : "j";
    const wanted = kernel.other.length > 0 || (kernel.deliver.length > 0 && !along) || usesName(kernel, far);
    if (!wanted) return [];
    const packed = along ? history !== undefined : delayStride > 0;
    const stride = along ? history?.stride : delayStride;
    const lines = [`let word = ${this.#wordOf("edge")};`, packed ? `let other = word % ${stride}u;` : "let other = word;"];
    if (usesName(kernel, far)) scope.set(far, `f32(other - ${along ? sourceStart : targetStart}u)`);
    const lagged = along && history ? kernel.other.filter((v) => v.lag !== undefined) : [];
    if (lagged.length > 0) lines.push(`let age = ${this.#ageOf("edge")};`);
    for (const value of lagged) {
      const identifier = this.#shader.fresh(value.name);
      scope.set(value.name, identifier);
      lines.push(`let ${identifier} = ${this.#access.f32(otherAddress(value.array), this.#past("other", "age", value.lag!))};`);
    }
    return [...lines, ...this.#present(kernel.other.filter((v) => !lagged.includes(v)), otherAddress, "other", scope)];
  }

  /** Arrays of one end as they are when the work that is due is done. */
  #present(values: readonly EndValue[], address: (array: string) => number, element: string, scope: Scope): readonly string[] {
    if (values.length === 0) return [];
    const place: WorkPlace = { shader: this.#shader, access: this.#access, element, step: "step", time: "epoch.end" };
    const wanted = values.map(({ name, array }) => ({ name, address: address(array) }));
    const { lines, variables } = pendingLines(this.#due, wanted, place, { step: "(step - 1u)", time: "epoch.earlier" });
    for (const { name, address: at } of wanted) scope.set(name, variables.get(at)!);
    return lines;
  }

  #arrays(scope: Scope, synapse: string): string[] {
    const { kernel, edgeAddress } = this.#layout;
    return [...kernel.state, ...kernel.constants].map((array) => {
      const identifier = this.#shader.fresh(array);
      scope.set(array, identifier);
      return `${kernel.state.includes(array) ? "var" : "let"} ${identifier} = ${this.#access.f32(edgeAddress(array), synapse)};`;
    });
  }

  #elapsed(scope: Scope, synapse: string): string[] {
    const { kernel, visits, dt } = this.#layout;
    if (kernel.elapsed === undefined) return [];
    const identifier = this.#shader.fresh(kernel.elapsed);
    scope.set(kernel.elapsed, identifier);
    const steps = `f32(step + 1u - ${this.#access.u32(visits!, synapse)})`;
    return [`let ${identifier} = ${rounded(this.#shader)}(${steps} * ${literal(dt, this.#shader)});`];
  }

  #draws(scope: Scope): string[] {
    const { kernel, stream } = this.#layout;
    const shader = this.#shader;
    return (["uniform", "normal"] as const).flatMap((distribution) => {
      const draws = kernel.draws.filter((d) => d.distribution === distribution);
      const text = distribution === "uniform" ? uniformText : normalText;
      const valueOf = (draw: string): string => `${rounded(shader)}(${text(shader, "edge", "step", `${stream >>> 0}u`, draw)})`;
      if (draws.length <= fewDraws) {
        return draws.map(({ name, draw }) => {
          const identifier = shader.fresh(name);
          scope.set(name, identifier);
          return `let ${identifier} = ${valueOf(`${draw}u`)};`;
        });
      }
      // One piece of code for all of them: drivers put functions wherever they are called.
      const [drawn, numbers] = [shader.fresh(distribution), shader.fresh("numbers")];
      draws.forEach(({ name }, k) => scope.set(name, `${drawn}[${k}]`));
      return [
        `var ${numbers} = array<u32, ${draws.length}>(${draws.map(({ draw }) => `${draw}u`).join(", ")});`,
        `var ${drawn}: array<f32, ${draws.length}>;`,
        `for (var k = 0u; k < ${draws.length}u; k++) { ${drawn}[k] = ${valueOf(`${numbers}[k]`)}; }`,
      ];
    });
  }

  #limits(scope: Scope): string[] {
    return this.#layout.kernel.limits.flatMap(({ array, low, high }) => {
      const value = scope.get(array)!;
      // Bits tell what is not finite: compilers may assume that everything is.
      const broken = [
        `(bitcast<u32>(${value}) & 0x7f800000u) == 0x7f800000u`,
        ...(low === -Infinity ? [] : [`${value} < ${literal(low, this.#shader)}`]),
        ...(high === Infinity ? [] : [`${value} > ${literal(high, this.#shader)}`]),
      ];
      return [`if (${broken.join(" || ")}) { fail_edge(${this.#number}u, edge); }`];
    });
  }

  #deliveries(scope: Scope, known: ReadonlyMap<string, Expr>, along: boolean): string[] {
    const { kernel, rings } = this.#layout;
    return kernel.deliver.flatMap(({ value }, k) => {
      const ring = this.#rings.find(rings[k]!.address);
      const text = expressionText(this.#shader, folded(value, known), scope);
      const index = this.#rings.place(ring, `slot_${k}`, along ? "element" : "other");
      return ["{", ...indented([`let index = ${index};`, this.#rings.add(this.#shader, ring, "index", text)]), "}"];
    });
  }

  /** The word that says where an edge leads: along rows to its target, along columns to its source. */
  #wordOf(edge: string): string {
    const { kernel, targets, targetBytes, columns } = this.#layout;
    const [address, bytes] = kernel.walk === "in" ? [columns!.sources, columns!.sourceBytes] : [targets, targetBytes];
    return bytes === 2 ? this.#access.u16(address, edge) : this.#access.u32(address, edge);
  }

  /** Steps from the source's spike to the edge, where each edge has its own delay. */
  #ageOf(edge: string): string {
    const { kernel, history, delayStride } = this.#layout;
    return kernel.walk === "in" ? `(${history!.slots}u - ${this.#wordOf(edge)} / ${history!.stride}u)` : `(${this.#wordOf(edge)} / ${delayStride}u)`;
  }

  /** Place of what an element's array held `lag` steps before the end of the step that was `age` steps ago. */
  #past(element: string, age: string, lag: number): string {
    const { slots, stride } = this.#layout.history!;
    return `((step + ${2 * slots + 1 - lag}u - ${age}) % ${slots}u) * ${stride}u + ${element}`;
  }
}

/** What edges use of their element: of its arrays, and of its own statements. */
function usedByEdges({ own, ownBody, body, deliver }: EdgeLayout["kernel"]): { own: readonly EndValue[]; ownBody: readonly Statement[] } {
  const used = new Set<string>();
  const note = (s: Statement): void => {
    for (const n of namesIn(s.kind === "while" ? s.condition : s.value)) used.add(n);
    if (s.kind === "while") s.body.forEach(note);
  };
  body.forEach(note);
  for (const { value } of deliver) for (const n of namesIn(value)) used.add(n);
  const kept = ownBody.toReversed().filter((s) => {
    const isUsed = s.kind === "while" || used.has(s.name);
    if (isUsed) note(s);
    return isUsed;
  });
  return { own: own.filter((v) => used.has(v.name)), ownBody: kept.toReversed() };
}

/** Whether statements or deliveries name something. */
function usesName({ body, deliver }: EdgeLayout["kernel"], wanted: string): boolean {
  const inside = (e: Expr): boolean => namesIn(e).has(wanted);
  const inStatement = (s: Statement): boolean =>
    s.kind === "while" ? inside(s.condition) || s.body.some(inStatement) : inside(s.value);
  return body.some(inStatement) || deliver.some((d) => inside(d.value));
}

export function assignedIn(statements: readonly Statement[]): Set<string> {
  return new Set(statements.flatMap((s) => (s.kind === "assign" ? [s.name] : s.kind === "while" ? [...assignedIn(s.body)] : [])));
}
