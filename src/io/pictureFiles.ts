import { ArgumentError } from "../errors.ts";
import { writeAtomically } from "./files.ts";
import type { ChartOptions } from "./plot/chart.ts";
import { renderPng } from "./plot/png.ts";
import { rasterScene } from "./plot/raster.ts";
import type { RasterOptions } from "./plot/rasterLayout.ts";
import { renderRasterPage } from "./plot/rasterPage.ts";
import type { Scene } from "./plot/scene.ts";
import { renderSvg } from "./plot/svg.ts";
import { ratesScene, tracesScene, type RateSeries, type RatesOptions, type Traces } from "./plot/traces.ts";
import type { Spikes } from "./spikes.ts";

/**
 * Saves a raster of spikes over the rates of their populations: .svg (vector axes), .png, or .html to zoom and point in. The file is there whole or
 * not at all.
 *
 * @throws {ArgumentError} for another extension, or a part of the recording that is no part
 * @throws {FileError} when it cannot be written
 */
export async function saveRaster(path: string, spikes: Spikes, options: RasterOptions = {}): Promise<void> {
  if (pictureExtension(path, ["svg", "png", "html"]) === "html") await writeAtomically(path, await renderRasterPage(spikes, options));
  else await saveScene(path, rasterScene(spikes, options));
}

/** Saves state variables against time as .svg or .png, a panel for each unit. */
export async function saveTraces(path: string, traces: Traces, options: ChartOptions = {}): Promise<void> {
  await saveScene(path, tracesScene(traces, options));
}

/** Saves firing rates against time as .svg or .png, from rates or from spikes. */
export async function saveRates(path: string, rates: readonly RateSeries[] | Spikes, options: RatesOptions = {}): Promise<void> {
  await saveScene(path, ratesScene(rates, options));
}

/** Saves any scene as .svg or .png. */
export async function saveScene(path: string, scene: Scene): Promise<void> {
  const extension = pictureExtension(path, ["svg", "png"]);
  await writeAtomically(path, extension === "svg" ? await renderSvg(scene) : await renderPng(scene));
}

function pictureExtension(path: string, known: readonly string[]): string {
  const extension = /\.([^./\\]*)$/.exec(path)?.[1]?.toLowerCase() ?? "";
  if (known.includes(extension)) return extension;
  throw new ArgumentError(
    "picture-format",
    `${path} names no kind of picture Synfire draws here`,
    `End the name with ${known.map((name) => `.${name}`).join(", ")}.`,
  );
}
