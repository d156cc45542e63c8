/**
 * Runs a simulation on a GPU. The host's memory stays the place where everything is made, set and read between runs; while the device runs, it holds
 * the truth. What the host does with arrays between runs (statements at regular times, spikes before the start) runs as WebAssembly on its own copy.
 */
import type { Executable } from "../../backend/contract.ts";
import type { DeviceCall, DeviceCounts, DeviceFailure } from "../../backend/webgpu/executable.ts";
import { GpuExecutable } from "../../backend/webgpu/executable.ts";
import { openGpu } from "../../backend/webgpu/gpu.ts";
import type { Gpu } from "../../backend/webgpu/gpu.ts";
import type { Placed } from "../../backend/webgpu/places.ts";
import { mostTimed, TimedCall } from "../../backend/webgpu/stageTimes.ts";
import type { StageTimes } from "../../backend/webgpu/stageTimes.ts";
import type { Tap } from "../../backend/webgpu/stages.ts";
import { invariant, UnsupportedError } from "../../errors.ts";
import { buildExecutable, programOf } from "../build.ts";
import type { ScalarTable, SimulationParts } from "../parts.ts";
import type { StateSamples } from "../recording.ts";
import { checkDistinct } from "./distinctSpikes.ts";
import { checkEqualSteps } from "./equalSteps.ts";
import { EventTotals } from "./eventTotals.ts";
import { trafficOf } from "./traffic.ts";
import type { Traffic } from "./traffic.ts";

/** A call whose result is on its way. */
export interface PendingCall {
  readonly from: number;
  readonly n: number;
  /** When it was queued, milliseconds. */
  readonly queued: number;
  readonly result: Promise<DeviceCall>;
}

/** What a GPU did for a simulation, and what it holds. */
export interface DeviceState {
  /** An epoch is the steps of the shortest delay at most: so many, and so many dispatches. */
  readonly epochSteps: number;
  readonly dispatches: number;
  /** Calls of many epochs that were submitted at once, epochs, and times that the host waited for bytes of the GPU. */
  readonly counts: DeviceCounts;
  /** Of its memory. */
  readonly bytes: number;
  readonly traffic: Traffic;
}

/** Milliseconds that a call should take: long enough that the host is never waited for, short enough for progress and for the driver's patience. */
const leastCall = 40, mostCall = 160;

export class DeviceRunner {
  readonly gpu: Gpu;
  readonly threads = 1;
  readonly processes = undefined;
  readonly traffic = undefined;
  #parts: SimulationParts;
  #host: Executable | undefined;
  #device: GpuExecutable | undefined;
  #scalars: readonly (ScalarTable | undefined)[] = [];
  #events: EventTotals | undefined;
  /** What the host changed since the device saw it last. */
  #changed = { neurons: true, synapses: true };
  /** The device has changed its arrays since the host saw them last. */
  #ahead = false;
  /** Spikes and sums under way are forgotten: the simulation begins anew. */
  #restart = true;
  #samples: readonly StateSamples[] = [];
  #steps: number;
  #lastEnd = 0;
  readonly #counts: DeviceCounts = { calls: 0, epochs: 0, readBacks: 0 };
  /** While every dispatch is measured. */
  #times: StageTimes | undefined;

  private constructor(parts: SimulationParts, gpu: Gpu) {
    this.#parts = parts;
    this.gpu = gpu;
    this.#steps = parts.window;
  }

  static async open(parts: SimulationParts): Promise<DeviceRunner> {
    return new DeviceRunner(parts, await openGpu());
  }

