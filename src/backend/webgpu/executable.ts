/** A program on the device: its buffers, its pipelines, and calls of many epochs that are queued without waiting for each other. */
import { SimulationError } from "../../errors.ts";
import type { Program } from "../contract.ts";
import { sortSpikes } from "./callSpikes.ts";
import type { CallSpikes } from "./callSpikes.ts";
import { edgeBindings, edgesCode } from "./edgesStage.ts";
import { elementBindings, elementsCode } from "./elements.ts";
import type { StageCode } from "./elements.ts";
import { bufferUsage, mapRead } from "./flags.ts";
import { guarded } from "./gpu.ts";
import type { Gpu } from "./gpu.ts";
import { checkBindings, checkBuffers } from "./places.ts";
import type { Placed } from "./places.ts";
import { pipelineOf } from "./pipelines.ts";
import type { BindingKind } from "./pipelines.ts";
import { planOf } from "./plan.ts";
import { proceduralCode } from "./proceduralStage.ts";
import type { PlanOptions } from "./plan.ts";
import { Rings } from "./rings.ts";
import { decodeRing, encodeRing } from "./ringWords.ts";
import { firstHistory, historiesFromQueues, queuesFromHistories } from "./edgeHistory.ts";
import type { TimedCall } from "./stageTimes.ts";
import { control, epochSize, gridWidth, groupSize } from "./stages.ts";
import type { Plan, Stage } from "./stages.ts";

/** What a call of n steps did. */
export interface DeviceCall {
  readonly spikes: CallSpikes;
  /** Samples of each tap, [samples × elements]. */
  readonly taps: readonly Float32Array[];
  /** Edges made anew whose number only the device knows. */
  readonly made: number;
  readonly failure: DeviceFailure | undefined;
}

export type DeviceFailure =
  /** An element of a column left the finite numbers in that step of the call. */
  | { readonly kind: "element"; readonly step: number; readonly column: number; readonly element: number }
  /** An edge left the limits of its kernel. */
  | { readonly kind: "edge"; readonly step: number; readonly kernel: number; readonly edge: number }
  /** An input sum left the range of its ring. */
  | { readonly kind: "sum"; readonly step: number };

/** What was asked of the device: calls of many epochs, and times that the host waited for bytes from it. */
export interface DeviceCounts {
  calls: number;
  epochs: number;
  readBacks: number;
}

/** Bytes of the parts in which memories are copied. */
const partBytes = 2 ** 25;
const partsUnderWay = 8;
/** Calls under way at a time: the device works on one while the host records the other. */
const slotCount = 2;
/** Bytes from one epoch's parameters to the next: what offsets of uniform bindings must be multiples of. */
const epochBytes = 256;
const none = 0xffffffff;
/** Words of `control` that tell of failures: its first ones. */
const failures = 3;

interface Slot {
  readonly out: GPUBuffer;
  readonly epochs: GPUBuffer;
  staging: GPUBuffer;
  /** Spikes that the staging buffer has room for. */
  room: number;
  busy: Promise<unknown>;
}

interface StageRun {
  readonly stage: Stage;
  readonly pipeline: GPUComputePipeline;
  /** One a slot. */
  readonly groups: readonly GPUBindGroup[];
}

export class GpuExecutable {
  readonly gpu: Gpu;
  readonly plan: Plan;
  /** WGSL of every stage, for people. */
  readonly text: string;
  readonly #memory: WebAssembly.Memory;
  readonly #segments: readonly GPUBuffer[];
  readonly #control: GPUBuffer;
  /** What the beginning of `control` is at the start of a call, and room for the failures of the call before. */
  readonly #reset: GPUBuffer;
  readonly #args: GPUBuffer;
  readonly #own: GPUBuffer;
  readonly #rings: GPUBuffer;
  readonly #slots: readonly Slot[];
  readonly #counts: DeviceCounts;
  #runs: readonly StageRun[] = [];
  #prime: StageRun | undefined;
  #finish: StageRun | undefined;
  /** Whether a call failed since failures were forgotten. */
  #failed = false;
  /** The step that comes next, once there was a call. */
  #nextStep: number | undefined;
  #next = 0;
  #epoch = 0;

