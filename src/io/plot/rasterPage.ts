import type { Spikes } from "../spikes.ts";
import { base64 } from "../base64.ts";
import { deflate } from "../deflate.ts";
import { PAGE_SCRIPT, PAGE_STYLE } from "./rasterPageScript.ts";
import { rasterContent, sampleRemark, type RasterContent, type RasterOptions } from "./rasterLayout.ts";
import { escapeXml } from "./svg.ts";

/**
 * A raster as one self-contained HTML page that asks nothing of the network: zoom and pan in time and neurons, the neuron, population and time under
 * the pointer, populations to switch on and off, and the rates of what is in view. Spikes are embedded compressed, two or three bytes each; a
 * million draw at once.
 *
 * All neurons are included unless `max` says otherwise.
 */
export async function renderRasterPage(spikes: Spikes, options: RasterOptions = {}): Promise<string> {
  const content = rasterContent(spikes, { ...options, max: options.max ?? Number.POSITIVE_INFINITY }, 1, 1);
  const { bytes, count, tick } = packSpikes(spikes, content);
  const title = options.title ?? "Spike raster";
  const bands = content.bands.map(({ population: { name, offset, size }, color }) => ({ name, offset, size, color }));
  const remark = sampleRemark(content) ?? "";
  const meta = { from: content.from, to: content.to, dt: spikes.dt, tick, count, bands, remark };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'">
<title>${escapeXml(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<header><h1>${escapeXml(title)}</h1><div id="legend"></div></header>
<main>
<canvas id="dots" tabindex="0" role="img" aria-label="${escapeXml(title)}"></canvas><canvas id="axes"></canvas>
<div id="tip" hidden></div>
</main>
<footer>
<span id="status" aria-live="polite"></span>
<span>wheel: zoom time · shift + wheel: zoom neurons · drag: move · double-click: all · arrows, + and − too</span>
</footer>
<script type="application/json" id="meta">${JSON.stringify(meta).replaceAll("<", "\\u003c")}</script>
<script type="text/plain" id="data">${base64(await deflate(bytes, "deflate"))}</script>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

/**
 * The spikes shown, in order of time: for each, first the ticks since the one before (7 bits a byte, the highest bit says more follow), then after
 * all of these the row of each (4 bytes, plane by plane: all lowest bytes first, which compresses better).
 */
function packSpikes(spikes: Spikes, content: RasterContent): { bytes: Uint8Array; count: number; tick: number } {
  const { times, indices, dt } = spikes;
  const { from, first, end } = content;
  let before = 0;
  const firstRow = content.bands.map(({ population: { size } }) => (before += size) - size);
  const tick = onGrid(times, first, end, dt) ? dt : (content.to - from) / 2 ** 30;
  const most = end - first;
  const deltas = new Uint8Array(5 * most);
  const rows = new Uint32Array(most);
  let count = 0;
  let at = 0;
  let previous = Math.round(from / tick);
  for (let i = first; i < end; i++) {
    const index = indices[i]!;
    const band = content.bandOf(index);
    if (band < 0 || !content.isShown(band, index)) continue;
    const now = Math.max(previous, Math.round(times[i]! / tick));
    let delta = now - previous;
    previous = now;
    for (; delta > 127; delta = Math.floor(delta / 128)) deltas[at++] = (delta % 128) | 128;
    deltas[at++] = delta;
    rows[count++] = firstRow[band]! + index - content.bands[band]!.population.offset;
  }
  const bytes = new Uint8Array(at + 4 * count);
  bytes.set(deltas.subarray(0, at));
  for (let plane = 0; plane < 4; plane++) {
    for (let i = 0, to = at + plane * count; i < count; i++, to++) bytes[to] = rows[i]! >>> (8 * plane);
  }
  return { bytes, count, tick };
}

/** Whether times are whole steps of dt, up to rounding; only some are looked at, a wrong guess costs less than a step. */
function onGrid(times: Float64Array, first: number, end: number, dt: number): boolean {
  if (!(dt > 0)) return false;
  const stride = Math.max(1, Math.floor((end - first) / 1000));
  for (let i = first; i < end; i += stride) {
    const steps = times[i]! / dt;
    if (Math.abs(steps - Math.round(steps)) > 1e-4) return false;
  }
  return true;
}
