/** Finds out which variable of which neuron left the finite numbers, when a kernel has stopped before storing it. */
import { interpretMapKernel } from "../backend/interpreter/mapKernel.ts";
import { drawAt, meanOf } from "../backend/interpreter/draws.ts";
import { SimulationError } from "../errors.ts";
import { seedOf } from "../math/philox.ts";
import { dimensions } from "../units/dimension.ts";
import { formatQuantity } from "../units/quantity.ts";
import type { Group } from "./group.ts";
import type { Arena } from "./arena.ts";
import { drawAddress } from "./build.ts";
import type { SimulationParts } from "./parts.ts";

export interface FailedStep {
  readonly element: number;
  /** First element of the tile whose random numbers lie in memory; absent where they have to be drawn again. */
  readonly lo?: number;
  readonly step: number;
  /** The step's row of the group's scalars. */
  readonly scalars: Float32Array | Float64Array | readonly number[];
}

/** Repeats the failed step for the one neuron with the interpreter, on copies. */
export function notFiniteError(parts: SimulationParts, arena: Arena, group: Group, failed: FailedStep): SimulationError {
  const { options } = parts;
  const { precision, dt } = options;
  const kernel = { ...group.kernel!, finite: [] };
  const { element, lo, step, scalars } = failed;
  const copies = new Map(
    [...kernel.state, ...kernel.constants].map((n) => [n, Float64Array.from(arena.real(precision, group.address(n), group.size))]),
  );
  const before = new Map([...copies].map(([n, values]) => [n, values[element]!]));
  interpretMapKernel(
    kernel,
    {
      size: group.size,
      array: (n) => copies.get(n)!,
      input: (n) => {
        const ring = [...group.rings.values()].find((r) => r.input === n)!;
        return Float64Array.from(arena.real(precision, ring.address + (step % ring.slots) * ring.slotBytes, group.size));
      },
      draw: (n) => {
        if (lo !== undefined) {
          const tile = arena.real(precision, drawAddress(parts.scratch, kernel, n, precision), element - lo + 1);
          return Float64Array.from([tile[element - lo]!]);
        }
        const draw = kernel.draws.find((d) => d.name === n)!;
        const mean = meanOf(draw, (array) => copies.get(array)![element]!, (scalar) => scalars[kernel.scalars.findIndex((s) => s.name === scalar)]!);
        return Float64Array.from([drawAt(draw, { seed: seedOf(options.seed), element, step, stream: group.stream, mean })]);
      },
      scalars,
      list: [],
    },
    element,
    element + 1,
  );
  const round = precision === "f32" ? Math.fround : (x: number) => x;
  const after = (n: string) => round(copies.get(n)![element]!);
  const variables = group.model!.variables.filter((v) => copies.has(v.name));
  const culprit =
    variables.find((v) => !Number.isFinite(after(v.name))) ??
    variables.reduce((worst, v) => (Math.abs(after(v.name)) > Math.abs(after(worst.name)) ? v : worst));
  const became = Number.isNaN(after(culprit.name)) ? "NaN" : "infinite";
  const last = formatQuantity(Number(before.get(culprit.name)!.toPrecision(6)), culprit.dimension);
  const time = formatQuantity((step + 1) * dt, dimensions.second);
  const half = formatQuantity(dt / 2, dimensions.second);
  return new SimulationError(
    "not-finite",
    `population "${group.name}": ${culprit.name} became ${became} in neuron ${element} at t = ${time}; its last finite value was ${last}`,
    `The step may be too large for these parameters: try dt "${half}", another method, or weaker input.`,
  );
}
