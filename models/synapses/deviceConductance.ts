import { synapse } from "synfire";

/**
 * Synaptic device of limited, non-linear conductance as STDP synapse. The weight is the conductance of a device with `levels` states between g_min
 * and g_max, moved by identical pulses: potentiating ones follow G = g_min + B·(1 − exp(−k/A)) of the pulse number k, depressing ones G = g_max −
 * B·(1 − exp(−k/A)), with A = a·levels and B so that `levels` pulses lead exactly from one bound to the other. Where it stands on its curve follows
 * from the conductance, so n pulses at once do what n single ones do. Large |a| is linear; a negative a bends the curve the other way.
 *
 * A spike pair gives floor(pulses·exp(−|Δt|/tau) + rand()) pulses, each spike pairing with the last one of the other side. Sent is w − g_ref (a
 * reference column). Differences between devices are distributions of parameters: `g_max: normal("38 nS", "2 nS")`, `a_ltp: normal(0.5, 0.05)`.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | tau_plus, tau_minus | ms | width of the window of pre before post, width of the window of post before pre |
 * | pulses_plus, pulses_minus | 1 | mean number of pulses by a pair of no delay |
 * | g_min, g_max | weight | bounds of the conductance |
 * | g_ref | weight | conductance that counts as zero weight |
 * | levels | 1 | pulses from one bound to the other |
 * | a_ltp, a_ltd | 1 | curvature of potentiation, of depression, in units of `levels` (neurosimCurvature gives those of NeuroSim's labels) |
 * | cycle | 1 | cycle-to-cycle variation: noise of a pulse, relative to g_max − g_min |
 *
 * @source Chen, Peng & Yu (2018), NeuroSim, IEEE Trans. CAD 37:3067–3080. doi:10.1109/TCAD.2018.2789723
 * @source Querlioz, Bichler, Dollfus & Gamrat (2013), IEEE Trans. Nanotechnol. 12:288–295 (devices as STDP synapses). doi:10.1109/TNANO.2013.2250995
 * @tested both curves from bound to bound, composition of pulses, the spread after n noisy pulses, the conductance at which pulses balance
 */
export const deviceConductance = synapse({
  name: "device_conductance",
  description: "Conductance-limited non-linear device as STDP synapse",
  source: "doi:10.1109/TCAD.2018.2789723",
  parameters: {
    tau_plus: "20 ms", tau_minus: "20 ms", pulses_plus: 1, pulses_minus: 1, g_min: "0.08 weight", g_max: "1 weight", g_ref: "0 weight", levels: 64,
    a_ltp: 0.5, a_ltd: 0.5, cycle: 0,
  },
  state: { x: 0, y: 0, pulses: 0 },
  equations: `
    dx/dt = -x / tau_plus : 1 (event-driven)
    dy/dt = -y / tau_minus : 1 (event-driven)
    range = g_max - g_min : weight
    # where endless pulses would lead, and the way to it that is left by each
    top = g_min - range/expm1(-1/a_ltp) : weight
    bottom = g_max + range/expm1(-1/a_ltd) : weight`,
  onPre: `
    receptor += w - g_ref
    pulses = floor(pulses_minus*y + rand())
    w = clip(w + (w - bottom)*expm1(-pulses/(a_ltd*levels)) + cycle*range*sqrt(pulses)*randn(), g_min, g_max)
    x = 1`,
  onPost: `
    pulses = floor(pulses_plus*x + rand())
    w = clip(w + (w - top)*expm1(-pulses/(a_ltp*levels)) + cycle*range*sqrt(pulses)*randn(), g_min, g_max)
    y = 1`,
  presets: {
    linear: { a_ltp: 1e4, a_ltd: 1e4 },
    analogue: { g_min: "0.08 weight", g_max: "1 weight", levels: 97, a_ltp: 0.4992, cycle: 0.035 },
    ideal: { g_min: "0.02 weight", g_max: "1 weight", levels: 64, a_ltp: 1e4, a_ltd: 1e4 },
  },
});

/** Curvature a of NeuroSim's non-linearity labels; a negative label has the negative curvature. Small labels: about 1.2627/label. */
export const neurosimCurvature: ReadonlyMap<number, number> = new Map([
  [0.1, 12.63], [0.5, 2.52], [1, 1.252], [2, 0.609], [2.4, 0.4992], [3, 0.3868], [4, 0.2691], [5, 0.1924], [6, 0.1356], [9, 0.0228],
]);
