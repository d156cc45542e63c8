/** `synfire plot sweep DIR`: a column of a sweep's table over one or two of its settings. */
import { resolve } from "node:path";
import { Command } from "commander";
import { ArgumentError, didYouMean } from "../../errors.ts";
import { chartScene, chartText, curveColors, heatMapScene, saveScene } from "../../io/index.ts";
import type { ChartPanel, Curve, Scene } from "../../io/index.ts";
import { examples, jsonOption, quietOption } from "../options.ts";
import { Screen } from "../screen.ts";
import { readPlan, readRows } from "./folder.ts";
import type { SweepPlan } from "./plan.ts";
import { gridOf, linesOf, sameValue } from "./grid.ts";
import type { Grid, Line } from "./grid.ts";
import { heatText } from "./heatText.ts";
import { noSweep } from "./runSweep.ts";
import { makeTable, settingColumnName } from "./table.ts";
import type { Column } from "./table.ts";

interface SweepPlotOptions {
  readonly x?: string; readonly y?: string; readonly z: string; readonly where?: readonly string[]; readonly lines?: boolean;
  readonly out?: string; readonly title?: string; readonly json?: boolean; readonly quiet?: boolean;
}

export function sweepPlotCommand(): Command {
  return new Command("sweep")
    .description("results of a sweep: a heat map over two settings, or lines over one; means over seeds")
    .argument("<folder>", "the --out folder of synfire sweep")
    .option("--x <name>", "setting along the x axis (default: the first that varies)")
    .option("--y <name>", "setting along the y axis (default: the second that varies, when no more than two do)")
    .option("--z <columns>", "what to show: a column of results.csv; with lines, several such as rate_E,rate_I", "rate")
    .option("--where <name=value>", "only points with this value; may be repeated", collect)
    .option("--lines", "a line for each value of y instead of a heat map")
    .option("--out <file>", "picture to write: .svg or .png (default: draw in the terminal)")
    .option("--title <text>", "title of the picture")
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", examples("plot sweep out/brunel", "plot sweep out/brunel --x g --y eta --z cv --out cv.svg",
      "plot sweep out/brunel --x g --y eta --lines", "plot sweep out/brunel --x g --where eta=2 --z rate_E,rate_I"))
    .action(plotSweep);
}

const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

async function plotSweep(folder: string, options: SweepPlotOptions): Promise<void> {
  const screen = new Screen(options);
  const plan = await readPlan(resolve(folder));
  if (!plan) throw noSweep(folder);
  const { columns, missing, failed } = makeTable(plan, await readRows(resolve(folder)));
  // A setting and a statistic may have one name: what is varied is a setting, what is shown a result.
  const setting = (name: string) => columnNamed([settingColumnOf(name, plan), name], columns, plan);
  const result = (name: string) => columnNamed([name.trim(), settingColumnOf(name.trim(), plan)], columns, plan);
  const conditions = (options.where ?? []).map((text) => conditionOf(text, setting));
  const fixed = new Set(conditions.map(({ column }) => column.name));
  const varied = plan.axes.map(({ name }) => setting(name)).filter(({ name }) => !fixed.has(name) && name !== "seed");
  const x = options.x === undefined ? varied[0] : setting(options.x);
  if (!x) throw new ArgumentError("sweep-plot", `${folder}: no setting varies`, "Say what to draw against what: --x NAME --z NAME.");
  const others = varied.filter(({ name }) => name !== x.name);
  const y = options.y === undefined ? (others.length === 1 && !plan.zip ? others[0] : undefined) : setting(options.y);
  const loose = plan.zip ? [] : others.filter(({ name }) => name !== y?.name);
  if (loose.length > 0) {
    const names = loose.map(({ name }) => name).join(" and ");
    const axes = [x, y].flatMap((column) => column?.name ?? []).join(" and ");
    const hint = `Fix what is not shown: --where ${loose[0]!.name}=${loose[0]!.cells[0]}.`;
    throw new ArgumentError("sweep-plot", `${names} ${loose.length > 1 ? "vary" : "varies"} besides ${axes}`, hint);
  }
  const z = options.z.split(",").map(result);
  const rows = x.cells.map((_, row) => row).filter((row) => conditions.every(({ column, value }) => sameValue(column.cells[row]!, value)));
  const shown = rows.filter((row) => z.some(({ cells }) => cells[row] !== null));
  if (shown.length === 0) {
    throw new ArgumentError("sweep-plot", `${folder} has no value of ${options.z} there`, "Run more points, or choose another --z or --where.");
  }
  const what: Shown = { plan, x, y, z, title: options.title, rows };
  if (y && !options.lines) {
    if (z.length > 1) throw new ArgumentError("sweep-plot", "a heat map shows one column", "Add --lines, or name one column with --z.");
    const grid = gridOf(x, y, z[0]!, rows);
    await show(screen, options, () => heatScene(grid, what), (terminal) => heatText(grid, labelsOf(what), terminal));
    screen.json({ x: x.name, y: y.name, z: z[0]!.name, xs: grid.xs, ys: grid.ys, values: grid.values, out: options.out ?? null });
  } else {
    const lines = z.flatMap((column) => linesOf(x, y, column, rows).map((line) => ({ ...line, name: lineName(line, column, what) })));
    const panels = panelsOf(lines, what);
    await show(screen, options, () => chartScene(panels, labelOf(x, plan), titleOf(what)),
      (terminal) => chartText(panels, labelOf(x, plan), { ...terminal, ...titleOf(what) }));
    screen.json({ x: x.name, y: y?.name ?? null, z: z.map(({ name }) => name), lines: lines.map(({ name, xs, means }) => ({ name, xs, means })),
      out: options.out ?? null });
  }
  if (missing > 0) screen.note(`${missing} points are missing`);
  if (failed.length > 0) screen.note(`${failed.length} points failed`);
}

