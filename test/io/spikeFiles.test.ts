import { execFileSync, spawn } from "node:child_process";
import { mkdtemp, mkdir, readFile, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ArgumentError, FileError } from "../../src/errors.ts";
import { writeAtomically } from "../../src/io/files.ts";
import { decodeNpy, encodeNpy, type NpyData } from "../../src/io/formats/npy.ts";
import { openSpikeFile } from "../../src/io/spikeFile.ts";
import { loadSpikes, saveSpikes } from "../../src/io/spikeFiles.ts";
import type { Spikes } from "../../src/io/spikes.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "synfire-io-"));
});
afterAll(() => rm(folder, { recursive: true }));

const SPIKES: Spikes = {
  times: Float64Array.of(0.0123, 0.5, 0.5),
  indices: Uint32Array.of(3, 0, 5),
  populations: [
    { name: "E", offset: 0, size: 4 },
    { name: "I", offset: 4, size: 2 },
  ],
  duration: 1,
  dt: 0.0001,
};

async function failure(promise: Promise<unknown>): Promise<FileError> {
  const error: unknown = await promise.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(FileError);
  return error as FileError;
}

for (const extension of ["csv", "json", "npz", "dat"]) {
  test(`a .${extension} file on disk gives the same spikes back, in a folder that did not exist`, async () => {
    const path = join(folder, "new", extension, `spikes.${extension}`);
    await saveSpikes(path, SPIKES);
    expect(await loadSpikes(path)).toEqual(SPIKES);
    expect(await readdir(join(folder, "new", extension))).toEqual([`spikes.${extension}`]);
  });
}

test("an unknown extension is refused before anything is written", async () => {
  await expect(saveSpikes(join(folder, "a", "b.xyz"), SPIKES)).rejects.toBeInstanceOf(ArgumentError);
  expect(existsSync(join(folder, "a"))).toBe(false);
});

test("a folder in place of a file is an error that says so", async () => {
  const path = join(folder, "folder.csv");
  await mkdir(path);
  expect((await failure(saveSpikes(path, SPIKES))).message).toMatch(/folder\.csv is a folder\n {2}Give the name of a file inside it/);
  expect((await failure(loadSpikes(path))).code).toBe("file-is-folder");
  await writeFile(join(folder, "file"), "x");
  expect((await failure(saveSpikes(join(folder, "file", "a.csv"), SPIKES))).code).toBe("file-not-folder");
  expect((await failure(loadSpikes(join(folder, "none.csv")))).code).toBe("file-missing");
  expect((await failure(saveSpikes(join(folder, `${"x".repeat(300)}.csv`), SPIKES))).code).toBe("file-name");
  expect((await failure(writeAtomically("a\0b", ""))).code).toBe("file-name");
});

