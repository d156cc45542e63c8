/** The same synapses in the engine and in the brute-force simulation: parrots repeat given spikes, the targets sum what they receive. */
import { compile, explicit, Network, neuron, synapse, type Simulation, type SpikeMonitor, type SynapseSpec } from "synfire";
import { bruteForce, type Coincidence, type Outcome } from "./bruteForce.ts";

export interface Setting {
  readonly spec: SynapseSpec;
  /** Seconds. */
  readonly dt: number;
  readonly steps: number;
  readonly sources: number;
  readonly targets: number;
  /** Who the spikes come from: a spike source itself, parrots that it drives, or the targets (a recurrent projection). */
  readonly from: "source" | "parrots" | "targets";
  readonly pairs: readonly (readonly [source: number, target: number])[];
  readonly weights: readonly number[];
  /** Steps: one for all, one for each pair, or one for each pathway. */
  readonly delay: number | readonly number[] | Readonly<Record<string, number>>;
  readonly dendritic: number;
  readonly coincident?: Coincidence;
  /** Values of each pair's own, SI; a single number holds for all. */
  readonly values: Readonly<Record<string, number | readonly number[]>>;
  /** In which steps sources and targets are made to spike. */
  readonly preSteps: readonly (readonly number[])[];
  readonly postSteps: readonly (readonly number[])[];
  /** What the model's modulator `DA` does: its decay (seconds, or none), its start, and when something of this size arrives. */
  readonly modulator?: { readonly tau: number | undefined; readonly initial: number; readonly amount: number; readonly steps: readonly number[] };
  /** Whether somebody looks at the weights after half of the time. */
  readonly pause: boolean;
}

/** Repeats what arrives at `spike` and sums in `g` what arrives there. */
const target = neuron({
  name: "target",
  state: { arrived: 0, g: 0 },
  receptors: { spike: "arrived", g: "g" },
  equations: "arrived : 1 (impulse); g : 1",
  threshold: "arrived > 0",
});

/** Neurons before the ones that are connected, so that ranges do not begin at 0. */
const unused = 2;

export interface Comparison {
  /** The largest error of each variable and of what the targets received, relative to the largest value it has had. */
  readonly errors: ReadonlyMap<string, number>;
  readonly expected: Outcome;
  /** Events at synapses: of both sides, and coinciding ones. */
  readonly events: number;
  readonly coincidences: number;
}

/** The network of a setting, and what watches it. */
function networkOf(setting: Setting) {
  const { dt, dendritic, delay, coincident, values } = setting;
  const ms = (n: number): `${number} ms` => `${n * dt * 1000} ms`;
  const net = new Network({ seed: 5 });
  const times = (all: readonly (readonly number[])[]): { times: number[]; indices: number[] } => {
    const spikes = all.flatMap((list, k) => [...new Set(list)].map((step) => [(step + 1) * dt, k + unused] as const)).sort((a, b) => a[0] - b[0]);
    return { times: spikes.map(([t]) => t), indices: spikes.map(([, k]) => k) };
  };
  const driver = net.spikeSource("driver", setting.sources + unused, times(setting.preSteps.slice(0, setting.sources)));
  const postDriver = net.spikeSource("post_driver", setting.targets + unused, times(setting.postSteps.slice(0, setting.targets)));
  const post = net.population("post", setting.targets + unused, target);
  net.projection(postDriver, post, passOn, { connect: { rule: "oneToOne" }, receptor: "spike", weight: 1, delay: ms(1) });
  const parrots = setting.from === "parrots" ? net.population("parrots", setting.sources + unused, target) : undefined;
  if (parrots) net.projection(driver, parrots, passOn, { connect: { rule: "oneToOne" }, receptor: "spike", weight: 1, delay: ms(1) });
  const pre = setting.from === "targets" ? post : (parrots ?? driver);
  const sources = setting.from === "targets" ? setting.targets : setting.sources;

  const { modulator } = setting;
  const reward = net.spikeSource("reward", 1, { times: [...new Set(modulator?.steps)].sort((a, b) => a - b).map((step) => (step + 1) * dt) });
  const DA =
    modulator &&
    net.modulator("DA", {
      ...(modulator.tau === undefined ? {} : { tau: `${modulator.tau} s` }),
      initial: modulator.initial,
      amount: modulator.amount,
      from: reward,
      delay: ms(1),
    });
  const model = synapse(setting.spec as SynapseSpec<string, string>);
  const pairs = setting.pairs.map(([s, t]) => [s % sources, t % setting.targets] as const);
  const projection = net.projection(pre.slice(unused, unused + sources), post.slice(unused, unused + setting.targets), model, {
    connect: explicit(
      pairs.map(([s]) => s),
      pairs.map(([, t]) => t),
    ),
    receptor: "g",
    weight: Float64Array.from(pairs, (_, k) => setting.weights[k % setting.weights.length]!),
    delay:
      typeof delay === "number"
        ? ms(delay)
        : isList(delay)
          ? { values: pairs.map((_, k) => delay[k % delay.length]! * dt * 1000), unit: "ms" }
          : Object.fromEntries(Object.entries(delay).map(([pathway, n]) => [pathway, ms(n)])),
    ...(dendritic > 0 && { dendriticDelay: ms(dendritic) }),
    ...(coincident && { coincident }),
    ...(DA && { modulators: { DA } }),
    ...Object.fromEntries(
      Object.entries(values).map(([name, value]) => {
        const unit = name.startsWith("tau") ? "s" : undefined;
        if (typeof value === "number") return [name, unit ? `${value} s` : value];
        const list = pairs.map((_, k) => value[k % value.length]!);
        return [name, unit ? { values: list, unit } : Float64Array.from(list)];
      }),
    ),
  } as never);
  const emitted = { pre: net.spikeMonitor(pre), post: net.spikeMonitor(post) };
  const level = DA && { value: net.stateMonitor(DA.population, ["value"], { every: ms(1) }), jumps: net.spikeMonitor(DA.population) };
  const received = net.stateMonitor(post, ["g"], { every: ms(1) });
  return { net, model, sources, projection, emitted, level, received };
}

