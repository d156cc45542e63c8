/** `elapsed` as a variable of the synapse, where looking at a synapse would otherwise count as an event. */
import { name, namesIn, number, substitute } from "../ir/expr.ts";
import type { Expr } from "../ir/expr.ts";
import type { CheckedSynapse, CheckedSynapseStatement } from "../model/checkedSynapse.ts";
import { dimensions } from "../units/dimension.ts";

/** No name of a model can be this one. */
const sinceEvent = "since event";

/**
 * A model that names `elapsed` and has event-driven variables gets one more of them, which counts seconds and which every pathway that uses
 * them, or `elapsed`, sets to zero at its end. Then synapses may be brought up to now for other reasons (a monitor, a read, the jump of a
 * modulator), and whether a variable is stored once a neuron or once a synapse makes no difference.
 */
export function withEventClock(model: CheckedSynapse): CheckedSynapse {
  const behind = (e: Expr): Set<string> => {
    const names = namesIn(e);
    for (const s of model.subexpressions) if (names.has(s.name)) for (const n of behind(s.value)) names.add(n);
    return names;
  };
  const driven = new Set(model.variables.filter((v) => v.clock === "event-driven").map((v) => v.name));
  const namesOf = (s: CheckedSynapseStatement): string[] => [...behind(s.value), ...(s.kind === "assign" ? [s.target] : [])];
  const named = [...model.pathways, ...(model.regularly ? [model.regularly] : [])].some((p) =>
    p.statements.some((s) => namesOf(s).includes("elapsed")),
  );
  if (!named || driven.size === 0) return model;

  const put = (e: Expr): Expr => substitute(e, new Map([["elapsed", name(sinceEvent)]]));
  const statements = (list: readonly CheckedSynapseStatement[]): CheckedSynapseStatement[] => list.map((s) => ({ ...s, value: put(s.value) }));
  return {
    ...model,
    variables: [...model.variables, { name: sinceEvent, dimension: dimensions.second, initial: 0, derivative: number(1), clock: "event-driven" }],
    subexpressions: model.subexpressions.map((s) => ({ ...s, value: put(s.value) })),
    pathways: model.pathways.map((p) => {
      const isEvent = p.statements.some((s) => namesOf(s).some((n) => n === "elapsed" || driven.has(n)));
      const reset: CheckedSynapseStatement = { kind: "assign", target: sinceEvent, value: number(0) };
      return { ...p, statements: [...statements(p.statements), ...(isEvent ? [reset] : [])] };
    }),
    ...(model.regularly ? { regularly: { ...model.regularly, statements: statements(model.regularly.statements) } } : {}),
  };
}
