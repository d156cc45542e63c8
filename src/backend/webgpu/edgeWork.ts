/**
 * What actions of the schedule do to arrays of single elements: traces decay, events change them, histories remember them. The element's own thread
 * does it; edges that read such an array before that has happened compute what it will be.
 */
import { flushInterval } from "../contract.ts";
import type { Action, EdgeLayout, MapLayout } from "../contract.ts";
import { indented } from "./lines.ts";
import type { Access } from "./places.ts";
import { spikedText } from "./edgeHistory.ts";
import type { Column } from "./stages.ts";
import type { Shader } from "./wgsl/shader.ts";
import { statementLines } from "./wgsl/statements.ts";
import type { Scope } from "./wgsl/expression.ts";

export interface ElementArray {
  readonly address: number;
  readonly name: string;
}

/** Where lines of work stand: WGSL expressions of the element, of the step that they belong to, and of the second at which it ends. */
export interface WorkPlace {
  readonly shader: Shader;
  readonly access: Access;
  readonly element: string;
  readonly step: string;
  readonly time: string;
}

export interface ElementWork {
  readonly column: Column;
  /** Arrays of the element. */
  readonly reads: readonly ElementArray[];
  readonly writes: readonly ElementArray[];
  /** Whether it reads what other elements hold (modulators). */
  readonly readsShared: boolean;
  /** Address of the history that it stores to. */
  readonly remembers?: number;
  /** Lines that change the variables which hold the arrays, by address. */
  readonly lines: (place: WorkPlace, variables: ReadonlyMap<number, string>) => readonly string[];
}

/** Work of this step, or of the one before. */
export interface DueWork {
  readonly work: ElementWork;
  readonly earlier: boolean;
}

/** Traces advance by a step; now and then what is too small to matter becomes 0. */
export function decayWork({ kernel, address, size }: MapLayout, from: number, to: number, column: Column): ElementWork {
  const arrays = (names: readonly string[]): ElementArray[] => names.map((name) => ({ address: address(name), name }));
  return {
    column,
    reads: arrays([...kernel.state, ...kernel.constants]),
    writes: arrays(kernel.state),
    readsShared: false,
    lines: ({ shader, element, step }, variables) => {
      const scope: Scope = new Map([["i", `f32(${element})`]]);
      for (const name of [...kernel.state, ...kernel.constants]) scope.set(name, variables.get(address(name))!);
      const flush = (kernel.flush ?? []).map((name) => {
        const variable = variables.get(address(name))!;
        return `if (abs(${variable}) < 1e-30f) { ${variable} = 0f; }`;
      });
      const lines = [
        ...statementLines(shader, kernel.body, scope),
        ...(flush.length > 0 ? [`if ((${step} & ${flushInterval - 1}u) == ${flushInterval - 1}u) {`, ...indented(flush), "}"] : []),
      ];
      return from === 0 && to >= size ? block(lines) : when(`${element} >= ${from}u && ${element} < ${to}u`, lines);
    },
  };
}

/** What events do to the arrays of their own element; they fall into the step `delay` steps after its spike. */
export function eventWork(layout: EdgeLayout, delay: number, column: Column): ElementWork {
  const { kernel, ownAddress, sharedAddress, sourceStart, sourceCount, targetStart, targetCount } = layout;
  const [start, count] = kernel.walk === "in" ? [targetStart, targetCount] : [sourceStart, sourceCount];
  return {
    column,
    reads: [
      ...kernel.own.map(({ name, array }) => ({ name, address: ownAddress(array) })),
      ...kernel.ownStores.map(({ array }) => ({ name: array, address: ownAddress(array) })),
    ],
    writes: kernel.ownStores.map(({ array }) => ({ name: array, address: ownAddress(array) })),
    readsShared: kernel.shared.length > 0,
    lines: (place, variables) => {
      const { shader, access, element, step, time } = place;
      const scope: Scope = new Map();
      for (const { name, array } of kernel.own) scope.set(name, variables.get(ownAddress(array))!);
      for (const { name, array } of kernel.shared) scope.set(name, access.f32(sharedAddress(array), "0u"));
      if (kernel.time !== undefined) scope.set(kernel.time, time);
      const lines = [
        ...statementLines(shader, kernel.ownBody, scope),
        ...kernel.ownStores.map(({ array, value }) => `${variables.get(ownAddress(array))!} = ${scope.get(value)!};`),
      ];
      const inside = start === 0 && count >= column.size ? "" : `${element} >= ${start}u && ${element} < ${start + count}u && `;
      return when(`${inside}${spikedText(shader, column, element, delay === 0 ? step : `${step} - ${delay}u`)}`, lines);
    },
  };
}

/** Keeps what an array holds at the end of a step. */
export function rememberWork({ from, to, slots, bytes }: Action & { readonly kind: "remember" }, column: Column): ElementWork {
  return {
    column,
    reads: [{ address: from, name: "remembered" }],
    writes: [],
    readsShared: false,
    remembers: to,
    lines: ({ access, element, step }, variables) => [
      access.storeF32(to, `((${step} + 1u) % ${slots}u) * ${bytes / 4}u + ${element}`, variables.get(from)!),
    ],
  };
}

/**
 * Lines that declare a variable for each of the wanted arrays of an element, and bring them up to what they are when the work is done.
 *
 * @param place of this step; `earlier`: the same of the step before
 */
export function pendingLines(
  due: readonly DueWork[], wanted: readonly ElementArray[], place: WorkPlace, earlier: Pick<WorkPlace, "step" | "time">,
): { readonly lines: readonly string[]; readonly variables: ReadonlyMap<number, string> } {
  const arrays = new Map(wanted.map((a) => [a.address, a.name]));
  const needed: DueWork[] = [];
  for (const one of due.toReversed()) {
    if (one.work.remembers === undefined && !one.work.writes.some((a) => arrays.has(a.address))) continue;
    needed.unshift(one);
    for (const { address, name } of one.work.reads) if (!arrays.has(address)) arrays.set(address, name);
  }
  const { shader, access, element } = place;
  const variables = new Map([...arrays].map(([address, name]) => [address, shader.fresh(name)]));
  return {
    variables,
    lines: [
      ...[...variables].map(([address, name]) => `var ${name} = ${access.f32(address, element)};`),
      ...needed.flatMap(({ work, earlier: before }) =>
        before ? when("epoch.call != 0u", work.lines({ ...place, ...earlier }, variables)) : work.lines(place, variables)),
    ],
  };
}

/** Lines that do the work of an element and store what it changes. */
export function workLines(due: readonly DueWork[], place: WorkPlace, earlier: Pick<WorkPlace, "step" | "time">): string[] {
  if (due.length === 0) return [];
  const written = [...new Map(due.flatMap(({ work }) => work.writes).map((a) => [a.address, a])).values()];
  const { lines, variables } = pendingLines(due, written, place, earlier);
  return block([...lines, ...written.map(({ address }) => place.access.storeF32(address, place.element, variables.get(address)!))]);
}

const block = (lines: readonly string[]): string[] => ["{", ...indented(lines), "}"];
const when = (condition: string, lines: readonly string[]): string[] => [`if (${condition}) {`, ...indented(lines), "}"];
