import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compile, fixedIndegree, Network, SynfireError } from "synfire";
import type { Spikes, TraceSink } from "synfire";
import { decodeNpy, loadSpikes, loadTraces, openSpikeFile, openTraceFile } from "synfire/io";
import { lifDelta, staticSynapse } from "synfire/models";
import { decodeTraceCsv } from "../../src/io/formats/traceCsv.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "synfire-traces-"));
});
afterAll(() => rm(folder, { recursive: true }));

const OPTIONS = { names: ["v", "w"], elements: [3, 20], units: { v: "V" } };
const samples = (v: readonly number[], w: readonly number[]): ReadonlyMap<string, Float64Array> =>
  new Map([
    ["v", Float64Array.from(v)],
    ["w", Float64Array.from(w)],
  ]);

for (const extension of ["csv", "npy"] as const) {
  test(`samples that grow in a .${extension} file are read back as they were, however they were cut`, async () => {
    const value = fc.double({ noDefaultInfinity: true });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(fc.tuple(value, value, value, value), { maxLength: 4 }), { maxLength: 5 }), async (chunks) => {
        const path = join(folder, `growing.${extension}`);
        const file = await openTraceFile(path, OPTIONS);
        let time = 0;
        for (const chunk of chunks) {
          const times = Float64Array.from(chunk, () => (time += 0.1));
          await file.append(times, samples(chunk.flatMap(([a, b]) => [a, b]), chunk.flatMap(([, , c, d]) => [c, d])));
        }
        const all = chunks.flat();
        expect(file.count).toBe(all.length);
        await file.finish();
        const { times, values, elements, units } = await loadTraces(path);
        expect(times.length).toBe(all.length);
        expect(values.get("v")).toEqual(Float64Array.from(all.flatMap(([a, b]) => [plusZero(a), plusZero(b)])));
        expect(values.get("w")).toEqual(Float64Array.from(all.flatMap(([, , c, d]) => [plusZero(c), plusZero(d)])));
        if (extension === "csv") expect([[...elements], units.get("v"), units.get("w")]).toEqual([[3, 20], "V", undefined]);
      }),
      { numRuns: 25 },
    );
    // Text has no negative zero.
    function plusZero(x: number): number {
      return extension === "csv" && x === 0 ? 0 : x;
    }
  });

  test(`an interrupted .${extension} recording of traces is readable up to its last complete sample`, async () => {
    const path = join(folder, `broken.${extension}`);
    {
      await using file = await openTraceFile(path, OPTIONS);
      await file.append(Float64Array.of(0.1, 0.2), samples([1, 2, 3, 4], [5, 6, 7, 8]));
    }
    expect(existsSync(path)).toBe(false);
    const partial = `${path}.partial`;
    await writeFile(partial, extension === "npy" ? Uint8Array.of(1, 2, 3) : "0.3,1,2,3,4", { flag: "a" }); // a torn last row
    const { times, values } = await loadTraces(partial);
    expect([...times]).toEqual([0.1, 0.2]);
    expect([...values.get("w")!]).toEqual([5, 6, 7, 8]);
  });

  test(`a discarded .${extension} recording of traces leaves nothing, and an earlier file as it was`, async () => {
    const path = join(folder, `kept.${extension}`);
    await writeFile(path, "old");
    const file = await openTraceFile(path, OPTIONS);
    await file.discard();
    expect(existsSync(`${path}.partial`)).toBe(false);
    expect(existsSync(path)).toBe(true);
    const ended = /the recording has ended\n {2}Open a new one with openTraceFile/;
    await expect(file.append(Float64Array.of(1), samples([1, 2], [3, 4]))).rejects.toThrow(ended);
  });
}

test("the first line of a .csv of traces names variable, neuron and unit", async () => {
  const path = join(folder, "names.csv");
  const file = await openTraceFile(path, OPTIONS);
  await file.append(Float64Array.of(0.001), samples([-0.06, 1e-9], [0, 2]));
  await file.finish();
  const text = execFileSync("cat", [path], { encoding: "utf8" });
  expect(text).toBe("time_s,v[3] (V),v[20] (V),w[3],w[20]\n0.001,-0.06,1e-9,0,2\n");
});

