/**
 * Structural plasticity: neurons keep their mean activity by growing and retracting synaptic elements; vacant elements of axons and dendrites pair
 * at random to synapses.
 *
 * @source Butz & van Ooyen (2013), PLoS Comput. Biol. 9:e1003259. doi:10.1371/journal.pcbi.1003259
 * @source Diaz-Pier et al. (2016), Front. Neuroanat. 10:57 (as in NEST). doi:10.3389/fnana.2016.00057
 */
import { ArgumentError } from "../errors.ts";
import type { GrowthCurve } from "../math/growthCurve.ts";
import { dimensions } from "../units/dimension.ts";
import { parseQuantity } from "../units/quantity.ts";
import type { Quantity } from "../units/quantity.ts";
import { positiveTime, unknownName } from "./checks.ts";
import type { ProjectionData, RangeData } from "./data.ts";
import type { SpikingGroup } from "./population.ts";
import type { Projection } from "./projection.ts";

/** Handle on a rule of structural plasticity; `sim.elements` tells its state. */
export class StructuralPlasticity {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

interface ElementBase {
  /** Kind of element, e.g. "axon_ex"; the same name in several populations means that they compete for the same partners. */
  readonly name: string;
  /** The highest rate of growth, elements a second. Default 0.1 Hz, a tenth of an element in a second. */
  readonly rate?: Quantity;
  /** Elements beyond those that are connected at the start. Default 0. */
  readonly start?: number;
  /** Part of the vacant elements that is lost at each update. Default 0.1. */
  readonly vacantDecay?: number;
}

export type SynapticElementsOptions = ElementBase & { readonly population: SpikingGroup } & GrowthCurve;

/** Synapses made of one kind of axonal and one kind of dendritic element. */
export interface StructuralSynapses<P = Projection> {
  readonly axon: string;
  readonly dendrite: string;
  /** One from each population with the axonal elements to each with the dendritic ones; each has one delay, and one weight for new synapses. */
  readonly projections: readonly P[];
}

export interface StructuralOptions {
  readonly name?: string;
  /** Time between changes of synapses. */
  readonly every: Quantity;
  /** Calcium decays with `tau` (default 10 s) and rises by `beta` (default 0.001) with each spike: in the mean rate · beta · tau. */
  readonly calcium?: { readonly tau?: Quantity; readonly beta?: number; readonly start?: number };
  readonly elements: readonly SynapticElementsOptions[];
  readonly synapses: readonly StructuralSynapses[];
}

export type SynapticElementsData = Required<ElementBase> & { readonly population: RangeData } & GrowthCurve;

export interface StructuralData {
  readonly name: string;
  readonly every: Quantity;
  readonly calcium: { readonly tau: Quantity; readonly beta: number; readonly start: number };
  readonly elements: readonly SynapticElementsData[];
  readonly synapses: readonly StructuralSynapses<string>[];
}

const curves = { linear: ["eps"], gaussian: ["eta", "eps"], sigmoid: ["eps", "psi"] } as const;

const same = (a: RangeData, b: RangeData): boolean => a.population === b.population && a.start === b.start && a.end === b.end;

/** @throws {ArgumentError} for curves that mean nothing, and for elements without the projections that join them */
export function checkStructural(name: string, options: StructuralOptions, projectionOf: (name: string) => ProjectionData): StructuralData {
  const what = `structural plasticity "${name}"`;
  positiveTime(options.every, `${what}: every`);
  const { tau = "10 s", beta = 0.001, start = 0 } = options.calcium ?? {};
  positiveTime(tau, `${what}: tau`);
  if (!(beta > 0 && Number.isFinite(beta)))
    throw new ArgumentError("value", `${what}: calcium rises by ${beta} with a spike`, "Give a beta above 0.");
  if (!(start >= 0 && Number.isFinite(start)))
    throw new ArgumentError("value", `${what}: calcium begins at ${start}`, "A concentration is 0 or more.");
  const elements = options.elements.map((e) => checkElements(e, what));
  const again = elements.find((e, k) => elements.findIndex((f) => f.name === e.name && same(f.population, e.population)) < k);
  if (again)
    throw new ArgumentError("duplicate", `${what}: "${again.population.population}" has elements "${again.name}" twice`, "Give them once.");
  const synapses = options.synapses.map((kind) => checkSynapses(kind, elements, what, projectionOf));
  const names = synapses.flatMap((kind) => kind.projections);
  const twice = names.find((n, k) => names.indexOf(n) !== k);
  if (twice !== undefined)
    throw new ArgumentError("duplicate", `${what}: projection ${twice} is named twice`, "A projection has one kind of synapse.");
  const used = new Set(synapses.flatMap((s) => [s.axon, s.dendrite]));
  const idle = elements.find((e) => !used.has(e.name));
  if (idle)
    throw new ArgumentError("elements", `${what}: no synapse is made of elements "${idle.name}"`,
      "Name them in synapses: [{ axon, dendrite, projections }].");
  return { name, every: options.every, calcium: { tau, beta, start }, elements, synapses };
}

function checkElements(given: SynapticElementsOptions, owner: string): SynapticElementsData {
  const what = `${owner}: elements "${given.name}" of "${given.population.name}"`;
  const { name, rate = "0.1 Hz", start = 0, vacantDecay = 0.1, population, curve } = given;
  if (!Object.hasOwn(curves, curve)) throw unknownName(what, "growth curve", String(curve), Object.keys(curves));
  const numbers = Object.fromEntries(curves[curve].map((key) => [key, (given as unknown as Record<string, number>)[key]]));
  for (const [key, value] of Object.entries(numbers)) {
    if (!(Number.isFinite(value) && (key === "eta" || value! > 0)))
      throw new ArgumentError("value", `${what}: ${key} is ${value}`,
        `A ${curve} curve needs ${curves[curve].join(" and ")}, concentrations of calcium.`);
  }
  if (given.curve === "gaussian" && !(given.eta < given.eps))
    throw new ArgumentError("value", `${what}: eta ${given.eta} is not below eps ${given.eps}`, "Elements grow between eta and eps, the target.");
  if (!(parseQuantity(rate, dimensions.hertz, `${what}: rate`) > 0))
    throw new ArgumentError("value", `${what}: the rate of growth is ${rate}`, 'Write e.g. rate: "0.1 Hz".');
  if (!(start >= 0 && Number.isFinite(start))) throw new ArgumentError("value", `${what}: ${start} elements at the start`, "Use 0 or more.");
  if (!(vacantDecay >= 0 && vacantDecay <= 1))
    throw new ArgumentError("value", `${what}: vacantDecay ${vacantDecay} is not a part`, "Use a number from 0 to 1.");
  return { name, population: population.range, rate, start, vacantDecay, curve, ...numbers } as unknown as SynapticElementsData;
}

function checkSynapses(
  { axon, dendrite, projections }: StructuralSynapses, elements: readonly SynapticElementsData[], owner: string,
  projectionOf: (name: string) => ProjectionData,
): StructuralSynapses<string> {
  const what = `${owner}: synapses of ${axon} and ${dendrite}`;
  const all = [...new Set(elements.map((e) => e.name))];
  for (const n of [axon, dendrite]) if (!all.includes(n)) throw unknownName(what, "elements", n, all);
  const data = projections.map((p) => projectionOf(p.name));
  for (const from of elements.filter((e) => e.name === axon)) {
    for (const to of elements.filter((e) => e.name === dendrite)) {
      const joining = data.filter((p) => same(p.pre, from.population) && same(p.post, to.population));
      if (joining.length !== 1)
        throw new ArgumentError("elements",
          `${what}: ${joining.length} of the projections lead from ${from.population.population} to ${to.population.population}`,
          "Give one projection for each pair of populations.");
    }
  }
  for (const p of data) {
    const fits = elements.some((e) => e.name === axon && same(e.population, p.pre))
      && elements.some((e) => e.name === dendrite && same(e.population, p.post));
    if (!fits)
      throw new ArgumentError("elements", `${what}: projection ${p.name} does not lead from ${axon} to ${dendrite}`,
        "Leave it out, or give its populations these elements.");
  }
  return { axon, dendrite, projections: data.map((p) => p.name) };
}
