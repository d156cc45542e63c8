/**
 * Weights and delays of synapses, and the uniform numbers that wiring is drawn from, computed in f64 by generated WebAssembly: a network
 * of 10^8 synapses draws several 10^8 random numbers, too many for a loop of JavaScript. The results do not depend on the back-end.
 */
import { call, local, Module } from "../backend/wasm/assembler.ts";
import type { Func } from "../backend/wasm/assembler.ts";
import { bernoulliTargets } from "../backend/wasm/bernoulliTargets.ts";
import { fillNormal, fillUniform } from "../backend/wasm/continuousDraws.ts";
import { emitMapKernel } from "../backend/wasm/mapKernel.ts";
import { invariant, SimulationError } from "../errors.ts";
import type { Expr, RandomExpr } from "../ir/expr.ts";
import { mapExpr, mul, name, namesIn, number, visitExpr } from "../ir/expr.ts";
import { bernoulliRoom } from "../math/bernoulli.ts";
import type { MapKernel } from "../ir/kernel.ts";
import { keySchedule } from "../math/philox.ts";
import type { Seed } from "../math/philox.ts";
import { distanceBetween } from "../network/positions.ts";
import type { Connector } from "../network/connectors.ts";
import type { ResolvedValue } from "../network/values.ts";
import { Arena } from "./arena.ts";
import type { Batch, BernoulliSource, PatternContext, UniformSource } from "./pattern.ts";
import { batchSize } from "./patternDraws.ts";
import { streamId } from "./streams.ts";

type Exported = (...values: number[]) => number;

/** One value (weight or delay) of one projection that differs from synapse to synapse. */
export interface ValueRequest {
  readonly id: string;
  readonly value: ResolvedValue;
  readonly scale: number;
}

interface Compiled {
  readonly names: readonly string[];
  readonly draws: readonly RandomExpr[];
  readonly run: Exported;
}

/** Most pages of the machine's own memory: some columns of a batch. */
const scratchPages = 1024;

/** Elements beyond a batch that fills may write. */
const slack = 64;

export class SynapseValueMachine {
  readonly #arena: Arena;
  readonly #uniform: Exported;
  readonly #normal: Exported;
  readonly #bernoulli: Exported;
  readonly #kernels: ReadonlyMap<string, Compiled>;
  readonly #result: number;
  readonly #columns: readonly number[];
  readonly #words: number;
  readonly #targets: number;

  private constructor(
    arena: Arena,
    exports: Record<string, Exported>,
    kernels: ReadonlyMap<string, Compiled>,
    addresses: { readonly result: number; readonly columns: readonly number[]; readonly words: number; readonly targets: number },
  ) {
    this.#arena = arena;
    this.#uniform = exports["uniform"]!;
    this.#normal = exports["normal"]!;
    this.#bernoulli = exports["bernoulli"]!;
    this.#kernels = kernels;
    this.#result = addresses.result;
    this.#columns = addresses.columns;
    this.#words = addresses.words;
    this.#targets = addresses.targets;
  }