  /** Steps of the next call, whole windows. */
  get callSteps(): number {
    if (!this.#times) return this.#steps;
    const { window } = this.#device!.plan;
    return Math.min(this.#steps, Math.max(1, Math.floor((mostTimed - 2) / this.dispatches)) * window);
  }

  get state(): DeviceState | undefined {
    const device = this.#device;
    if (!device) return undefined;
    const { plan, bytes, dispatches } = device;
    return { epochSteps: plan.window, dispatches, counts: { ...this.#counts }, bytes, traffic: trafficOf(plan, this.#parts) };
  }

  /** Measures every dispatch of some work. @throws {UnsupportedError} where the GPU has no time stamps */
  async timed(work: () => Promise<void>): Promise<StageTimes> {
    const { name, timestamps } = this.gpu;
    if (!timestamps) throw new UnsupportedError("webgpu-timestamps", `${name} has no time stamps`, "Measure the time of run() instead.");
    const times: StageTimes = (this.#times = new Map());
    try {
      await work();
    } finally {
      this.#times = undefined;
    }
    return times;
  }

  get dispatches(): number {
    return this.#device?.dispatches ?? 0;
  }

  /** @param samples what monitors sample while the device runs */
  async load(scalars: readonly (ScalarTable | undefined)[], samples: readonly StateSamples[] = this.#samples): Promise<void> {
    const parts = this.#parts;
    const [side] = parts.sides;
    invariant(side, "a device runs one partition");
    checkEqualSteps(parts.groups);
    for (const { schedule, name } of parts.groups) checkDistinct(schedule, name, parts.options.dt);
    this.#samples = samples;
    this.#scalars = scalars;
    if (this.#device && !this.#restart) {
      await this.#device.returnRings();
      await this.#device.returnSpikes();
    }
    this.#device?.destroy();
    this.#device = undefined;
    this.#host = await buildExecutable(parts, side, scalars);
    const { arena } = side;
    const program = programOf(parts, side, scalars);
    this.#device = await GpuExecutable.make(this.gpu, program, arena.memory, {
      blockOf: (address) => arena.blockOf(address), taps: this.#taps(), steps: parts.chunk,
    }, this.#counts);
    this.#events = new EventTotals(parts, program);
    this.#changed = { neurons: true, synapses: true };
    this.#restart = false;
  }

  #taps(): Tap[] {
    const { groups } = this.#parts;
    return this.#samples.flatMap(({ population, name, everySteps, elements }) => {
      const group = groups.find((g) => g.name === population)!;
      if (!group.kernel?.state.includes(name) || elements.length === 0) return [];
      return [{ address: group.address(name), column: group.index, array: name, everySteps, elements }];
    });
  }

  /** The host changed arrays of neurons, or of synapses. */
  touch(what: "neurons" | "synapses"): void {
    this.#changed[what] = true;
  }

  /** All state is as at the start; what was under way is forgotten when the code is made anew. */
  restart(): void {
    this.#restart = true;
    this.#ahead = false;
  }

  /** Brings the device up to date before it runs. */
  async start(): Promise<void> {
    // Larger weights than those that the units of the sums were chosen for.
    if (this.#changed.synapses && !this.#device!.sumsFit) await this.load(this.#scalars);
    const device = this.#device!;
    const { neurons, synapses } = this.#changed;
    this.#changed = { neurons: false, synapses: false };
    if (neurons || synapses) {
      const addresses = new Set(this.#parts.groups.flatMap((g) => [...g.arrays.values()]));
      await device.upload(({ block }: Placed) => (addresses.has(block.address) ? neurons : synapses));
      await device.takeRings();
    }
  }

  /** Copies bytes that the host wrote; they count for the calls that follow. */
  write(address: number, bytes: number): void {
    this.#device!.write(address, bytes);
  }

  /** Queues n steps from step `from` on. */
  async call(from: number, n: number): Promise<PendingCall> {
    this.#ahead = true;
    for (const table of this.#scalars) {
      table?.fill(from, n);
      if (table) this.write(table.address, n * table.bytes);
    }
    const { result } = await this.#queued(this.#device!, from, n);
    // Whoever waits for it hears of a failure; nobody may.
    result.catch(() => {});
    return { from, n, queued: performance.now(), result };
  }

  async #queued(device: GpuExecutable, from: number, n: number): Promise<Pick<PendingCall, "result">> {
    const times = this.#times;
    if (!times) return await device.call(from, n, this.#fed(from, n));
    const timed = new TimedCall(this.gpu.device, device.dispatches * Math.ceil(n / device.plan.window) + 2);
    const { result } = await device.call(from, n, this.#fed(from, n), timed);
    const measured = result.then(async (call) => {
      await timed.addTo(times);
      return call;
    });
    return { result: measured.finally(() => timed.destroy()) };
  }

  /** Spikes of the sources that the host feeds, one bit for each source and step. */
  #fed(from: number, n: number): Uint32Array | undefined {
    const { columns, layout } = this.#device!.plan;
    const fed = columns.filter((c) => c.map === undefined);
    if (fed.length === 0) return undefined;
    const bits = new Uint32Array(n * layout.fedWords);
    for (const { column, bits: first } of fed) {
      const group = this.#parts.groups[column]!;
      const { steps, ids } = group.schedule;
      let k = group.scheduleNext;
      while (k < steps.length && steps[k]! < from) k++;
      for (; k < steps.length && steps[k]! < from + n; k++) {
        bits[(steps[k]! - from) * layout.fedWords + first + (ids[k]! >> 5)]! |= 1 << (ids[k]! & 31);
      }
      group.scheduleNext = k;
    }
    return bits;
  }

  /** The result of a call, counted. */
  async finish({ n, queued, result }: PendingCall): Promise<DeviceCall> {
    const begin = Math.max(this.#lastEnd, queued);
    const call = await result;
    const now = performance.now(), took = now - begin;
    this.#lastEnd = now;
    const { chunk, window } = this.#parts;
    if (n === this.#steps && took < leastCall) this.#steps = Math.min(chunk, 2 * n);
    if (n === this.#steps && took > mostCall) this.#steps = Math.max(window, Math.floor(n / 2 / window) * window);
    this.#events!.add(call, n);
    return call;
  }

  /** Puts the sample that the call took at its step s into the host's arrays. */
  showSample(call: DeviceCall, from: number, s: number): void {
    const { taps } = this.#device!.plan;
    const { arena } = this.#parts;
    taps.forEach(({ address, everySteps, elements }, k) => {
      if ((from + s + 1) % everySteps !== 0) return;
      const place = Math.floor((from + s + 1) / everySteps) - Math.floor(from / everySteps) - 1;
      const values = call.taps[k]!.subarray(place * elements.length, (place + 1) * elements.length);
      const array = arena.f32(address, elements[elements.length - 1]! + 1);
      elements.forEach((e, j) => (array[e] = values[j]!));
    });
  }

  /** Gives the host everything that the device changed. Nothing may be under way. */
  async fetch(): Promise<void> {
    if (!this.#ahead || !this.#device) return;
    await this.#device.idle();
    await this.#device.download();
    this.#ahead = false;
  }

  /** Gives the host also the input sums, for who asks why an element failed. */
  async fetchSums(): Promise<void> {
    await this.#device?.returnRings();
  }

  after(_side: number, step: number): boolean {
    return this.#host!.after(step);
  }

  deliver(_side: number, scatter: number, list: number, count: number, slot: number): void {
    this.#host!.deliver(scatter, list, count, slot);
  }

  visit(_side: number, edge: number, step: number): boolean {
    this.touch("synapses");
    return this.#host!.visit(edge, step);
  }

  text(): string {
    return this.#device?.text ?? "";
  }

  /** Frees the device's memory. */
  async end(left: SimulationParts): Promise<void> {
    this.#parts = left;
    await this.#device?.idle();
    this.#device?.destroy();
    this.#device = this.#host = this.#events = undefined;
  }
}

export type { DeviceCall, DeviceFailure };
