/** Classes for neurons that were never told any: each stands for the class that drives it most, and together they vote. */
export class ClassVote {
  readonly #classes: number;
  /** Spikes of each neuron for each class. [neurons × classes] */
  readonly #spikes: Float64Array;
  /** Images of each class. [classes] */
  readonly #shown: Float64Array;

  constructor(neurons: number, classes: number) {
    this.#classes = classes;
    this.#spikes = new Float64Array(neurons * classes);
    this.#shown = new Float64Array(classes);
  }

  /** Counts the answer to one image of a class. @param answer spikes [neurons] */
  add(answer: ArrayLike<number>, label: number): void {
    this.#shown[label]!++;
    for (let j = 0; j < answer.length; j++) this.#spikes[j * this.#classes + label]! += answer[j]!;
  }

  /** For each neuron the class whose images drove it most on average; −1 where none did. [neurons] */
  assign(): Int32Array {
    const classes = this.#classes;
    return Int32Array.from({ length: this.#spikes.length / classes }, (_, j) => {
      const means = Array.from(this.#shown, (shown, c) => this.#spikes[j * classes + c]! / Math.max(1, shown));
      const best = indexOfLargest(means);
      return means[best]! > 0 ? best : -1;
    });
  }

  /** For each neuron, how its mean answers divide among the classes: 0 … 1, all 0 where it never answered. [neurons × classes] */
  proportions(): Float64Array {
    const classes = this.#classes, means = this.#spikes.map((sum, k) => sum / Math.max(1, this.#shown[k % classes]!));
    return means.map((mean, k) => {
      const from = k - (k % classes), total = means.subarray(from, from + classes).reduce((a, b) => a + b, 0);
      return total > 0 ? mean / total : 0;
    });
  }
}

/**
 * The class that gets most votes when each spike is divided among the classes as its neuron's answers were: neurons that like two classes help both.
 *
 * @param answer spikes [neurons] @param proportions [neurons × classes]
 * @source Hazan et al. (2018), Front. Neuroinform. 12:89 ("proportion weighting"). doi:10.3389/fninf.2018.00089
 */
export function proportionalVote(answer: ArrayLike<number>, proportions: Float64Array, classes: number): number {
  const votes = new Float64Array(classes);
  for (let k = 0; k < proportions.length; k++) votes[k % classes]! += proportions[k]! * answer[Math.floor(k / classes)]!;
  return indexOfLargest(votes);
}

/** The class whose neurons fired most on average. @param answer spikes [neurons] @param assigned class of each neuron [neurons] */
export function vote(answer: ArrayLike<number>, assigned: Int32Array, classes: number): number {
  const spikes = new Float64Array(classes), voters = new Float64Array(classes);
  for (let j = 0; j < assigned.length; j++) {
    if (assigned[j]! < 0) continue;
    spikes[assigned[j]!]! += answer[j]!;
    voters[assigned[j]!]!++;
  }
  return indexOfLargest(spikes.map((sum, c) => sum / Math.max(1, voters[c]!)));
}

/** The first of the largest. */
export function indexOfLargest(values: ArrayLike<number>): number {
  let best = 0;
  for (let k = 1; k < values.length; k++) if (values[k]! > values[best]!) best = k;
  return best;
}
