/** How a rule of plasticity changes a weight, against the time between two spikes or against the rate of pairs. */
import { chartScene, type ChartOptions, type ChartPanel } from "./chart.ts";
import type { Scene } from "./scene.ts";

/** Changes of a weight by one protocol under one rule. */
export interface WeightChanges {
  readonly name: string;
  /** Seconds from the presynaptic to the postsynaptic spike, or pairs a second. */
  readonly at: ArrayLike<number>;
  /** As a fraction of the weight at the start. */
  readonly change: ArrayLike<number>;
  /** What changes, if not the weight w. */
  readonly variable?: string;
}

/** Δw against t_post − t_pre, a curve a rule. */
export function stdpScene(curves: readonly WeightChanges[], options: ChartOptions = {}): Scene {
  return chartScene(stdpPanels(curves), stdpAxis, { height: 400, width: 640, ...options });
}

/** Δw against the rate of pairs, a curve a rule. */
export function frequencyScene(curves: readonly WeightChanges[], options: ChartOptions = {}): Scene {
  return chartScene(frequencyPanels(curves), frequencyAxis, { height: 400, width: 640, ...options });
}

export const stdpAxis = "t_post − t_pre (ms)";
export const frequencyAxis = "rate of pairs (Hz)";

export const stdpPanels = (curves: readonly WeightChanges[]): ChartPanel[] =>
  [panel(curves.map((curve) => ({ ...curve, at: scaled(curve.at, 1000) })), [{ x: 0 }])];
export const frequencyPanels = (curves: readonly WeightChanges[]): ChartPanel[] => [panel(curves, [])];

function panel(curves: readonly WeightChanges[], lines: NonNullable<ChartPanel["lines"]>): ChartPanel {
  const parts = curves.map(({ name, at, change }) => ({ name: curves.length === 1 ? "" : name, x: at, y: scaled(change, 100) }));
  const what = curves[0]?.variable ?? "w";
  const label = curves.length === 1 ? `Δ${what} of ${curves[0]!.name} (%)` : `Δ${what} (%)`;
  return { label, curves: parts, lines: [{ y: 0 }, ...lines] };
}

const scaled = (values: ArrayLike<number>, factor: number): Float64Array => Float64Array.from(values, (value) => value * factor);
