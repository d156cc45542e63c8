import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ArgumentError } from "../../src/errors.ts";
import * as io from "../../src/io/index.ts";
import { crc32 } from "../../src/io/checksum.ts";
import { formatNumber, niceTicks } from "../../src/io/plot/axes.ts";
import { Canvas } from "../../src/io/plot/canvas.ts";
import { thinned } from "../../src/io/plot/chart.ts";
import { GLYPHS } from "../../src/io/plot/glyphs.ts";
import { textStrokes, textWidth } from "../../src/io/plot/strokeFont.ts";
import type { Mark, Scene, Spikes } from "../../src/io/index.ts";
import { arbitrarySpikes } from "./arbitrarySpikes.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "synfire-plots-"));
});
afterAll(() => rm(folder, { recursive: true }));

const SMALL: Spikes = {
  times: Float64Array.of(0.02, 0.05, 0.05, 0.0801),
  indices: Uint32Array.of(0, 3, 4, 5),
  populations: [
    { name: "E", offset: 0, size: 4 },
    { name: "I", offset: 4, size: 2 },
  ],
  duration: 0.1,
  dt: 0.0001,
};

/** A million spikes of 10 000 neurons in a second, on a grid of 0.1 ms. */
function million(): Spikes {
  const times = Float64Array.from({ length: 1e6 }, (_, k) => Math.floor(k / 100) * 1e-4);
  const indices = Uint32Array.from({ length: 1e6 }, (_, k) => (Math.imul(k, 2654435761) % 10_000) >>> 0).map((value) => value % 10_000);
  return {
    times,
    indices,
    populations: [
      { name: "E", offset: 0, size: 8000 },
      { name: "I", offset: 8000, size: 2000 },
    ],
    duration: 1,
    dt: 1e-4,
  };
}

const marksOf = <K extends Mark["kind"]>(scene: Scene, kind: K) =>
  scene.marks.filter((mark): mark is Extract<Mark, { kind: K }> => mark.kind === kind);
const textsOf = (scene: Scene) => marksOf(scene, "text").map(({ text }) => text);