test("a growing file of traces refuses other formats, no columns, wrong sizes, unknown names and times that go back", async () => {
  await expect(openTraceFile(join(folder, "a.npz"), OPTIONS)).rejects.toThrow(/"npz" is no format of growing traces\n {2}Record to \.csv or \.npy/);
  await expect(openTraceFile(join(folder, "a.csv"), { names: [] })).rejects.toThrow(/no names to record/);
  await expect(openTraceFile(join(folder, "a.csv"), { names: ["v", "v"] })).rejects.toThrow(/two columns are called "v"/);
  await using file = await openTraceFile(join(folder, "wrong.csv"), OPTIONS);
  await expect(file.append(Float64Array.of(1), samples([1], [1, 2]))).rejects.toThrow(/1 values of "v" for 1 samples of 2 elements/);
  const more = new Map([...samples([1, 2], [1, 2]), ["u", new Float64Array(2)]]);
  await expect(file.append(Float64Array.of(1), more)).rejects.toThrow(/"u" has no column/);
  await file.append(Float64Array.of(2), samples([1, 2], [1, 2]));
  await expect(file.append(Float64Array.of(1), samples([1, 2], [1, 2]))).rejects.toThrow(/a sample at 1 s comes after one at 2 s/);
});

test("no damaged file of traces does worse than a FileError", () => {
  const good = "time_s,v[0],v[1]\n0.1,1,2\n0.2,3,4\n";
  expect([...decodeTraceCsv(new TextEncoder().encode(good), "good").values.get("v")!]).toEqual([1, 2, 3, 4]);
  fc.assert(
    fc.property(fc.nat(good.length), fc.nat(8), fc.string({ maxLength: 12, unit: "binary" }), (at, length, piece) => {
      const text = good.slice(0, at) + piece + good.slice(at + length);
      try {
        decodeTraceCsv(new TextEncoder().encode(text), "damaged");
      } catch (error) {
        expect(error).toBeInstanceOf(SynfireError);
      }
    }),
    { numRuns: 500 },
  );
});

const numpy = existsSync("/usr/bin/python3") && succeeds(["/usr/bin/python3", "-c", "import numpy"]);
const skipped = numpy ? "" : " (skipped: apt-get install python3-numpy)";
test.skipIf(!numpy)(`numpy reads a growing .npy of traces, also while it grows${skipped}`, async () => {
  const path = join(folder, "numpy.npy");
  await using file = await openTraceFile(path, OPTIONS);
  await file.append(Float64Array.of(0.1, 0.2, 0.3), samples([1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12]));
  const script = "import numpy, sys; a = numpy.load(sys.argv[1]); print(a['time_s'].tolist(), a['v'].shape, a['v'][1].tolist(), a['w'][2].tolist())";
  const read = (name: string) => execFileSync("/usr/bin/python3", ["-c", script, name], { encoding: "utf8" }).trim();
  expect(read(`${path}.partial`)).toBe("[0.1, 0.2, 0.3] (3, 2) [3.0, 4.0] [11.0, 12.0]");
  await file.finish();
  expect(read(path)).toBe("[0.1, 0.2, 0.3] (3, 2) [3.0, 4.0] [11.0, 12.0]");
});

