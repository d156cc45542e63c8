/** What happens at a synapse when spikes of either side, of a modulator, or regular times reach it. */
import { didYouMean } from "../errors.ts";
import { neg } from "../ir/expr.ts";
import { checkNumberOf } from "../lang/check.ts";
import { withoutComments } from "../lang/lines.ts";
import { readStatements } from "../lang/statements.ts";
import type { Statement } from "../lang/statements.ts";
import { dimensions } from "../units/dimension.ts";
import type { Dimension } from "../units/dimension.ts";
import type { CheckedPathway, CheckedSynapse, CheckedSynapseStatement } from "./checkedSynapse.ts";
import { desugar, inUnit } from "./events.ts";
import { shorten } from "./names.ts";
import { entriesOf, isRecord, kindOf } from "./shape.ts";
import type { Fields } from "./shape.ts";
import type { SynapseContext } from "./synapseContext.ts";
import type { SynapseDeclarations } from "./synapseEquations.ts";
import { endOf, synapseBuiltIns } from "./synapseNames.ts";

/** Pathways in the order pre, post, modulators, each side in the order in which its author wrote them. */
export function checkPathways(spec: Fields, declared: SynapseDeclarations, context: SynapseContext): CheckedPathway[] {
  const given = (["pre", "post"] as const).flatMap((side) => textsOf(spec, side));
  for (const [name, text] of entriesOf(spec, "onModulator")) {
    if (!context.modulators.has(name)) {
      const near = didYouMean(name.slice(0, 80), context.modulators);
      context.add("unknown-modulator", `onModulator of ${context.owner} names ${shorten(name)}, which is not one of its modulators`,
        near ? `Did you mean ${near}?` : `Add it: modulators: [${JSON.stringify(shorten(name))}].`);
    }
    given.push({ name, on: "modulator", part: `onModulator.${shorten(name)}`, text: text as string });
  }
  checkNames(given, context);
  return given.map(({ name, on, part, text }) => ({ name, on, statements: checkStatements(part, text, declared, context) }));
}

/** @returns what happens at regular times, and how often */
export function checkRegularly(spec: Fields, declared: SynapseDeclarations, context: SynapseContext): CheckedSynapse["regularly"] {
  const given = spec["regularly"];
  if (!isRecord(given)) return undefined;
  const what = `regularly.every of ${context.owner}`;
  const every = context.attempt(() => context.parseQuantity(given["every"], dimensions.second, what));
  if (every !== undefined && !(every > 0)) {
    context.add("not-positive", `${what} is ${kindOf(given["every"])}`, 'Give a positive time such as "10 ms".');
  }
  return { every: every ?? 0, statements: checkStatements("regularly", given["statements"] as string, declared, context) };
}

interface PathwayText { readonly name: string; readonly on: CheckedPathway["on"]; readonly part: string; readonly text: string }

function textsOf(spec: Fields, side: "pre" | "post"): PathwayText[] {
  const field = side === "pre" ? "onPre" : "onPost";
  const given = spec[field] ?? (side === "pre" ? "receptor += w" : {});
  if (typeof given === "string") return [{ name: side, on: side, part: field, text: given }];
  return Object.entries(given as Readonly<Record<string, string>>)
    .map(([name, text]) => ({ name, on: side, part: `${field}.${shorten(name)}`, text }));
}

/** Delays are given by the names of pathways, so each is a word of its own. */
function checkNames(given: readonly PathwayText[], context: SynapseContext): void {
  const seen = new Set<string>();
  for (const { name, part } of given) {
    // An object of delays must not look like an array with a unit, or like a distribution.
    const foreign = ["values", "unit", "distribution"].includes(name) || name in {};
    if (!/^[A-Za-z]\w*$/.test(name) || name.length > 60 || foreign) {
      context.add("bad-name", `pathway ${part} of ${context.owner} has a name that cannot be used`,
        "A name begins with a letter and holds letters, digits and _; values, unit and distribution are taken.");
    } else if (seen.has(name)) {
      context.add("duplicate-name", `two pathways of ${context.owner} are called ${name}`, "Give each a name of its own, by which it gets a delay.");
    }
    seen.add(name);
  }
}