/** The pixels of a PNG file, after checking its chunks. */
function decodePng(bytes: Uint8Array): { width: number; height: number; at(x: number, y: number): number[] } {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  expect([...bytes.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
  const parts: Uint8Array[] = [];
  const types: string[] = [];
  const palette: number[] = [];
  for (let at = 8; at < bytes.length;) {
    const length = view.getUint32(at);
    types.push(String.fromCharCode(...bytes.subarray(at + 4, at + 8)));
    if (types.at(-1) === "PLTE") palette.push(...bytes.subarray(at + 8, at + 8 + length));
    expect(view.getUint32(at + 8 + length)).toBe(crc32(bytes.subarray(at + 4, at + 8 + length)));
    if (types.at(-1) === "IDAT") parts.push(bytes.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  expect(types.filter((type) => type !== "PLTE" && type !== "tRNS")).toEqual(["IHDR", "pHYs", "IDAT", "IEND"]);
  const [width, height, depth] = [view.getUint32(16), view.getUint32(20), { 2: 3, 3: 1, 6: 4 }[bytes[25]!]!];
  const rows = inflateSync(Buffer.concat(parts));
  expect(rows.length).toBe(height * (1 + width * depth));
  const pixel = (x: number, y: number) => [...rows.subarray(y * (1 + width * depth) + 1 + x * depth, y * (1 + width * depth) + 1 + (x + 1) * depth)];
  const at = (x: number, y: number) => (depth === 1 ? palette.slice(3 * pixel(x, y)[0]!, 3 * pixel(x, y)[0]! + 3) : pixel(x, y));
  return { width, height, at };
}

test("a raster puts each spike at its time and neuron, in its population's colour", () => {
  const scene = io.rasterScene(SMALL);
  const [e, i] = marksOf(scene, "points");
  expect([e!.color, i!.color]).toEqual(io.populationColors(["E", "I"]));
  const { clip } = e!;
  expect([...e!.x].map((x) => (x - clip.x) / clip.width)).toEqual([expect.closeTo(0.2, 5), expect.closeTo(0.5, 5)]);
  expect(e!.y[0]!).toBeGreaterThan(e!.y[1]!); // neuron 0 below neuron 3
  expect(e!.y[1]!).toBeGreaterThan(i!.y[0]!);
  expect(i!.y[0]!).toBeGreaterThan(i!.y[1]!);
  expect(textsOf(scene)).toEqual(expect.arrayContaining(["time (ms)", "neuron", "rate (Hz)", "E", "I", "mean over neurons, 5 ms bins"]));
});

test("nothing in a raster is drawn at a place that is no number, and dots stay inside the panel, whatever the spikes", () => {
  fc.assert(
    fc.property(arbitrarySpikes, fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }), (spikes, max) => {
      const scene = io.rasterScene(spikes, max === undefined ? {} : { max });
      for (const mark of scene.marks) {
        const numbers =
          "points" in mark
            ? Array.from(mark.points)
            : mark.kind === "points"
              ? [...mark.x, ...mark.y, mark.pointWidth, mark.pointHeight]
              : [mark.x, mark.y];
        expect(numbers.every(Number.isFinite)).toBe(true);
        if (mark.kind === "points") {
          const { x, y, width, height } = mark.clip;
          expect(mark.x.every((value) => value >= x - 0.01 && value <= x + width + 0.01)).toBe(true);
          expect(mark.y.every((value) => value >= y - 0.01 && value <= y + height + 0.01)).toBe(true);
        }
      }
      if (max === undefined) expect(marksOf(scene, "points").reduce((sum, { x }) => sum + x.length, 0)).toBe(spikes.times.length);
    }),
  );
});

test("`max` draws that many neurons, evenly from each population, says so, and leaves the rates alone", () => {
  const spikes = million();
  const all = io.rasterScene(spikes, { max: Number.POSITIVE_INFINITY });
  const some = io.rasterScene(spikes, { max: 100 });
  expect(textsOf(some)).toContain("100 of 10 000 neurons drawn; rates of all");
  expect(textsOf(all).some((text) => text.includes("drawn"))).toBe(false);
  const drawn = marksOf(some, "points").map(({ y }) => new Set(y).size);
  expect(drawn).toEqual([80, 20]);
  expect(marksOf(some, "line").map(({ points }) => Array.from(points))).toEqual(marksOf(all, "line").map(({ points }) => Array.from(points)));
});

test("from and to are seconds or quantities and nonsense is refused with a way out", () => {
  const scene = io.rasterScene(SMALL, { from: "40 ms", to: 0.06 });
  expect(marksOf(scene, "points").map(({ x }) => x.length)).toEqual([1, 1]);
  expect(() => io.rasterScene(SMALL, { from: 0.5, to: 0.2 })).toThrow(/from 0.5 s to 0.2 s shows nothing/);
  expect(() => io.rasterScene(SMALL, { from: "-1 s" })).toThrow(ArgumentError);
  expect(() => io.rasterScene(SMALL, { to: "5 mV" })).toThrow(ArgumentError);
  expect(() => io.rasterScene(SMALL, { to: Number.NaN })).toThrow(ArgumentError);
});

test("sizes, bins and counts that make no picture are refused before anything is drawn", () => {
  expect(() => io.rasterScene(SMALL, { width: 1e9 })).toThrow(/1000000000 by 600 pixels/);
  expect(() => io.rasterScene(SMALL, { height: Number.NaN })).toThrow(ArgumentError);
  expect(() => io.rasterScene(SMALL, { bin: 1e-12 })).toThrow(/longer bin/);
  expect(() => io.rasterScene(SMALL, { bin: 0 })).toThrow(/longer bin/);
  expect(() => io.rasterScene(SMALL, { max: 0 })).toThrow(/at most 0 neurons/);
  expect(() => io.chartScene([], "x", { width: 1 })).toThrow(ArgumentError);
});

test("the rate below is that of all neurons of each population", () => {
  const scene = io.rasterScene({ ...SMALL, times: Float64Array.of(0.01, 0.01, 0.01, 0.01), indices: Uint32Array.of(0, 1, 2, 3) }, { bin: "50 ms" });
  // 4 neurons fire once in 50 ms: 20 Hz, the top of an axis to 20.
  expect(textsOf(scene)).toEqual(expect.arrayContaining(["20", "10 Hz", "0 Hz", "mean over neurons, 50 ms bins"]));
});

test("excitatory populations are blue, inhibitory ones red, others told apart", () => {
  const blue = (color: string) => Number.parseInt(color.slice(5), 16) > Number.parseInt(color.slice(1, 3), 16);
  const colors = io.populationColors(["E", "I", "L23E", "L23I", "exc", "inhibitory", "E1", "pyramidal", "PV"]);
  expect(colors.map(blue)).toEqual([true, false, true, false, true, false, true, true, false]);
  const others = io.populationColors(["SIZE", "input", "readout"]);
  expect(new Set(others).size).toBe(3);
});

test("a small raster as SVG looks as it did when a person last looked", async () => {
  await expect(await io.renderSvg(io.rasterScene(SMALL, { title: "Six neurons" }))).toMatchFileSnapshot("golden/raster.svg");
});

test("an SVG is well-formed XML whatever the names, and its many points become one picture", async () => {
  const name = `<b onload="x">&]]>\u0000\u0007\ud800'`;
  const spikes = { ...million(), populations: [{ name, offset: 0, size: 10_000 }] };
  const svg = await io.renderSvg(io.rasterScene(spikes, { title: name, max: Number.POSITIVE_INFINITY }));
  expect(svg.length).toBeLessThan(3e6);
  expect(svg).toContain("data:image/png;base64,");
  expect(svg).not.toContain("<b ");
  if (existsSync("/usr/bin/python3"))
    execFileSync("/usr/bin/python3", ["-c", "import sys, xml.dom.minidom as m; m.parseString(sys.stdin.buffer.read())"], {
      input: svg,
      maxBuffer: 1e8,
    });
});

test("a PNG holds the dots in their colours, at twice the size, with letters along its axes", async () => {
  const scene = io.rasterScene(SMALL);
  const png = decodePng(await io.renderPng(scene));
  expect([png.width, png.height]).toEqual([1920, 1200]);
  for (const { x, y, color } of marksOf(scene, "points")) {
    for (let k = 0; k < x.length; k++)
      expect(png.at(Math.round(2 * x[k]!), Math.round(2 * y[k]!))).toEqual([1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)));
  }
  for (const text of marksOf(scene, "text").filter(({ upwards, anchor }) => !upwards && anchor === "middle")) {
    let dark = 0;
    for (let dx = -20; dx < 20; dx++)
      for (let dy = -16; dy < 2; dy++) if (png.at(Math.round(2 * text.x) + dx, Math.round(2 * text.y) + dy)[0]! < 128) dark++;
    expect(dark, text.text).toBeGreaterThan(8);
  }
  expect(png.at(2, 2)).toEqual([255, 255, 255]);
});

test("every letter has ink of the width it takes, and unknown ones a box", () => {
  for (const character of Object.keys(GLYPHS)) {
    const xs = textStrokes(character, 10).filter((value, k) => k % 2 === 0 && !Number.isNaN(value));
    if (character !== " ") expect(xs.length, character).toBeGreaterThan(0);
    expect(
      xs.every((x) => x > -0.6 && x < textWidth(character, 10) + 0.6),
      character,
    ).toBe(true);
  }
  expect(textStrokes("中", 10)).toEqual(textStrokes("\u0001", 10));
  expect(textStrokes("é", 10)).toEqual(textStrokes("e", 10));
});

test("a filled polygon covers its area and a line its length times its width", () => {
  const ink = (canvas: Canvas) => canvas.pixels.reduce((sum, value, k) => sum + (k % 4 === 3 ? value / 255 : 0), 0);
  fc.assert(
    fc.property(
      fc.double({ min: 5, max: 40, noNaN: true }),
      fc.double({ min: 5, max: 40, noNaN: true }),
      fc.double({ min: 3, max: 50, noNaN: true }),
      (x, y, size) => {
        const square = new Canvas(100, 100);
        square.area([x, y, x + size, y, x + size, y + size, x, y + size], "#000000", 1);
        expect(Math.abs(ink(square) - size * size)).toBeLessThan(0.3 * size + 1); // a quarter row of pixels on each horizontal edge
        const triangle = new Canvas(100, 100);
        triangle.area([x, y, x + size, y, x, y + size], "#000000", 1);
        expect(Math.abs(ink(triangle) - (size * size) / 2)).toBeLessThan(0.3 * size + 1);
        const line = new Canvas(100, 100);
        line.line([x, y, x + size, y + size / 2], 4, "#000000", 1);
        expect(Math.abs(ink(line) / (4 * Math.hypot(size, size / 2) + 4 * Math.PI) - 1)).toBeLessThan(0.05);
      },
    ),
  );
  const clipped = new Canvas(50, 50);
  clipped.line([-1e6, 25, 1e6, 25], 2, "#000000", 1, { x: 10, y: 0, width: 20, height: 50 });
  expect(Math.abs(ink(clipped) - 40)).toBeLessThan(1);
});

test("ticks are round numbers inside the range with labels that differ", () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
      fc.integer({ min: 2, max: 15 }),
      (from, span, count) => {
        const ticks = niceTicks(from, from + span, count);
        expect(ticks.length).toBeGreaterThanOrEqual(Math.floor(count / 2.6));
        expect(ticks.length).toBeLessThanOrEqual(count + 1);
        expect(ticks.every(({ value }) => value >= from - 1e-6 * span && value <= from + span * (1 + 1e-6))).toBe(true);
        expect(new Set(ticks.map(({ label }) => label)).size).toBe(ticks.length);
      },
    ),
  );
  expect(niceTicks(0, 1, 5).map(({ label }) => label)).toEqual(["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
  expect([12500, 1000, -0.5, 2e-5, 3e9].map((value) => formatNumber(value))).toEqual(["12 500", "1000", "−0.5", "2e−5", "3e9"]);
});

