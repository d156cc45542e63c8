/**
 * What happens at an update, in this order: inputs take what the neurons did; layers compute their rates, in the order of their declaration; traces
 * follow; rules change the weights.
 */
import type { Extra, LayerData, RateNetworkData } from "./data.ts";
import { newReals } from "./matrix.ts";
import type { RatePrecision, Reals, RuleArguments, UnitMap } from "./matrix.ts";
import type { InputReader, RateNode } from "./nodes.ts";
import type { PlacedConnection, Placement } from "./placeConnections.ts";

export interface LayerParts {
  readonly data: RateNetworkData;
  readonly precision: RatePrecision;
  readonly nodes: ReadonlyMap<string, RateNode>;
  readonly readers: ReadonlyMap<string, InputReader>;
  readonly placement: Placement;
  readonly activations: ReadonlyMap<string, UnitMap>;
}

type Owner = "layer" | "connection";

export class LayerUpdates {
  readonly #parts: LayerParts;
  /** Numbers given to functions, by owner and name: those of the description, and what became of them. */
  readonly #numbers = new Map<string, Map<string, number>>();
  readonly #frozen = new Set<string>();
  /** Scratch: what one connection, those from other layers, and all together bring to each unit of a layer. */
  readonly #sums = new Map<string, { readonly one: Reals; readonly still: Reals; readonly drive: Reals }>();

  constructor(parts: LayerParts) {
    this.#parts = parts;
    for (const { name, units } of parts.data.nodes) {
      const sums = () => newReals(parts.precision, units);
      this.#sums.set(name, { one: sums(), still: sums(), drive: sums() });
    }
    this.#restoreNumbers();
  }

  /** The update at time `now` (s). @throws {SimulationError} when a rate or trace is not finite */
  async update(now: number): Promise<void> {
    const { data, nodes, readers, placement } = this.#parts;
    for (const description of data.nodes) {
      const node = nodes.get(description.name)!;
      if (description.kind === "input") readers.get(description.name)!.read(now, node.rates);
      else await this.#activate(description, node);
      node.updateTraces();
      node.check(now);
    }
    for (const connection of placement.connections) {
      if (!connection.data.rule || this.#frozen.has(connection.data.name)) continue;
      const learning = connection.matrix.learn(this.#ruleArguments(connection));
      if (learning) await learning;
    }
  }

  /** Rates, traces, weights and numbers as they were described. */
  async clear(): Promise<void> {
    const { nodes, readers, placement } = this.#parts;
    for (const node of nodes.values()) node.clear();
    for (const reader of readers.values()) reader.clear();
    for (const { matrix, data } of placement.connections) await matrix.write(data.weights);
    this.#frozen.clear();
    this.#restoreNumbers();
  }

  /** The numbers that the function of a layer or connection is given; they may be changed. */
  numbersOf(kind: Owner, name: string): Map<string, number> | undefined {
    return this.#numbers.get(keyOf(kind, name));
  }

  setPlasticity(connection: string, learns: boolean): void {
    if (learns) this.#frozen.delete(connection);
    else this.#frozen.add(connection);
  }

  async #activate(layer: LayerData, node: RateNode): Promise<void> {
    const { placement, nodes, activations } = this.#parts;
    const { one, still, drive } = this.#sums.get(layer.name)!;
    const coming = placement.connections.filter(({ data }) => data.post === layer.name);
    const add = async ({ matrix, data }: PlacedConnection, to: Reals): Promise<void> => {
      const work = matrix.multiply(nodes.get(data.pre)!.rates, one);
      if (work) await work;
      for (let k = 0; k < to.length; k++) to[k]! += one[k]!;
    };
    still.set(layer.bias);
    for (const connection of coming) if (connection.data.pre !== layer.name) await add(connection, still);
    const values = [drive, node.rates, ...layer.extras.map((e) => this.#extra(keyOf("layer", layer.name), e, layer.name, layer.name))];
    for (let k = 0; k < layer.settle; k++) {
      drive.set(still);
      for (const connection of coming) if (connection.data.pre === layer.name) await add(connection, drive);
      const work = activations.get(layer.name)!.apply(values, node.rates);
      if (work) await work;
    }
  }

  #ruleArguments({ data }: PlacedConnection): RuleArguments {
    const { nodes } = this.#parts;
    const extras = data.extras.map((e) => this.#extra(keyOf("connection", data.name), e, data.pre, data.post));
    return [nodes.get(data.pre)!.rates, nodes.get(data.post)!.rates, ...extras];
  }

  #extra(owner: string, extra: Extra, pre: string, post: string): Reals | number {
    if (extra.kind === "number") return this.#numbers.get(owner)!.get(extra.name)!;
    return this.#parts.nodes.get(extra.side === "post" ? post : pre)!.traces.get(extra.trace)!;
  }

  #restoreNumbers(): void {
    const { nodes, connections } = this.#parts.data;
    const table = (extras: readonly Extra[]) => new Map(extras.flatMap((e) => (e.kind === "number" ? [[e.name, e.value] as const] : [])));
    for (const node of nodes) if (node.kind === "layer") this.#numbers.set(keyOf("layer", node.name), table(node.extras));
    for (const { name, extras } of connections) this.#numbers.set(keyOf("connection", name), table(extras));
  }
}

const keyOf = (kind: Owner, name: string): string => `${kind} ${name}`;