function checkStatements(part: string, text: string, declared: SynapseDeclarations, context: SynapseContext): CheckedSynapseStatement[] {
  const readable = withoutComments(text);
  if (readable.trim() === "") {
    const hint = part === "onPre" ? "Write e.g. receptor += w, or onPre: {} when presynaptic spikes do nothing."
      : "Write e.g. x += 1, or leave it out.";
    context.add("no-statements", `${part} of ${context.owner} holds no statement`, hint);
    return [];
  }
  const statements = readStatements(readable, (problem) => context.addAt(problem.code, `${problem.message} in ${part} of ${context.owner}`,
    problem.hint, text, problem.span));
  return statements.flatMap((statement): CheckedSynapseStatement[] => {
    const target = targetOf(statement, declared, context);
    if ("wrong" in target) {
      context.addAt(target.code ?? "cannot-assign", `${statement.target} in ${part} of ${context.owner} ${target.wrong}`, target.hint, text,
        statement.targetSpan);
      return [];
    }
    const needed = target.dimension === "any" ? "" : `${statement.target} is ${inUnit(target.dimension)}`;
    const value = context.readIn("statement", part, text, readable, statement.right, (syntax, scope) =>
      checkNumberOf(target.sent === undefined ? desugar(statement, syntax) : syntax, target.dimension, needed, scope));
    if (value === undefined) return [];
    if (target.sent === undefined) return [{ kind: "assign", target: statement.target, value }];
    return [{ kind: "transmit", target: target.sent, value: statement.update === "sub" ? neg(value) : value }];
  });
}

const ownHint = "Assign a variable of the synapse.";

type Target =
  | { readonly dimension: Dimension | "any"; readonly sent?: "receptor" | { readonly variable: string } }
  | { readonly wrong: string; readonly hint: string; readonly code?: string };

/** What a statement changes: a variable of the synapse, or the neuron that receives. */
function targetOf({ target: name, update }: Statement, declared: SynapseDeclarations, context: SynapseContext): Target {
  const own = declared.variables.find((v) => v.name === name);
  if (own) return { dimension: own.dimension };
  const adds = update === "add" || update === "sub";
  const end = endOf(name);
  if (name === "receptor") {
    if (!adds) return { wrong: "is only added to", hint: "Many synapses send to one receptor: write receptor += …." };
    if (context.receptor !== undefined) return { dimension: context.receptor, sent: "receptor" };
    return { code: "no-receptor", wrong: "is sent to, but the projection names no receptor",
      hint: "Add receptor: … to the projection, or onPre: {} to a model whose spikes send nothing." };
  }
  if (end?.side === "pre") return { wrong: "belongs to the presynaptic neuron, which synapses can only read", hint: ownHint };
  if (end) return targetOfNeuron(name, end.variable, adds, context);
  return notAVariable(name, declared, context);
}

function targetOfNeuron(name: string, variable: string, adds: boolean, context: SynapseContext): Target {
  const dimension = context.ends ? context.ends.post.get(variable) : "any";
  if (dimension === undefined) {
    return { code: "unknown-name", wrong: "is no variable of the postsynaptic neuron", hint: context.hintForUnknown(name)! };
  }
  if (!adds) return { wrong: "is only added to", hint: `Many synapses change one neuron: write ${name} += ….` };
  if (context.ends?.postVariables && !context.ends.postVariables.has(variable)) {
    const variables = [...context.ends.postVariables].join(", ");
    return { wrong: "is a parameter of the postsynaptic neuron", hint: `Add to one of its variables: ${variables}.` };
  }
  return { dimension, sent: { variable } };
}

function notAVariable(name: string, declared: SynapseDeclarations, context: SynapseContext): Target {
  if (declared.parameters.some((p) => p.name === name)) {
    return { wrong: "is a parameter, which no spike can change", hint: `Move ${name} from parameters to state.` };
  }
  if (context.modulators.has(name)) return { wrong: "is a modulator, which synapses can only read", hint: ownHint };
  if (synapseBuiltIns.has(name)) return { wrong: "is built in and cannot be changed", hint: ownHint };
  if (declared.subexpressions.some((s) => s.name === name)) {
    return { wrong: "is a subexpression, which follows from the others", hint: "Assign a variable it uses, or make it a variable." };
  }
  const near = didYouMean(name, [...declared.variables.map((v) => v.name), "receptor"]);
  return { wrong: "is not a variable of the synapse", hint: near ? `Did you mean ${near}?`
    : `Write receptor += … or ${name}_post += … to change the neuron, or add ${name} under state with an initial value.` };
}