test("an existing file keeps its permissions and a link stays a link", async () => {
  const path = join(folder, "kept.csv");
  await writeFile(path, "old", { mode: 0o640 });
  const link = join(folder, "link.csv");
  await symlink(path, link);
  await saveSpikes(link, SPIKES);
  expect((await stat(path)).mode & 0o777).toBe(0o640);
  expect(await loadSpikes(path)).toEqual(SPIKES);
  expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test.skipIf(!existsSync("/dev/full"))("a full disk is reported with the path and leaves no file behind", async () => {
  const path = join(folder, "full.csv");
  await symlink("/dev/full", path);
  const error = await failure(saveSpikes(path, SPIKES));
  expect(error.code).toBe("disk-full");
  expect(error.message).toContain(path);
});

test("a file that exceeds the size a process may write fails, leaving the old file and no temporary one", async () => {
  const path = join(folder, "limited.csv");
  await writeFile(path, "old\n");
  const script = `
    import { writeAtomically } from ${JSON.stringify(join(import.meta.dirname, "../../src/io/files.ts"))};
    process.on("SIGXFSZ", () => {});
    await writeAtomically(${JSON.stringify(path)}, new Uint8Array(4e6)).catch((error) => console.log(error.name, error.message));`;
  await writeFile(join(folder, "limited.mts"), script);
  const tsx = join(import.meta.dirname, "../../node_modules/tsx/dist/cli.mjs");
  const output = execFileSync("bash", ["-c", `ulimit -f 1000; node ${tsx} ${join(folder, "limited.mts")}`], { encoding: "utf8" });
  expect(output).toMatch(/^FileError cannot write .*limited\.csv/);
  expect(await readFile(path, "utf8")).toBe("old\n");
  expect((await readdir(folder)).filter((name) => name.startsWith("limited.csv"))).toEqual(["limited.csv"]);
});

test.skipIf(process.platform === "win32")("a pipe whose reader has gone is an error, not a crash", async () => {
  const pipe = join(folder, "pipe.csv");
  execFileSync("mkfifo", [pipe]);
  const reader = spawn("head", ["-c", "1", pipe], { stdio: "ignore" });
  const many: Spikes = { ...SPIKES, times: new Float64Array(300_000), indices: new Uint32Array(300_000) };
  expect((await failure(saveSpikes(pipe, many))).code).toBe("pipe-closed");
  reader.kill();
});

test("a file larger than the limit is not read", async () => {
  const path = join(folder, "large.csv");
  await saveSpikes(path, SPIKES);
  expect((await failure(loadSpikes(path, { maxBytes: 10 }))).code).toBe("file-too-large");
  if (existsSync("/dev/zero")) expect((await failure(loadSpikes("/dev/zero", { maxBytes: 1e6 }))).code).toBe("file-too-large");
});

for (const extension of ["csv", "npy", "dat", "gdf"]) {
  test(`a recording that grows in a .${extension} file equals one saved at once`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(fc.nat(5), { maxLength: 5 }), { maxLength: 6 }), async (chunks) => {
        const path = join(folder, `growing.${extension}`);
        const file = await openSpikeFile(path, SPIKES);
        const all: number[] = [];
        for (const chunk of chunks) {
          const first = all.length;
          all.push(...chunk);
          await file.append(
            Float64Array.from(chunk, (_, k) => (first + k) * 0.1),
            Uint32Array.from(chunk),
          );
        }
        await file.finish(12.5);
        const whole = { ...SPIKES, times: Float64Array.from(all, (_, k) => k * 0.1), indices: Uint32Array.from(all), duration: 12.5 };
        const loaded = await loadSpikes(path).catch((error: unknown) =>
          all.length === 0 && extension === "gdf" ? undefined : Promise.reject(error),
        );
        if (!loaded) return;
        expect([loaded.times, loaded.indices]).toEqual([whole.times, whole.indices]);
        if (extension === "csv" || extension === "dat") expect(loaded).toEqual(whole);
      }),
      { numRuns: 25 },
    );
  });

  test(`an interrupted .${extension} recording is readable up to its last complete spike`, async () => {
    const path = join(folder, `broken.${extension}`);
    {
      await using file = await openSpikeFile(path, SPIKES);
      await file.append(Float64Array.of(0.1, 0.2), Uint32Array.of(1, 2));
      expect(file.count).toBe(2);
    }
    expect(existsSync(path)).toBe(false);
    const partial = `${path}.partial`;
    await writeFile(partial, extension === "npy" ? Uint8Array.of(1, 2, 3) : "0.3", { flag: "a" }); // a torn last row
    const spikes = await loadSpikes(partial);
    expect([...spikes.times]).toEqual([0.1, 0.2]);
    expect([...spikes.indices]).toEqual([1, 2]);
  });
}

