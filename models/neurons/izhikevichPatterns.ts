import { rampCurrent, stepCurrent } from "synfire";
import type { Current, Quantity } from "synfire";
import type { izhikevich } from "./izhikevich2003.ts";

/** One panel of the figure: a preset of `izhikevich`, what is added to its i_ext, and the time and step of the author's program. */
export interface IzhikevichPattern {
  readonly panel: string;
  readonly title: string;
  readonly preset: keyof typeof izhikevich.presets;
  readonly dt: Quantity;
  readonly duration: Quantity;
  readonly currents: readonly Current[];
}

const step = (amplitude: Quantity, from: Quantity, to?: Quantity): Current => stepCurrent(
  to === undefined ? { amplitude, from } : { amplitude, from, to },
);

/**
 * The twenty firing patterns of single neurons and the stimuli that show them, for the model's own method (two half steps) at the given dt.
 * Times are those of the author's program for the figure, where `t > T1` begins one step after T1. That program takes v in one full step; three
 * panels that depend on it differ: the pulse of I is 7.06 instead of 7.04, which only just reaches that program's threshold; the second pulse of P
 * comes at the same phase of a slightly shorter period, 211 instead of 216 ms; T has the d of the author's table of parameters, 0, as with
 * the program's −2 the bursts end at coarse steps only.
 *
 * @source Izhikevich (2004), IEEE Trans. Neural Netw. 15:1063–1070, fig. 1, and its program figure1.m. doi:10.1109/TNN.2004.832719
 */
export const izhikevichPatterns: readonly IzhikevichPattern[] = [
  { panel: "A", title: "tonic spiking", preset: "tonicSpiking", dt: "0.25 ms", duration: "100 ms", currents: [step("14 mV", "10.25 ms")] },
  { panel: "B", title: "phasic spiking", preset: "phasicSpiking", dt: "0.25 ms", duration: "200 ms", currents: [step("0.5 mV", "20.25 ms")] },
  { panel: "C", title: "tonic bursting", preset: "tonicBursting", dt: "0.25 ms", duration: "220 ms", currents: [step("15 mV", "22.25 ms")] },
  { panel: "D", title: "phasic bursting", preset: "phasicBursting", dt: "0.2 ms", duration: "200 ms", currents: [step("0.6 mV", "20.2 ms")] },
  { panel: "E", title: "mixed mode", preset: "mixedMode", dt: "0.25 ms", duration: "160 ms", currents: [step("10 mV", "16.25 ms")] },
  {
    panel: "F", title: "spike frequency adaptation", preset: "spikeFrequencyAdaptation", dt: "0.25 ms", duration: "85 ms",
    currents: [step("30 mV", "8.75 ms")],
  },
  {
    panel: "G", title: "class 1 excitable", preset: "class1", dt: "0.25 ms", duration: "300 ms",
    currents: [rampCurrent({ start: "0 mV", end: "20.25 mV", from: "30 ms", to: "300 ms" })],
  },
  {
    panel: "H", title: "class 2 excitable", preset: "class2", dt: "0.25 ms", duration: "300 ms",
    currents: [rampCurrent({ start: "0 mV", end: "4.05 mV", from: "30 ms", to: "300 ms" })],
  },
  { panel: "I", title: "spike latency", preset: "spikeLatency", dt: "0.2 ms", duration: "100 ms", currents: [step("7.06 mV", "10.2 ms", "13 ms")] },
  {
    panel: "J", title: "subthreshold oscillations", preset: "subthresholdOscillations", dt: "0.25 ms", duration: "200 ms",
    currents: [step("2 mV", "20.25 ms", "25 ms")],
  },
  {
    panel: "K", title: "resonator", preset: "resonator", dt: "0.25 ms", duration: "400 ms",
    currents: [
      step("0.65 mV", "40.25 ms", "44 ms"), step("0.65 mV", "60.25 ms", "64 ms"), step("0.65 mV", "280.25 ms", "284 ms"),
      step("0.65 mV", "320.25 ms", "324 ms"),
    ],
  },
  {
    panel: "L", title: "integrator", preset: "integrator", dt: "0.25 ms", duration: "100 ms",
    currents: [
      step("9 mV", "9.25 ms", "11.25 ms"), step("9 mV", "14.25 ms", "16.25 ms"), step("9 mV", "70.25 ms", "72 ms"),
      step("9 mV", "80.25 ms", "82 ms"),
    ],
  },
  { panel: "M", title: "rebound spike", preset: "reboundSpike", dt: "0.2 ms", duration: "200 ms", currents: [step("-15 mV", "20.2 ms", "25 ms")] },
  { panel: "N", title: "rebound burst", preset: "reboundBurst", dt: "0.2 ms", duration: "200 ms", currents: [step("-15 mV", "20.2 ms", "25 ms")] },
  {
    panel: "O", title: "threshold variability", preset: "thresholdVariability", dt: "0.25 ms", duration: "100 ms",
    currents: [step("1 mV", "10.25 ms", "15 ms"), step("-6 mV", "70.25 ms", "75 ms"), step("1 mV", "80.25 ms", "85 ms")],
  },
  {
    panel: "P", title: "bistability", preset: "bistability", dt: "0.25 ms", duration: "300 ms",
    currents: [step("1 mV", "37.75 ms", "42.5 ms"), step("1 mV", "211.25 ms", "216 ms")],
  },
  {
    panel: "Q", title: "depolarizing afterpotential", preset: "depolarizingAfterpotential", dt: "0.1 ms", duration: "50 ms",
    currents: [step("20 mV", "9.1 ms", "11 ms")],
  },
  {
    panel: "R", title: "accommodation", preset: "accommodation", dt: "0.5 ms", duration: "400 ms",
    currents: [
      rampCurrent({ start: "0 mV", end: "8 mV", from: "0 ms", to: "200 ms" }),
      rampCurrent({ start: "0 mV", end: "4 mV", from: "300 ms", to: "312.5 ms" }),
    ],
  },
  {
    panel: "S", title: "inhibition-induced spiking", preset: "inhibitionInducedSpiking", dt: "0.5 ms", duration: "350 ms",
    currents: [step("-5 mV", "50 ms", "250.5 ms")],
  },
  {
    panel: "T", title: "inhibition-induced bursting", preset: "inhibitionInducedBursting", dt: "0.5 ms", duration: "350 ms",
    currents: [step("-5 mV", "50 ms", "250.5 ms")],
  },
];
