import fc from "fast-check";
import { expect, test } from "vitest";
import { FileError } from "../../src/errors.ts";
import { concatenate, deflate, inflate } from "../../src/io/deflate.ts";
import { milliseconds } from "../../src/io/formats/nest.ts";
import { parseRecordingLine, recordingLine } from "../../src/io/formats/recording.ts";
import { readNumber } from "../../src/io/formats/fields.ts";
import { encodeNpy } from "../../src/io/formats/npy.ts";
import { decodeZip, encodeZip } from "../../src/io/formats/zip.ts";
import { crc32 } from "../../src/io/checksum.ts";
import { decodeSpikes, encodeSpikes, mergeSpikes, type SpikeFormat } from "../../src/io/spikeFiles.ts";
import type { Spikes } from "../../src/io/spikes.ts";
import { arbitrarySpikes } from "./arbitrarySpikes.ts";

const FORMATS: readonly SpikeFormat[] = ["csv", "json", "npy", "npz", "dat", "gdf"];
const bytesOf = (content: string | Uint8Array) => (typeof content === "string" ? new TextEncoder().encode(content) : content);
const decodeText = (text: string, name: string, options = {}) => decodeSpikes(new TextEncoder().encode(text), name, options);

for (const format of ["csv", "json", "npz", "dat"] as const) {
  test(`what ${format} saves it loads, bit for bit, with populations, duration and step`, async () => {
    await fc.assert(
      fc.asyncProperty(arbitrarySpikes, async (spikes) => {
        const loaded = await decodeSpikes(bytesOf(await encodeSpikes(spikes, format)), `spikes.${format}`);
        expect(loaded).toEqual(spikes);
      }),
      { numRuns: 150 },
    );
  });
}

for (const format of ["npy", "gdf"] as const) {
  test(`what ${format} saves it loads, bit for bit, except what it has no place for`, async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitrarySpikes.filter(({ times }) => format === "npy" || times.length > 0),
        async (spikes) => {
          const loaded = await decodeSpikes(bytesOf(await encodeSpikes(spikes, format)), `spikes.${format}`);
          expect(loaded.times).toEqual(spikes.times);
          expect(loaded.indices).toEqual(spikes.indices);
        },
      ),
      { numRuns: 150 },
    );
  });
}

test("a recording line survives any population names", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ unit: "binary" }).filter((name) => name.isWellFormed())), (names) => {
      const recording = { duration: 1.5, dt: 1e-4, populations: names.map((name, k) => ({ name, offset: k, size: 1 })) };
      const line = recordingLine(recording);
      expect(line).not.toMatch(/["\n\r,]/);
      expect(parseRecordingLine(line)).toEqual(recording);
    }),
  );
});

test("numbers in text are read as JavaScript reads them, to the last bit", () => {
  const read = (text: string, shift = 0) => readNumber({ bytes: new TextEncoder().encode(text), at: 0 }, shift);
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => read(String(value)) === value));
  fc.assert(
    fc.property(fc.stringMatching(/^[+-]?\d{0,25}(\.\d{0,25})?([eE][+-]?\d{1,3})?$/), (text) => {
      expect(read(text)).toBe(/\d/.test(text.split(/e/i)[0]!) ? Number(text) : Number.NaN);
    }),
  );
  expect(read("45.300", -3)).toBe(0.0453);
});

test("milliseconds as text give the very same seconds back", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e30, noNaN: true }), (seconds) => {
      const text = milliseconds(seconds);
      expect(readNumber({ bytes: new TextEncoder().encode(text), at: 0 }, -3)).toBe(seconds + 0);
    }),
  );
  expect([0.0453, 12, 1e-7, 0.1, 1e21].map(milliseconds)).toEqual(["45.3", "12000.0", "1e-4", "100.0", "1e+21".replace("+21", "24")]);
});

test("CSV begins with its column names and has a spike a line", async () => {
  const populations = [
    { name: "E", offset: 0, size: 4 },
    { name: 'I, "fast"', offset: 4, size: 2 },
  ];
  const spikes: Spikes = { times: Float64Array.of(0.0123, 0.5), indices: Uint32Array.of(3, 5), populations, duration: 1, dt: 0.0001 };
  expect(await encodeSpikes(spikes, "csv")).toBe(
    'time_s,neuron,population,"recording: duration=1 s; dt=0.0001 s; E=0:4; I%2C %22fast%22=4:6"\n0.0123,3,E,\n0.5,5,"I, ""fast""",\n',
  );
});

