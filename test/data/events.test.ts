import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeEvents, eventSpikes, loadEventFolder, readEvents } from "synfire/data";
import type { EventStream } from "synfire/data";
import { decodeLz4Frame } from "../../src/data/events/lz4.ts";

type Event = readonly [x: number, y: number, polarity: number, time: number];
const listed = ({ times, x, y, polarities }: EventStream): Event[] => Array.from(times, (time, k) => [x[k]!, y[k]!, polarities[k]!, time]);
const bytesOf = (text: string, ...numbers: readonly number[]) => Uint8Array.from([...new TextEncoder().encode(text), ...numbers]);
/** Numbers of 4 bytes, lowest byte first or last. */
const words = (values: readonly number[], lowFirst: boolean): number[] => {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (const [k, value] of values.entries()) view.setUint32(4 * k, value, lowFirst);
  return [...new Uint8Array(view.buffer)];
};

const pixel = fc.tuple(fc.nat(33), fc.nat(33), fc.nat(1), fc.nat(2 ** 13 - 1));
test("events of N-MNIST are read as they were written, and every record in row 240 makes later times 2^13 µs later", () => {
  fc.assert(fc.property(fc.array(fc.tuple(pixel, fc.boolean()), { maxLength: 30 }), (records) => {
    const bytes: number[] = [], expected: Event[] = [];
    let later = 0;
    for (const [[x, y, p, t], overflow] of records) {
      if (overflow) bytes.push(0, 240, 0, 0, 0);
      later += overflow ? 8192 : 0;
      bytes.push(x, y, (p << 7) | (t >> 16), (t >> 8) & 255, t & 255);
      expected.push([x, y, p, t + later]);
    }
    expect(listed(decodeEvents(Uint8Array.from(bytes), "a.bin"))).toEqual(expected);
  }));
});

test("AEDAT 2.0 of a DVS128 and of a DAVIS is read by the bits of its addresses, over the end of its clock", () => {
  const header = "#!AER-DAT2.0\r\n# made here\r\n", times = [4_294_967_290, 5];
  const dvs = bytesOf(header, ...words([(10 << 8) | (20 << 1) | 1, times[0]!, (127 << 8) | 0, times[1]!], false));
  expect(listed(decodeEvents(dvs, "a.aedat"))).toEqual([[10, 20, 1, 4_294_967_290], [127, 0, 0, 4_294_967_301]]);
  expect(decodeEvents(dvs, "a.aedat", { mirror: true }).x[0]).toBe(117);
  const addresses = [(100 << 22) | (200 << 12) | (1 << 11), 7, 0x80000000 | (3 << 12), 8];
  const davis = bytesOf(`${header}# HardwareInterface: DAVIS240C\r\n`, ...words(addresses, false));
  expect(listed(decodeEvents(davis, "a.aedat"))).toEqual([[200, 100, 1, 7]]);
});

test("of AEDAT 3.1 valid events of pixels are read and other packets skipped", () => {
  const packet = (kind: number, overflow: number, events: readonly number[]) =>
    [kind, 0, 0, 0, ...words([8, 4, overflow, events.length / 2, events.length / 2, events.length / 2], true), ...words(events, true)];
  const event = (x: number, y: number, p: number, valid: number) => (x << 17) | (y << 2) | (p << 1) | valid;
  const parts = [...packet(3, 0, [1, 1]), ...packet(1, 2, [event(3, 4, 1, 1), 100, event(9, 9, 1, 0), 150, event(120, 5, 0, 1), 250])];
  const file = bytesOf("#!AER-DAT3.1\r\n#Format: RAW\r\n#!END-HEADER\r\n", ...parts);
  expect(listed(decodeEvents(file, "a.aedat"))).toEqual([[3, 4, 1, 2 ** 32 + 100], [120, 5, 0, 2 ** 32 + 250]]);
  expect(() => decodeEvents(file.subarray(0, -8), "a.aedat")).toThrow(/a.aedat: a packet of 3 events of 8 bytes at byte 78 of 122 is cut short/);
});

test("both versions of Prophesee's .dat are read", () => {
  const second = bytesOf("% Version 2\n% Width 304\n% Height 240\n", 12, 8, ...words([5, 25 | (8 << 14) | (1 << 28)], true));
  expect(decodeEvents(second, "a.dat")).toMatchObject({ width: 304, height: 240 });
  expect(listed(decodeEvents(second, "a.dat"))).toEqual([[25, 8, 1, 5]]);
  expect(listed(decodeEvents(bytesOf("% Version 1\n", 0, 8, ...words([5, 25 | (8 << 9) | (1 << 17)], true)), "a.dat"))).toEqual([[25, 8, 1, 5]]);
});