function succeeds([program, ...args]: [string, ...string[]]): boolean {
  try {
    execFileSync(program, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

test("a field that is an array itself is read row after row, wherever it stands", () => {
  const header = "{'descr': [('a', '<f8', (2,)), ('b', '|u1'), ('c', '<i2', (2, 2))], 'fortran_order': False, 'shape': (2,), }";
  const prefix = new Uint8Array(Math.ceil((10 + header.length + 1) / 64) * 64).fill(32);
  prefix.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  const view = new DataView(prefix.buffer);
  view.setUint16(8, prefix.length - 10, true);
  prefix.set(new TextEncoder().encode(header), 10);
  const body = new DataView(new ArrayBuffer(2 * 25));
  for (const row of [0, 1]) {
    for (const k of [0, 1]) body.setFloat64(25 * row + 8 * k, 10 * row + k, true);
    body.setUint8(25 * row + 16, 100 + row);
    for (const k of [0, 1, 2, 3]) body.setInt16(25 * row + 17 + 2 * k, -(10 * row + k), true);
  }
  const { fields } = decodeNpy(Uint8Array.of(...prefix, ...new Uint8Array(body.buffer)), "made by hand");
  expect([...fields!].map(([name, data]) => [name, [...data]])).toEqual([
    ["a", [0, 1, 10, 11]],
    ["b", [100, 101]],
    ["c", [-0, -1, -2, -3, -10, -11, -12, -13].map((x) => x + 0)],
  ]);
});

/** A noisy network with monitors of everything that can be streamed. */
function network() {
  const net = new Network({ seed: 5 });
  const E = net.population("E", 60, lifDelta, { v: "rand() * v_th", tau_m: "20 ms" });
  const I = net.population("I", 15, lifDelta);
  for (const target of [E, I]) net.poissonInput(target, { receptor: "v", rate: "15 kHz", weight: "0.1 mV" });
  net.projection(I, E, staticSynapse, { connect: fixedIndegree(3), receptor: "v", weight: "-0.5 mV", delay: "1 ms" });
  return { net, trace: net.stateMonitor(E, ["v", "tau_m"], { every: "0.3 ms", sample: 7 }), spikes: net.spikeMonitor(I, E) };
}

for (const extension of ["csv", "npy"] as const) {
  test(`a run streamed to .${extension} files leaves in them what monitors hold without, and nothing in the monitors`, async () => {
    const held = network();
    await using whole = await compile(held.net, { dt: "0.1 ms" });
    await whole.run("300 ms");

    const { net, trace, spikes } = network();
    await using sim = await compile(net, { dt: "0.1 ms" });
    const tracePath = join(folder, `v.${extension}`),
      spikePath = join(folder, `spikes.${extension}`);
    await using traceFile = await openTraceFile(tracePath, { names: trace.data.names, elements: trace.neurons });
    await using spikeFile = await openSpikeFile(spikePath, { populations: spikes.populations, dt: sim.dt });
    trace.streamTo(traceFile);
    spikes.streamTo(spikeFile);
    for (const piece of ["50 ms", "200.1 ms", "49.9 ms"] as const) await sim.run(piece);
    expect([trace.times.length, trace.get("v").length, spikes.times.length]).toEqual([0, 0, 0]);
    expect(sim.report().spikeHash).toBe(whole.report().spikeHash);
    expect(spikes.count).toBe(whole.report().spikes);
    await traceFile.finish();
    await spikeFile.finish(sim.time);

    const traces = await loadTraces(tracePath);
    expect(traces.times).toEqual(held.trace.times);
    expect(traces.values).toEqual(
      new Map([
        ["v", held.trace.get("v")],
        ["tau_m", held.trace.get("tau_m")],
      ]),
    );
    if (extension === "csv") expect(traces.elements).toEqual(held.trace.neurons);
    const loaded: Spikes = await loadSpikes(spikePath);
    expect(loaded.times).toEqual(held.spikes.times);
    expect(loaded.indices).toEqual(held.spikes.indices);
    if (extension === "csv") {
      expect(loaded.populations).toEqual(held.spikes.populations);
      expect(loaded.duration).toBeCloseTo(0.3, 12);
    }
  });
}

test("while a run goes on a streamed monitor holds a bounded number of samples, however many it has taken", async () => {
  const net = new Network({ seed: 1 });
  const E = net.population("E", 50, lifDelta);
  const trace = net.stateMonitor(E, ["v"]);
  let received = 0,
    most = 0,
    calls = 0;
  const sink: TraceSink = {
    append(times, values) {
      expect(values.get("v")!.length).toBe(50 * times.length);
      calls++;
      received += times.length;
      most = Math.max(most, times.length);
    },
  };
  trace.streamTo(sink);
  await using sim = await compile(net, { dt: "0.1 ms" });
  const controller = new AbortController();
  let held = 0;
  const onProgress = () => {
    held = Math.max(held, trace.times.length);
    if (calls >= 4) controller.abort();
  };
  await expect(sim.run("1000 s", { signal: controller.signal, onProgress })).rejects.toThrow(/abort/i);
  expect(received).toBe(Math.round(sim.time / sim.dt));
  expect(trace.times.length).toBe(0);
  // What is held is what one look at the outside world apart was sampled, not the whole run.
  expect(held).toBeLessThan(received * 0.75);
  expect(most).toBeLessThan(received * 0.75);
});

test("a file that fails during a run ends the run with its own error", async () => {
  const { net, trace } = network();
  await using sim = await compile(net, { dt: "0.1 ms" });
  const file = await openTraceFile(join(folder, "failing.csv"), { names: trace.data.names, elements: trace.neurons });
  trace.streamTo(file);
  await sim.run("10 ms");
  await file.discard();
  await expect(sim.run("10 ms")).rejects.toThrow(/failing\.csv: the recording has ended/);
});
