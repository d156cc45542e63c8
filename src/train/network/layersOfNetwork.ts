/** The populations of a network in the order in which spikes go through them, where they are layers. */
import { UnsupportedError } from "../../errors.ts";
import { isStatic } from "../../model/synapse.ts";
import type { NetworkData, PopulationData, ProjectionData, RangeData } from "../../network/data.ts";

/** A population with what leads to it. */
export interface NetworkRow {
  readonly before: PopulationData;
  readonly population: PopulationData & { readonly kind: "neurons" };
  readonly incoming: ProjectionData;
  /** From the population to itself. */
  readonly recurrent: ProjectionData | undefined;
}

/**
 * The rows of a layered network.
 *
 * @throws {UnsupportedError} for what is not layered: names the projection, population or input
 */
export function layersOfNetwork(data: NetworkData): { readonly source: PopulationData; readonly layers: readonly NetworkRow[] } {
  const { populations, projections } = data;
  for (const { name } of data.inputs) throw notLayered(`input "${name}"`, "drives neurons beside the layers", "Give it as spikes of the source.");
  if (data.changes.length + (data.rewirings?.length ?? 0) + (data.structural?.length ?? 0) > 0) {
    throw notLayered("the network", "changes while it runs", "Leave out changes, rewiring and structural plasticity.");
  }
  const named = new Map(populations.map((p) => [p.name, p]));
  for (const projection of projections) checkProjection(projection, named);
  const sources = populations.filter((p) => p.kind !== "neurons"), [source, second] = sources;
  if (!source) throw notLayered("the network", "has no source of spikes", "Make one with net.spikeSource.");
  if (second) throw notLayered(`source "${second.name}"`, `is the second beside "${source.name}"`, "Use one source for all input.");
  const layers: NetworkRow[] = [], taken = new Set<ProjectionData>();
  for (let before: PopulationData = source; ;) {
    const [incoming, other] = projections.filter((p) => p.pre.population === before.name && p.post.population !== before.name);
    if (other) throw notLayered(`projection ${other.name}`, `is the second that leaves "${before.name}"`, "A layer goes on to one other.");
    if (!incoming) break;
    const population = named.get(incoming.post.population)!;
    if (population.kind !== "neurons" || layers.some((row) => row.population === population)) {
      throw notLayered(`projection ${incoming.name}`, "leads back to a layer before", "Layers may be recurrent only in themselves.");
    }
    const { name } = population, [recurrent, more] = projections.filter((p) => p.pre.population === name && p.post.population === name);
    if (more) throw notLayered(`projection ${more.name}`, `is the second from "${name}" to itself`, "Use one.");
    if (recurrent && recurrent.receptor !== incoming.receptor) {
      const told = `sends to "${recurrent.receptor}", ${incoming.name} to "${incoming.receptor}"`;
      throw notLayered(`projection ${recurrent.name}`, told, "Use one receptor.");
    }
    layers.push({ before, population, incoming, recurrent });
    taken.add(incoming);
    if (recurrent) taken.add(recurrent);
    before = population;
  }
  const left = projections.find((p) => !taken.has(p));
  if (left) throw notLayered(`projection ${left.name}`, `does not lie on the way from "${source.name}"`, "Connect the layers in a row.");
  const apart = populations.find((p) => p !== source && !layers.some((row) => row.population === p));
  if (apart) throw notLayered(`population "${apart.name}"`, `is not reached from "${source.name}"`, "Leave it out, or connect it.");
  return { source, layers };
}

function checkProjection({ name, model, pre, post, store }: ProjectionData, named: ReadonlyMap<string, PopulationData>): void {
  const what = `projection ${name}`;
  if (!isStatic(model)) throw notLayered(what, `has synapses of the model "${model.name}", not of fixed weights`, "Use staticSynapse.");
  if (store === false) throw notLayered(what, "has synapses that are not stored", "Leave out store: false.");
  for (const range of [pre, post]) {
    if (!isWhole(range, named)) throw notLayered(what, `connects a part of "${range.population}"`, "Connect whole populations.");
  }
  const target = named.get(post.population)!;
  const inTime = target.kind === "neurons" && Object.entries(target.values).find(([, v]) => typeof v === "string" && /\bt\b/.test(v));
  if (inTime) throw notLayered(`population "${target.name}"`, `has ${inTime[0]} that changes in time`, "Give it a value.");
}

const isWhole = ({ population, start, end }: RangeData, named: ReadonlyMap<string, PopulationData>): boolean =>
  start === 0 && end === named.get(population)!.size;

const notLayered = (what: string, why: string, hint: string): UnsupportedError =>
  new UnsupportedError("not-layered", `fromNetwork: ${what} ${why}`, hint);
