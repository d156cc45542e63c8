/** What goes wrong while a network is built and run: each fault is named, nothing is left half done, and no memory stays behind. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { allToAll, compile, explicit, fixedIndegree, Network, neuron, normal } from "synfire";
import type { Value, Simulation } from "synfire";
import { lifDelta, staticSynapse } from "synfire/models";
import { addressableBytes, Arena } from "../../src/engine/arena.ts";
import { checkFits, expectedBytes } from "../../src/engine/projections.ts";
import { folderWith, synfire } from "../cli/synfire.ts";

const small = () => {
  const net = new Network({ seed: 2 });
  const E = net.population("E", 40, lifDelta, { v: "rand() * v_th" });
  const P = net.projection(E, E, staticSynapse, { connect: fixedIndegree(4), receptor: "v", weight: "0.5 mV", delay: "1 ms" });
  net.poissonInput(E, { receptor: "v", rate: "20 kHz", weight: "0.1 mV" });
  return { net, E, P, spikes: net.spikeMonitor(E), trace: net.stateMonitor(E, ["v"], { every: "1 ms" }) };
};
const messageOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "no error",
    (error: Error) => error.message,
  );

// Memory

test("a network that cannot fit is refused with the bytes that it needs, before anything is allocated", async () => {
  const net = new Network();
  const E = net.population("E", 1_000_000, lifDelta);
  net.projection(E, E, staticSynapse, { connect: allToAll(), receptor: "v", weight: "1 mV" });
  const before = process.memoryUsage();
  const stages: string[] = [];
  expect(await messageOf(compile(net, { dt: "0.1 ms", onStage: (stage) => stages.push(stage) }))).toBe(
    "the network needs about 4.0 TB for 1000000 neurons and 1000000000000 synapses; at most 4.3 GB can be had\n" +
      "  Lower the number of synapses, use one weight and one delay for a projection, or use a smaller scale.",
  );
  expect(stages).toEqual([]);
  const after = process.memoryUsage();
  expect(after.arrayBuffers + after.external - before.arrayBuffers - before.external).toBeLessThan(1e6);
});

test("too many neurons are refused like too many synapses", async () => {
  const net = new Network();
  net.population("E", 200_000_000, lifDelta);
  const message = /^the network needs about 6\.4 GB for 200000000 neurons and 0 synapses; at most 4\.3 GB/;
  expect(await messageOf(compile(net, { dt: "0.1 ms" }))).toMatch(message);
});

test("the bytes of which a refusal speaks are those a network that fits comes to take", async () => {
  const net = new Network({ seed: 1 });
  const E = net.population("E", 20_000, lifDelta);
  net.projection(E, E, staticSynapse, { connect: fixedIndegree(200), receptor: "v", weight: "1*mV*rand()", delay: "1 ms" });
  const expected = expectedBytes(net.data, "f32");
  await using sim = await compile(net, { dt: "0.1 ms" });
  expect(sim.report().synapses).toBe(expected.synapses);
  expect(sim.report().bytes.total / expected.bytes).toBeGreaterThan(0.8);
  expect(sim.report().bytes.total / expected.bytes).toBeLessThan(1.5);
  expect(() => checkFits(net.data, "f32", 1, expected.bytes)).not.toThrow();
  expect(() => checkFits(net.data, "f32", 1, expected.bytes - 1)).toThrow(/the network needs about/);
});

test("memory that cannot grow is an error that names what needed it and how much in all", () => {
  const arena = new Arena();
  arena.allocate(1000, "counters");
  let error: unknown;
  try {
    arena.allocate(addressableBytes + 65536, 'spikes of population "E"');
  } catch (caught) {
    error = caught;
  }
  expect((error as { code?: string }).code).toBe("out-of-memory");
  expect((error as Error).message).toBe(
    'spikes of population "E" needs 4.3 GB in all, more than this process can have\n' +
      "  One simulation can address 4.3 GB; make the network smaller or free memory.",
  );
  // What was there before is there still.
  expect(arena.f32(arena.allocate(64, "more"), 16).every((x) => x === 0)).toBe(true);
});

test("a delay longer than any ring can be is refused", async () => {
  const net = new Network();
  const E = net.population("E", 10, lifDelta);
  net.projection(E, E, staticSynapse, { connect: allToAll(), receptor: "v", weight: "1 mV", delay: "1000000 s" });
  expect(await messageOf(compile(net, { dt: "0.1 ms" }))).toMatch(/^projection E→E: a delay of 10000000000 steps of 100 us is too long/);
});

// Values

const sizes: [string, number][] = [["fractional", 2.5], ["infinite", Infinity], ["no number", NaN], ["negative", -1], ["beyond 2^31", 2 ** 31]];
test.each(sizes)("a population whose size is %s is refused", (_, size) => {
  expect(() => new Network().population("Z", size, lifDelta)).toThrow(/population "Z": .*neurons/);
  expect(() => new Network().poissonSource("Z", size, { rate: "1 Hz" })).toThrow(/"Z": .*neurons/);
  expect(() => new Network().spikeSource("Z", size)).toThrow(/"Z": .*neurons/);
});

const notFinite: [string, Value, RegExp][] = [
  ["NaN", NaN, /tau_m is NaN\n {2}Give a finite number\./],
  ["infinity", Infinity, /tau_m is Infinity/],
  ["a number beyond doubles", "1e999 ms", /tau_m is "1e999 ms", which is too large a number/],
  ["an array that holds NaN", { values: [1, NaN, 3], unit: "ms" }, /tau_m: element 1 is NaN/],
  ["the logarithm of a negative number", "log(-1)*ms", /tau_m is NaN for neuron 0\n {2}Check the expression/],
  ["a division by zero for one neuron", "ms/(i - 2)", /tau_m is Infinity for neuron 2/],
];
test.each(notFinite)("%s as a parameter is refused with population, parameter and neuron", async (_, value, message) => {
  const attempt = async () => {
    const net = new Network();
    net.population("E", 3, lifDelta, { tau_m: value });
    await compile(net, { dt: "0.1 ms" });
  };
  expect(await messageOf(attempt())).toMatch(message);
  expect(await messageOf(attempt())).toContain('population "E"');
});

test("a weight or delay that is NaN for one synapse is refused with its two neurons", async () => {
  for (const [key, unit] of [["weight", "mV"], ["delay", "ms"]] as const) {
    const net = new Network();
    const E = net.population("E", 8, lifDelta);
    const values = { weight: "1 mV", delay: "1 ms", [key]: `(1 + sqrt(i - 5))*${unit}` };
    net.projection(E, E, staticSynapse, { connect: explicit([7, 6, 3], [1, 2, 4]), receptor: "v", ...values });
    const message = `projection E→E: ${key}: the value of the synapse from neuron 3 to 4 is not finite`;
    expect(await messageOf(compile(net, { dt: "0.1 ms" }))).toMatch(message);
  }
});

test("a run for a negative, infinite or endless time is refused and leaves the simulation as it was", async () => {
  await using sim = await compile(small().net, { dt: "0.1 ms" });
  for (const duration of ["-1 s", "1e30 s"] as const) expect(await messageOf(sim.run(duration))).toMatch(`run: cannot run for ${duration}`);
  expect(await messageOf(sim.run(NaN))).toMatch("run: duration is NaN");
  await sim.run("1 ms");
  expect(sim.time).toBeCloseTo(0.001, 12);
});

// Failures while running

const explosive = neuron({
  name: "explosive",
  parameters: { k: "1 kHz" },
  state: { v: 0.001 },
  equations: "dv/dt = k*v*v : 1",
  method: "euler",
});

for (const backend of ["wasm", "interpreter"] as const) {
  test(`a run that fails keeps what it recorded, goes no further, and begins anew after reset (${backend})`, async () => {
    const net = new Network();
    const P = net.population("P", 20, explosive, { v: "int(i == 17)" });
    const trace = net.stateMonitor(P, ["v"], { every: "1 ms" });
    await using sim = await compile(net, { dt: "1 ms", backend });
    const failure = /population "P": v became infinite in neuron 17 at t = \d+ ms; its last finite value was/;
    net.at("1 s", { lesion: P }); // after compile: not part of this simulation
    const first = await messageOf(sim.run("1 s"));
    expect(first).toMatch(failure);
    const [time, recorded] = [sim.time, trace.times.length];
    expect(recorded).toBe(Math.round(time * 1000));
    expect([...trace.get("v")].every(Number.isFinite)).toBe(true);
    expect([...sim.get(P, "v")].every(Number.isFinite)).toBe(true);
    // Again: the same neuron fails at the same step.
    expect(await messageOf(sim.run("1 s"))).toBe(first);
    expect(sim.time).toBe(time);
    sim.reset();
    expect([sim.time, trace.times.length]).toEqual([0, 0]);
    expect(await messageOf(sim.run("1 s"))).toBe(first);
    sim.reset();
    sim.set(P, { v: 0.001 });
    await sim.run("100 ms");
    expect(sim.time).toBeCloseTo(0.1, 12);
  });
}

test("a signal that has fired already stops a run at once; the simulation goes on afterwards as if nothing had been", async () => {
  const whole = await compile(small().net, { dt: "0.1 ms" });
  await whole.run("50 ms");
  const { net, spikes } = small();
  await using sim = await compile(net, { dt: "0.1 ms" });
  const error: unknown = await sim.run("50 ms", { signal: AbortSignal.abort() }).catch((caught: unknown) => caught);
  expect((error as Error).name).toBe("AbortError");
  const done = Math.round(sim.time / sim.dt);
  await sim.run(`${(500 - done) / 10} ms`);
  expect(sim.report().spikeHash).toBe(whole.report().spikeHash);
  expect(spikes.count).toBe(whole.report().spikes);
});

test("an error of onProgress or of a change ends the run, and the next run goes on", async () => {
  const { net } = small();
  net.at("5 ms", () => {
    throw new Error("mine");
  });
  await using sim = await compile(net, { dt: "0.1 ms" });
  const refuse = () => {
    throw new Error("yours");
  };
  expect(await messageOf(sim.run("1 ms", { onProgress: refuse }))).toBe("yours");
  expect(await messageOf(sim.run("10 ms"))).toBe("mine");
  expect(sim.time).toBeCloseTo(0.005, 12);
});

test("a second run or a reset beside a run that goes on is refused, and the first is not disturbed", async () => {
  await using alone = await compile(small().net, { dt: "0.1 ms" });
  await alone.run("50 ms");
  await using sim = await compile(small().net, { dt: "0.1 ms" });
  const running = sim.run("50 ms");
  expect(await messageOf(sim.run("50 ms"))).toBe("this simulation is already running\n  Await its run before you start or reset it.");
  await running;
  expect([sim.time, sim.report().spikeHash]).toEqual([alone.time, alone.report().spikeHash]);
  const { net } = small();
  net.at("5 ms", (s) => (s as Simulation).reset());
  await using resetting = await compile(net, { dt: "0.1 ms" });
  expect(await messageOf(resetting.run("10 ms"))).toMatch("already running");
});

// The end of a simulation

test("a disposed simulation refuses to be used, while its monitors and its report stay as they were", async () => {
  const { net, E, P, spikes, trace } = small();
  const sim = await compile(net, { dt: "0.1 ms" });
  await sim.run("50 ms");
  const [report, times, v, count] = [sim.report(), spikes.times, trace.get("v"), spikes.count];
  expect(count).toBeGreaterThan(10);
  await sim[Symbol.asyncDispose]();
  await sim[Symbol.asyncDispose]();
  const uses: [string, () => unknown][] = [
    ["run", () => sim.run("1 ms")],
    ["stream", () => sim.stream("1 ms").next()],
    ["reset", () => sim.reset()],
    ["get", () => sim.get(E, "v")],
    ["set", () => sim.set(E, { v: "1 mV" })],
    ["lesion", () => sim.lesion(E)],
    ["weights", () => sim.weights(P)],
    ["synapses", () => sim.synapses(P)],
    ["setWeight", () => sim.setWeight(P, "1 mV")],
  ];
  for (const [name, use] of uses) {
    expect(await messageOf((async () => use())()), name).toBe("this simulation has been disposed of\n  Compile the network again.");
  }
  expect([sim.report(), spikes.times, trace.get("v"), spikes.count, spikes.duration]).toEqual([report, times, v, count, report.duration]);
  expect([sim.time, spikes.rate(E)]).toEqual([report.duration, count / 40 / report.duration]);
});

test("a simulation that is disposed of while it runs stops", async () => {
  const { net, spikes } = small();
  const sim = await compile(net, { dt: "0.1 ms" });
  const run = messageOf(sim.run("100000 s"));
  await new Promise((resolve) => setTimeout(resolve, 150));
  await sim[Symbol.asyncDispose]();
  expect(await run).toMatch("this simulation has been disposed of");
  expect(spikes.count).toBe(sim.report().spikes);
});

test("a network hears nothing of simulations that are gone: spikes added later do not reach them", async () => {
  const net = new Network();
  const S = net.spikeSource("S", 1);
  const spikes = net.spikeMonitor(S);
  const first = await compile(net, { dt: "1 ms" });
  await first.run("10 ms");
  await first[Symbol.asyncDispose]();
  S.add([0.002], [0]); // the past of the first, which would refuse it
  await using second = await compile(net, { dt: "1 ms" });
  await second.run("5 ms");
  expect([...spikes.times]).toEqual([0.002]);
});

test("spikes added while running are there again after reset, however many they are", async () => {
  const net = new Network();
  const many = 200_000;
  const S = net.spikeSource("S", 1, { times: Float64Array.from({ length: many }, (_, k) => (k + 1) * 1e-3) });
  const spikes = net.spikeMonitor(S);
  await using sim = await compile(net, { dt: "1 ms" });
  await sim.run("10 ms");
  S.add([0.0125, 0.02], [0, 0]);
  await sim.run("10 ms");
  const once = [...spikes.times];
  expect(once.length).toBe(22);
  sim.reset();
  await sim.run("20 ms");
  expect([...spikes.times]).toEqual(once);
});

test("spikes added to a step that is full are refused, and none of them is kept", async () => {
  const net = new Network();
  const S = net.spikeSource("S", 1, { times: new Array<number>(16).fill(0.005) });
  await using sim = await compile(net, { dt: "1 ms" });
  expect(() => S.add([0.005], [0])).toThrow(/more than 16 spikes fall into one step/);
  await sim.run("10 ms");
  expect(sim.report().spikes).toBe(16);
});

const built = fileURLToPath(new URL("../../dist/src/index.js", import.meta.url));
test.skipIf(!existsSync(built))("300 networks made, run and disposed of leave the process as large as 100 did, also when the network is kept", () => {
  const program = `
    import { compile, fixedIndegree, Network } from ${JSON.stringify(built)};
    import { lifDelta, staticSynapse } from ${JSON.stringify(built.replace("src/index.js", "models/index.js"))};
    const make = () => {
      const net = new Network();
      const E = net.population("E", 2000, lifDelta, { v: "2 * rand() * v_th" });
      net.projection(E, E, staticSynapse, { connect: fixedIndegree(100), receptor: "v", weight: "0.1*mV*rand()", delay: "1 ms" });
      net.spikeMonitor(E);
      net.stateMonitor(E, ["v"], { sample: 10 });
      return net;
    };
    // A full collection frees the arrays of a WebAssembly memory only when the event loop has turned.
    const settled = async () => {
      for (let k = 0; k < 3; k++) { gc(); await new Promise((resolve) => setTimeout(resolve, 20)); }
      const { rss, external, arrayBuffers, heapUsed } = process.memoryUsage();
      return { rss, held: external + arrayBuffers + heapUsed };
    };
    const memories = [], { Memory } = WebAssembly;
    WebAssembly.Memory = class extends Memory {
      constructor(options) { super(options); memories.push(new WeakRef(this)); }
    };
    const live = () => memories.reduce((bytes, memory) => bytes + (memory.deref()?.buffer.byteLength ?? 0), 0);
    const kept = make(), last = make(), seen = [];
    for (let k = 1; k <= 300; k++) {
      const sim = await compile(k % 2 ? make() : kept, { dt: "0.1 ms" });
      await sim.run("10 ms");
      await sim[Symbol.asyncDispose]();
      if (k % 100 === 0) seen.push(await settled());
    }
    // A network that lives on keeps what its monitors recorded, and no memory of the simulation.
    const sim = await compile(last, { dt: "0.1 ms" });
    await sim.run("50 ms");
    const during = live();
    await sim[Symbol.asyncDispose]();
    await settled();
    console.log(JSON.stringify({ seen, during, after: live(), spikes: last.monitors[0].count, held: last.monitors[0].times.length }));`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--expose-gc", "--input-type=module", "-e", program], { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  const { seen, during, after, spikes, held } = JSON.parse(stdout) as Record<"during" | "after" | "spikes" | "held", number> & {
    seen: { rss: number; held: number }[];
  };
  expect(seen[2]!.held - seen[0]!.held).toBeLessThan(2e6);
  expect(seen[2]!.rss - seen[0]!.rss).toBeLessThan(30e6);
  expect(during).toBeGreaterThan(1e6);
  expect(after).toBe(0);
  expect([held, spikes > 0]).toEqual([spikes, true]);
}, 120_000);

// Files from strangers

const hostile: [string, string, RegExp][] = [
  ["no JSON at all", "{ not json", /JSON/i],
  ["another format", '{"format":"something"}', /network/i],
  ["a later version", '{"format":"synfire-network","version":99}', /version/i],
  ["null", "null", /network/i],
  ["ten thousand nested lists", "[".repeat(10_000) + "]".repeat(10_000), /network|JSON|nested/i],
  ["a population of 10^15 neurons", JSON.stringify(small().net).replace('"size":40', '"size":1000000000000000'), /neurons/],
  ["a population of -1 neurons", JSON.stringify(small().net).replace('"size":40', '"size":-1'), /-1 is not a number of neurons/],
  ["code in place of an expression", JSON.stringify(small().net).replace("rand() * v_th", "import('node:fs')"), /population/],
  ["a name of the prototype", JSON.stringify(small().net).replaceAll('"receptor":"v"', '"receptor":"__proto__"'), /receptor/],
  ["a weight of another unit", JSON.stringify(small().net).replace("0.5 mV", "0.5 nS"), /volt/],
];
test.each(hostile)("synfire run of a network file that is %s ends with exit status 2 and one clear message", (_, text, message) => {
  const folder = folderWith({ "net.json": text });
  const { status, stdout, stderr } = synfire(["run", "net.json", "--out", "out"], folder);
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
  expect([status, stdout]).toEqual([2, ""]);
  expect(existsSync(`${folder}/out/run.json`)).toBe(false);
});

test("a network that fits two memories but not one says so", () => {
  const net = new Network();
  const cells = net.population("cells", 30_000, lifDelta);
  net.projection(cells, cells, staticSynapse, { connect: allToAll(), receptor: "v", weight: normal("0 mV", "1 uV"), delay: "1.5 ms" });
  expect(() => checkFits(net.data, "f32", 1)).toThrow("Use { threads: 2 }: each thread has a memory of its own.");
  expect(() => checkFits(net.data, "f32", 2)).not.toThrow();
});
