/** `synfire stats SPIKES`: the statistics of a file of spikes, a row a population. */
import { Command } from "commander";
import { loadSpikes } from "../io/index.ts";
import { summarise } from "../math/statistics/index.ts";
import type { PopulationSummary } from "../math/statistics/index.ts";
import { dimensions, parseQuantity } from "../units/index.ts";
import { table, thousands, time } from "./format.ts";
import { examples, jsonOption } from "./options.ts";
import { Screen } from "./screen.ts";

interface StatsOptions { readonly bin?: string; readonly window?: string; readonly json?: boolean }

export function statsCommand(): Command {
  return new Command("stats")
    .description("rates, CV and local variation of intervals, Fano factor, correlation and synchrony of a file of spikes")
    .argument("<spikes>", "file of spikes (.csv, .json, .npy, .npz, .dat, .gdf)")
    .option("--bin <time>", "bin of counts for correlation and synchrony (default: 5 ms)")
    .option("--window <time>", "window of counts for the Fano factor (default: 100 ms, or a tenth of a recording shorter than 1 s)")
    .addOption(jsonOption())
    .addHelpText("after", examples("stats out/brunel/spikes.csv", 'stats spikes.npz --bin "2 ms" --json'))
    .action(stats);
}

async function stats(path: string, { bin, window, ...screenOptions }: StatsOptions): Promise<void> {
  const screen = new Screen(screenOptions);
  const given = Object.entries({ bin, window }).filter((option): option is [string, string] => option[1] !== undefined);
  const widths = Object.fromEntries(given.map(([name, text]) => [name, parseQuantity(text, dimensions.second, `--${name}`)]));
  const summary = summarise(await loadSpikes(path), widths);
  const { duration, spikes, populations } = summary;
  screen.say([
    `${path}: ${thousands(spikes)} spikes in ${duration > 0 ? time(duration) : "an unknown time"}`, "",
    table([columns.map(([head]) => head), ...populations.map((population) => columns.map(([, show]) => show(population)))], rightAligned), "",
    `counts in bins of ${time(summary.bin)}, for the Fano factor of ${time(summary.window)}; – where there are too few spikes`,
  ].join("\n"));
  // NaN has no place in JSON: what cannot be told is null.
  screen.json(summary);
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