test("a thinned line keeps its ends and extremes and looks the same", () => {
  const points = Array.from({ length: 200_000 }, (_, k) => (k % 2 === 0 ? k / 400 : k === 77_777 ? 99 : Math.sin(k / 500)));
  const kept = thinned(points);
  expect(kept.length).toBeLessThan(10_000);
  expect([kept[0], kept[1], kept.at(-2), kept.at(-1)]).toEqual([points[0], points[1], points.at(-2), points.at(-1)]);
  expect(kept).toContain(99);
});

test("traces share a panel by unit, and a series of the wrong length is refused by name", async () => {
  const times = Float64Array.from({ length: 1000 }, (_, k) => k * 1e-4);
  const scene = io.tracesScene({
    times,
    series: [
      { name: "v[0]", unit: "mV", values: times },
      { name: "v[7]", unit: "mV", values: times },
      { name: "g_e", unit: "nS", values: times },
    ],
  });
  expect(textsOf(scene)).toEqual(expect.arrayContaining(["v (mV)", "g_e (nS)", "v[0]", "v[7]", "time (ms)"]));
  expect(() => io.tracesScene({ times, series: [{ name: "w", unit: "pA", values: [1] }] })).toThrow(/trace "w" has 1 values for 1000 times/);
  await io.saveTraces(join(folder, "traces.png"), { times, series: [{ name: "v", unit: "mV", values: times.map(() => Number.NaN) }] });
  expect(decodePng(await readFile(join(folder, "traces.png"))).width).toBe(1920);
});

