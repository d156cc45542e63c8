/**
 * Pieces of code that differ in nothing but numbers become one piece with parameters: what the driver compiles does not grow with the number of
 * populations and projections.
 */
import type { Plan } from "./stages.ts";

export interface Family {
  readonly text: string;
  readonly parameters: readonly { readonly name: string; readonly type: "u32" | "f32"; readonly values: readonly string[] }[];
  /** Numbers of the pieces, in the order of the parameters' values. */
  readonly members: readonly number[];
}

/** Numbers with a type of their own, which no identifier contains. */
const numeral = /(?<![\w.])(?:0x[0-9a-f]+u|\d+u|\d+(?:\.\d*)?(?:e[+-]?\d+)?f)(?!\w)/gi;

export function familiesOf(texts: readonly string[]): Family[] {
  const skeletons = new Map<string, number[]>();
  texts.forEach((text, k) => {
    const skeleton = text.replace(numeral, (n) => (n.endsWith("u") ? "#u" : "#f"));
    skeletons.set(skeleton, [...(skeletons.get(skeleton) ?? []), k]);
  });
  return [...skeletons.values()].map((members) => {
    const numbers = members.map((k) => texts[k]!.match(numeral) ?? []);
    const parameters: { name: string; type: "u32" | "f32"; values: string[] }[] = [];
    const names = (numbers[0] ?? []).map((first, place) => {
      const values = numbers.map((of) => of[place]!);
      if (values.every((v) => v === first)) return undefined;
      const known = parameters.find((p) => p.values.every((v, j) => v === values[j]));
      if (known) return known.name;
      const made = { name: `p_${parameters.length}`, type: first.endsWith("u") ? ("u32" as const) : ("f32" as const), values };
      parameters.push(made);
      return made.name;
    });
    let place = 0;
    return { text: texts[members[0]!]!.replace(numeral, (n) => names[place++] ?? n), parameters, members };
  });
}

/** Declarations of a family's parameters, whose values for each member lie in `own`; `which` is the number of the member. */
export function parameterLines({ parameters, members }: Family, which: string, { layout, tables }: Plan): string[] {
  if (parameters.length === 0) return [];
  const words = members.flatMap((_, k) => parameters.map(({ type, values }) => wordOf(type, values[k]!)));
  const at = layout.ownWords + tables.place(words);
  return [
    `let p_at = ${at}u + ${which} * ${parameters.length}u;`,
    ...parameters.map(({ name, type }, k) => `let ${name} = ${type === "u32" ? `own[p_at + ${k}u]` : `bitcast<f32>(own[p_at + ${k}u])`};`),
  ];
}

const wordOf = (type: "u32" | "f32", numeral: string): number =>
  type === "u32" ? Number(numeral.slice(0, -1)) : new Uint32Array(Float32Array.of(Number(numeral.slice(0, -1))).buffer)[0]!;
