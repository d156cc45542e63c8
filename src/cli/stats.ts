/** `synfire stats FILE`: the statistics of a file of spikes, a row a population, or of weights, a row a projection. */
import { Command } from "commander";
import { decodeSpikes, decodeWeights, shownWeights, summariseWeights } from "../io/index.ts";
import type { WeightTable } from "../io/index.ts";
import { readBytes } from "../io/files.ts";
import { decodeZip, isZip } from "../io/formats/zip.ts";
import { summarise } from "../math/statistics/index.ts";
import type { PopulationSummary } from "../math/statistics/index.ts";
import { dimensions, parseQuantity } from "../units/index.ts";
import { significant, table, thousands, time } from "./format.ts";
import { examples, jsonOption } from "./options.ts";
import { Screen } from "./screen.ts";

interface StatsOptions { readonly bin?: string; readonly window?: string; readonly json?: boolean }

export function statsCommand(): Command {
  return new Command("stats")
    .description("rates, CV and local variation of intervals, Fano factor, correlation and synchrony of spikes; mean, SD and bounds of weights")
    .argument("<file>", "file of spikes (.csv, .json, .npy, .npz, .dat, .gdf) or of weights (.npz, .json)")
    .option("--bin <time>", "bin of counts for correlation and synchrony (default: 5 ms)")
    .option("--window <time>", "window of counts for the Fano factor (default: 100 ms, or a tenth of a recording shorter than 1 s)")
    .addOption(jsonOption())
    .addHelpText("after", examples("stats out/brunel/spikes.csv", "stats out/mine/weights.npz", 'stats spikes.npz --bin "2 ms" --json'))
    .action(stats);
}

async function stats(path: string, { bin, window, ...screenOptions }: StatsOptions): Promise<void> {
  const screen = new Screen(screenOptions);
  const given = Object.entries({ bin, window }).filter((option): option is [string, string] => option[1] !== undefined);
  const widths = Object.fromEntries(given.map(([name, text]) => [name, parseQuantity(text, dimensions.second, `--${name}`)]));
  const bytes = await readBytes(path);
  if (await holdsWeights(bytes)) return weightStats(screen, path, await decodeWeights(bytes, path));
  const summary = summarise(await decodeSpikes(bytes, path), widths);
  const { duration, spikes, populations } = summary;
  screen.say([
    `${path}: ${thousands(spikes)} spikes in ${duration > 0 ? time(duration) : "an unknown time"}`, "",
    table([columns.map(([head]) => head), ...populations.map((population) => columns.map(([, show]) => show(population)))], rightAligned), "",
    `counts in bins of ${time(summary.bin)}, for the Fano factor of ${time(summary.window)}; – where there are too few spikes`,
  ].join("\n"));
  // NaN has no place in JSON: what cannot be told is null.
  screen.json(summary);
}

/** Both are kept in .npz and .json; they say which they are. */
async function holdsWeights(bytes: Uint8Array): Promise<boolean> {
  if (!isZip(bytes)) return /^\s*\{\s*"format"\s*:\s*"synfire-weights"/.test(new TextDecoder().decode(bytes.subarray(0, 200)));
  let found = false;
  await decodeZip(bytes, "", 0, (name) => {
    found ||= /(^|\/)(indptr|weights|row)\.npy$/.test(name);
    return false;
  }).catch(() => undefined); // whoever reads it says what is wrong with it
  return found;
}

function weightStats(screen: Screen, path: string, tables: readonly WeightTable[]): void {
  const rows = tables.map((table) => {
    const { name, unit, weights, bounds } = shownWeights(table);
    const { synapses, mean, sd, low, high, atLow, atHigh } = summariseWeights(weights, bounds);
    const share = (part: number) => (Number.isNaN(part) ? "–" : `${significant(100 * part)} %`);
    return [name, table.shape.map(thousands).join(" × "), thousands(synapses), unit, ...[mean, sd, low, high].map(significant), share(atLow),
      share(atHigh)];
  });
  const heads = ["projection", "neurons", "synapses", "unit", "mean", "SD", "lowest", "highest", "at lower bound", "at upper bound"];
  screen.say([`${path}: weights of ${tables.length === 1 ? "one projection" : `${tables.length} projections`}`, "",
    table([heads, ...rows], [1, 2, 4, 5, 6, 7, 8, 9])].join("\n"));
  screen.json({
    projections: tables.map(({ name, shape, unit, weights, bounds }) =>
      ({ name, shape, unit, bounds: bounds ?? null, ...summariseWeights(weights, bounds) })),
  });
}

const columns: readonly (readonly [head: string, show: (population: PopulationSummary) => string])[] = [
  ["population", ({ name }) => name],
  ["neurons", ({ size }) => thousands(size)],
  ["active", ({ active }) => thousands(active)],
  ["spikes", ({ spikes }) => thousands(spikes)],
  ["rate, Hz", ({ rate, rateDeviation }) => `${decimal(rate)} ± ${decimal(rateDeviation)}`],
  ["CV", ({ cv }) => decimal(cv)],
  ["LV", ({ lv }) => decimal(lv)],
  ["Fano", ({ fano }) => decimal(fano)],
  ["correlation", ({ correlation }) => decimal(correlation, 4)],
  ["synchrony", ({ synchrony }) => decimal(synchrony, 3)],
];
const rightAligned = columns.map((_, k) => k).slice(1);

function decimal(value: number, digits = 2): string {
  return Number.isFinite(value) ? value.toFixed(digits) : "–";
}