interface Shown {
  readonly plan: SweepPlan; readonly x: Column; readonly y: Column | undefined; readonly z: readonly Column[]; readonly title: string | undefined;
  readonly rows: readonly number[];
}

const settingNames = ({ axes, settings }: SweepPlan): readonly string[] => [...axes.map(({ name }) => name), ...Object.keys(settings)];

/** "J_mV" of the setting J, and any other name as it is. */
const settingColumnOf = (name: string, plan: SweepPlan): string =>
  (name !== "seed" && settingNames(plan).includes(name) ? settingColumnName(name, plan) : name);

/** The first there is. */
function columnNamed(wanted: readonly string[], columns: readonly Column[], plan: SweepPlan): Column {
  for (const name of wanted) {
    const found = columns.find((column) => column.name === name);
    if (found) return found;
  }
  const [names, [name = ""]] = [columns.map((column) => column.name), wanted];
  const near = didYouMean(name, [...names, ...settingNames(plan)]);
  throw new ArgumentError("sweep-column", `there is no column ${name}`, near ? `Did you mean "${near}"?` : `Known: ${names.join(", ")}.`);
}

function conditionOf(text: string, find: (name: string) => Column): { readonly column: Column; readonly value: string } {
  const split = text.indexOf("=");
  if (split < 1) throw new ArgumentError("sweep-where", `--where ${text}: no value`, "Write --where name=value.");
  const [column, value] = [find(text.slice(0, split)), text.slice(split + 1).trim()];
  if (column.cells.some((cell) => sameValue(cell, value))) return { column, value };
  const seen = [...new Set(column.cells)].slice(0, 12).join(", ");
  throw new ArgumentError("sweep-where", `--where ${text}: no point has that value`, `There is ${seen}.`);
}

/** "J (mV)" of the column J_mV. */
function labelOf({ name }: Column, plan: SweepPlan): string {
  const setting = settingNames(plan).find((known) => settingColumnName(known, plan) === name);
  if (setting !== undefined) {
    const unit = name.replace(/^set_/, "").slice(setting.length + 1);
    return unit === "" ? setting : `${setting} (${unit})`;
  }
  const [, kind = name, of] = /^(rate|cv|synchrony|spikes)(?:_(.+))?$/.exec(name) ?? [];
  const titles: Readonly<Record<string, readonly [string, string]>> = { rate: ["rate", " (Hz)"], cv: ["CV of intervals", ""] };
  const [title, unit] = titles[kind] ?? [kind, ""];
  return `${title}${of === undefined ? "" : ` of ${of}`}${unit}`;
}

const labelsOf = ({ plan, x, y, z }: Shown) => ({ x: labelOf(x, plan), y: y ? labelOf(y, plan) : "", z: labelOf(z[0]!, plan) });
const titleOf = ({ title }: Shown): { title?: string } => (title === undefined ? {} : { title });

function heatScene(grid: Grid, shown: Shown): Scene {
  const { x, y, z } = labelsOf(shown);
  return heatMapScene(grid.values.flat().map((value) => value ?? NaN), grid.ys.length, grid.xs.length,
    { xLabel: x, yLabel: y, label: z, xTicks: grid.xs.map(String), yTicks: grid.ys.map(String), ...titleOf(shown) });
}

function lineName({ of }: Line, column: Column, { plan, y, z }: Shown): string {
  const value = y ? `${labelOf(y, plan).replace(/ \(.*\)$/, "")} ${of}` : "";
  return [z.length > 1 || !y ? labelOf(column, plan) : "", value].filter((part) => part !== "").join(", ");
}

/** The means as lines, and single points as dots where there are several. */
function panelsOf(lines: readonly (Line & { readonly name: string })[], { plan, z }: Shown): ChartPanel[] {
  const colors = curveColors(lines.map(({ name }) => name));
  const curves: Curve[] = lines.flatMap((line, k) => {
    const color = colors[k]!;
    const mean = { name: lines.length > 1 ? line.name : "", x: line.xs, y: line.means, color };
    return line.single.xs.length > line.xs.length ? [mean, { name: "", x: line.single.xs, y: line.single.values, color, dots: true }] : [mean];
  });
  if (curves.some(({ dots }) => dots)) {
    // Nothing that is drawn, but room for the dots at the ends.
    const all = lines.flatMap(({ xs }) => xs);
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const room = (high - low) / 40;
    curves.push({ name: "", x: [low - room, high + room], y: [NaN, NaN], color: "#ffffff" });
  }
  const labels = [...new Set(z.map((column) => labelOf(z.length > 1 ? { ...column, name: kindOf(column) } : column, plan)))];
  return [{ label: labels.length === 1 ? labels[0]! : "", curves }];
}

/** "rate" of "rate_E". */
const kindOf = ({ name }: Column): string => /^(rate|cv|synchrony|spikes)_/.exec(name)?.[1] ?? name;

async function show(
  screen: Screen, { out }: SweepPlotOptions, scene: () => Scene, text: (terminal: { width: number; color: boolean }) => string,
): Promise<void> {
  if (out === undefined) {
    screen.say(text({ width: Math.min(process.stdout.columns ?? 100, 160), color: process.stdout.isTTY ?? false }).trimEnd());
    return;
  }
  await saveScene(out, scene());
  screen.note(`saved ${out}`);
}