  /** Compiles one function for each requested value. */
  static async make(seed: Seed, requests: readonly ValueRequest[]): Promise<SynapseValueMachine> {
    const arena = new Arena(scratchPages);
    const keys = arena.allocate(80, "wiring");
    arena.u32(keys, 20).set(keySchedule(seed));
    const module = new Module();
    exportAs(module, "uniform", fillUniform(module, keys, "f64"));
    exportAs(module, "normal", fillNormal(module, keys, "f64"));
    exportAs(module, "bernoulli", bernoulliTargets(module, keys));
    const plans = requests.flatMap(({ id, value, scale }, k) =>
      value.kind === "expr" ? [{ id, functionName: `value_${k}`, ...planValue(value.expr, scale) }] : []);
    const columnCount = plans.reduce((most, p) => Math.max(most, p.names.length + p.draws.length), 0);
    const column = () => arena.allocate(8 * (batchSize + slack), "wiring");
    const result = column(),
      words = column();
    const columns = Array.from({ length: columnCount }, column);
    const targets = arena.allocate(4 * bernoulliRoom, "wiring");
    for (const p of plans) {
      const constants = [...p.names, ...p.draws.map(drawName)];
      const places = new Map<string, number>([["value", result], ...constants.map((c, k) => [c, columns[k]!] as const)]);
      const layout = { size: batchSize, address: (array: string) => places.get(array)!, drawAddress: () => 0 };
      emitMapKernel(module, kernelOfValue(p.functionName, p, ["value"]), layout, "f64");
    }
    const { instance } = await WebAssembly.instantiate(module.encode({ pages: 1, maximumPages: scratchPages, shared: false }), {
      env: { memory: arena.memory },
    });
    const exports = instance.exports as unknown as Record<string, Exported>;
    const kernels = new Map(plans.map((p) => [p.id, { names: p.names, draws: p.draws, run: exports[p.functionName]! }]));
    return new SynapseValueMachine(arena, exports, kernels, { result, columns, words, targets });
  }

  /** Uniform numbers of a stream. */
  uniform(streamName: string): UniformSource {
    const stream = streamId(streamName);
    return (element, count, step, draw) => {
      invariant(count <= batchSize && element % 16 === 0, "uniform numbers come in batches that start at a block");
      this.#uniform(element, element + Math.ceil(count / 16) * 16, step, stream, draw, this.#words);
      return this.#arena.f64(this.#words, count);
    };
  }

  /** Targets of single sources, from a stream. */
  bernoulli(streamName: string): BernoulliSource {
    const stream = streamId(streamName);
    return (element, source, base, end, scale, self) =>
      this.#arena.u32(this.#targets, this.#bernoulli(element, source, stream, base, end, scale, self, this.#targets));
  }

