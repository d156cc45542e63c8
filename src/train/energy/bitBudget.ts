/**
 * Bits as the measure of effort: T steps of binary spikes carry what activations of log2(T + 1) bits do, so a spiking network is compared with a
 * quantised one of as many bits, not with one in floating point.
 *
 * @source Shen et al. (2024), Are conventional SNNs really efficient? CVPR. doi:10.48550/arXiv.2311.10802;
 *   Zhang et al. (2022), PokeBNN, CVPR (arithmetic computation effort). doi:10.48550/arXiv.2112.00133
 */

/** T · bits of a weight · bits of a spike. Of an ANN T is 1 and a spike an activation. */
export const bitBudget = (steps: number, weightBits: number, spikeBits: number): number => steps * weightBits * spikeBits;

/** Bits of the activations that a count of spikes over so many steps stands for: ⌈log2(T·(2^spikeBits − 1) + 1)⌉. */
export const equivalentActivationBits = (steps: number, spikeBits = 1): number => Math.ceil(Math.log2(steps * (2 ** spikeBits - 1) + 1));

export interface Effort {
  /** Connections of the layer, each used once a step. */
  readonly connections: number;
  readonly steps: number;
  readonly weightBits: number;
  readonly spikeBits: number;
  /** Spikes of an input in a step, on average. */
  readonly rate: number;
}

/** Effort of hardware that multiplies every connection in every step. */
export const synchronousEffort = ({ connections, steps, weightBits, spikeBits }: Omit<Effort, "rate">): number =>
  connections * steps * weightBits * spikeBits;

/** Effort of hardware that works only where spikes arrive. */
export const eventDrivenEffort = (effort: Effort): number => synchronousEffort(effort) * effort.rate;