test("an LZ4 frame is unpacked: literals, copies that overlap themselves, copies out of the block before, stored blocks", () => {
  const frame = (...blocks: readonly (readonly number[])[]) => Uint8Array.from([
    ...words([0x184d2204], true), 0x40, 0x40, 0, ...blocks.flatMap((block) => [...words([block.length], true), ...block]), 0, 0, 0, 0,
  ]);
  // "ab", then 8 bytes from 2 before; the next block copies 4 from 10 before and ends with "!".
  const unpacked = decodeLz4Frame(frame([0x24, 97, 98, 2, 0, 0x10, 99], [0x00, 11, 0, 0x10, 33]), 100);
  expect(new TextDecoder().decode(unpacked)).toBe("abababababcabab!");
  const stored = frame([1, 2]);
  stored[10] = 0x80;
  expect([...decodeLz4Frame(stored, 100)]).toEqual([1, 2]);
  expect(() => decodeLz4Frame(frame([0x24, 97, 98, 9, 0]), 100)).toThrow("a copy reaches back before the beginning");
  expect(() => decodeLz4Frame(frame([0x2f, 97, 98, 2, 0, 255, 255, 0]), 100)).toThrow("it unpacks to more than 100 bytes");
  expect(() => decodeLz4Frame(frame([0xf0]), 100)).toThrow("a block ends inside a sequence");
});

test("files that are damaged or of an unknown kind are refused by name", async () => {
  expect(() => decodeEvents(new Uint8Array(7), "a.bin")).toThrow("a.bin: 7 bytes are no whole number of events of 5 bytes");
  expect(() => decodeEvents(new Uint8Array(10), "a.mat")).toThrow("a.mat: no file of an event camera that is known; it begins with 00 00 00 00");
  expect(() => decodeEvents(bytesOf("#!AER-DAT2.0\n", 1, 2, 3), "a.aedat")).toThrow("3 bytes after the header are no whole number of events");
  expect(() => decodeEvents(bytesOf("% Version 2\n", 14, 8), "a.dat")).toThrow("events of the kind 14 with 8 bytes");
  expect(() => decodeEvents(bytesOf("#!AER-DAT4.0\r\n", 200, 0, 0, 0, 1), "a.aedat4")).toThrow(/a.aedat4: .*\n {2}The file was cut short or damaged/);
  await expect(readEvents("no/such.bin")).rejects.toThrow("cannot read no/such.bin: there is no such file");
});

test("events become spikes of channels by place and polarity, in fields of pixels if wanted", () => {
  const events: EventStream = { times: Float64Array.of(10, 20), x: Uint16Array.of(1, 3), y: Uint16Array.of(0, 2), polarities: Uint8Array.of(1, 0) };
  const channels = (options: object) => eventSpikes(events, { width: 4, height: 4, ...options }).map(({ channel }) => channel);
  expect(channels({})).toEqual([1, 16 + 11]);
  expect(channels({ pooling: 2 })).toEqual([0, 4 + 3]);
  expect(channels({ mergePolarities: true })).toEqual([1, 11]);
  expect(() => eventSpikes(events, { width: 3, height: 4 })).toThrow("event 1 at (3, 2) lies outside 3 × 4 pixels");
});

test("folders for each class are read in the order of their numbers", async () => {
  const folder = mkdtempSync(join(tmpdir(), "synfire-events-"));
  try {
    await expect(loadEventFolder(folder)).rejects.toThrow("holds no folders with files of an event camera");
    for (const name of ["10", "9"]) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, "1.bin"), Uint8Array.of(Number(name), 0, 0x80, 0, 50));
    }
    const trials = await loadEventFolder(folder, { duration: 0.001 });
    expect([[...trials.labels], trials.channels, [...trials.events(0).channels], [...trials.events(1).channels]]).toEqual([[0, 1], 2312, [9], [10]]);
    expect([...trials.events(0).times]).toEqual([5e-5]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

const shared = fileURLToPath(new URL("../../../shared/data/formats", import.meta.url));
const why = existsSync(shared) ? "" : " (skipped: no ../shared/data)";
type Sums = Readonly<Record<"sum_x" | "sum_y" | "n_on" | "sum_t_minus_t0", number>>;
type Expected = Sums & { readonly n: number; readonly first: number[]; readonly last: number[] };
test.skipIf(!existsSync(shared))(`recordings of AEDAT 4, N-MNIST and N-CARS have the events that others read from them${why}`, async () => {
  const expected = JSON.parse(readFileSync(`${shared}/dvs/EXPECTED.json`, "utf8")) as Record<string, Expected>;
  for (const [name, { n, first, last, ...sums }] of Object.entries(expected)) {
    const events = await readEvents(`${shared}/dvs/${name}`), { times, x, y, polarities } = events;
    const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
    const at = (k: number) => [times[k], x[k], y[k], polarities[k]];
    expect([times.length, at(0), at(n - 1)]).toEqual([n, first, last]);
    expect([sum(x), sum(y), sum(polarities), sum(times.map((t) => t - times[0]!))]).toEqual([sums.sum_x, sums.sum_y, sums.n_on, sums.sum_t_minus_t0]);
    if (name.endsWith("aedat4")) expect([events.width, events.height]).toEqual([320, 240]);
  }
});

test.skipIf(!existsSync(shared))(`small files of N-MNIST, AEDAT 2.0 and 3.1 have the events they were made of${why}`, async () => {
  const expected = JSON.parse(readFileSync(`${shared}/synthetic/EXPECTED.json`, "utf8")) as Record<string, { readonly events_xypt?: number[][] }>;
  for (const [name, { events_xypt: events }] of Object.entries(expected))
    if (events) expect(listed(await readEvents(`${shared}/synthetic/${name}`))).toEqual(events);
});
