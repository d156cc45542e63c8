import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { fetchDataset } from "synfire/data";
import type { FetchableName } from "synfire/data";
import { download } from "synfire/io";

const content = Uint8Array.from({ length: 100_000 }, (_, k) => (k * 31) & 255);
const sha256 = createHash("sha256").update(content).digest("hex");

interface Served { readonly address: string; readonly ranges: (string | undefined)[] }

/** A server for this test, and the ranges that were asked of it. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Served> {
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    ranges.push(request.headers.range);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`, ranges };
}

function place(): string {
  const folder = mkdtempSync(join(tmpdir(), "synfire-fetch-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "data.bin");
}

const whole = (_: IncomingMessage, response: ServerResponse) => response.writeHead(200, { "content-length": content.length }).end(content);
const ranged = (request: IncomingMessage, response: ServerResponse) => {
  const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0), rest = content.subarray(from);
  response.writeHead(from > 0 ? 206 : 200, { "content-length": rest.length }).end(rest);
};

test("a file is fetched whole, with progress, and not fetched again", async () => {
  const path = place(), { address, ranges } = await serve(whole), seen: (number | undefined)[][] = [];
  await download(path, { addresses: [address], sha256 }, { onProgress: (...progress) => seen.push(progress) });
  expect(new Uint8Array(readFileSync(path))).toEqual(content);
  expect(seen.at(-1)).toEqual([100_000, 100_000]);
  await download(path, { addresses: [address], sha256 });
  expect(ranges).toEqual([undefined]);
});

test("what an interruption left is continued, also by a server that can only send everything", async () => {
  for (const [answer, expected] of [[ranged, "bytes=60000-"], [whole, "bytes=60000-"]] as const) {
    const path = place(), { address, ranges } = await serve(answer);
    writeFileSync(`${path}.partial`, content.subarray(0, 60_000));
    await download(path, { addresses: [address], sha256 });
    expect([ranges, new Uint8Array(readFileSync(path)), existsSync(`${path}.partial`)]).toEqual([[expected], content, false]);
  }
});

test("a part that is the beginning of something else is fetched anew", async () => {
  const path = place(), { address, ranges } = await serve(ranged);
  writeFileSync(`${path}.partial`, "something else");
  await download(path, { addresses: [address], sha256 });
  expect([ranges, readFileSync(path).length]).toEqual([["bytes=14-", undefined], 100_000]);
});

test("a broken connection leaves the part that came, and the next attempt fetches only the rest", async () => {
  const path = place(), broken = await serve((_, response) => {
    response.writeHead(200, { "content-length": content.length });
    response.write(content.subarray(0, 50_000), () => setTimeout(() => response.destroy(), 30));
  });
  await expect(download(path, { addresses: [broken.address], sha256 })).rejects.toThrow(/cannot fetch .*data.bin\n {2}http.*terminated/);
  expect([existsSync(path), readFileSync(`${path}.partial`).length]).toEqual([false, 50_000]);
  const { address, ranges } = await serve(ranged);
  await download(path, { addresses: [address], sha256 });
  expect([ranges, readFileSync(path).length]).toEqual([["bytes=50000-"], 100_000]);
});

test("a file with another checksum is not kept, the next address is tried, and an existing file stays as it is until then", async () => {
  const path = place(), wrong = await serve((_, response) => response.end("something else"));
  const missing = await serve((_, response) => response.writeHead(404).end());
  writeFileSync(path, "earlier");
  const failing = download(path, { addresses: [wrong.address, missing.address, "http://127.0.0.1:9/"], sha256 });
  await expect(failing).rejects.toThrow(new RegExp(`its SHA-256 is \\w{64}, not ${sha256}[^]*the server answers 404 Not Found[^]*`));
  expect([readFileSync(path, "utf8"), readdirSync(join(path, ".."))]).toEqual(["earlier", ["data.bin"]]);
  const { address } = await serve(whole);
  await download(path, { addresses: [wrong.address, address], sha256 });
  expect(readFileSync(path).length).toBe(100_000);
});

test("without a connection the message says so and what to do", async () => {
  const failing = download(place(), { addresses: ["http://no-such-server.invalid/file"], sha256 });
  await expect(failing).rejects.toThrow(/no such server, or no connection to the network\n {2}Check the connection and try again/);
  await expect(fetchDataset("mnits" as FetchableName, "x")).rejects.toThrow('no data set "mnits" can be fetched\n  Did you mean "mnist"?');
});

test("a request that was aborted ends with its own error and keeps what came", async () => {
  const path = place(), controller = new AbortController();
  const { address } = await serve((_, response) => response.writeHead(200, { "content-length": content.length }).write(content.subarray(0, 1000)));
  const options = { signal: controller.signal, onProgress: () => controller.abort(new Error("enough")) };
  const failing = download(path, { addresses: [address], sha256 }, options);
  await expect(failing).rejects.toThrow("enough");
  expect(readFileSync(`${path}.partial`).length).toBe(1000);
});