test("NEST text has the three header lines NEST 3 writes, senders from 1 and milliseconds", async () => {
  const spikes: Spikes = {
    times: Float64Array.of(0.0453),
    indices: Uint32Array.of(11),
    populations: [{ name: "E", offset: 0, size: 20 }],
    duration: 1,
    dt: 0.0001,
  };
  const lines = String(await encodeSpikes(spikes, "dat")).split("\n");
  expect(lines[0]).toMatch(/^# NEST/);
  expect(lines.slice(1)).toEqual(["# RecordingBackendASCII version: 2", "sender\ttime_ms", "12\t45.3", ""]);
});

test("CSV from elsewhere: columns in any order, milliseconds, Windows line ends, comments and blank lines", async () => {
  const spikes = await decodeText('# made by hand\r\nsender,"time_ms",note\r\n3,45.3,"a, b"\r\n\r\n1, 46 ,x\r\n', "x.csv");
  expect(spikes).toEqual({
    times: Float64Array.of(0.0453, 0.046),
    indices: Uint32Array.of(3, 1),
    populations: [{ name: "neurons", offset: 0, size: 4 }],
    duration: 0.046,
    dt: 0,
  });
});

test("populations of a foreign CSV come from its rows; those that each count from 0 are laid side by side", async () => {
  const apart = await decodeText("time_s,neuron,population\n0.1,7,I\n0.2,1,E\n0.3,9,I\n", "x.csv");
  expect(apart.populations).toEqual([
    { name: "E", offset: 1, size: 1 },
    { name: "I", offset: 7, size: 3 },
  ]);
  const local = await decodeText("time_s,neuron,population\n0.1,7,E\n0.2,1,I\n0.3,9,I\n", "x.csv");
  expect(local.populations).toEqual([
    { name: "E", offset: 0, size: 8 },
    { name: "I", offset: 8, size: 10 },
  ]);
  expect([...local.indices]).toEqual([7, 9, 17]);
});

test("NEST files of steps and offsets give exact times, and ask for the resolution", async () => {
  const text = "# NEST version: 3.6.0\n# RecordingBackendASCII version: 2\nsender\ttime_step\ttime_offset\n4\t120\t0.05\n";
  expect((await decodeText(text, "a.dat", { dt: 1e-4 })).times[0]).toBe(120 * 1e-4 - 0.05e-3);
  await expect(decodeText(text, "a.dat")).rejects.toThrow(/steps without saying how long a step is/);
});

test("unsorted spikes are sorted by time and spikes at one time keep their order", async () => {
  const spikes = await decodeText("time_s,neuron\n0.2,5\n0.1,9\n0.2,1\n0.1,3\n", "x.csv");
  expect([...spikes.times]).toEqual([0.1, 0.1, 0.2, 0.2]);
  expect([...spikes.indices]).toEqual([9, 3, 5, 1]);
});

test("parts recorded by several threads merge into one recording in order of time", async () => {
  const a = await decodeText("1\t3.0\n1\t5.0\n", "a-0.dat");
  const b = await decodeText("2\t1.0\n2\t4.0\n", "a-1.dat");
  const merged = mergeSpikes([a, b]);
  expect([...merged.times]).toEqual([0.001, 0.003, 0.004, 0.005]);
  expect([...merged.indices]).toEqual([1, 0, 1, 0]);
  expect(merged.populations).toEqual([{ name: "neurons", offset: 0, size: 2 }]);
});

const WRONG: readonly (readonly [file: string, text: string, message: RegExp])[] = [
  ["a.csv", "time_s,neuron\n0.1,1\nnan,2\n", /a\.csv, line 3: "nan,2" is not a spike/],
  ["a.csv", "time_s,neuron\n-0.5,1\n", /the time of spike 0 is -0.5 s[^]*add an offset/],
  ["a.csv", "time_s,neuron\n1e999,1\n", /the time of spike 0 is Infinity s/],
  ["a.csv", "time_s,neuron\n0.1,-1\n", /the neuron of spike 0 is -1/],
  ["a.csv", "time_s,neuron\n0.1,1.5\n", /the neuron of spike 0 is 1.5/],
  ["a.csv", "time_s,neuron\n0.1,99999999999\n", /the neuron of spike 0 is 99999999999/],
  ["a.csv", "time_s,neuron\n0.1\n", /line 2: "0.1" is not a spike/],
  ["a.csv", "time,neuron\n0.1,1\n", /no time column[^]*time_s,neuron,population/],
  ["a.csv", 'time_s,neuron,population,"recording: duration=1 s; dt=0 s; E=0:4"\n0.5,4,E,\n', /neuron 4, which is in no population/],
  ["a.csv", 'time_s,neuron,population,"recording: duration=1 s; dt=0 s; E=0:4"\n1.5,3,E,\n', /ends at 1 s but has a spike at 1.5 s/],
  ["a.csv", 'time_s,neuron,population,"recording: duration=1 s; dt=0 s; E=0:4; E=4:5"\n', /two populations named "E"/],
  ["a.csv", 'time_s,neuron,population,"recording: duration=1 s; dt=0 s; E=0:999999999999999"\n', /population "E" has 999999999999999 neurons/],
  ["a.csv", 'time_s,neuron,population,"recording: duration=1 s; dt=0 s; E=5:1"\n', /population "E" has -4 neurons/],
  ["a.dat", "1\t2.0\nx\t3\n", /a\.dat, line 2: "x·3" is not a spike/],
  ["a.dat", "0\t2.0\n", /the neuron of spike 0 is -1/],
  ["a.json", '{"times":[1', /not JSON/],
  ["a.json", '{"times":[1],"indices":[0,1]}', /1 times for 2 neurons/],
  ["a.json", '{"times":[1,null],"indices":[0,1]}', /times\[1\] is null/],
  ["a.json", '{"format":"other","times":[]}', /format is "other"/],
  ["a.json", '{"format":"synfire-spikes","version":2}', /version 2/],
  ["a.bin", "\u0000\u0001\u0002", /no format Synfire knows/],
  ["a.csv", "", /no time column/],
  ["a.unknown", "", /is empty/],
];
for (const [file, text, message] of WRONG) {
  test(`${JSON.stringify(text.slice(0, 70))} is refused with a reason`, async () => {
    const error: unknown = await decodeText(text, file).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(FileError);
    expect((error as FileError).message).toMatch(message);
    expect((error as FileError).hint).not.toBe("");
  });
}

test("a file of very many populations is read or refused without searching them for every spike", async () => {
  const text = (n: number) => {
    const populations = Array.from({ length: n }, (_, k) => ({ name: `p${k}`, offset: 2 * k, size: 2 }));
    const indices = Array.from({ length: 100_000 }, (_, k) => (k * 7919) % (2 * n));
    return JSON.stringify({ times: indices.map((_, k) => k), indices, populations });
  };
  // A search for every spike would take minutes, beyond the limit of this test.
  expect((await decodeText(text(10_000), "a.json")).populations).toHaveLength(10_000);
  await expect(decodeText(text(10_001), "a.json")).rejects.toThrow(/names 10001 populations/);
}, 60_000);

test("an .npy header that announces more than the file holds allocates nothing", async () => {
  for (const shape of ["(9000000000000000,)", "(-1,)", "(4294967296, 4294967296)", "(1e9,)", `(${"9".repeat(30)},)`]) {
    const bytes = concatenate([
      encodeNpy(Float64Array.of(1)).slice(0, 10),
      new TextEncoder().encode(`{'descr': '<f8', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117) + "\n"),
    ]);
    new DataView(bytes.buffer).setUint16(8, bytes.length - 10, true);
    await expect(decodeSpikes(bytes, "a.npy")).rejects.toBeInstanceOf(FileError);
  }
});

test("a pickled or self-referring .npy type is refused", async () => {
  for (const descr of ["'|O'", "'<U0'", "[('a', [('b', '<f8')])]", "[".repeat(500), "'<f16'"]) {
    const text = `{'descr': ${descr}, 'fortran_order': False, 'shape': (70000,), }\n`;
    const bytes = concatenate([
      Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length & 255, text.length >> 8),
      new TextEncoder().encode(text),
    ]);
    await expect(decodeSpikes(bytes, "a.npy")).rejects.toBeInstanceOf(FileError);
  }
});

test("an archive that would unpack to more than the limit is refused", async () => {
  const bomb = await encodeZip({ "times.npy": new Uint8Array(2 ** 24), "indices.npy": new Uint8Array(2 ** 24) });
  expect(bomb.length).toBeLessThan(40_000);
  await expect(decodeSpikes(bomb, "a.npz", { maxBytes: 2 ** 20 })).rejects.toThrow(/unpacks to more than 1048576 bytes/);
  // One that lies about its size: the list says 100 bytes, the stream holds 16 MiB.
  new DataView(bomb.buffer).setUint32(bomb.length - 22 - 46 - "indices.npy".length - 46 - "times.npy".length + 24, 100, true);
  await expect(decodeSpikes(bomb, "a.npz")).rejects.toThrow(/damaged/);
});

test("an archive gives its entries back", async () => {
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.uint8Array({ maxLength: 500 })), async (entries) => {
      const read = await decodeZip(await encodeZip(entries), "a.zip", 1e6, () => true);
      expect(Object.fromEntries(read)).toEqual({ ...entries });
    }),
    { numRuns: 50 },
  );
});

test("the checksum of 123456789 is the published check value", () => {
  expect(crc32(new TextEncoder().encode("123456789")).toString(16)).toBe("cbf43926");
});

for (const format of FORMATS) {
  test(`no damage to a ${format} file makes its reader do worse than refuse`, async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitrarySpikes,
        fc.array(fc.tuple(fc.nat(1e6), fc.nat(255)), { maxLength: 8 }),
        fc.option(fc.nat(1e6)),
        async (spikes, changes, cut) => {
          let bytes = bytesOf(await encodeSpikes(spikes, format)).slice();
          for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value;
          if (cut !== null) bytes = bytes.slice(0, cut % (bytes.length + 1));
          await readsOrRefuses(bytes, format);
        },
      ),
      { numRuns: 400 },
    );
  });

  test(`any bytes at all read as ${format} give spikes or a FileError`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), (bytes) => readsOrRefuses(bytes, format)),
      { numRuns: 400 },
    );
  });
}

test("any text in the alphabet of spike files gives spikes or a FileError, whatever its name", async () => {
  const word = fc.oneof(
    fc.constantFrom(
      "time_s",
      "neuron",
      "population",
      "sender",
      "time_ms",
      "#",
      ",",
      "\n",
      "\t",
      '"',
      "{",
      "}",
      "[",
      "]",
      ":",
      "1",
      "0.5",
      "-",
      "e9",
      "nan",
      "E",
      "recording: duration=1 s; dt=0 s; ",
    ),
    fc.string(),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 30 }), fc.constantFrom("a.csv", "a.json", "a.dat", "a", "a.csv.partial"), async (words, name) => {
      await readsOrRefuses(new TextEncoder().encode(words.join("")), undefined, name);
    }),
    { numRuns: 1000 },
  );
});

async function readsOrRefuses(bytes: Uint8Array, format?: SpikeFormat, name = "a.file"): Promise<void> {
  try {
    const { times, indices, populations, duration } = await decodeSpikes(bytes, name, format ? { format } : {});
    expect(times.length).toBe(indices.length);
    for (let i = 0; i < times.length; i++) {
      expect(times[i]! >= (times[i - 1] ?? 0) && times[i]! < Number.POSITIVE_INFINITY).toBe(true);
      expect(populations.some(({ offset, size }) => indices[i]! >= offset && indices[i]! < offset + size)).toBe(true);
    }
    expect(duration).toBeGreaterThanOrEqual(0);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
  }
}

test("deflate round-trips through the platform's stream", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (bytes) => {
      expect(await inflate(await deflate(bytes, "deflate"), "deflate", 2000)).toEqual(bytes);
    }),
    { numRuns: 30 },
  );
  await expect(inflate(await deflate(new Uint8Array(1000), "deflate"), "deflate", 999)).rejects.toBeInstanceOf(RangeError);
});
