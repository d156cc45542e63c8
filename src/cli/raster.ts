/** `synfire raster SPIKES --out FILE`: a raster of a file of spikes, as SVG, PNG, HTML, or in the terminal. */
import { Command } from "commander";
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
    .argument("<spikes>", "file of spikes")
    .option("--out <file>", "picture to write: .svg, .png or .html (default: draw in the terminal)")
    .option("--from <time>", 'first time shown, e.g. "100 ms"')
    .option("--to <time>", "last time shown")
    .option("--max <neurons>", "show at most so many neurons, spread evenly", positiveWholeNumber)
    .option("--title <text>", "title of the picture")
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", examples("raster out/brunel/spikes.csv", 'raster spikes.npz --out raster.svg --from "500 ms" --to "700 ms" --max 200'))
    .action(raster);
}

async function raster(path: string, { out, json, quiet, ...picture }: RasterOptions): Promise<void> {
  const screen = new Screen({ json: json ?? false, quiet: quiet ?? false });
  const spikes = await loadSpikes(path);
  if (out === undefined) {
    const terminal = { width: Math.min(process.stdout.columns ?? 100, 160), color: process.stdout.isTTY ?? false };
    screen.say(rasterText(spikes, { ...picture, ...terminal }));
  } else {
    await saveRaster(out, spikes, picture);
    screen.note(`saved ${out}`);
  }
  screen.json({ spikes: spikes.times.length, duration: spikes.duration, populations: spikes.populations, out: out ?? null });
}