test("rates, histograms, heat maps and charts are drawn as SVG and PNG", async () => {
  await io.saveRates(join(folder, "rates.svg"), SMALL, { bin: "10 ms" });
  expect(await readFile(join(folder, "rates.svg"), "utf8")).toContain("rate (Hz), 10 ms bins");
  const histogram = io.histogramScene([0, 0.1, 0.2, 0.9, Number.NaN], "weight (nS)", { bins: 10 });
  const bars = marksOf(histogram, "rectangle");
  expect(bars).toHaveLength(10);
  expect(bars.filter(({ height }) => height > 0)).toHaveLength(4);
  const heat = io.heatMapScene([-1, 0, 1, Number.NaN], 2, 2);
  const [cells] = marksOf(heat, "image");
  // Row 0 at the bottom; -1 blue, 0 white, 1 red, NaN clear.
  expect([...cells!.colors]).toEqual([0x83, 0x18, 0x1d, 255, 0, 0, 0, 0, 0x12, 0x3f, 0x73, 255, 0xf7, 0xf7, 0xf5, 255]);
  expect(() => io.heatMapScene([1, 2], 2, 2)).toThrow(/2 x 2 from 2 values/);
  const chart = io.chartScene([{ label: "error", curves: [{ name: "", x: [1, 2, 3], y: [3, 2, 1], dots: true }], fromZero: true }], "epoch", {
    title: "Learning",
  });
  expect(textsOf(chart)).toEqual(expect.arrayContaining(["error", "epoch", "Learning", "0", "3.0"]));
  for (const [name, scene] of Object.entries({ histogram, heat, chart })) {
    await io.saveScene(join(folder, `${name}.svg`), scene);
    await io.saveScene(join(folder, `${name}.png`), scene);
  }
  expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("an extension that names no picture is refused", async () => {
  await expect(io.saveRaster(join(folder, "a.pdf"), SMALL)).rejects.toThrow(/a\.pdf names no kind of picture[^]*\.svg, \.png, \.html/);
  await expect(io.saveRates(join(folder, "a.html"), SMALL)).rejects.toThrow(ArgumentError);
});

test("a terminal raster has a dot for each spike, the populations' names and rates, and colours only when asked", () => {
  const text = io.rasterText(SMALL, { width: 60, height: 6 });
  const dots = [...text].reduce(
    (sum, c) => sum + (c >= "\u2800" && c <= "\u28ff" ? [...(c.charCodeAt(0) - 0x2800).toString(2)].filter((bit) => bit === "1").length : 0),
    0,
  );
  expect(dots).toBe(4);
  expect(text).toMatch(/E .*5 Hz/);
  expect(text).toContain("0");
  expect(text).not.toContain("\u001b");
  expect(text.split("\n").every((line) => [...line].length <= 62)).toBe(true);
  expect(io.rasterText(SMALL, { color: true })).toContain("\u001b[38;2;");
});

test("no population name reaches a terminal with control characters in it", () => {
  const text = io.rasterText({ ...SMALL, populations: [{ name: "\u001b[2Jx\r\n", offset: 0, size: 6 }] }, { title: "\u0007t" });
  expect(text).toContain("?[2Jx??");
  expect([...text].every((character) => character >= " " || character === "\n")).toBe(true);
});

test("the interactive page asks nothing of the network and cannot be broken out of by a name", async () => {
  const page = await io.renderRasterPage(
    { ...SMALL, populations: [{ name: "</script><script>alert(1)</script>", offset: 0, size: 6 }] },
    { title: "<img>" },
  );
  expect(page.match(/<script/g)).toHaveLength(3);
  expect(page).not.toContain("<img");
  expect(page).not.toMatch(/https?:|src=|@import|url\(/);
  expect(page).toContain("default-src 'none'");
});

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));
test.skipIf(!CHROMIUM)(
  `in a browser the page finds the spike under the pointer, zooms and hides populations${CHROMIUM ? "" : " (skipped: apt-get install chromium)"}`,
  // The browser's virtual clock may run ahead of its drawing on a busy machine.
  { retry: 2 },
  async () => {
    const page = await io.renderRasterPage(SMALL, { title: "Six" });
    const probe = `<script>
    // Frames are drawn when the browser finds time: wait for what is awaited.
    const until = async (happened) => { for (let k = 0; k < 400 && !happened(); k++) await new Promise((done) => setTimeout(done, 20)); };
    const status = document.getElementById("status");
    window.onerror = (message) => { document.body.dataset.error = message; };
    (async () => {
      await until(() => status.textContent !== "");
      const before = status.textContent;
      const dots = document.getElementById("dots"), edge = dots.getBoundingClientRect(), seen = [];
      // Each spike of the raster, at the place the axes give it: 70 pixels at the left, 16 at the right, 24 % of the height for rates.
      const inner = edge.height - 6 - 40 - 24, height = inner - Math.round(inner * 0.24);
      for (const [time, neuron] of ${JSON.stringify(Array.from(SMALL.times, (time, k) => [time, SMALL.indices[k]]))}) {
        const x = edge.left + 70 + (time / 0.1) * (edge.width - 86), y = edge.top + 6 + height - ((neuron + 0.5) / 6) * height;
        dots.dispatchEvent(new PointerEvent("pointermove", { clientX: x + 1, clientY: y + 1, bubbles: true }));
        seen.push(document.getElementById("tip").textContent);
      }
      const place = { clientX: edge.left + edge.width / 2, clientY: edge.top + 50 };
      dots.dispatchEvent(new WheelEvent("wheel", { deltaY: -300, ...place, bubbles: true, cancelable: true }));
      await until(() => status.textContent !== before);
      seen.push(status.textContent);
      document.querySelector("#legend button").click();
      const blues = () => {
        const pixels = dots.getContext("2d").getImageData(0, 0, dots.width, dots.height).data;
        let blue = 0, red = 0;
        for (let k = 0; k < pixels.length; k += 4) if (pixels[k + 3] === 255) pixels[k + 2] > pixels[k] ? blue++ : red++;
        return [blue, red > 0];
      };
      await until(() => blues()[0] === 0);
      seen.push(document.querySelector("#legend button").getAttribute("aria-pressed"));
      seen.push(...blues());
      document.body.dataset.seen = JSON.stringify(seen);
    })();
  </script></body>`;
    await writeFile(join(folder, "page.html"), page.replace("</body>", probe));
    const flags = [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--window-size=1000,600",
      "--virtual-time-budget=30000",
      `--user-data-dir=${join(folder, "profile")}`,
      "--dump-dom",
    ];
    const dom = execFileSync(CHROMIUM!, [...flags, `file://${join(folder, "page.html")}`], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      timeout: 50_000,
      maxBuffer: 1e8,
    });
    expect(/data-error="([^"]*)"/.exec(dom)?.[1]).toBeUndefined();
    const seen = JSON.parse(/data-seen="([^"]*)"/.exec(dom)![1]!.replaceAll("&quot;", '"')) as unknown[];
    expect(seen.slice(0, 4)).toEqual([
      "spike at 20.00 ms · neuron 0 · E",
      "spike at 50.00 ms · neuron 3 · E",
      "spike at 50.00 ms · neuron 4 · I[0]",
      "spike at 80.10 ms · neuron 5 · I[1]",
    ]);
    expect(seen[4]).toMatch(/^3 of 4 spikes, 1\d\.\d+ ms to 7\d\.\d+ ms/);
    expect(seen.slice(5)).toEqual(["false", 0, true]);
  },
);

test("a million spikes are drawn whole, each way, into files of a few megabytes at most", async () => {
  const spikes = million();
  const all = { max: Number.POSITIVE_INFINITY };
  await io.saveRaster(join(folder, "m.png"), spikes, all);
  await io.saveRaster(join(folder, "m.svg"), spikes, all);
  await io.saveRaster(join(folder, "m.html"), spikes);
  for (const [name, least, most] of [["m.png", 2e4, 4e6], ["m.svg", 2e4, 4e6], ["m.html", 1e5, 2e7]] as const) {
    const { size } = await stat(join(folder, name));
    expect(size, name).toBeGreaterThan(least);
    expect(size, name).toBeLessThan(most);
  }
  expect(io.rasterText(spikes)).toContain("100 Hz");
});

test("no module of io needs Node to be loaded", async () => {
  const root = join(import.meta.dirname, "../../src/io");
  for (const file of await readdir(root, { recursive: true })) {
    if (!file.endsWith(".ts")) continue;
    const text = await readFile(join(root, file), "utf8");
    expect(text.match(/^import (?!type).*"node:|\bBuffer\b|\bprocess\./gm), file).toBeNull();
  }
});
