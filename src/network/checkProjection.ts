/** What a user gives to `net.projection`, checked; each error names the projection, the value and the fix. */
import { ArgumentError } from "../errors.ts";
import type { CheckedSynapse } from "../model/checkedSynapse.ts";
import type { SynapseModel } from "../model/synapse.ts";
import { isUnknownWeight } from "../model/synapseContext.ts";
import { projectionOptionNames } from "../model/synapseNames.ts";
import { dimensionName, dimensions, isDimensionless } from "../units/dimension.ts";
import type { Dimension } from "../units/dimension.ts";
import { formatQuantity, looksLikeQuantity, parseQuantity } from "../units/quantity.ts";
import type { Quantity } from "../units/quantity.ts";
import { unknownName } from "./checks.ts";
import { coincidences } from "./data.ts";
import type { ProjectionData } from "./data.ts";
import type { Modulator } from "./modulator.ts";
import type { CommonProjectionOptions } from "./projection.ts";
import { resolveValue } from "./values.ts";
import type { Value } from "./values.ts";

/** The options of any projection. */
export type AnyProjectionOptions = CommonProjectionOptions<SynapseModel> & {
  readonly receptor?: string;
  readonly modulators?: Readonly<Record<string, Modulator>>;
} & Readonly<Record<string, unknown>>;

/** What the checks of one projection share. */
export interface ProjectionCheck {
  /** `projection E→E`. */
  readonly what: string;
  readonly checked: CheckedSynapse;
  /** Names that expressions for the values of synapses may use. */
  readonly scope: ReadonlyMap<string, Dimension>;
  /** How many synapses there will be, when that does not depend on chance. */
  readonly count: number | undefined;
}

/** Values of the model's parameters and state among the options, in units without `weight`. */
export function checkSynapseValues(options: AnyProjectionOptions, check: ProjectionCheck): Record<string, Value> {
  const given = Object.entries(options).filter(([key, value]) => !(projectionOptionNames as readonly string[]).includes(key) && value !== undefined);
  const known = dimensionsOf(check.checked, false);
  return Object.fromEntries(given.map(([key, value]) => {
    const dimension = known.get(key);
    if (!dimension) {
      const all = [...known.keys(), ...projectionOptionNames];
      throw unknownName(check.what, "option, parameter or state variable", key, key === "w" ? ["weight"] : all);
    }
    return [key, checkSynapseValue(key, value as Value, dimension, check)];
  }));
}

/** A default such as "1 weight" would be a volt, where the receptor is one: values in the unit of the weight have to be given. */
export function checkWeightUnits(model: SynapseModel, checked: CheckedSynapse, given: AnyProjectionOptions, what: string): void {
  const { dimension } = checked.variables[0]!;
  if (!isUnknownWeight(model.checked.variables[0]!.dimension) || isDimensionless(dimension)) return;
  const missing = checked.parameters.find((p) => p.perWeight && p.value !== 0 && given[p.name] === undefined);
  if (!missing) return;
  const shown = formatQuantity(missing.value, missing.dimension);
  const told = `${what}: ${missing.name} of synapse "${model.name}" is in units of the weight, and its default is ${shown} here`;
  throw new ArgumentError("weight-unit", told,
    `Give it, e.g. ${missing.name}: "${formatQuantity(missing.value / 1000, missing.dimension)}".`);
}

/** Parameters and variables of a synapse, with or without the weight. */
export function dimensionsOf({ parameters, variables }: CheckedSynapse, withWeight: boolean): Map<string, Dimension> {
  return new Map([...(withWeight ? variables : variables.slice(1)), ...parameters].map((v) => [v.name, v.dimension]));
}

export function checkSynapseValue(key: string, given: Value, dimension: Dimension, { what, checked, scope, count }: ProjectionCheck): Value {
  const value = inWeightUnit(given, checked.variables[0]!.dimension, `${what}: ${key}`);
  const resolved = resolveValue(value, dimension, scope, `${what}: ${key}`);
  if (resolved.kind === "array" && resolved.values.length !== count) {
    const where = count === undefined ? ", but this connector makes a random number of synapses" : ` for ${count} synapses`;
    const fix = count === undefined ? "Use an explicit connector with arrays, or a distribution." : `Give ${count} values.`;
    throw new ArgumentError("size", `${what}: ${key} has ${resolved.values.length} values${where}`, fix);
  }
  return value;
}

/** A preset may give "1 weight": the weight's unit takes its place. */
function inWeightUnit(value: Value, weight: Dimension, what: string): Value {
  if (typeof value !== "string" || !/\bweight\b/.test(value)) return value;
  if (!looksLikeQuantity(value)) return value.replace(/\bweight\b/g, isDimensionless(weight) ? "1" : dimensionName(weight));
  const inUnit = value.replace(/\bweight\b/g, isDimensionless(weight) ? "1" : dimensionName(weight));
  return isDimensionless(weight) ? parseQuantity(value, weight, what, new Map([["weight", weight]])) : inUnit;
}

export type DelayData = Pick<ProjectionData, "delay" | "pathwayDelays" | "dendriticDelay" | "coincident">;

