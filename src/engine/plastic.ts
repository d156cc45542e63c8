/**
 * A projection whose synapses are more than a fixed weight: where its arrays lie, and what happens to it in a step. Rows by source serve
 * presynaptic events; an index by target (columns) serves postsynaptic ones.
 */
import type { Action, EdgeLayout, Emitted, EventQueue, MapLayout, RingLayout, Waiting } from "../backend/contract.ts";
import { listRoom } from "../backend/wasm/edgeKernel.ts";
import { ArgumentError, invariant, UnsupportedError } from "../errors.ts";
import type { EdgeKernel } from "../ir/edge.ts";
import { name as nameExpr, number } from "../ir/expr.ts";
import type { Expr } from "../ir/expr.ts";
import { lastName, lowerSynapse, neuronArray } from "../lower/lowerSynapse.ts";
import type { Coincidence, LoweredSynapse, LoweredWalk, ModulatorArrays } from "../lower/lowerSynapse.ts";
import type { CheckedSynapse } from "../model/checkedSynapse.ts";
import type { ProjectionData } from "../network/data.ts";
import { dimensions } from "../units/dimension.ts";
import { formatQuantity, parseQuantity } from "../units/quantity.ts";
import type { Quantity } from "../units/quantity.ts";
import { realBytes } from "./arena.ts";
import type { Arena, Precision } from "./arena.ts";
import { identifier } from "./group.ts";
import type { Group } from "./group.ts";
import { targetWords } from "./synapses.ts";
import type { SynapseTable } from "./synapses.ts";
import { streamId } from "./streams.ts";

/** Places for events of one neuron that wait, with those that stay free: two cache lines of times. */
const waitingRoom = 32;

/** Elements of draws' scratch beyond the longest row. */
const drawSlack = 96;

export interface PlasticOptions {
  readonly index: number;
  readonly data: ProjectionData;
  /** The model between the neurons at its ends, with what the engine adds to it. */
  readonly checked: CheckedSynapse;
  readonly pre: Group;
  readonly post: Group;
  readonly modulators: ReadonlyMap<string, Group>;
  readonly table: SynapseTable;
  readonly timing: Timing;
  /** Start values of parameters and variables that are the same for all synapses; the others are columns of the table. */
  readonly values: ReadonlyMap<string, number>;
  readonly dt: number;
  readonly precision: Precision;
  /** u64: synaptic events; u64: visits that change synapses. */
  readonly eventCounter: number;
  readonly plasticCounter: number;
  /** Whether postsynaptic events may wait until a synapse is visited next. */
  readonly defer: boolean;
  /** Neurons of the target population whose synapses these are, with padding. */
  readonly own: { readonly start: number; readonly end: number };
}

export class Plastic {
  readonly options: PlasticOptions;
  readonly checked: CheckedSynapse;
  /** Parameters that are one number for all synapses, and what they are now. */
  readonly parameters = new Map<string, number>();
  learns = true;
  /** Populations of whose parameters and variables the kernels know. */
  readonly readsValuesOf = new Set<Group>();
  lowered: LoweredSynapse;
  readonly #arrays = new Map<string, number>();
  readonly #queues = new Map<string, EventQueue>();
  readonly #history = new Map<string, number>();
  #columns: EdgeLayout["columns"];
  #longestColumn = 0;
  #waiting: Waiting | undefined;
  /** Synapses of one source for which the lists of those where something waits have room. */
  #rowRoom = 0;
  /** Synapses of one neuron that the scratch of draws has room for. */
  #scratchLength = 0;
  #segments: EdgeLayout["segments"];

  constructor(options: PlasticOptions, arena: Arena) {
    this.options = options;
    this.checked = options.checked;
    for (const p of this.checked.parameters) {
      const value = options.values.get(p.name);
      if (value !== undefined) this.parameters.set(p.name, value);
    }
    this.lowered = this.#lower();
    this.#allocate(arena);
    this.initialise(arena);
  }

