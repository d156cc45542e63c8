/** `synfire raster SPIKES --out FILE`: a raster of a file of spikes, as SVG, PNG, HTML, or in the terminal. */
import { statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { FileError } from "../errors.ts";
import { loadSpikes, rasterText, saveRaster } from "../io/index.ts";
import { examples, jsonOption, positiveWholeNumber, quietOption } from "./options.ts";
import { Screen } from "./screen.ts";

interface RasterOptions {
  readonly out?: string; readonly from?: string; readonly to?: string; readonly max?: number; readonly title?: string;
  readonly json?: boolean; readonly quiet?: boolean;
}

export function rasterCommand(): Command {
  return new Command("raster")
    .description("draw the spikes of a file (.csv, .json, .npy, .npz, .dat, .gdf): population colours, rates below")
    .argument("<spikes...>", "file of spikes; files of several ranks, or the folder of a run, are taken together")
    .option("--out <file>", "picture to write: .svg, .png or .html (default: draw in the terminal)")
    .option("--from <time>", 'first time shown, e.g. "100 ms"')
    .option("--to <time>", "last time shown")
    .option("--max <neurons>", "show at most so many neurons, spread evenly", positiveWholeNumber)
    .option("--title <text>", "title of the picture")
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", examples("raster out/brunel/spikes.csv", 'raster spikes.npz --out raster.svg --from "500 ms" --to "700 ms" --max 200',
      "raster out/mine"))
    .action(raster);
}

/** A folder stands for what synfire run saved in it: spikes.csv, or one file for each rank. */
async function filesOf(path: string): Promise<string[]> {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
  const names = await readdir(path);
  if (names.includes("spikes.csv")) return [join(path, "spikes.csv")];
  const ofRanks = names.filter((name) => /^spikes\.\d{4,}\.csv$/.test(name)).sort();
  if (ofRanks.length === 0)
    throw new FileError("not-found", `${path} holds no spikes.csv`, "Give a file of spikes, or the folder that synfire run --out made.");
  return ofRanks.map((name) => join(path, name));
}

async function raster(paths: readonly string[], { out, json, quiet, ...picture }: RasterOptions): Promise<void> {
  const screen = new Screen({ json: json ?? false, quiet: quiet ?? false });
  const files = (await Promise.all(paths.map(filesOf))).flat();
  const spikes = await loadSpikes(files.length === 1 ? files[0]! : files);
  if (out === undefined) {
    const terminal = { width: Math.min(process.stdout.columns ?? 100, 160), color: process.stdout.isTTY ?? false };
    screen.say(rasterText(spikes, { ...picture, ...terminal }));
  } else {
    await saveRaster(out, spikes, picture);
    screen.note(`saved ${out}`);
  }
  screen.json({ spikes: spikes.times.length, duration: spikes.duration, populations: spikes.populations, out: out ?? null });
}
