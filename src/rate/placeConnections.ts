/** Puts the weights of every connection on an engine. */
import type { ConnectionData, RateNetworkData } from "./data.ts";
import { findGpu } from "../backend/webgpu/gpu.ts";
import { checkChoice, openEngine, openGpuJs } from "./chooseEngine.ts";
import type { ChosenEngine, EngineChoice } from "./chooseEngine.ts";
import { wasmEngine } from "./engines/wasm.ts";
import { ruleKernel } from "./kernelSource.ts";
import { newReals } from "./matrix.ts";
import type { ArgumentKind, Engine, Matrix, MatrixSpec, RateEngine, RatePrecision, Reals } from "./matrix.ts";

/** A connection's matrix, and who works on it. */
export interface PlacedConnection {
  readonly data: ConnectionData;
  readonly spec: MatrixSpec;
  readonly matrix: Matrix;
  readonly engine: Engine;
  readonly reason: string;
}

export interface Placement {
  readonly connections: readonly PlacedConnection[];
  /** Who computes activations: gpu.js where that was asked for, else plain JavaScript. */
  readonly units: Engine;
  readonly dispose: () => void;
}

/** From this many weights on a graphics card is worth asking: below, the way there and back takes longer than the work. */
const worthAsking = 250_000;
const trials = 5;

/** @throws {UnsupportedError} when the engine that was asked for is not here, or cannot run a function */
export async function placeConnections(data: RateNetworkData, choice: EngineChoice, precision: RatePrecision): Promise<Placement> {
  checkChoice(choice, precision);
  const opened = new Map<RateEngine, Promise<Engine>>();
  const open = (name: RateEngine): Promise<Engine> => {
    const known = opened.get(name) ?? openEngine(name, precision);
    opened.set(name, known);
    return known;
  };
  const gpuJs = choice === "gpu.js" ? await openGpuJs() : undefined;
  const plain = await open("javascript");
  const named = choice === "auto" || choice === "gpu.js" ? undefined : choice;
  const asked: ChosenEngine | undefined = named ? { engine: await open(named), reason: "asked for" } : gpuJs;
  const connections: PlacedConnection[] = [];
  const dispose = (): void => {
    for (const { matrix } of connections) matrix.dispose();
    for (const engine of opened.values()) void engine.then((e) => e.dispose(), () => {});
    gpuJs?.engine.dispose();
  };
  try {
    for (const connection of data.connections) {
      const spec = specOf(connection, data);
      const { engine, reason } = asked ?? (await fastest(spec, precision, open));
      const matrix = await engine.matrix(spec);
      await matrix.write(connection.weights);
      connections.push({ data: connection, spec, matrix, engine, reason });
    }
  } catch (error) {
    dispose();
    throw error;
  }
  return { connections, units: asked?.engine ?? plain, dispose };
}

function specOf(connection: ConnectionData, { nodes }: RateNetworkData): MatrixSpec {
  const unitsOf = (name: string): number => nodes.find((n) => n.name === name)!.units;
  const kinds: readonly ArgumentKind[] = connection.rule
    ? ["pre", "post", ...connection.extras.map((e) => (e.kind === "number" || e.side === "own" ? "number" : e.side))] : [];
  return {
    what: `rate connection ${connection.name}`, rows: unitsOf(connection.pre), columns: unitsOf(connection.post), kinds,
    hollow: !connection.autapses, ...(connection.rule ? { rule: connection.rule } : {}),
  };
}

/**
 * Our WebAssembly was the fastest wherever there was no graphics card (docs/rate.md), and its weights may be worked on by plain JavaScript where
 * a rule is more than an expression. With a card, large matrices are tried on both for a moment.
 */
async function fastest(spec: MatrixSpec, precision: RatePrecision, open: (name: RateEngine) => Promise<Engine>): Promise<ChosenEngine> {
  const parsed = spec.rule ? ruleKernel(spec.rule, spec.kinds) : undefined;
  const problem = parsed && "problem" in parsed ? parsed.problem : undefined;
  const own: ChosenEngine = {
    engine: wasmEngine(precision, { anyRule: true }),
    reason: problem === undefined ? "the fastest without a graphics card" : `the rule runs as JavaScript, for it is no kernel: ${problem}`,
  };
  if (precision === "f64" || spec.rows * spec.columns < worthAsking) return own;
  const found = await findGpu();
  if (!("gpu" in found) || found.gpu.software) return own;
  const other = await open(problem === undefined ? "webgpu" : "gpu.js-webgpu").catch(() => undefined);
  if (!other) return own;
  const [ours, theirs] = [await timed(own.engine, spec), await timed(other, spec).catch(() => Infinity)];
  const there = theirs === Infinity ? `it does not run on ${found.gpu.name}` : `${theirs.toPrecision(2)} ms on ${found.gpu.name}`;
  const told = `${ours.toPrecision(2)} ms an update in WebAssembly, ${there}`;
  return theirs < ours ? { engine: other, reason: told } : { engine: own.engine, reason: told };
}

/** Milliseconds of an update, the least of a few. */
async function timed(engine: Engine, spec: MatrixSpec): Promise<number> {
  const matrix = await engine.matrix(spec);
  try {
    const rates = newReals("f32", spec.rows), sums = newReals("f32", spec.columns);
    const values = spec.kinds.map((kind): Reals | number => (kind === "number" ? 0 : kind === "pre" ? rates : sums));
    let least = Infinity;
    for (let k = 0; k <= trials; k++) {
      const begin = performance.now();
      if (spec.rule) await matrix.learn(values);
      await matrix.multiply(rates, sums);
      // The first one warms up.
      if (k > 0) least = Math.min(least, performance.now() - begin);
    }
    return least;
  } finally {
    matrix.dispose();
  }
}
