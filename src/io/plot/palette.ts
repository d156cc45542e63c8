import { channels } from "./scene.ts";

export const INK = "#1c1c1c";
export const FAINT = "#6b6b6b";

const EXCITATORY = ["#1f5fa8", "#3f8fd2", "#17406f", "#6aa5d8"];
const INHIBITORY = ["#c2312b", "#e4706a", "#8c1d1a", "#e08a84"];
/** Told apart with every common colour blindness. @source Okabe & Ito (2008), Color Universal Design, https://jfly.uni-koeln.de/color/ */
const OTHERS = ["#009e73", "#e69f00", "#cc79a7", "#56b4e9", "#d55e00", "#0072b2", "#7a6a00", "#5e3c99"];

/**
 * A colour for each population: blues for excitatory and reds for inhibitory ones where the names say so ("E", "exc", "L4I", "inhibitory"), others
 * from a palette that colour-blind readers can tell apart, and dark grey for a single one.
 */
export function populationColors(names: readonly string[]): readonly string[] {
  const used = { excitatory: 0, inhibitory: 0, other: 0 };
  return names.map((name) => {
    const kind = populationKind(name);
    const colors = kind === "excitatory" ? EXCITATORY : kind === "inhibitory" ? INHIBITORY : names.length === 1 ? ["#333333"] : OTHERS;
    return colors[used[kind]++ % colors.length]!;
  });
}

/** Colours for curves: of their populations where the names are of populations, otherwise from the palette. */
export function curveColors(names: readonly string[]): readonly string[] {
  if (names.some((name) => populationKind(name) !== "other")) return populationColors(names);
  return names.length === 1 ? ["#333333"] : names.map((_, k) => CURVES[k % CURVES.length]!);
}

const CURVES = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a6a00", "#5e3c99"];

function populationKind(name: string): "excitatory" | "inhibitory" | "other" {
  if (/^exc|excit|pyramidal|^pyr\b/i.test(name) || /(^|[^A-Za-z]|^L\d+[a-z]*|[\da-z])E\d*$/.test(name)) return "excitatory";
  if (/^inh|inhib|interneuron|^(pv|sst|vip)\b/i.test(name) || /(^|[^A-Za-z]|^L\d+[a-z]*|[\da-z])I\d*$/.test(name)) return "inhibitory";
  return "other";
}

/** Colours from stops, evenly spaced between 0 and 1. */
export type ColorMap = readonly string[];

/** From dark to light as values grow; also in order when printed grey. */
export const SEQUENTIAL: ColorMap = ["#0d1b3e", "#174a7c", "#1c7f8f", "#4fb07a", "#b7d45b", "#fff7b0"];
/** Blue below, white at, red above the middle. */
export const DIVERGING: ColorMap = ["#123f73", "#4d8ac4", "#b5d2e8", "#f7f7f5", "#f2b9a6", "#d0604f", "#83181d"];

/** The colour of a value between 0 and 1, as red, green, blue from 0 to 255. */
export function colorAt(map: ColorMap, value: number): readonly [number, number, number] {
  const place = Math.min(1, Math.max(0, value)) * (map.length - 1);
  const below = channels(map[Math.floor(place)]!);
  const above = channels(map[Math.min(map.length - 1, Math.floor(place) + 1)]!);
  const mix = (k: 0 | 1 | 2) => Math.round(below[k] + (above[k] - below[k]) * (place % 1));
  return [mix(0), mix(1), mix(2)];
}