  /** Values of a batch for the request of that id, drawn from the stream; the array is valid until the next call of the same function. */
  values(request: ValueRequest, connect: Connector, context: PatternContext, streamName: string, what: string): (batch: Batch) => Float64Array {
    const { value, scale } = request;
    let out = new Float64Array(batchSize);
    const reserve = (count: number) => {
      if (out.length < count) out = new Float64Array(2 * count);
    };
    if (value.kind === "array") {
      return (batch) => {
        reserve(batch.count);
        for (let k = 0; k < batch.count; k++) out[k] = value.values[batch.first + k]! * scale;
        return out;
      };
    }
    const kernel = this.#kernels.get(request.id);
    invariant(kernel, `no kernel for ${request.id}`);
    const stream = streamId(streamName);
    return (batch) => {
      reserve(batch.count);
      // Random numbers come in blocks of 16, of which a batch may begin in the middle.
      for (let from = 0, n = 0; from < batch.count; from += n) {
        const lead = (batch.element + from) % 16, begin = batch.element + from - lead;
        n = Math.min(batchSize - lead, batch.count - from);
        const padded = Math.ceil((lead + n) / 16) * 16;
        kernel.names.forEach((column, k) => fillColumn(this.#arena.f64(this.#columns[k]!, padded), column, batch, from, n, lead, connect, context));
        kernel.draws.forEach((draw, k) => {
          const fill = draw.distribution === "uniform" ? this.#uniform : this.#normal;
          fill(begin, begin + padded, batch.step, stream, draw.draw, this.#columns[kernel.names.length + k]!);
        });
        let bad = kernel.run(0, padded, 0, 0);
        if (bad < 0 && (-1 - bad < lead || -1 - bad >= lead + n)) {
          // Elements around the batch are no synapses of it: again, with values of the first synapse in their place.
          for (const address of this.#columns) this.#arena.f64(address, padded).forEach((_, e, column) => {
            if (e < lead || e >= lead + n) column[e] = column[lead]!;
          });
          bad = kernel.run(0, padded, 0, 0);
        }
        if (bad < 0) {
          const k = Math.max(0, -1 - bad - lead);
          throw new SimulationError(
            "not-finite",
            `${what}: the value of the synapse from neuron ${batch.pre[from + k]} to ${batch.post[from + k]} is not finite`,
            "Check the expression for a division by zero or a logarithm of a negative number.",
          );
        }
        out.set(this.#arena.f64(this.#result + 8 * lead, n), from);
      }
      return out;
    };
  }
}

function exportAs(module: Module, exportName: string, inner: Func): void {
  const parameters = Object.fromEntries(inner.params.map((p) => [p.name, p.type]));
  const f = module.func(exportName, parameters, inner.result);
  f.emit(call(inner, ...f.params.map((p) => local.get(p))));
}

export const drawName = (draw: RandomExpr): string => `draw ${draw.draw}`;

/** What a value is computed from: names of the synapse's ends, and random numbers. */
export interface ValuePlan {
  readonly names: readonly string[];
  readonly draws: readonly RandomExpr[];
  readonly expr: Expr;
}

export function planValue(expr: Expr, scale: number): ValuePlan {
  const draws: RandomExpr[] = [];
  visitExpr(expr, (e) => {
    if (e.kind === "random" && !draws.some((d) => d.draw === e.draw)) draws.push(e);
  });
  // `i` means the element of a kernel, so the index of the source goes by another name.
  const renamed = mapExpr(expr, (e) => (e.kind === "random" ? name(drawName(e)) : e.kind === "name" && e.name === "i" ? name("source") : e));
  const names = [...namesIn(renamed)].filter((n) => !draws.some((d) => drawName(d) === n));
  return { names, draws, expr: scale === 1 ? renamed : mul(renamed, number(scale)) };
}

/** The kernel that computes a value, one element a synapse; random numbers are constants like all else. */
export function kernelOfValue(functionName: string, { names, draws, expr }: ValuePlan, finite: readonly string[]): MapKernel {
  return {
    name: functionName, state: ["value"], constants: [...names, ...draws.map(drawName)], scalars: [], inputs: [], draws: [],
    body: [{ kind: "assign", name: "value", value: expr }], finite,
  };
}

/** Fills `column` from element `lead` on; those around get the value of a neighbour. */
function fillColumn(
  whole: Float64Array, of: string, batch: Batch, from: number, n: number, lead: number, connect: Connector, context: PatternContext,
): void {
  const column = lead === 0 ? whole : whole.subarray(lead);
  const { pre, post } = batch;
  const { prePositions, postPositions, preStart, postStart } = context;
  switch (of) {
    case "source":
      for (let k = 0; k < n; k++) column[k] = pre[from + k]!;
      break;
    case "j":
      for (let k = 0; k < n; k++) column[k] = post[from + k]!;
      break;
    case "N_pre":
      column.fill(context.preSize);
      break;
    case "N_post":
      column.fill(context.postSize);
      break;
    case "distance": {
      invariant(prePositions && postPositions, "distances were checked to exist");
      const periodic = connect.rule === "distanceDependent" ? connect.periodic : undefined;
      for (let k = 0; k < n; k++)
        column[k] = distanceBetween(prePositions, preStart + pre[from + k]!, postPositions, postStart + post[from + k]!, periodic);
      break;
    }
    default: {
      const [axisName, side] = of.split("_");
      const positions = side === "pre" ? prePositions : postPositions;
      const axis = ["x", "y", "z"].indexOf(axisName!);
      invariant(positions && axis >= 0, `unknown name ${of} in a synapse's value`);
      const [index, start] = side === "pre" ? [pre, preStart] : [post, postStart];
      for (let k = 0; k < n; k++) column[k] = positions.coordinates[(start + index[from + k]!) * positions.dimensions + axis]!;
    }
  }
  column.fill(column[0]!, n);
  whole.fill(column[0]!, 0, lead);
}