/** Delays of the whole projection, of single pathways and of the dendrite, and the order of coincident spikes. */
export function checkDelays(options: AnyProjectionOptions, pathways: readonly string[], check: ProjectionCheck): DelayData {
  const { what } = check;
  const { delay, dendriticDelay, coincident } = options;
  const pathwayDelays = isPathwayDelays(delay) ? delay : undefined;
  const single = pathwayDelays ? undefined : (delay as Value | undefined);
  if (single !== undefined) checkSynapseValue("delay", single, dimensions.second, check);
  for (const [name, value] of Object.entries(pathwayDelays ?? {})) {
    if (!pathways.includes(name)) throw unknownName(`${what}: delay`, "pathway", name, pathways);
    checkTime(value, `${what}: delay of ${name}`);
  }
  if (dendriticDelay !== undefined) checkTime(dendriticDelay, `${what}: dendriticDelay`);
  if (coincident !== undefined && !coincidences.includes(coincident)) {
    throw unknownName(`${what}: coincident`, "order", String(coincident), coincidences);
  }
  if (coincident !== undefined && coincident !== "pre-first" && dendriticDelay === undefined) {
    throw new ArgumentError(
      "coincident",
      `${what}: coincident "${coincident}" without a dendritic delay`,
      'Add dendriticDelay: "1 ms" (at least one step), or leave coincident out.',
    );
  }
  return {
    delay: single,
    ...(pathwayDelays ? { pathwayDelays: { ...pathwayDelays } } : {}),
    ...(dendriticDelay === undefined ? {} : { dendriticDelay }),
    ...(coincident === undefined ? {} : { coincident }),
  };
}

function isPathwayDelays(delay: AnyProjectionOptions["delay"]): delay is Readonly<Record<string, Quantity>> {
  return typeof delay === "object" && delay !== null && !Array.isArray(delay) && !ArrayBuffer.isView(delay) && !("distribution" in delay) &&
    !("values" in delay);
}

function checkTime(value: Quantity, what: string): void {
  if (!(parseQuantity(value, dimensions.second, what) >= 0)) {
    throw new ArgumentError("time", `${what}: ${value} is negative`, "Use 0 s or more.");
  }
}

/** Bounds of the weights and Dale's law; weights that are known already must keep them. */
export function checkWeightRules(options: AnyProjectionOptions, check: ProjectionCheck): Pick<ProjectionData, "limits" | "dale"> {
  const { what, checked, scope } = check;
  const { limits, dale, weight } = options;
  const { dimension } = checked.variables[0]!;
  if (limits !== undefined && !(Array.isArray(limits as unknown) && limits.length === 2)) {
    throw new ArgumentError("limits", `${what}: limits are not two weights`, 'Write limits: ["0 mV", "1 mV"].');
  }
  if (dale !== undefined && dale !== "excitatory" && dale !== "inhibitory") {
    throw unknownName(`${what}: dale`, "kind", String(dale), ["excitatory", "inhibitory"]);
  }
  const [low, high] = limits ? limits.map((q, k) => parseQuantity(q, dimension, `${what}: limits[${k}]`)) : [];
  if (low !== undefined && high !== undefined && !(low <= high)) {
    throw new ArgumentError("limits", `${what}: limits ${limits![0]} to ${limits![1]} hold no weight`, "Give the lower limit first.");
  }
  const wrong = (w: number): readonly [problem: string, fix: string] | undefined => {
    const outside = low !== undefined && high !== undefined && (w < low || w > high);
    if (outside) return [`is outside the limits ${limits![0]} to ${limits![1]}`, "Change the weight or the limits."];
    if (dale === "excitatory" && w < 0) return ["of an excitatory projection is negative", 'Give weights of 0 or more, or dale: "inhibitory".'];
    if (dale === "inhibitory" && w > 0) return ["of an inhibitory projection is positive", 'Give weights of 0 or less, or dale: "excitatory".'];
    return undefined;
  };
  const resolved = resolveValue(weight, dimension, scope, `${what}: weight`);
  const known = resolved.kind === "array" ? resolved.values : resolved.expr.kind === "number" ? [resolved.expr.value] : [];
  known.forEach((w, k) => {
    const found = wrong(w);
    if (!found) return;
    const which = resolved.kind === "array" ? ` of synapse ${k}` : "";
    throw new ArgumentError("weight", `${what}: weight ${formatQuantity(w, dimension)}${which} ${found[0]}`, found[1]);
  });
  return { ...(limits === undefined ? {} : { limits: [limits[0], limits[1]] as const }), ...(dale === undefined ? {} : { dale }) };
}

/** Which populations the model's modulators are. `isModulator` says whether a handle belongs to the network. */
export function checkModulators(
  options: AnyProjectionOptions,
  check: ProjectionCheck,
  isModulator: (name: string) => boolean,
): Record<string, string> {
  const { what, checked } = check;
  const given = options.modulators ?? {};
  for (const name of Object.keys(given)) {
    if (!checked.modulators.includes(name)) throw unknownName(`${what}: synapse "${checked.name}"`, "modulator", name, checked.modulators);
  }
  return Object.fromEntries(checked.modulators.map((name) => {
    const modulator = given[name];
    if (modulator === undefined) {
      const fix = `Add modulators: { ${name}: net.modulator("${name}", { tau: "200 ms" }) }.`;
      throw new ArgumentError("modulator", `${what}: modulator "${name}" of synapse "${checked.name}" is not given`, fix);
    }
    const population = modulator?.population?.range?.population;
    if (typeof population !== "string" || !isModulator(population)) {
      throw new ArgumentError("modulator", `${what}: what is given for "${name}" is no modulator of this network`, "Make it with net.modulator(…).");
    }
    return [name, population];
  }));
}