  get #what(): string {
    return `projection ${this.options.data.name}`;
  }

  /** Makes the kernels again after a parameter changed or learning was switched. */
  lower(arena: Arena): void {
    this.lowered = this.#lower();
    this.#allocate(arena);
  }

  #lower(): LoweredSynapse {
    const { index, data, pre, post, modulators, table, timing, values, dt } = this.options;
    const parameters = new Map<string, Expr>(
      this.checked.parameters.map((p) => {
        const value = this.parameters.get(p.name);
        return [p.name, value === undefined ? nameExpr(p.name) : number(value)];
      }),
    );
    const weight = this.checked.variables.find((v) => v.name === "w")!.dimension;
    const limit = (value: Quantity | undefined, otherwise: number) =>
      value === undefined ? otherwise : parseQuantity(value, weight, `${this.#what}: limits`);
    return lowerSynapse(this.checked, {
      prefix: `edges_${index}_${identifier(data.name)}`,
      dt,
      parameters,
      initials: new Map(this.checked.variables.map((v) => [v.name, v.name === "w" ? undefined : values.get(v.name)])),
      neuronValue: (side, variable) => {
        const group = side === "pre" ? pre : post;
        this.readsValuesOf.add(group);
        return neuronValue(group, variable);
      },
      modulators: new Map([...modulators].map(([formal, group]) => [formal, modulatorArrays(formal, group)])),
      sizes: { pre: data.pre.end - data.pre.start, post: data.post.end - data.post.start },
      delayPerSynapse: table.delays === "perSynapse",
      early: (pathway) => timing.dendritic === 0 && timing.pathway(pathway, "pre") > 0,
      coincident: timing.coincident,
      receptor: data.receptor === undefined ? undefined : post.model!.receptors[data.receptor],
      defer: this.options.defer,
      frozen: !this.learns,
      dale: data.dale,
      limits: [limit(data.limits?.[0], -Infinity), limit(data.limits?.[1], Infinity)],
    });
  }

  /** Most steps of a window with which this projection's events are in time. */
  get window(): number {
    const { timing } = this.options;
    const { lowered } = this;
    if (lowered.readsNeurons || lowered.walks.some((w) => w.on === "clock" || (w.on !== "read" && w.on !== "regular" && this.#isEarly(w)))) return 1;
    const delivers = lowered.walks.some((w) => w.kernel.deliver.length > 0);
    return delivers ? Math.max(1, timing.dendritic) : Infinity;
  }

  #isEarly(w: LoweredWalk): boolean {
    const { timing } = this.options;
    return w.on === "pre" && timing.dendritic === 0 && timing.pathway(w.pathway, "pre") > 0;
  }

  #arrivalDelay(w: LoweredWalk): number {
    return this.#isEarly(w) ? 0 : w.on === "clock" ? 1 : Math.max(1, this.options.timing.dendritic);
  }

  /** Variables of the target population that receive, and the slots their rings must have. */
  get inputs(): { readonly variable: string; readonly slots: number }[] {
    return this.lowered.walks.flatMap((w) => w.kernel.deliver.map((d) => ({ variable: d.input, slots: Math.max(1, this.#arrivalDelay(w)) })));
  }

  get #side(): { pre: Group; post: Group } {
    return { pre: this.options.pre, post: this.options.post };
  }

  #allocate(arena: Arena): void {
    const { table, precision, timing } = this.options;
    const bytes = realBytes(precision);
    const ensure = (key: string, size: number): void => {
      if (!this.#arrays.has(key)) this.#arrays.set(key, arena.allocate(size, this.#what));
    };
    for (const side of ["pre", "post"] as const) {
      for (const n of this.lowered[side].names) ensure(`${side} ${n}`, this.#side[side].stride * bytes);
    }
    if (this.lowered.visits) ensure("visits", 4 * table.capacity);
    const walks = this.lowered.walks;
    const walked = (k: EdgeKernel) => k.walk === "in" && (k.body.length > 0 || k.deliver.length > 0 || k.elapsed !== undefined);
    if (this.lowered.lasts) {
      for (const n of this.lowered.lasts) ensure(`pre ${lastName(n)}`, this.options.pre.stride * bytes);
      this.#waiting ??= this.#makeWaiting(arena);
    }
    if (walks.some((w) => walked(w.kernel)) && !this.#columns) this.#makeColumns(arena);
    this.#scratchLength = Math.max(this.#scratchLength, table.longestRow, this.#longestColumn);
    for (const w of walks) for (const d of w.kernel.draws) ensure(`scratch ${d.name}`, (this.#scratchLength + drawSlack) * bytes);
    for (const w of walks) {
      if (w.on !== "pre" && w.on !== "post") continue;
      const delay = timing.pathway(w.pathway, w.on);
      const perEdge = w.on === "pre" && table.delays === "perSynapse";
      if (delay === 0 || this.#queues.has(`${w.on} ${delay}`)) continue;
      const { stride } = this.#side[w.on];
      this.#queues.set(`${w.on} ${delay}`, {
        delay,
        perEdge,
        counts: arena.allocate(4 * delay, this.#what),
        entries: arena.allocate(4 * delay * stride * (perEdge ? 2 : 1), this.#what),
      });
    }
    if (table.delays === "perSynapse" && !this.#segments) this.#segments = this.#countSegments(arena);
    if (table.delays === "perSynapse") {
      for (const n of this.lowered.pre.names) {
        if (!this.#history.has(n)) this.#history.set(n, arena.allocate(this.#historySlots * this.options.pre.stride * bytes, this.#what));
      }
    }
  }

  /** How many synapses of each source have which delay, where that costs less than the synapses' targets. */
  #countSegments(arena: Arena): EdgeLayout["segments"] {
    const { table, post } = this.options;
    const delays = table.maxDelay;
    if (2 * table.sources * delays > 4 * table.count || table.longestRow >= 65536) return undefined;
    const counts = arena.allocate(2 * table.sources * delays, this.#what);
    const list = arena.allocate(listRoom(table.longestRow), this.#what);
    const count = arena.u16(counts, table.sources * delays),
      words = arena.u32(table.targets, table.count),
      rows = arena.u32(table.rows, table.sources + 1);
    for (let i = 0; i < table.sources; i++) {
      for (let e = rows[i]!; e < rows[i + 1]!; e++) count[i * delays + Math.floor(words[e]! / post.stride) - 1]!++;
    }
    return { counts, delays, list };
  }

  /** Room for postsynaptic events that wait. */
  #makeWaiting(arena: Arena): Waiting {
    const { pre, post, precision } = this.options;
    const noted = this.lowered.walks.find((w) => w.kernel.note)?.kernel.note!.values.length ?? 0;
    const words = (size: number) => arena.allocate(4 * size, this.#what);
    this.#rowRoom = this.options.table.longestRow;
    const list = this.#rowRoom + 8;
    return {
      room: waitingRoom,
      lastEvents: words(pre.stride),
      counts: words(post.stride),
      times: words(post.stride * waitingRoom),
      full: words(1),
      edgesIn: words(post.stride),
      edges: words(list),
      places: words(list),
      ends: words(list),
      values: Array.from({ length: noted }, () => arena.allocate(realBytes(precision) * post.stride * waitingRoom, this.#what)),
    };
  }

  #countEdgesIn(arena: Arena): void {
    const { table, post } = this.options;
    if (!this.#waiting) return;
    const count = arena.u32(this.#waiting.edgesIn, post.stride).fill(0);
    const words = targetWords(arena, table);
    for (let e = 0; e < table.count; e++) count[words[e]!]!++;
  }

  /** Forgets the postsynaptic events that waited: they have acted. */
  forgetWaiting(arena: Arena): void {
    if (!this.#waiting) return;
    arena.u32(this.#waiting.counts, this.options.post.stride).fill(0);
    arena.u32(this.#waiting.full, 1).fill(0);
  }

  get #historySlots(): number {
    return this.options.table.maxDelay + 2;
  }

  /** The index by target: for each the numbers of its synapses and their sources, in the order of the rows. */
  #makeColumns(arena: Arena): void {
    const { table, data, post, pre } = this.options;
    const size = data.post.end - data.post.start;
    const perSynapse = table.delays === "perSynapse";
    const packed = perSynapse && this.lowered.pre.names.length > 0;
    const sourceBytes = packed || pre.size > 65536 ? 4 : 2;
    const { starts, edges, sources } = this.#columns ?? {
      starts: arena.allocate(4 * (size + 1), this.#what),
      edges: arena.allocate(4 * table.capacity, this.#what),
      sources: arena.allocate(sourceBytes * table.capacity, this.#what),
    };
    const first = arena.u32(starts, size + 1),
      edge = arena.u32(edges, table.count);
    const source = sourceBytes === 2 ? arena.u16(sources, table.count) : arena.u32(sources, table.count);
    const words = targetWords(arena, table);
    const rows = arena.u32(table.rows, table.sources + 1);
    const { stride } = post;
    first.fill(0);
    const targetOf = (word: number) => (perSynapse ? word % stride : word) - data.post.start;
    for (let e = 0; e < table.count; e++) first[targetOf(words[e]!) + 1]!++;
    this.#longestColumn = 0;
    for (let j = 0; j < size; j++) {
      this.#longestColumn = Math.max(this.#longestColumn, first[j + 1]!);
      first[j + 1]! += first[j]!;
    }
    const cursor = first.slice(0, size);
    for (let i = 0; i < table.sources; i++) {
      for (let e = rows[i]!; e < rows[i + 1]!; e++) {
        const word = words[e]!;
        const at = cursor[targetOf(word)]!++;
        edge[at] = e;
        source[at] = i + data.pre.start + (packed ? (this.#historySlots - Math.floor(word / stride)) * pre.stride : 0);
      }
    }
    this.#columns = { starts, edges, sources, sourceBytes };
  }

  /** Address of the steps of synapses' last visits, where they count. */
  get visits(): number | undefined {
    return this.#arrays.get("visits");
  }

  /** Gives the arrays beside the table its capacity; `length` synapses keep their values. */
  grow(arena: Arena, length: number): void {
    const visits = this.visits;
    if (visits !== undefined) {
      const moved = arena.allocate(4 * this.options.table.capacity, this.#what);
      arena.u32(moved, length).set(arena.u32(visits, length));
      this.#arrays.set("visits", moved);
    }
    if (!this.#columns) return;
    const { starts, sourceBytes } = this.#columns;
    const { capacity } = this.options.table;
    this.#columns = {
      starts,
      sourceBytes,
      edges: arena.allocate(4 * capacity, this.#what),
      sources: arena.allocate(sourceBytes * capacity, this.#what),
    };
  }

  /** Brings the index by target up to date with the table. Returns whether the code has to be generated again. */
  reindex(arena: Arena): boolean {
    if (this.#columns) this.#makeColumns(arena);
    this.#countEdgesIn(arena);
    const { longestRow } = this.options.table;
    const outgrown = this.#waiting !== undefined && longestRow > this.#rowRoom;
    if (this.#waiting && outgrown) {
      this.#rowRoom = Math.ceil(1.5 * longestRow);
      const list = () => arena.allocate(4 * (this.#rowRoom + 8), this.#what);
      this.#waiting = { ...this.#waiting, edges: list(), places: list(), ends: list() };
    }
    const longest = Math.max(longestRow, this.#longestColumn);
    if (longest <= this.#scratchLength) return outgrown;
    const scratch = [...this.#arrays.keys()].filter((key) => key.startsWith("scratch "));
    for (const key of scratch) this.#arrays.delete(key);
    this.#scratchLength = Math.ceil(1.5 * longest);
    return scratch.length > 0 || outgrown;
  }

  /** Start values of what is not stored with the synapses' table; nothing is on its way. */
  initialise(arena: Arena): void {
    const { table, precision, pre } = this.options;
    for (const side of ["pre", "post"] as const) {
      const { names, initial } = this.lowered[side];
      names.forEach((n, k) => {
        const values = arena.real(precision, this.#arrays.get(`${side} ${n}`)!, this.#side[side].stride);
        values.fill(initial[k]!);
        const history = side === "pre" ? this.#history.get(n) : undefined;
        if (history !== undefined) arena.real(precision, history, this.#historySlots * pre.stride).fill(initial[k]!);
      });
    }
    const visits = this.#arrays.get("visits");
    if (visits !== undefined) arena.u32(visits, table.count).fill(0);
    if (this.#waiting) {
      for (const n of this.lowered.lasts ?? []) {
        arena.real(precision, this.#arrays.get(`pre ${lastName(n)}`)!, pre.stride).fill(this.lowered.pre.initial[this.lowered.pre.names.indexOf(n)]!);
      }
      arena.u32(this.#waiting.lastEvents, pre.stride).fill(0);
      arena.u32(this.#waiting.times, this.options.post.stride * waitingRoom).fill(0x80000000);
      this.#countEdgesIn(arena);
      this.forgetWaiting(arena);
    }
    for (const queue of this.#queues.values()) arena.u32(queue.counts, queue.delay).fill(0);
  }

  /** Back to the start: parameters as the description has them, weights free to learn. The table was filled again. */
  restart(arena: Arena): void {
    for (const n of this.parameters.keys()) this.parameters.set(n, this.options.values.get(n)!);
    this.learns = true;
    this.lower(arena);
    this.initialise(arena);
  }

  /** All synapses count as visited at the end of step `step`. */
  touch(arena: Arena, step: number): void {
    const visits = this.#arrays.get("visits");
    if (visits !== undefined) arena.u32(visits, this.options.table.count).fill(step + 1);
  }

  /** What a trace, variable or parameter is for each synapse at the end of step `step`; visits that are due were made. */
  read(key: string, arena: Arena, step: number): Float64Array | undefined {
    const { table, precision, data, post } = this.options;
    const uniform = this.parameters.get(key);
    if (uniform !== undefined) return new Float64Array(table.count).fill(uniform);
    const address = this.edgeAddress(key);
    if (address !== undefined) return Float64Array.from(arena.real(precision, address, table.count));
    const rows = arena.u32(table.rows, table.sources + 1);
    const values = new Float64Array(table.count);
    if (this.lowered.post.names.includes(key)) {
      const trace = arena.real(precision, this.#arrays.get(`post ${key}`)!, post.stride);
      const words = targetWords(arena, table);
      const perSynapse = table.delays === "perSynapse";
      for (let e = 0; e < table.count; e++) values[e] = trace[perSynapse ? words[e]! % post.stride : words[e]!]!;
      return values;
    }
    if (!this.lowered.pre.names.includes(key)) return undefined;
    const trace = arena.real(precision, this.#arrays.get(`pre ${key}`)!, this.options.pre.stride);
    const history = this.#history.get(key);
    if (history === undefined) {
      for (let i = 0; i < table.sources; i++) values.fill(trace[i + data.pre.start]!, rows[i]!, rows[i + 1]!);
      return values;
    }
    // A synapse sees what its source held as long ago as its delay.
    const slots = this.#historySlots,
      { stride } = this.options.pre;
    const past = arena.real(precision, history, slots * stride),
      words = arena.u32(table.targets, table.count);
    for (let i = 0; i < table.sources; i++) {
      for (let e = rows[i]!; e < rows[i + 1]!; e++) {
        const slot = (step + 1 + slots - Math.floor(words[e]! / post.stride)) % slots;
        values[e] = past[slot * stride + i + data.pre.start]!;
      }
    }
    return values;
  }

  /** Sets a variable that neurons hold to one value for all of them, when `steps` steps are done. Synapses are up to date. */
  fillTrace(key: string, value: number, arena: Arena, steps: number): void {
    const { precision, pre } = this.options;
    if (this.#history.has(key))
      throw new ArgumentError(
        "delay",
        `${this.#what}: ${key} belongs to the sources and reaches each synapse with its own delay, so it cannot be set while the network runs`,
        "Use one delay for the projection, or set it where the projection is made.",
      );
    for (const side of ["pre", "post"] as const) {
      const address = this.#arrays.get(`${side} ${key}`);
      if (address !== undefined) arena.real(precision, address, this.#side[side].stride).fill(value);
    }
    if (!this.#waiting || !this.lowered.lasts!.includes(key)) return;
    // What comes now finds the sources as if their last events had been just now.
    const array = (of: string) => arena.real(precision, this.#arrays.get(`pre ${of}`)!, pre.stride);
    for (const n of this.lowered.lasts!) array(lastName(n)).set(array(n));
    arena.u32(this.#waiting.lastEvents, pre.stride).fill(steps);
  }

  /** Whether synapses have a variable or parameter of that name that can be read. */
  knows(key: string): boolean {
    const { pre, post } = this.lowered;
    return this.parameters.has(key) || this.edgeAddress(key) !== undefined || pre.names.includes(key) || post.names.includes(key);
  }

  /** Address of a value that each synapse has. */
  edgeAddress(key: string): number | undefined {
    const { table } = this.options;
    if (key === "w") return table.weights.kind === "perSynapse" ? table.weights.address : undefined;
    return table.columns.get(key);
  }

  /** Bytes of all that exists once a synapse, and of all that exists beside. */
  get bytes(): number {
    const { table, precision, pre, post } = this.options;
    const real = realBytes(precision);
    let bytes = 4 * (table.sources + 1) + table.capacity * (table.targetBytes + real * (1 + table.columns.size));
    if (this.#columns) bytes += 4 * (post.stride + 1) + table.capacity * (4 + this.#columns.sourceBytes);
    if (this.lowered.visits) bytes += 4 * table.capacity;
    bytes += real * (this.lowered.pre.names.length * pre.stride + this.lowered.post.names.length * post.stride);
    if (this.#waiting) bytes += pre.stride * (4 + real * this.lowered.lasts!.length);
    if (this.#waiting) bytes += post.stride * (8 + waitingRoom * (4 + real * this.#waiting.values.length));
    if (this.#segments) bytes += 2 * table.sources * this.#segments.delays;
    bytes += this.#history.size * real * this.#historySlots * pre.stride;
    for (const q of this.#queues.values()) bytes += 4 * q.delay * (1 + (q.perEdge ? 2 : 1) * pre.stride);
    return bytes;
  }

  /** Kernels that actions and the host call, in the order of their numbers. */
  get kernels(): readonly EdgeKernel[] {
    const { walks, emit, settle } = this.lowered;
    return [...walks.map((w) => w.kernel), ...(emit ? [emit] : []), ...(settle ? [settle] : [])];
  }

  edgeLayouts(): EdgeLayout[] {
    const { data, table, dt, pre, post, modulators, eventCounter, plasticCounter } = this.options;
    const perSynapse = table.delays === "perSynapse";
    const rings = (kernel: EdgeKernel): RingLayout[] =>
      kernel.deliver.map((d) => {
        const ring = post.rings.get(d.input);
        invariant(ring, "every receiver has a ring");
        return ring;
      });
    const endAddress =
      (side: "pre" | "post", lagged: boolean) =>
      (array: string): number => {
        const history = side === "pre" && lagged ? this.#history.get(array) : undefined;
        const found = history ?? this.#arrays.get(`${side} ${array}`) ?? this.#neuronAddress(side, array);
        invariant(found !== undefined, `${this.#what} reads ${array} of its ${side} side`);
        return found;
      };
    return this.kernels.map((kernel): EdgeLayout => {
      const walk = this.lowered.walks.find((w) => w.kernel === kernel);
      const side = kernel.walk === "in" ? "post" : "pre",
        far = side === "pre" ? "post" : "pre";
      const lagged = (ends: EdgeKernel["own"]) => ends.some((e) => e.lag !== undefined);
      return {
        kernel,
        sourceStart: data.pre.start,
        sourceCount: data.pre.end - data.pre.start,
        targetStart: data.post.start,
        targetCount: data.post.end - data.post.start,
        rows: table.rows,
        targets: table.targets,
        targetBytes: table.targetBytes,
        delayStride: perSynapse && kernel !== this.lowered.emit ? post.stride : 0,
        ...(this.#columns ? { columns: this.#columns } : {}),
        ...(perSynapse && this.lowered.pre.names.length > 0 ? { history: { slots: this.#historySlots, stride: pre.stride } } : {}),
        ...(this.#segments && kernel.walk === "out" && kernel !== this.lowered.emit ? { segments: this.#segments } : {}),
        longest: this.#scratchLength,
        count: table.capacity,
        edgeAddress: (array) => {
          const address = this.edgeAddress(array);
          invariant(address !== undefined, `${this.#what} has no array ${array}`);
          return address;
        },
        ownAddress: endAddress(side, lagged(kernel.own)),
        otherAddress: endAddress(far, lagged(kernel.other)),
        sharedAddress: (array) => {
          const [formal, variable] = array.split("/") as [string, string];
          return modulators.get(formal)!.address(variable);
        },
        ...(this.#waiting ? { waiting: this.#waiting } : {}),
        ...(kernel.elapsed === undefined ? {} : { visits: this.#arrays.get("visits")! }),
        rings: rings(kernel),
        arrivalDelay: walk ? this.#arrivalDelay(walk) : 0,
        dt,
        stream: streamId(`projection/${data.name}/${walk?.pathway ?? ""}/${kernel.walk}`),
        drawAddress: (draw) => this.#arrays.get(`scratch ${draw}`)!,
        eventCounters: [
          ...(walk?.on === "pre" && kernel.deliver.length > 0 ? [eventCounter] : []),
          ...((walk?.on === "pre" || walk?.on === "post") && (kernel.limits.length > 0 || kernel.note) ? [plasticCounter] : []),
        ],
      };
    });
  }

  #neuronAddress(side: "pre" | "post", array: string): number | undefined {
    const prefix = neuronArray("");
    return array.startsWith(prefix) ? this.#side[side].arrays.get(array.slice(prefix.length)) : undefined;
  }

  /** Map kernels that advance the traces by a step. */
  get auxiliaries(): MapLayout[] {
    return (["pre", "post"] as const).flatMap((side) => {
      const { decay } = this.lowered[side];
      return decay
        ? [
            {
              kernel: decay,
              size: this.#side[side].size,
              stream: 0,
              drawAddress: () => 0,
              address: (array: string) => this.#arrays.get(`${side} ${array}`)!,
            },
          ]
        : [];
    });
  }

  /**
   * What happens in a step. `edges` and `auxiliaries` are the numbers of this projection's first kernels in the program, `emitted` says where
   * the spikes of a population lie.
   */
  actions(edges: number, auxiliaries: number, emitted: (group: Group) => Emitted): { readonly before: Action[]; readonly after: Action[] } {
    const { data, table, timing, modulators, pre } = this.options;
    const before: Action[] = [],
      after: Action[] = [];
    const { walks, emit, settle } = this.lowered;
    const early = walks.some((w) => this.#isEarly(w));
    let auxiliary = auxiliaries;
    for (const side of ["pre", "post"] as const) {
      if (this.lowered[side].decay) {
        const { start: from, end: to } = side === "post" ? this.options.own : { start: 0, end: pre.stride };
        (early ? before : after).push({ kind: "advance", auxiliary: auxiliary++, from, to });
      }
    }
    const enqueued = new Set<EventQueue>();
    const enqueues: Action[] = [],
      releases: Action[] = [];
    walks.forEach((w, k) => {
      const edge = edges + k;
      if (w.on === "release") releases.push({ kind: "release", edge, waiting: this.#waiting!, targets: this.options.post.stride });
      if (w.on === "clock") after.push({ kind: "all", edge });
      if (w.on === "modulator") after.push({ kind: "all", edge, when: emitted(modulators.get(w.pathway)!) });
      if (w.on !== "pre" && w.on !== "post") return;
      const from = emitted(this.#side[w.on]);
      const queue = this.#queues.get(`${w.on} ${timing.pathway(w.pathway, w.on)}`);
      (this.#isEarly(w) ? before : after).push({ kind: "walk", edge, emitted: from, ...(queue ? { queue } : {}) });
      if (!queue || enqueued.has(queue)) return;
      enqueued.add(queue);
      enqueues.push({
        kind: "enqueue",
        emitted: from,
        queue,
        ...(queue.perEdge ? { rows: { address: table.rows, start: data.pre.start, count: table.sources } } : {}),
      });
    });
    if (emit) after.push({ kind: "walk", edge: edges + this.kernels.indexOf(emit), emitted: emitted(pre) });
    if (settle) {
      const post = walks.find((w) => w.on === "post")!;
      const queue = this.#queues.get(`post ${timing.pathway(post.pathway, "post")}`);
      after.push({ kind: "walk", edge: edges + this.kernels.indexOf(settle), emitted: emitted(this.options.post), ...(queue ? { queue } : {}) });
    }
    for (const [n, history] of this.#history) {
      after.push({
        kind: "remember",
        from: this.#arrays.get(`pre ${n}`)!,
        to: history,
        slots: this.#historySlots,
        bytes: pre.stride * realBytes(this.options.precision),
      });
    }
    after.push(...enqueues, ...releases);
    return { before, after };
  }
}

/** When events of each pathway reach the synapses, in steps. */
export interface Timing {
  readonly dendritic: number;
  /** Longest delay of the pathway. */
  readonly pathway: (pathway: string, side: "pre" | "post") => number;
  readonly coincident: Coincidence;
}

/**
 * @param delay seconds, where all synapses have one
 * @throws {ArgumentError} for delays that are no whole number of steps or contradict each other
 */
export function timingOf(data: ProjectionData, checked: CheckedSynapse, delay: number | undefined, dt: number, dtText: string): Timing {
  const what = `projection ${data.name}`;
  const steps = (value: Quantity, part: string): number => whole(parseQuantity(value, dimensions.second, `${what}: ${part}`), part, value);
  const whole = (seconds: number, part: string, value: Quantity): number => {
    const rounded = Math.round(seconds / dt);
    if (!(seconds >= 0) || rounded > 2 ** 20)
      throw new ArgumentError("delay", `${what}: ${part} is ${value}`, `Use a time from 0 to ${2 ** 20} steps of ${dtText}.`);
    if (seconds > 0 && rounded === 0)
      throw new ArgumentError(
        "delay",
        `${what}: ${part} ${value} is shorter than the step ${dtText}`,
        `Use 0, or at least ${dtText}, or compile with a smaller dt.`,
      );
    return rounded;
  };
  const dendritic = data.dendriticDelay === undefined ? 0 : steps(data.dendriticDelay, "dendriticDelay");
  const axonal = delay === undefined ? (dendritic > 0 ? 0 : 1) : whole(delay, "delay", data.delay as Quantity);
  const own = new Map(Object.entries(data.pathwayDelays ?? {}).map(([pathway, value]) => [pathway, steps(value, `delay of ${pathway}`)]));
  const coincident = data.coincident ?? (dendritic > 0 ? "simultaneous" : "pre-first");
  if (coincident !== "pre-first" && dendritic === 0)
    throw new ArgumentError(
      "coincident",
      `${what}: coincident is "${coincident}", but there is no dendritic delay`,
      "Without one, what a presynaptic spike sends takes part in the step that can make the neuron spike: give a dendriticDelay of a step or more.",
    );
  const sends = (p: CheckedSynapse["pathways"][number]) => p.statements.some((s) => s.kind === "transmit");
  for (const p of checked.pathways) {
    if (p.on === "pre" && sends(p) && dendritic + (own.get(p.name) ?? axonal) === 0)
      throw new ArgumentError(
        "delay",
        `${what}: what pathway ${p.name} sends has no delay at all`,
        `Give it a delay or the projection a dendriticDelay of at least ${dtText}.`,
      );
  }
  return { dendritic, coincident, pathway: (pathway, side) => own.get(pathway) ?? (side === "pre" ? axonal : dendritic) };
}

/** A parameter that is one number, or an array (of a variable, or of a parameter that differs between neurons). */
function neuronValue(group: Group, variable: string): number | "array" {
  const value = group.model?.parameters.some((p) => p.name === variable) ? group.values.get(variable) : undefined;
  if (value?.kind === "inTime")
    throw new UnsupportedError(
      "time",
      `population "${group.name}": ${variable} depends on t and cannot be read by synapses`,
      "Make it a variable of the model.",
    );
  return value?.kind === "number" ? value.value : "array";
}

function modulatorArrays(formal: string, group: Group): ModulatorArrays {
  const tau = group.values.get("tau");
  const decays = group.model!.parameters.some((p) => p.name === "tau") && tau?.kind === "number";
  const array = (variable: string) => `${formal}/${variable}`;
  return {
    jumps: group.model!.variables.some((v) => v.name === "level"),
    rate: decays ? 1 / (tau as { value: number }).value : 0,
    value: array("value"),
    level: array("level"),
    age: array("age"),
    earlierLevel: array("earlier_level"),
    earlierAge: array("earlier_age"),
  };
}

export const formatSeconds = (seconds: number): string => formatQuantity(Number(seconds.toPrecision(12)), dimensions.second);
