/** How Forward-Forward is done. */
import { sgd } from "../../optimizers.ts";
import type { OptimizerData } from "../../optimizers.ts";
import type { Goodness } from "./goodness.ts";

export interface ForwardForwardSettings {
  readonly goodness: Goodness;
  /** What each layer's activities are divided by before the next sees them. */
  readonly normalise: "rms" | "length";
  readonly optimizer: OptimizerData;
  readonly batch: number;
  /** Draws mean activities of units together; absent: not. */
  readonly peers?: { readonly weight: number; readonly momentum: number };
  /** Of the softmax readout, which learns beside the layers and changes nothing in them. */
  readonly readout: OptimizerData;
}

/**
 * Sums of squares against a threshold of one for each unit, layers of unit root mean square, momentum, peer normalisation.
 * Source: Hinton (2022), arXiv:2212.13345, and the settings of his Matlab code in Löwe's port (github.com/loeweX/Forward-Forward). Weight decay is
 * ten times theirs, as it acts here on the weights and there through the momentum of 0.9.
 */
export function hintonSettings(change: Partial<ForwardForwardSettings> = {}): ForwardForwardSettings {
  return {
    goodness: { of: "sum" }, normalise: "rms", batch: 100, peers: { weight: 0.03, momentum: 0.9 },
    optimizer: sgd({ learningRate: 1e-3, momentum: 0.9, weightDecay: 3e-3 }),
    readout: sgd({ learningRate: 1e-2, momentum: 0.9, weightDecay: 3e-2 }),
    ...change,
  };
}
