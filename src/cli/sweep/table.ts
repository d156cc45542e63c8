/** The table of a sweep: a row for each point that has ended, a column for each setting, statistic and result. */
import { dimensionless, looksLikeQuantity, readQuantity, sameDimension } from "../../units/index.ts";
import type { SettingValue } from "../settings.ts";
import { numberOfPoints, pointsOf } from "./plan.ts";
import type { Point, SweepPlan } from "./plan.ts";
import { ownColumns } from "./row.ts";
import type { Cell, Row } from "./row.ts";

/** `text`: a column that holds texts even where it has no value. */
export interface Column { readonly name: string; readonly cells: readonly Cell[]; readonly text?: boolean }

export interface SweepTable {
  readonly columns: readonly Column[];
  readonly rows: number;
  /** Points that have no row yet. */
  readonly missing: number;
  readonly failed: readonly { readonly point: Point; readonly error: string }[];
}

/**
 * In the order of the points. Columns: `point`, the settings that vary, `seed`, statistics, the network file's own results, `spike_hash`, `wall_s`,
 * `error`, then the settings that all points share. A quantity is a number in a column that names its unit: `J_mV`.
 */
export function makeTable(plan: SweepPlan, rows: ReadonlyMap<string, Row>): SweepTable {
  const ended = [...pointsOf(plan)].flatMap((point) => {
    const row = rows.get(point.id);
    return row ? [{ point, row }] : [];
  });
  const column = (name: string, cell: (row: Row, point: Point) => Cell | undefined): Column =>
    ({ name, cells: ended.map(({ point, row }) => cell(row, point) ?? null) });
  const text = (name: string, cell: (row: Row) => Cell | undefined): Column => ({ ...column(name, cell), text: true });
  const measured = (part: "statistics" | "results"): Column[] => {
    const names = new Set(ended.flatMap(({ row }) => Object.keys(row.measured?.[part] ?? {})));
    return Array.from(names, (name) => column(name, ({ measured: values }) => values?.[part][name]));
  };
  const varied = plan.axes.map(({ name }) => name).filter((name) => name !== "seed");
  const shared = Object.keys(plan.settings).filter((name) => name !== "seed" && !varied.includes(name));
  const setting = (name: string): Column => settingColumn(name, plan, ended.map(({ point }) => point.settings[name]!));
  const hasSpikes = ended.some(({ row }) => row.measured?.spikes !== undefined);
  const columns = [
    column("point", (_, { index }) => index), ...varied.map(setting),
    column("seed", ({ measured: values }, { settings }) => values?.seed ?? settings["seed"]),
    ...measured("statistics"), ...measured("results"), text("spike_hash", ({ measured: values }) => values?.spikeHash),
    ...(hasSpikes ? [text("spike_file", ({ measured: values }) => values?.spikes)] : []),
    column("wall_s", ({ measured: values }) => values?.wall), text("error", ({ error }) => error?.replace(/\s*\n\s*/g, " ")),
    ...shared.map(setting),
  ];
  return {
    columns, rows: ended.length, missing: numberOfPoints(plan) - ended.length,
    failed: ended.flatMap(({ point, row }) => (row.measured ? [] : [{ point, error: row.error ?? "" }])),
  };
}

/** Name of the column of a setting: with its unit, and told apart from the table's own columns. */
export function settingColumnName(name: string, plan: SweepPlan): string {
  const values = plan.axes.find((axis) => axis.name === name)?.values ?? [plan.settings[name]!];
  const unit = commonUnit(values);
  const own = unit === undefined ? name : `${name}_${unit}`;
  return (ownColumns as readonly string[]).includes(own) || /^(rate|cv|synchrony|spikes)_/.test(own) ? `set_${own}` : own;
}

function settingColumn(name: string, plan: SweepPlan, values: readonly SettingValue[]): Column {
  const all = plan.axes.find((axis) => axis.name === name)?.values ?? values;
  const unit = commonUnit(all);
  return { name: settingColumnName(name, plan), cells: values.map((value) => (unit === undefined ? value : inUnit(value as string, unit))) };
}

const quantity = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S.*?)\s*$/;

/** Unit of the first value when all are quantities of its dimension. */
function commonUnit(values: readonly SettingValue[]): string | undefined {
  const [first] = values;
  if (typeof first !== "string" || !values.every((value) => typeof value === "string" && looksLikeQuantity(value))) return undefined;
  const unit = quantity.exec(first)?.[2];
  if (unit === undefined) return undefined;
  try {
    const { dimension } = readQuantity(first, "setting");
    const same = (values as readonly string[]).every((value) => sameDimension(readQuantity(value, "setting").dimension, dimension));
    return same && !sameDimension(dimension, dimensionless) ? unit : undefined;
  } catch {
    return undefined; // a text that only looks like a quantity
  }
}

/** As written when it is in that unit. */
function inUnit(text: string, unit: string): number {
  const [, digits = "", own] = quantity.exec(text) ?? [];
  if (own === unit) return Number(digits);
  return Number((readQuantity(text, "setting").value / readQuantity(`1 ${unit}`, "setting").value).toPrecision(15));
}
