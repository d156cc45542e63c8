import fc from "fast-check";
import { expect, test } from "vitest";
import * as io from "../../src/io/index.ts";
import type { Mark, Scene, Spikes } from "../../src/io/index.ts";

const marksOf = <K extends Mark["kind"]>(scene: Scene, kind: K) =>
  scene.marks.filter((mark): mark is Extract<Mark, { kind: K }> => mark.kind === kind);

test("the box of 1 … 9 with 30 beside them has the quartiles of the ten, whiskers to 1 and 9, and 30 as its outlier", () => {
  const box = io.boxSummary([9, 1, 8, 2, 7, 3, 6, 4, 5, 30, Number.NaN]);
  expect(box).toMatchObject({ count: 10, mean: 7.5, median: 5.5, lowerQuartile: 3.25, upperQuartile: 7.75, whiskers: [1, 9] });
  expect([...box.outliers]).toEqual([30]);
});

test("as many values lie at or below, and at or above, each quartile as its rank asks, and no value is lost, whatever they are", () => {
  fc.assert(fc.property(fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 60 }), (values) => {
    const { count, median, lowerQuartile, upperQuartile, whiskers: [low, high], outliers } = io.boxSummary(values);
    for (const [share, quartile] of [[0.25, lowerQuartile], [0.5, median], [0.75, upperQuartile]] as const) {
      const place = share * (values.length - 1);
      expect(values.filter((value) => value <= quartile).length).toBeGreaterThanOrEqual(Math.floor(place) + 1);
      expect(values.filter((value) => value >= quartile).length).toBeGreaterThanOrEqual(values.length - Math.ceil(place));
    }
    expect(count).toBe(values.length);
    expect(values.filter((value) => value >= low && value <= high).length + outliers.length).toBe(count);
  }));
});

test("box plots have the first group on top, in its colour, and leave out a group without values", () => {
  const first = { name: "first", values: [1, 2, 3], color: "#101010" }, last = { name: "last", values: [2, 3, 4], color: "#e0e0e0" };
  const groups = [first, { name: "none", values: [] }, last];
  const scene = io.boxPlotScene(groups, "rate (Hz)", { title: "B" });
  const boxes = marksOf(scene, "area").filter(({ color }) => color !== "#ffffff");
  expect(boxes.map(({ color }) => color)).toEqual(["#101010", "#e0e0e0"]);
  expect(boxes[0]!.points[1]!).toBeLessThan(boxes[1]!.points[1]!);
  expect(boxes[0]!.points[0]!).toBeLessThan(boxes[1]!.points[0]!);
  expect(marksOf(scene, "text").map(({ text }) => text)).toEqual(expect.arrayContaining(["B", "first", "none", "last", "rate (Hz)"]));
});

test("bars are as long as their values and a line lies at what was expected", () => {
  const scene = io.barScene([{ name: "a", value: 2, expected: 4 }, { name: "b", value: 4 }], "synchrony");
  const [a, b] = marksOf(scene, "rectangle");
  expect(b!.width / a!.width).toBeCloseTo(2, 6);
  const expected = marksOf(scene, "line").find(({ color }) => color === "#c2312b")!;
  expect(expected.points[0]!).toBeCloseTo(b!.x + b!.width, 6);
});

test("scenes side by side and below each other keep their marks, moved by the room of those before them", () => {
  const small: Scene = {
    width: 200, height: 150, description: "small",
    marks: [
      { kind: "line", points: [1, 2, 3, 4], color: "#000000", width: 1, clip: { x: 0, y: 0, width: 9, height: 9 } },
      {
        kind: "points", x: Float32Array.of(5), y: Float32Array.of(6), pointWidth: 1, pointHeight: 1, color: "#000000",
        clip: { x: 1, y: 1, width: 9, height: 9 },
      },
      { kind: "text", x: 7, y: 8, text: "t", size: 10, color: "#000000" },
    ],
  };
  const both = io.arrangeScenes([[small], [small, small]]);
  expect([both.width, both.height, both.marks.length]).toEqual([400, 300, 9]);
  const [line, points, text] = both.marks.slice(6);
  expect(line).toMatchObject({ clip: { x: 200, y: 150 } });
  expect(line?.kind === "line" && [...(line.points as Float64Array)]).toEqual([201, 152, 203, 154]);
  expect(points).toMatchObject({ x: Float32Array.of(205), y: Float32Array.of(156), clip: { x: 201, y: 151 } });
  expect(text).toMatchObject({ x: 207, y: 158 });
});

test("a raster without rates has dots down to its axis of time, in the colours given, and no numbers where populations are turned round", () => {
  const spikes: Spikes = {
    times: Float64Array.of(0.01, 0.02), indices: Uint32Array.of(0, 5), duration: 0.1, dt: 1e-4,
    populations: [{ name: "I", offset: 4, size: 4 }, { name: "E", offset: 0, size: 4 }],
  };
  const scene = io.rasterScene(spikes, { rates: false, colors: { E: "#123456" } });
  const texts = marksOf(scene, "text").map(({ text }) => text);
  const [i, e] = marksOf(scene, "points");
  expect(e!.color).toBe("#123456");
  expect(i!.color).toBe(io.populationColors(["I", "E"])[0]);
  expect(texts).not.toContain("rate (Hz)");
  expect(texts).toContain("time (ms)");
  expect(e!.y[0]!).toBeLessThan(i!.y[0]!);
  expect(texts.filter((text) => /^\d+$/.test(text)).every((text) => Number(text) % 10 === 0)).toBe(true); // times only
});
