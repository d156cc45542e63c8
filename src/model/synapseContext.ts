/** What the checks of one synapse model share: beside names and problems, the unit of the weight and what is known of both ends. */
import { didYouMean } from "../errors.ts";
import { visitExpr } from "../ir/expr.ts";
import type { Expr } from "../ir/expr.ts";
import type { Scope } from "../lang/check.ts";
import { isLanguageWord } from "../lang/functions.ts";
import type { Span } from "../lang/problems.ts";
import type { Syntax } from "../lang/syntax.ts";
import { sameDimension } from "../units/dimension.ts";
import type { Dimension } from "../units/dimension.ts";
import { parseQuantity, readQuantity } from "../units/quantity.ts";
import type { ExtraUnits } from "../units/quantity.ts";
import type { SynapseEnds } from "./checkedSynapse.ts";
import { ModelContext } from "./context.ts";
import { endOf, sideName, synapseBuiltIns, synapseMeanings, unknownWeight } from "./synapseNames.ts";

/** Where an expression stands, which decides whether white noise, random draws and `elapsed` mean anything there. */
export type Place = "statement" | "subexpression" | "event-driven" | "clock-driven" | "sum";

export class SynapseContext extends ModelContext {
  readonly ends: SynapseEnds | undefined;
  /** Of the weight; `unknownWeight` when neither the model nor its ends say. */
  weight: Dimension;
  /** Of what is sent to the receptor. */
  receptor: Dimension | "any" | undefined;
  /** Subexpressions that hold `elapsed`, and those that draw random numbers, directly or through others. */
  readonly elapsing = new Set<string>();
  readonly drawing = new Set<string>();
  readonly modulators = new Set<string>();
  #place: Place = "statement";

  constructor(owner: string, ends: SynapseEnds | undefined) {
    super(owner, synapseBuiltIns, synapseMeanings);
    this.ends = ends;
    this.weight = ends?.weight ?? unknownWeight;
    this.receptor = ends ? ends.receptor : unknownWeight;
    for (const side of ["pre", "post"] as const) {
      for (const [name, dimension] of ends?.[side] ?? []) this.names.set(`${name}_${side}`, dimension);
    }
  }

  /** The pseudo-unit of the weight. */
  get units(): ExtraUnits {
    return new Map([["weight", this.weight]]);
  }

  override readQuantity(given: unknown, what: string): { readonly value: number; readonly dimension: Dimension } {
    return readQuantity(given as string, what, this.units);
  }

  /** Zero needs no unit. */
  override parseQuantity(given: unknown, dimension: Dimension, what: string): number {
    return given === 0 ? 0 : parseQuantity(given as string, dimension, what, this.units);
  }

  override add(code: string, message: string, hint: string): void {
    super.add(code, withWeight(message), withWeight(hint));
  }

  override addAt(code: string, message: string, hint: string, text: string, span: Span): void {
    // A quantity in a unit of its own cannot meet a weight whose unit is not known: nobody could say the factor between them.
    const apart = code === "units-mismatch" && sameDimension(this.weight, unknownWeight) && /candela\/|\/candela/.test(hint);
    super.addAt(code, withWeight(message), apart ? apartHint : withWeight(hint), text, span);
  }

  /** Reads one expression of a part of the model ("onPre", "dx/dt") that stands in a place of that kind. */
  readIn<T>(place: Place, part: string, text: string, readable: string, span: Span, check: (syntax: Syntax, scope: Scope) => T): T | undefined {
    this.#place = place;
    return this.read(part, text, readable, span, place === "clock-driven" || place === "subexpression", check);
  }

  override scope(part: string, text: string, noise: boolean): Scope {
    const common = super.scope(part, text, noise);
    return {
      ...common,
      units: this.units,
      // While the neurons are not known, every name of theirs may exist.
      lookUp: (name) => (this.ends === undefined && endOf(name) ? "any" : undefined),
      refused: (name) => this.#refused(name) ?? common.refused?.(name),
      unknownHint: (name) => this.hintForUnknown(name),
    };
  }

  /** Notes what a subexpression holds, once those it uses are noted. */
  note(name: string, value: Expr): void {
    visitExpr(value, (node) => {
      if (node.kind === "random" || (node.kind === "name" && this.drawing.has(node.name))) this.drawing.add(name);
      if (node.kind === "name" && (node.name === "elapsed" || this.elapsing.has(node.name))) this.elapsing.add(name);
    });
  }

  #refused(name: string): readonly [string, string] | undefined {
    if (name === "N" && !this.names.has("N")) return ["N could be the number of neurons of either side", "Write N_pre or N_post."];
    if (this.#place === "statement" || this.#place === "subexpression") return undefined;
    if (name === "elapsed" || this.elapsing.has(name)) {
      return [name === "elapsed" ? "elapsed stands" : `subexpression ${name}, which holds elapsed, stands`,
        "Time has elapsed only when an event arrives: use it in onPre, onPost or other statements."];
    }
    if (this.#place !== "event-driven") return undefined;
    if (name === "xi" || name.startsWith("xi_")) return [`white noise ${name} stands`, "Noise acts in every step: make the equation (clock-driven)."];
    if (this.drawing.has(name)) return [`subexpression ${name}, which draws random numbers, stands`, drawHint];
    return undefined;
  }

  /** What to do about a name that means nothing; undefined when no more is known than that. */
  hintForUnknown(name: string): string | undefined {
    const end = endOf(name);
    if (end && this.ends) {
      const known = [...this.ends[end.side].keys()];
      const near = didYouMean(end.variable, known);
      if (near) return `Did you mean ${near}_${end.side}?`;
      return known.length === 0 ? `The ${sideName[end.side]} side is a source of spikes, which has no variables.`
        : `Variables and parameters of the ${sideName[end.side]} neurons are ${known.join(", ")}.`;
    }
    if (name === "receptor") return 'Something is sent to the receptor by a statement of its own: "receptor += w".';
    const sides = (["post", "pre"] as const).filter((side) => this.ends?.[side].has(name));
    if (sides.length > 0) return `Write ${sides.map((side) => `${name}_${side}`).join(" or ")} for the variable of the neuron.`;
    if (isLanguageWord(name) || didYouMean(name, this.names.keys()) !== undefined) return undefined;
    return `Declare it under parameters or state; a variable of the neurons is written ${name}_pre or ${name}_post.`;
  }
}

const apartHint = 'The receptor of a projection decides the unit of the weight: write such quantities in "weight", or add a line like "w : volt".';
export const drawHint = "Between events nothing is drawn: draw in a statement, or make the equation (clock-driven).";

/** Whether the text of a quantity or unit is in units of the weight. */
export function isPerWeight(given: unknown): boolean {
  return typeof given === "string" && /\bweight\b/.test(given);
}

/** What messages call a dimension that no named unit has. */
const withWeight = (text: string): string => text.replaceAll("candela", "weight");

/** Whether a dimension is that of a weight of which nothing is known. */
export const isUnknownWeight = (dimension: Dimension): boolean => sameDimension(dimension, unknownWeight);
