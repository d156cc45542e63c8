/** Images as Poisson spike trains, shown to a running network one after another, and what its neurons answer. */
import type { Population, Quantity, RunningSimulation, SpikeMonitor, SpikeSource, Value } from "synfire";

/** Images with their classes, as `loadImages` of synfire/data reads them. */
export interface Images {
  /** Grey values 0 … 255. [images × pixels] */
  readonly pixels: Uint8Array;
  /** [images] */
  readonly labels: Uint8Array;
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
}

export interface Presentation {
  readonly show: Quantity;
  readonly rest: Quantity;
  /** Hz of a source for each grey level and unit of intensity. */
  readonly hertz: number;
  readonly intensity: number;
  /** An image that evokes fewer spikes in all watched neurons is shown again with one more unit of intensity … */
  readonly enough: number;
  /** … up to this intensity. */
  readonly most: number;
  /** Every image is brought to this mean grey value, if given. */
  readonly meanPixel?: number;
}

/** Show 350 ms, rest 150 ms; at most 63.75 Hz at first; again with 32 Hz more below five spikes. @source doi:10.3389/fncom.2015.00099 */
export const diehlCookPresentation: Presentation = { show: "350 ms", rest: "150 ms", hertz: 1 / 8, intensity: 2, enough: 5, most: 32 };

/** What shows images: a simulation that runs for a while. */
export interface ShowingSimulation extends RunningSimulation {
  run(duration: Quantity): Promise<void>;
}

/** Called around a presentation: `shown` before the image appears, also when it appears again, `removed` before the rest. */
export interface Around {
  readonly shown?: () => void;
  readonly removed?: () => void;
}

export class ImageStimulus {
  readonly #sim: ShowingSimulation;
  readonly #input: SpikeSource;
  readonly #counter: SpikeMonitor;
  readonly #options: Presentation;
  readonly #dark: Float64Array;
  /** Presentations so far, those of the same image again included. */
  presentations = 0;

  /** @param counter counts the spikes of the populations asked for by `show` */
  constructor(sim: ShowingSimulation, input: SpikeSource, counter: SpikeMonitor, options: Presentation) {
    this.#sim = sim;
    this.#input = input;
    this.#counter = counter;
    this.#options = options;
    this.#dark = new Float64Array(input.size);
  }

  /**
   * Shows an image, again and stronger while too few of the first population's spikes answer, and lets the network come to rest.
   *
   * @param pixels grey values [pixels]
   * @returns spikes of each neuron of each population during the last showing, without the rest
   */
  async show(pixels: Uint8Array, populations: readonly Population[], around: Around = {}): Promise<Uint32Array[]> {
    const { show, rest, hertz, enough, most, meanPixel } = this.#options;
    const mean = pixels.reduce((sum, p) => sum + p, 0) / pixels.length;
    const scale = meanPixel === undefined || mean === 0 ? hertz : (hertz * meanPixel) / mean;
    for (let intensity = this.#options.intensity; ; intensity++) {
      around.shown?.();
      this.#setRates(Float64Array.from(pixels, (p) => p * scale * intensity));
      const before = populations.map((p) => this.#counter.counts(p).slice());
      await this.#sim.run(show);
      const answers = populations.map((p, k) => this.#counter.counts(p).map((n, j) => n - before[k]![j]!));
      this.presentations++;
      around.removed?.();
      this.#setRates(this.#dark);
      await this.#sim.run(rest);
      if (answers[0]!.reduce((sum, n) => sum + n, 0) >= enough || intensity + 1 > most) return answers;
    }
  }

  #setRates(values: Float64Array): void {
    this.#sim.set(this.#input, { rate: { values, unit: "Hz" } });
  }
}

/** Grey values of one image. [pixels] */
export function imageAt({ pixels, rows, columns }: Images, k: number): Uint8Array {
  return pixels.subarray(k * rows * columns, (k + 1) * rows * columns);
}

/**
 * A stimulus without data: a bar through the middle, turned by 18 degrees with each image, 350 ms of every 500 ms. Ten of them are all there are.
 *
 * @param side pixels along a side
 * @returns rates of the pixels, an expression of i and t
 */
export function turningBar(side: number): string {
  const row = `floor(i/${side})`, middle = (side - 1) / 2, angle = `pi/10*${barNumber}`;
  const across = `((i - ${side}*${row} - ${middle})*sin(${angle}) - (${row} - ${middle})*cos(${angle}))`;
  return `63.75*Hz*exp(-${across}^2/4)*${barShown}`;
}

/** How many bars were there before the one of time t, and whether it is there: expressions of t. */
export const barNumber = "floor(t/(500*ms))", barShown = "int(t/(500*ms) - floor(t/(500*ms)) < 0.7)";

/** 0 Hz for each of n processes; each can be given another rate while the network runs. */
export const noRates = (n: number): Value => ({ values: new Float64Array(n), unit: "Hz" });