/** Runs a setting, with somebody looking at the weights in between where it says so. */
async function run(sim: Simulation, projection: Handle, { dt, steps, pause }: Setting): Promise<void> {
  const time = (n: number): `${number} ms` => `${n * dt * 1000} ms`;
  if (!pause) return sim.run(time(steps));
  await sim.run(time(Math.floor(steps / 2)));
  read(sim, projection, "w");
  await sim.run(time(steps - Math.floor(steps / 2)));
}

export async function compare(setting: Setting, backend: "wasm" | "interpreter", deferPlasticity = false): Promise<Comparison> {
  const { dt, steps, dendritic, delay, coincident, values, modulator } = setting;
  const { net, model, sources, projection, emitted, level, received } = networkOf(setting);
  await using sim = await compile(net, { dt: `${dt * 1000} ms`, backend, precision: "f64", deferPlasticity });

  const { pre: from, post: to, delays } = sim.synapses(projection);
  const given = ["w", ...Object.keys(values)];
  const initial = new Map(given.map((name) => [name, read(sim, projection, name)]));
  await run(sim, projection, setting);

  const stepsOf = ({ times, indices }: SpikeMonitor, size: number): number[][] =>
    Array.from({ length: size }, (_, k) => [...times].map((t) => Math.round(t / dt) - 1).filter((_, n) => indices[n] === k + unused));
  const preSpikes = stepsOf(emitted.pre, sources),
    postSpikes = stepsOf(emitted.post, setting.targets);
  const expected = bruteForce({
    model: model.checked,
    dt,
    steps,
    preSpikes,
    postSpikes,
    coincident: coincident ?? (dendritic > 0 ? "simultaneous" : "pre-first"),
    ...(level &&
      modulator && {
        modulators: {
          DA: {
            tau: modulator.tau ?? Infinity,
            value: (step) => (step < 0 ? modulator.initial : level.value.get("value")[step]!),
            events: [...level.jumps.times].map((t) => Math.round(t / dt) - 1),
          },
        },
      }),
    perSynapse: new Set(Object.keys(values).filter((name) => typeof values[name] !== "number")),
    synapses: Array.from(from, (source, k) => ({
      pre: source,
      post: to[k]!,
      dendritic,
      delay: (pathway) => {
        const isPre = model.checked.pathways.find((p) => p.name === pathway)!.on === "pre";
        if (typeof delay === "number") return isPre ? delay : 0;
        return isList(delay) ? (isPre ? Math.round(delays[k]! / dt) - dendritic : 0) : (delay[pathway] ?? 0);
      },
      values: Object.fromEntries(given.map((name) => [name, initial.get(name)![k]!])),
    })),
  });

  const errors = new Map<string, number>();
  for (const [name, right] of expected.values) {
    const got = read(sim, projection, name);
    errors.set(name, Math.max(...right.map((x, k) => Math.abs(x - got[k]!) / (expected.scale.get(name)! || 1))));
  }
  errors.set("received", receptionError(received.get("g"), setting.targets, steps, to, expected));
  return { errors, expected, ...countEvents(preSpikes, postSpikes) };
}

/** What synapses hold at the end, variable by variable, and what the targets received; in f32. */
export interface Held {
  readonly values: ReadonlyMap<string, Float64Array>;
  readonly received: Float64Array;
  readonly events: number;
}

export async function hold(setting: Setting, backend: "wasm" | "webgpu"): Promise<Held> {
  const { net, model, projection, emitted, received } = networkOf(setting);
  await using sim = await compile(net, { dt: `${setting.dt * 1000} ms`, backend, precision: "f32", deferPlasticity: false });
  await run(sim, projection, setting);
  const values = new Map(model.checked.variables.map(({ name }) => [name, read(sim, projection, name)]));
  return { values, received: received.get("g"), events: emitted.pre.times.length + emitted.post.times.length };
}

const passOn = synapse({ name: "pass_on" });
const isList = (delay: Setting["delay"]): delay is readonly number[] => Array.isArray(delay);
type Handle = Parameters<Simulation["synapses"]>[0];
const read = (sim: Simulation, projection: Handle, name: string): Float64Array => sim.get(projection, name as never);

/** What each target has received by the end of each step, against what was sent. */
function receptionError(g: Float64Array, targets: number, steps: number, to: Uint32Array, { sent }: Outcome): number {
  const total = sent.reduce((sum, s) => sum + Math.abs(s.amount), 0) || 1;
  let error = 0;
  for (let step = 0; step < steps; step++) {
    for (let j = 0; j < targets; j++) {
      const right = sent.reduce((sum, s) => (s.arrives <= step && to[s.synapse] === j ? sum + s.amount : sum), 0);
      error = Math.max(error, Math.abs(right - g[step * (targets + unused) + unused + j]!) / total);
    }
  }
  return error;
}

function countEvents(pre: readonly (readonly number[])[], post: readonly (readonly number[])[]): { events: number; coincidences: number } {
  const all = post.flat();
  return { events: pre.flat().length + all.length, coincidences: pre.flat().filter((s) => all.includes(s)).length };
}
