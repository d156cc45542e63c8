/** Files and pictures: spikes to and from disk, rasters, traces and rates as SVG, PNG, HTML and text. */
export type { SpikePopulation, Spikes } from "./spikes.ts";
export { decodeSpikes, encodeSpikes, loadSpikes, mergeSpikes, saveSpikes } from "./spikeFiles.ts";
export type { LoadSpikesOptions, SaveSpikesOptions, SpikeFormat } from "./spikeFiles.ts";
export { openSpikeFile } from "./spikeFile.ts";
export type { SpikeFile, SpikeFileOptions } from "./spikeFile.ts";
export { decodeNpy, encodeNpy, encodeNpyTable } from "./formats/npy.ts";
export type { NpyArray, NpyData } from "./formats/npy.ts";
export { writeAtomically } from "./files.ts";

export { saveRaster, saveRates, saveScene, saveTraces } from "./pictureFiles.ts";
export { rasterScene } from "./plot/raster.ts";
export type { RasterOptions } from "./plot/rasterLayout.ts";
export { renderRasterPage } from "./plot/rasterPage.ts";
export { rasterText } from "./plot/terminal.ts";
export type { TerminalRasterOptions } from "./plot/terminal.ts";
export { ratesScene, tracesScene } from "./plot/traces.ts";
export type { RateSeries, RatesOptions, Traces } from "./plot/traces.ts";
export { chartScene, heatMapScene, histogramScene } from "./plot/chart.ts";
export type { ChartOptions, ChartPanel, Curve, HeatMapOptions } from "./plot/chart.ts";
export { axisMarks, headMarks, leftMargin, timeAxis, toX, toY, valueAxis } from "./plot/axes.ts";
export type { Axis, AxisOptions, Panel, Tick } from "./plot/axes.ts";
export { colorAt, curveColors, DIVERGING, populationColors, SEQUENTIAL } from "./plot/palette.ts";
export type { ColorMap } from "./plot/palette.ts";
export { renderPng } from "./plot/png.ts";
export { renderSvg } from "./plot/svg.ts";
export type { AreaMark, Box, ImageMark, LineMark, Mark, PointsMark, RectangleMark, Scene, TextMark } from "./plot/scene.ts";
export type { TimeChoice } from "./plot/time.ts";