  private constructor(gpu: Gpu, plan: Plan, memory: WebAssembly.Memory, codes: readonly StageCode[], counts: DeviceCounts) {
    this.#counts = counts;
    this.gpu = gpu;
    this.plan = plan;
    this.#memory = memory;
    const stages = allStages(plan);
    this.text = codes.map((code, k) => `/* stage ${stages[k]!.name} */\n${code.text}`).join("\n");
    const { layout, places, rings } = plan;
    const buffer = (label: string, words: number, usage: number): GPUBuffer =>
      gpu.device.createBuffer({ label, size: 4 * Math.max(4, words), usage });
    const { storage, copySource, copyDestination, indirect, uniform } = bufferUsage;
    const stored = storage | copySource | copyDestination;
    this.#segments = places.segments.map(({ words }, k) => buffer(`memory ${k}`, words, stored));
    this.#control = buffer("control", layout.controlWords, stored);
    this.#reset = buffer("reset", layout.counts + failures, copySource | copyDestination);
    this.#args = buffer("args", 8 * Math.max(1, layout.lists), storage | indirect | copyDestination);
    this.#own = buffer("own", layout.ownWords + plan.tables.words.length, stored);
    this.#rings = buffer("rings", rings.words, stored);
    this.#slots = Array.from({ length: slotCount }, (_, k) => ({
      out: buffer(`out ${k}`, layout.outWords, stored),
      epochs: buffer(`epochs ${k}`, (epochBytes / 4) * (Math.ceil(layout.steps / plan.window) + 2), uniform | copyDestination),
      staging: this.#stagingFor(0),
      room: 0,
      busy: Promise.resolve(),
    }));
  }

  /** Generates the code and fills the device's memory with the host's. @param counts is added to */
  static async make(
    gpu: Gpu, program: Program, memory: WebAssembly.Memory, options: Omit<PlanOptions, "buffer" | "bindingBytes">,
    counts: DeviceCounts = { calls: 0, epochs: 0, readBacks: 0 },
  ): Promise<GpuExecutable> {
    const bindingBytes = Math.min(gpu.limits.maxStorageBufferBindingSize, gpu.limits.maxBufferSize);
    const plan = planOf(program, { ...options, buffer: memory.buffer, bindingBytes });
    const stages = allStages(plan);
    const code = (): StageCode[] => stages.map((stage) =>
      stage.kind === "elements" ? elementsCode(plan, stage) : stage.making === undefined ? edgesCode(plan, stage) : proceduralCode(plan, stage));
    // The first time only shows what is used.
    code();
    plan.places.place();
    plan.tables.clear();
    const codes = code();
    checkBuffers(plan, bindingBytes);
    codes.forEach(({ segments }, k) => {
      const before = stages[k]!.kind === "elements" ? elementBindings.length : edgeBindings.length;
      checkBindings(plan.places, segments.length + before - 1, gpu.limits.maxStorageBuffersPerShaderStage);
    });
    return await guarded(gpu, "the simulation's buffers and shaders", async () => {
      const made = new GpuExecutable(gpu, plan, memory, codes, counts);
      await made.#load(codes);
      return made;
    });
  }

  async #load(codes: readonly StageCode[]): Promise<void> {
    const { device } = this.gpu;
    const runs = await Promise.all(allStages(this.plan).map(async (stage, k) => {
      const { segments } = codes[k]!;
      const kinds: readonly BindingKind[] = stage.kind === "elements"
        ? ["uniform", "storage", "storage", "storage", "storage", "storage"]
        : ["uniform", "storage", "read-only-storage", "storage"];
      const { pipeline, layout } = await pipelineOf(device, stage.name, codes[k]!, kinds);
      const groups = this.#slots.map((slot) => {
        const buffers = stage.kind === "elements"
          ? [this.#control, this.#args, this.#own, slot.out, this.#rings]
          : [this.#control, this.#own, this.#rings];
        const all = [...buffers, ...segments.map(({ segment }) => this.#segments[segment]!)];
        return device.createBindGroup({
          layout,
          entries: [
            { binding: 0, resource: { buffer: slot.epochs, size: epochSize } },
            ...all.map((b, j) => ({ binding: j + 1, resource: { buffer: b } })),
          ],
        });
      });
      return { stage, pipeline, groups };
    }));
    this.#runs = runs.slice(0, this.plan.stages.length);
    this.#prime = runs.find(({ stage }) => stage === this.plan.prime);
    this.#finish = runs.find(({ stage }) => stage === this.plan.finish);
    this.clear();
  }

  /** Dispatches of one epoch. */
  get dispatches(): number {
    return this.plan.stages.length;
  }

  /** Of the device's memory. */
  get bytes(): number {
    return this.#buffers().reduce((sum, b) => sum + b.size, 0);
  }

  /** Forgets spikes and sums that are under way. */
  clear(): void {
    const { device } = this.gpu;
    const encoder = device.createCommandEncoder();
    for (const b of [this.#control, this.#own, this.#rings]) encoder.clearBuffer(b);
    device.queue.submit([encoder.finish()]);
    this.#nextStep = undefined;
    const fresh = new Uint32Array(this.plan.layout.counts).fill(none).fill(0, control.recorded, control.before);
    device.queue.writeBuffer(this.#reset, 0, fresh);
    this.#forgetFailures();
    this.#writeArgs();
    this.#writeMaps();
    const { tables, layout } = this.plan;
    if (tables.words.length > 0) device.queue.writeBuffer(this.#own, 4 * layout.ownWords, Uint32Array.from(tables.words));
  }

  #forgetFailures(): void {
    this.#failed = false;
    this.gpu.device.queue.writeBuffer(this.#control, 0, new Uint32Array(failures).fill(none));
  }

  /** Where each element stands among those that monitors sample. */
  #writeMaps(): void {
    const { taps, layout, columns } = this.plan;
    taps.forEach(({ column, elements }, k) => {
      const at = layout.mapsAt[k];
      if (at === undefined) return;
      const map = new Uint32Array(columns.find((c) => c.column === column)!.size).fill(none);
      elements.forEach((e, place) => (map[e] = place));
      this.gpu.device.queue.writeBuffer(this.#own, 4 * at, map);
    });
  }

  #writeArgs(): void {
    const empty = new Uint32Array(8 * Math.max(1, this.plan.layout.lists));
    const { parts, lists } = this.plan.layout;
    for (let k = 0; k < 2 * lists; k++) empty.set([0, 1, parts[k % lists]!, 0], 4 * k);
    this.gpu.device.queue.writeBuffer(this.#args, 0, empty);
  }

  /** Copies the host's arrays to the device: all, or those that hold a given address. */
  async upload(wanted: (placed: Placed) => boolean = () => true): Promise<void> {
    for (const placed of this.plan.places.placed) if (wanted(placed)) await this.#uploadBlock(placed);
    // Without it, what was written would stay in memory twice.
    this.gpu.device.queue.submit([]);
  }

  async #uploadBlock({ block, pieces }: Placed): Promise<void> {
    const { queue } = this.gpu.device;
    let from = block.address, waiting = 0;
    for (const { segment, at, words } of pieces) {
      for (let done = 0; done < 4 * words; done += partBytes) {
        const bytes = Math.min(partBytes, 4 * words - done);
        queue.writeBuffer(this.#segments[segment]!, 4 * at + done, this.#memory.buffer as ArrayBuffer, from + done, bytes);
        if (bytes < partBytes) continue;
        queue.submit([]);
        // What is on its way lies in memory twice.
        if (++waiting % partsUnderWay === 0) await queue.onSubmittedWorkDone();
      }
      from += 4 * words;
    }
  }

  /** Copies bytes that the host changed, if the device has them. */
  write(address: number, bytes: number): void {
    for (const { block, pieces } of this.plan.places.placed) {
      if (address < block.address || address >= block.address + block.bytes) continue;
      let from = block.address;
      for (const { segment, at, words } of pieces) {
        const begin = Math.max(address, from), end = Math.min(address + bytes, from + 4 * words);
        if (begin < end)
          this.gpu.device.queue.writeBuffer(this.#segments[segment]!, 4 * at + begin - from, this.#memory.buffer as ArrayBuffer, begin, end - begin);
        from += 4 * words;
      }
    }
  }

  /** Copies arrays that kernels write to the host. */
  async download(wanted: (placed: Placed) => boolean = () => true): Promise<void> {
    const parts = this.plan.places.placed.filter((p) => p.written && wanted(p)).flatMap(({ block, pieces }) => {
      let address = block.address;
      return pieces.flatMap(({ segment, at, words }) => {
        const made = [];
        for (let done = 0; done < 4 * words; done += partBytes)
          made.push({ segment, from: 4 * at + done, to: address + done, bytes: Math.min(partBytes, 4 * words - done) });
        address += 4 * words;
        return made;
      });
    });
    for (let k = 0; k < parts.length;) {
      let bytes = 0, end = k;
      while (end < parts.length && (end === k || bytes + parts[end]!.bytes <= partBytes)) bytes += parts[end++]!.bytes;
      const now = parts.slice(k, end);
      const mapped = await this.#read(now.map(({ segment, from, bytes: size }) => ({ buffer: this.#segments[segment]!, from, bytes: size })));
      let at = 0;
      for (const { to, bytes: size } of now) {
        new Uint8Array(this.#memory.buffer, to, size).set(new Uint8Array(mapped, at, size));
        at += size;
      }
      k = end;
    }
  }

  /** Bytes of buffers, one after the other. */
  async #read(parts: readonly { readonly buffer: GPUBuffer; readonly from: number; readonly bytes: number }[]): Promise<ArrayBuffer> {
    const { device } = this.gpu;
    const size = parts.reduce((sum, p) => sum + p.bytes, 0);
    const staging = device.createBuffer({ size, usage: bufferUsage.mapRead | bufferUsage.copyDestination });
    const encoder = device.createCommandEncoder();
    let at = 0;
    for (const { buffer, from, bytes } of parts) {
      encoder.copyBufferToBuffer(buffer, from, staging, at, bytes);
      at += bytes;
    }
    device.queue.submit([encoder.finish()]);
    try {
      await this.#mapped(staging);
      return staging.getMappedRange().slice(0);
    } finally {
      staging.destroy();
    }
  }

  async #mapped(staging: GPUBuffer): Promise<void> {
    this.#counts.readBacks++;
    try {
      await staging.mapAsync(mapRead);
    } catch (error) {
      throw this.#lostError(error);
    }
  }

  #lostError(error: unknown): SimulationError {
    const why = this.gpu.lost?.reason ?? (error as Error).message;
    return new SimulationError("webgpu-lost", `the GPU ${this.gpu.name} stopped working during the run: ${why}`,
      'Compile the network again, or use backend: "wasm". A very long call may have been cut by the driver: other programs may keep the GPU busy.');
  }

  /** Whether the units of the input sums suit the weights that the host has now. */
  get sumsFit(): boolean {
    const { program, rings } = this.plan;
    const now = new Rings(program, this.#memory.buffer);
    return rings.all.every(({ exponent, most }, k) => {
      const { exponent: wanted, most: larger } = now.all[k]!;
      if (exponent === "wide" || wanted === "wide") return exponent === "wide" || most !== undefined;
      return wanted >= exponent && (most === undefined || larger === undefined || larger * 2 ** (exponent - wanted) <= most);
    });
  }

  /** Adds what the host's rings hold to the device's, and clears them. Nothing may be under way. */
  async takeRings(): Promise<void> {
    const { queue } = this.gpu.device;
    for (const ring of this.plan.rings.all) {
      const words = ring.slots * ring.stride;
      const host = new Float32Array(this.#memory.buffer, ring.address, words);
      if (host.every((x) => x === 0)) continue;
      const deviceWords = words * (ring.exponent === "wide" ? 3 : 1);
      const held = new Uint32Array(await this.#read([{ buffer: this.#rings, from: 4 * ring.at, bytes: 4 * deviceWords }]));
      encodeRing(ring, host, held);
      queue.writeBuffer(this.#rings, 4 * ring.at, held);
      host.fill(0);
    }
    queue.submit([]);
  }

  /** Tells the device which spikes are under way in the host's queues. */
  #takeSpikes(next: number): void {
    const { program, columns } = this.plan;
    const words = historiesFromQueues(program, this.#memory.buffer, columns, next);
    if (words.length > 0) this.gpu.device.queue.writeBuffer(this.#own, 4 * firstHistory(columns), words);
  }

  /** Tells the host's queues which spikes are under way: the code is about to be made anew. Nothing may be under way. */
  async returnSpikes(): Promise<void> {
    const { program, columns } = this.plan;
    const words = columns.reduce((sum, c) => sum + c.history * c.stride, 0);
    if (words === 0 || this.#nextStep === undefined) return;
    const held = new Uint32Array(await this.#read([{ buffer: this.#own, from: 4 * firstHistory(columns), bytes: 4 * words }]));
    queuesFromHistories(program, this.#memory.buffer, columns, this.#nextStep, held);
  }

  /** Puts what the device's rings hold into the host's: the code is about to be made anew. Nothing may be under way. */
  async returnRings(): Promise<void> {
    for (const ring of this.plan.rings.all) {
      const words = ring.slots * ring.stride;
      const deviceWords = words * (ring.exponent === "wide" ? 3 : 1);
      const held = new Uint32Array(await this.#read([{ buffer: this.#rings, from: 4 * ring.at, bytes: 4 * deviceWords }]));
      decodeRing(ring, held, new Float32Array(this.#memory.buffer, ring.address, words));
    }
  }

  /**
   * Queues n steps, the first of which is number `from`. Spikes of fed columns are given as one bit each, [n × words]; the host has written scalars.
   * At most two calls are under way: the third waits for the first.
   *
   * @param timed measures every dispatch by itself
   */
  async call(from: number, n: number, fed: Uint32Array | undefined, timed?: TimedCall): Promise<{ readonly result: Promise<DeviceCall> }> {
    const k = this.#next;
    this.#next = (k + 1) % this.#slots.length;
    const slot = this.#slots[k]!;
    await slot.busy;
    this.#submit(k, from, n, fed, timed);
    const result = this.#collect(slot, n);
    slot.busy = result.catch(() => {});
    return { result };
  }

  #submit(k: number, from: number, n: number, fed: Uint32Array | undefined, timed: TimedCall | undefined): void {
    const { device } = this.gpu;
    const { layout, window, program } = this.plan;
    const slot = this.#slots[k]!;
    const epochs = Math.ceil(n / window);
    const parameters = new Uint32Array((epochBytes / 4) * (epochs + 2));
    const seconds = (steps: number): number => new Uint32Array(Float32Array.of(steps * (program.edges[0]?.dt ?? 0)).buffer)[0]!;
    const parametersOf = (e: number, first: number, steps: number, call: number, parity: number): void =>
      parameters.set([first, steps, call, parity, seconds(first + 1), seconds(first)], (epochBytes / 4) * e);
    for (let e = 0; e < epochs; e++) parametersOf(e, from + e * window, Math.min(window, n - e * window), e * window, (this.#epoch + e) & 1);
    const [finishing, priming] = [epochs, epochs + 1];
    parametersOf(finishing, from + n, 1, n, (this.#epoch + epochs) & 1);
    parametersOf(priming, from - 1, 1, 0, (this.#epoch + 1) & 1);
    if (this.#nextStep === undefined) this.#takeSpikes(from);
    const begins = this.#nextStep === undefined;
    this.#nextStep = from + n;
    device.queue.writeBuffer(slot.epochs, 0, parameters);
    if (this.#failed) this.#forgetFailures();
    if (fed && layout.fedWords > 0) device.queue.writeBuffer(this.#own, 0, fed);

    const encoder = device.createCommandEncoder();
    // A call that was queued behind one that failed must leave everything as it is.
    encoder.copyBufferToBuffer(this.#control, 0, this.#reset, 4 * layout.counts, 4 * failures);
    encoder.copyBufferToBuffer(this.#reset, 0, this.#control, 0, 4 * layout.counts);
    encoder.copyBufferToBuffer(this.#reset, 4 * layout.counts, this.#control, 4 * control.before, 4 * failures);
    const whole = timed ? undefined : encoder.beginComputePass();
    const advancing = this.plan.stages.findIndex((s) => s.kind === "elements" && s.advances);
    const groups = this.plan.columns.reduce((sum, c) => sum + Math.ceil(c.size / groupSize), 0);
    const dispatch = ({ stage, pipeline, groups: bindGroups }: StageRun, e: number): void => {
      const pass = whole ?? timed!.pass(encoder, stage.name);
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindGroups[k]!, [epochBytes * e]);
      pass.dispatchWorkgroups(Math.min(groups, gridWidth), Math.ceil(groups / gridWidth));
      if (!whole) pass.end();
    };
    if (begins && this.#prime) dispatch(this.#prime, priming);
    for (let e = 0; e < epochs; e++) {
      const parity = (this.#epoch + e) & 1;
      this.#runs.forEach(({ stage, pipeline, groups: bindGroups }, place) => {
        const pass = whole ?? timed!.pass(encoder, stage.name);
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, bindGroups[k]!, [epochBytes * e]);
        if (stage.kind === "elements") pass.dispatchWorkgroups(Math.min(groups, gridWidth), Math.ceil(groups / gridWidth));
        else pass.dispatchWorkgroupsIndirect(this.#args, 16 * ((place < advancing ? 1 - parity : parity) * layout.lists + stage.list));
        if (!whole) pass.end();
      });
    }
    if (this.#finish) dispatch(this.#finish, finishing);
    whole?.end();
    timed?.end(encoder);
    this.#epoch += epochs;
    this.#counts.calls++;
    this.#counts.epochs += epochs;

    const samples = this.#samplesOf(n);
    const spikesAt = layout.counts + samples.reduce((sum, { words }) => sum + words, 0);
    const size = 4 * (spikesAt + slot.room);
    if (slot.staging.size < size) {
      slot.staging.destroy();
      slot.staging = this.#stagingFor(size);
    }
    encoder.copyBufferToBuffer(this.#control, 0, slot.staging, 0, 4 * layout.counts);
    let at = layout.counts;
    for (const { from, words } of samples) {
      encoder.copyBufferToBuffer(slot.out, 4 * from, slot.staging, 4 * at, 4 * words);
      at += words;
    }
    if (slot.room > 0) encoder.copyBufferToBuffer(slot.out, 0, slot.staging, 4 * spikesAt, 4 * slot.room);
    device.queue.submit([encoder.finish()]);
  }

  /** Where the samples of each tap lie that a call of n steps may take. */
  #samplesOf(n: number): { readonly from: number; readonly words: number }[] {
    const { taps, layout } = this.plan;
    return taps.map(({ everySteps, elements }, k) => ({ from: layout.tapsAt[k]!, words: (Math.floor(n / everySteps) + 1) * elements.length }));
  }

  #stagingFor(bytes: number): GPUBuffer {
    const size = Math.max(1024, 2 ** Math.ceil(Math.log2(Math.max(1, bytes))));
    return this.gpu.device.createBuffer({ size, usage: bufferUsage.mapRead | bufferUsage.copyDestination });
  }

  async #collect(slot: Slot, n: number): Promise<DeviceCall> {
    const { plan } = this;
    const { layout, total } = plan;
    await this.#mapped(slot.staging);
    const words = new Uint32Array(slot.staging.getMappedRange());
    const head = words.slice(0, layout.counts);
    let from = layout.counts;
    const taps = this.#samplesOf(n).map((samples) => {
      const begin = 4 * from;
      from += samples.words;
      return new Float32Array(words.buffer.slice(begin, 4 * from));
    });
    const recorded = head[control.recorded]!;
    const keys = new Uint32Array(recorded);
    const here = Math.min(recorded, slot.room);
    keys.set(words.subarray(from, from + here));
    slot.staging.unmap();
    if (recorded > here) {
      keys.set(new Uint32Array(await this.#read([{ buffer: slot.out, from: 4 * here, bytes: 4 * (recorded - here) }])), here);
      // The next calls will have about as many.
      slot.room = Math.min(layout.steps * total, Math.ceil(1.5 * recorded));
    }
    const made = head[control.made]! + head[control.made + 1]! * 2 ** 32;
    const failure = this.#failureOf(head);
    this.#failed ||= failure !== undefined;
    return { spikes: sortSpikes(keys, n, plan.columns, total), taps, made, failure };
  }

  #failureOf(head: Uint32Array): DeviceFailure | undefined {
    const { columns, total, stages } = this.plan;
    const failed = head[control.failedElement]!, edge = head[control.failedEdge]!, sum = head[control.failedSum]!;
    const stepOfEdge = Math.floor(edge / stages.length), stepOfSum = Math.floor(sum / stages.length);
    if (edge !== none && stepOfEdge <= Math.floor(failed / total)) {
      const kernel = head.subarray(control.brokenEdges).findIndex((e) => e !== none);
      const place = head[control.brokenEdges + kernel]!;
      const { columns: index, kernel: { walk }, count } = this.plan.program.edges[kernel]!;
      const isPlace = walk === "in" && index !== undefined;
      return { kind: "edge", step: stepOfEdge, kernel, edge: isPlace ? new Uint32Array(this.#memory.buffer, index.edges, count)[place]! : place };
    }
    if (sum !== none && stepOfSum <= Math.floor(failed / total)) return { kind: "sum", step: stepOfSum };
    if (failed === none) return undefined;
    const index = failed % total;
    const column = columns.findLast((c) => c.first <= index)!;
    return { kind: "element", step: Math.floor(failed / total), column: column.column, element: index - column.first };
  }

  /** Waits for what is under way. */
  async idle(): Promise<void> {
    await Promise.all(this.#slots.map(({ busy }) => busy));
  }

  /** Frees the device's memory. */
  destroy(): void {
    this.gpu.device.queue.submit([]);
    for (const b of this.#buffers()) b.destroy();
    this.#runs = [];
  }

  #buffers(): GPUBuffer[] {
    const ofSlots = this.#slots.flatMap(({ out, epochs, staging }) => [out, epochs, staging]);
    return [...this.#segments, this.#control, this.#reset, this.#args, this.#own, this.#rings, ...ofSlots];
  }
}

const allStages = ({ stages, prime, finish }: Plan): Stage[] => [...stages, ...(prime ? [prime] : []), ...(finish ? [finish] : [])];