test("appends that do not wait for each other are written one after the other", async () => {
  const path = join(folder, "turns.csv");
  const file = await openSpikeFile(path, { populations: [{ name: "E", offset: 0, size: 10 }] });
  const many = Array.from({ length: 20 }, (_, k) => file.append(new Float64Array(70_000).fill(k), new Uint32Array(70_000)));
  await Promise.all([...many, file.finish(30)]);
  const { times, duration } = await loadSpikes(path);
  expect([times.length, duration]).toEqual([1_400_000, 30]);
  expect(times.every((time, k) => time === Math.floor(k / 70_000))).toBe(true);
});

test("a growing file refuses formats that cannot grow, spikes out of order and use after its end", async () => {
  await expect(openSpikeFile(join(folder, "a.npz"), SPIKES)).rejects.toThrow(/npz cannot grow/);
  const path = join(folder, "order.csv");
  const file = await openSpikeFile(path, SPIKES);
  await file.append(Float64Array.of(0.2), Uint32Array.of(0));
  await expect(file.append(Float64Array.of(0.1), Uint32Array.of(0))).rejects.toThrow(/0.1 s comes after one at 0.2 s/);
  await file.discard();
  expect(existsSync(`${path}.partial`)).toBe(false);
  await expect(file.append(Float64Array.of(0.3), Uint32Array.of(0))).rejects.toThrow(/recording has ended/);
});

test("a disk that fills up during a recording keeps what was recorded and says where", async () => {
  const path = join(folder, "filling.csv");
  const script = `
    import { openSpikeFile } from ${JSON.stringify(join(import.meta.dirname, "../../src/io/spikeFile.ts"))};
    process.on("SIGXFSZ", () => {});
    const file = await openSpikeFile(${JSON.stringify(path)}, { populations: [{ name: "E", offset: 0, size: 10 }] });
    try {
      for (let k = 0; ; k++) await file.append(new Float64Array(10000).fill(k), new Uint32Array(10000));
    } catch (error) {
      console.log(error.name, error.message);
    }`;
  await writeFile(join(folder, "filling.mts"), script);
  const tsx = join(import.meta.dirname, "../../node_modules/tsx/dist/cli.mjs");
  const output = execFileSync("bash", ["-c", `ulimit -f 1000; node ${tsx} ${join(folder, "filling.mts")}`], { encoding: "utf8" });
  expect(output).toMatch(/^FileError cannot write .*filling\.csv[^]*The spikes up to \d+ s are in .*filling\.csv\.partial/);
  expect((await loadSpikes(`${path}.partial`)).times.length).toBeGreaterThan(50_000);
});

const PYTHON = "/usr/bin/python3";
const numpy = existsSync(PYTHON) && succeeds([PYTHON, "-c", "import numpy"]);
const numpyReason = numpy ? "" : " (skipped: apt-get install python3-numpy)";
const pandas = numpy && succeeds([PYTHON, "-c", "import pandas"]);

