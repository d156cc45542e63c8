/** The figures beside the plots. */
import { duration, Meter, number } from "./figures.ts";
import type { Frame, Opened, Paused } from "./messages.ts";

/** Milliseconds between two changes of speed and activity: a number that changes at every frame cannot be read. */
const readable = 250;

export class Readings {
  readonly #meter = new Meter();
  #neurons = 1;
  #changed = 0;

  opened({ neurons, synapses, engine }: Opened): void {
    this.#neurons = neurons;
    this.#meter.clear();
    for (const id of ["speed", "spikes"]) show(id, "–");
    show("time", duration(0));
    show("size", `${number(neurons)} neurons, ${number(synapses)} synapses`);
    show("engine", engine);
    this.running();
  }

  /** The hash of before is no longer that of what is shown. */
  running(): void {
    show("hash", "at the next pause");
    document.getElementById("same")!.hidden = true;
  }

  advanced(frame: Frame): void {
    const now = performance.now();
    show("time", duration(frame.to));
    this.#meter.add(frame, now);
    if (now - this.#changed < readable) return;
    this.#changed = now;
    const read = this.#meter.read();
    if (!read) return;
    show("speed", `${number(read.speed)} × real time`);
    show("spikes", `${number(Math.round(read.spikes))}, ${number(read.spikes / this.#neurons)} Hz a neuron`);
  }

  paused({ time, spikeHash, command }: Paused): void {
    show("time", duration(time));
    show("hash", spikeHash);
    show("command", command);
    document.getElementById("same")!.hidden = false;
  }
}

const show = (id: string, text: string): void => void (document.getElementById(id)!.textContent = text);
