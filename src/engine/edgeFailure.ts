/** The error for a synapse that left its limits. */
import { SimulationError } from "../errors.ts";
import { formatQuantity } from "../units/quantity.ts";
import { firstEdges } from "./build.ts";
import { formatSeconds } from "./plastic.ts";
import { describeSynapse } from "./synapses.ts";
import type { SimulationParts } from "./parts.ts";

/** Reads the description of a failure that an edge kernel left. */
export function edgeFailure(parts: SimulationParts, side: number): SimulationError {
  const { options } = parts;
  const { arena, deliveries } = parts.sides[side]!;
  const [word, edge, step] = arena.u32(parts.failure, 3) as unknown as [number, number, number];
  const number = word - 2 ** 31;
  const [delivery, first] = [...firstEdges(deliveries)].findLast(([, start]) => start <= number)!;
  const plastic = delivery.plastic!;
  const kernel = plastic.kernels[number - first]!;
  const valueOf = (array: string) => arena.real(options.precision, plastic.edgeAddress(array)!, edge + 1)[edge]!;
  const broken =
    kernel.limits.find((l) => !(valueOf(l.array) >= l.low && valueOf(l.array) <= l.high && Number.isFinite(valueOf(l.array)))) ?? kernel.limits[0]!;
  const value = valueOf(broken.array);
  const { dimension } = plastic.checked.variables.find((v) => v.name === broken.array)!;
  const show = (x: number) => formatQuantity(Number(x.toPrecision(6)), dimension);
  const { table, data, post } = delivery;
  const where = `projection ${data.name}: ${broken.array} of synapse ${describeSynapse(arena, table, edge, post.stride, data.post.start)}`;
  const when = `at t = ${formatSeconds(((step + 1) % 2 ** 32) * options.dt)}`;
  if (!Number.isFinite(value)) {
    return new SimulationError(
      "not-finite",
      `${where} became ${Number.isNaN(value) ? "NaN" : "infinite"} ${when}`,
      "Look for a division by zero, a root or logarithm of a negative number, or growth without bound; clip(x, low, high) bounds it.",
    );
  }
  return new SimulationError(
    "limits",
    `${where} became ${show(value)} ${when}, outside its limits ${show(broken.low)} to ${show(broken.high)}`,
    "Bound it in the statements with clip(w, low, high), or widen the limits of the projection.",
  );
}