function succeeds([program, ...rest]: string[]): boolean {
  try {
    execFileSync(program!, rest, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
const python = (code: string) =>
  JSON.parse(execFileSync(PYTHON, ["-c", `import json, numpy as np\n${code}`], { cwd: folder, encoding: "utf8" })) as unknown;

test.skipIf(!numpy)(`numpy reads our .npy and .npz${numpyReason}`, async () => {
  await saveSpikes(join(folder, "ours.npy"), SPIKES);
  await saveSpikes(join(folder, "ours.npz"), SPIKES);
  const read = python(`
a, z = np.load("ours.npy"), np.load("ours.npz")
print(json.dumps([a["time_s"].tolist(), a["neuron"].tolist(),
  str(z["times"].dtype), z["times"].tolist(), str(z["indices"].dtype), z["indices"].tolist(),
  z["population_names"].tolist(), z["population_sizes"].tolist(), float(z["duration"]), float(z["dt"])]))`);
  expect(read).toEqual([[0.0123, 0.5, 0.5], [3, 0, 5], "float64", [0.0123, 0.5, 0.5], "uint32", [3, 0, 5], ["E", "I"], [4, 2], 1, 0.0001]);
});

test.skipIf(!numpy)(`we read numpy's .npy and .npz, plain and compressed, of any number type and byte order${numpyReason}`, async () => {
  python(`
t, i = np.array([0.25, 0.5, 0.75]), np.array([4, 2, 0])
np.save("columns.npy", np.stack([t, i], 1))
np.save("fortran.npy", np.asfortranarray(np.stack([t, i], 1).astype(">f4")))
np.save("table.npy", np.array(list(zip(t * 1000, i)), dtype=[("time_ms", "<f4"), ("neuron", ">i8")]))
np.savez("plain.npz", times=t, indices=i)
np.savez_compressed("small.npz", time_ms=(t * 1000).astype("f4"), neuron=i.astype("i2"), duration=2.0)
print(1)`);
  for (const name of ["columns.npy", "fortran.npy", "table.npy", "plain.npz", "small.npz"]) {
    const spikes = await loadSpikes(join(folder, name));
    expect([name, ...spikes.times, ...spikes.indices]).toEqual([name, 0.25, 0.5, 0.75, 4, 2, 0]);
    expect(spikes.duration).toBe(name === "small.npz" ? 2 : 0.75);
  }
});

test.skipIf(!numpy)(`arrays of every type and shape pass through numpy unchanged${numpyReason}`, async () => {
  const arrays: Readonly<Record<string, readonly [NpyData, readonly number[]]>> = {
    f8: [Float64Array.of(1.5, -2, 1e300, 4, 5, 6), [2, 3]],
    f4: [Float32Array.of(1.5, 2), [2]],
    u4: [Uint32Array.of(4e9), []],
    i4: [Int32Array.of(-5, 6), [1, 2]],
    u2: [Uint16Array.of(65535), [1]],
    i2: [Int16Array.of(-1), [1]],
    u1: [Uint8Array.of(255, 0), [2]],
    text: [["E", "µ→I", ""], [3]],
  };
  for (const [name, [data, shape]] of Object.entries(arrays)) await writeFile(join(folder, `a-${name}.npy`), encodeNpy(data, shape));
  python(`
import glob
for p in glob.glob("a-*.npy"): np.save("b" + p[1:], np.load(p, allow_pickle=False))
np.save("order.npy", np.asfortranarray(np.arange(24).reshape(2, 3, 4)))
print(1)`);
  for (const [name, [data, shape]] of Object.entries(arrays))
    expect(decodeNpy(await readFile(join(folder, `b-${name}.npy`)), name)).toEqual({ data, shape });
  expect([...decodeNpy(await readFile(join(folder, "order.npy")), "order").data]).toEqual(Array.from({ length: 24 }, (_, k) => k));
});

test.skipIf(!numpy)(`Python reads the CSV and NEST files without being told anything about them${numpyReason}`, async () => {
  await saveSpikes(join(folder, "plain.csv"), SPIKES);
  await saveSpikes(join(folder, "plain.dat"), SPIKES);
  const rows = python(`
import csv
rows = list(csv.DictReader(open("plain.csv")))
dat = np.loadtxt("plain.dat", skiprows=3)
print(json.dumps([[float(r["time_s"]), int(r["neuron"]), r["population"]] for r in rows] + [dat.tolist()]))`);
  expect(rows).toEqual([
    [0.0123, 3, "E"],
    [0.5, 0, "E"],
    [0.5, 5, "I"],
    [
      [4, 12.3],
      [1, 500],
      [6, 500],
    ],
  ]);
});

test.skipIf(!pandas)(`pandas.read_csv gives typed columns${pandas ? "" : " (skipped: apt-get install python3-pandas)"}`, async () => {
  await saveSpikes(join(folder, "pandas.csv"), SPIKES);
  const read = python(`
import pandas as pd
d = pd.read_csv("pandas.csv")
print(json.dumps([str(d.time_s.dtype), str(d.neuron.dtype), d.groupby("population").size().to_dict()]))`);
  expect(read).toEqual(["float64", "int64", { E: 2, I: 1 }]);
});
