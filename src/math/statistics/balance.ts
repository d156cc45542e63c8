import { ArgumentError } from "../../errors.ts";
import { correlation, mean } from "./moments.ts";

/** How excitation and inhibition of each neuron compare. */
export interface CurrentBalance {
  /** Mean currents, in the unit given. [neurons] */
  readonly excitatory: Float64Array;
  readonly inhibitory: Float64Array;
  /** Mean excitatory current over the size of the mean inhibitory one: 1 when they cancel, above 1 when excitation prevails. [neurons] */
  readonly ratio: Float64Array;
  /** Correlation in time of the two currents, each with its sign: −1 when inhibition mirrors excitation, NaN when one is constant. [neurons] */
  readonly correlation: Float64Array;
}

/**
 * Balance of excitation and inhibition in each neuron, from the courses of its currents as `stateMonitor` records them.
 *
 * @param excitatory currents that depolarise, positive [samples × neurons]
 * @param inhibitory currents that hyperpolarise, negative [samples × neurons]
 * @throws {ArgumentError} when the two differ in length or are no rows of so many neurons
 * @source Okun & Lampl (2008), Nat. Neurosci. 11:535–537. doi:10.1038/nn.2105
 */
export function currentBalance(excitatory: ArrayLike<number>, inhibitory: ArrayLike<number>, neurons: number): CurrentBalance {
  const samples = excitatory.length / neurons;
  if (excitatory.length !== inhibitory.length || !Number.isInteger(samples) || samples < 1) {
    throw new ArgumentError(
      "size",
      `currentBalance: ${excitatory.length} excitatory and ${inhibitory.length} inhibitory values are no rows of ${neurons} neurons`,
      "Give both as [samples × neurons], e.g. monitor.get(…) with monitor.neurons.length.",
    );
  }
  const courseOf = (values: ArrayLike<number>, neuron: number) => Float64Array.from({ length: samples }, (_, k) => values[k * neurons + neuron]!);
  const means = { excitatory: new Float64Array(neurons), inhibitory: new Float64Array(neurons) };
  const ratio = new Float64Array(neurons), inTime = new Float64Array(neurons);
  for (let n = 0; n < neurons; n++) {
    const exciting = courseOf(excitatory, n), inhibiting = courseOf(inhibitory, n);
    means.excitatory[n] = mean(exciting);
    means.inhibitory[n] = mean(inhibiting);
    ratio[n] = means.excitatory[n]! / Math.abs(means.inhibitory[n]!);
    inTime[n] = correlation(exciting, inhibiting);
  }
  return { ...means, ratio, correlation: inTime };
}

/**
 * Current through synaptic conductances, g·(E − v).
 *
 * @param conductance siemens [samples × neurons]
 * @param potential membrane potential at the same times, volt [samples × neurons]
 * @param reversal reversal potential E, volt
 * @returns ampere, positive inward [samples × neurons]
 */
export function synapticCurrent(conductance: ArrayLike<number>, potential: ArrayLike<number>, reversal: number): Float64Array {
  if (conductance.length !== potential.length) {
    throw new ArgumentError(
      "size",
      `synapticCurrent: ${conductance.length} conductances, but ${potential.length} potentials`,
      "Record both with one state monitor.",
    );
  }
  return Float64Array.from(potential, (v, k) => conductance[k]! * (reversal - v));
}
