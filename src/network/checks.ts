/** Checks of what a user gives to a network; each names the object, the value and the fix. */
import { ArgumentError, didYouMean } from "../errors.ts";
import type { Dimension } from "../model/checked.ts";
import { dimensions } from "../units/dimension.ts";
import { parseQuantity } from "../units/quantity.ts";
import type { Quantity } from "../units/quantity.ts";
import type { ProjectionData, RangeData } from "./data.ts";
import type { Current } from "./inputs.ts";
import type { Positions } from "./positions.ts";
import { resolveValue } from "./values.ts";

/** A total number of synapses needs pairs of neurons that it can join. */
export function checkTotalNumber(connect: ProjectionData["connect"], pre: RangeData, post: RangeData, what: string): void {
  if (connect.rule !== "fixedTotalNumber" || connect.autapses || pre.population !== post.population) return;
  const common = Math.max(0, Math.min(pre.end, post.end) - Math.max(pre.start, post.start));
  const pairs = (pre.end - pre.start) * (post.end - post.start) - common;
  if (connect.count <= (connect.multapses && pairs > 0 ? Infinity : pairs)) return;
  throw new ArgumentError(
    "connector",
    `${what}: ${connect.count} synapses between ${pairs} pairs of different neurons`,
    pairs === 0 ? "Allow autapses." : "Lower the number, or allow autapses or multapses.",
  );
}

/** Checks sizes; returns how many synapses the connector makes when that does not depend on chance. */
export function checkConnector(
  connect: ProjectionData["connect"],
  pre: number,
  post: number,
  prePositions: Positions | undefined,
  postPositions: Positions | undefined,
  what: string,
): number | undefined {
  const sameSize = () => {
    if (pre !== post)
      throw new ArgumentError("connector", `${what}: ${connect.rule} between ${pre} and ${post} neurons`, "Both sides need the same size.");
  };
  switch (connect.rule) {
    case "allToAll":
      return connect.autapses ? pre * post : undefined;
    case "oneToOne":
      sameSize();
      return pre;
    case "explicit": {
      const badPre = connect.pre.findIndex((i) => i >= pre),
        badPost = connect.post.findIndex((j) => j >= post);
      if (badPre >= 0)
        throw new ArgumentError(
          "connector",
          `${what}: synapse ${badPre} starts at neuron ${connect.pre[badPre]} of ${pre}`,
          `Sources are 0 to ${pre - 1}.`,
        );
      if (badPost >= 0)
        throw new ArgumentError(
          "connector",
          `${what}: synapse ${badPost} ends at neuron ${connect.post[badPost]} of ${post}`,
          `Targets are 0 to ${post - 1}.`,
        );
      return connect.pre.length;
    }
    case "fixedIndegree":
    case "fixedOutdegree": {
      const others = connect.rule === "fixedIndegree" ? pre : post;
      if (!connect.multapses && connect.count > others - (connect.autapses ? 0 : 1)) {
        throw new ArgumentError(
          "connector",
          `${what}: ${connect.rule}(${connect.count}) without multapses, but there are only ${others} neurons to choose from`,
          "Lower the degree or allow multapses.",
        );
      }
      if (!connect.autapses && others === 1 && connect.count > 0)
        throw new ArgumentError("connector", `${what}: no neuron is left without autapses`, "Allow autapses.");
      return undefined;
    }
    case "fixedTotalNumber":
      if (!connect.multapses && connect.count > pre * post)
        throw new ArgumentError(
          "connector",
          `${what}: ${connect.count} synapses without multapses between ${pre} × ${post} neurons`,
          "Lower the number or allow multapses.",
        );
      return undefined;
    case "distanceDependent":
      if (!prePositions || !postPositions)
        throw new ArgumentError(
          "positions",
          `${what}: distanceDependent needs positions of both populations`,
          'Make them with { positions: grid([10, 10], "0.1 mm") }.',
        );
      if (prePositions.dimensions !== postPositions.dimensions)
        throw new ArgumentError(
          "positions",
          `${what}: positions have ${prePositions.dimensions} and ${postPositions.dimensions} dimensions`,
          "Use the same number of dimensions.",
        );
      if (connect.periodic && connect.periodic.length !== prePositions.dimensions)
        throw new ArgumentError(
          "positions",
          `${what}: periodic box with ${connect.periodic.length} sides in ${prePositions.dimensions} dimensions`,
          "Give one side a dimension.",
        );
      return undefined;
    case "smallWorld":
      sameSize();
      if (2 * connect.neighbours >= pre)
        throw new ArgumentError(
          "connector",
          `${what}: ${connect.neighbours} neighbours on each side of ${pre} neurons`,
          "Use fewer neighbours than half the ring.",
        );
      return undefined;
    case "fixedProbability":
      return undefined;
    default:
      connect satisfies never;
      throw new ArgumentError("connector", `${what}: unknown connector`, "Use one of synfire's connectors.");
  }
}

export function checkCurrent(current: Current, dimension: Dimension, what: string, size: number): void {
  const time = (value: Quantity | undefined, part: string) =>
    value === undefined ? Infinity : parseQuantity(value, dimensions.second, `${what}: ${part}`);
  const amplitude = (value: Quantity, part: string) => parseQuantity(value, dimension, `${what}: ${part}`);
  const from = time(current.from, "from");
  if (!(from >= 0)) throw new ArgumentError("time", `${what}: from ${current.from} lies before the start`, "Use 0 s or later.");
  if (current.course !== "array" && !(time(current.to, "to") > from))
    throw new ArgumentError("time", `${what}: it ends at ${current.to}, not after its start ${current.from}`, "Make `to` later than `from`.");
  switch (current.course) {
    case "step":
      amplitude(current.amplitude, "amplitude");
      break;
    case "ramp":
      amplitude(current.start, "start");
      amplitude(current.end, "end");
      break;
    case "sine":
      amplitude(current.amplitude, "amplitude");
      amplitude(current.offset, "offset");
      parseQuantity(current.frequency, dimensions.hertz, `${what}: frequency`);
      break;
    case "array": {
      positiveTime(current.every, `${what}: every`);
      const resolved = resolveValue(current.values, dimension, new Map(), `${what}: values`);
      if (resolved.kind === "array" && current.perNeuron && resolved.values.length % size !== 0) {
        throw new ArgumentError(
          "size",
          `${what}: ${resolved.values.length} values are not whole rows of ${size} neurons`,
          "Give [samples × neurons] values.",
        );
      }
      break;
    }
    default:
      current satisfies never;
  }
}

export function positiveTime(value: Quantity, what: string): void {
  const seconds = parseQuantity(value, dimensions.second, what);
  if (!(seconds > 0)) throw new ArgumentError("time", `${what}: ${value} is not a positive time`, 'Write e.g. "1 ms".');
}

export function checkSample(sample: number | undefined, size: number, what: string): void {
  if (sample !== undefined && !(Number.isSafeInteger(sample) && sample >= 1 && sample <= size)) {
    throw new ArgumentError(
      "sample",
      `${what}: sample ${sample} is not a number of elements`,
      size === Infinity ? "Use a whole number from 1." : `Use a whole number from 1 to ${size}.`,
    );
  }
}

export function unknownName(where: string, kind: string, given: string, known: Iterable<string>): ArgumentError {
  const names = [...known];
  const near = didYouMean(given, names);
  return new ArgumentError(
    "unknown-name",
    `${where} has no ${kind} "${given}"`,
    near ? `Did you mean "${near}"?` : names.length > 0 ? `Known: ${names.join(", ")}.` : "It has none.",
  );
}
