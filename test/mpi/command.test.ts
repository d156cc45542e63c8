/** `mpirun synfire run`: one network on all ranks, one of which speaks and saves. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../src/cli/runRecord.ts";
import { commandOf, environment, launchers, onRanks } from "./launchers.ts";
import type { Launcher } from "./launchers.ts";

const main = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));
const openMpi = launchers[0] as Launcher;
/** On so many ranks; 0: without a launcher. */
const synfire = (count: number, ...args: readonly string[]) =>
  onRanks(count === 0 ? undefined : openMpi, count, [main, ...args], { timeout: 60_000 });
const temporary = () => mkdtempSync(join(tmpdir(), "synfire-mpi-"));
const read = (folder: string, file: string) => readFileSync(join(folder, file), "utf8");
const recordOf = (folder: string) => JSON.parse(read(folder, "run.json")) as RunRecord;
const small = ["--set", "scale=0.05", "--duration", "60 ms"];

describe.skipIf(openMpi.skipped)(`synfire on several ranks${openMpi.skipped}`, { timeout: 120_000 }, () => {
  test("run saves what one process saves, once, and the record says how many ranks there were", () => {
    const [one, two] = [temporary(), temporary()];
    expect(synfire(0, "run", "brunel", ...small, "--out", one).stderr).toMatch(/saved/);
    const { status, stdout, stderr } = synfire(2, "run", "brunel", ...small, "--out", two);
    expect([status, stdout.match(/spike hash/g)?.length, stderr.match(/saved/g)?.length]).toEqual([0, 1, 1]);
    expect(readdirSync(two).sort()).toEqual(["raster.html", "raster.png", "raster.svg", "run.json", "spikes.csv"]);
    expect(read(two, "spikes.csv")).toBe(read(one, "spikes.csv"));
    const [alone, both] = [recordOf(one), recordOf(two)];
    expect(both.ranks).toEqual({
      count: 2, mpi: expect.stringMatching(/^Open MPI \d/), exchange: "all", exchange_s: expect.any(Number), bytes_received: expect.any(Number),
      windows: expect.any(Number),
    });
    expect(alone.ranks).toBeUndefined();
    expect([both.spikeHash, both.populations]).toEqual([alone.spikeHash, alone.populations]);
  });

  test("with --per-rank each rank saves the spikes of its own neurons, and synfire raster takes them together as one recording", () => {
    const [one, three] = [temporary(), temporary()];
    synfire(0, "run", "brunel", ...small, "--out", one);
    expect(synfire(3, "run", "brunel", ...small, "--out", three, "--per-rank", "--exchange", "targeted").status).toBe(0);
    const files = ["spikes.0000.csv", "spikes.0001.csv", "spikes.0002.csv"];
    expect(readdirSync(three).sort()).toEqual(["run.json", ...files]);
    expect(recordOf(three).spikeHash).toBe(recordOf(one).spikeHash);
    const picture = (from: readonly string[], out: string) => synfire(0, "raster", ...from, "--out", join(three, out)).status;
    expect([picture([join(one, "spikes.csv")], "one.svg"), picture([three], "folder.svg"), picture(files.map((f) => join(three, f)), "files.svg")])
      .toEqual([0, 0, 0]);
    expect(read(three, "folder.svg")).toBe(read(three, "one.svg"));
    expect(read(three, "files.svg")).toBe(read(three, "one.svg"));
  });

  test("a rank holds its share of the synapses: its memory falls as ranks are added", () => {
    const bytesOn = (count: number) => {
      const { stdout } = synfire(count, "run", "izhikevichSparse", "--duration", "5 ms", "--json", "--quiet");
      return (JSON.parse(stdout) as RunRecord).bytes;
    };
    const [one, two, four] = [bytesOn(0), bytesOn(2), bytesOn(4)];
    expect(one.own - two.own).toBeGreaterThan(0.45 * one.synapses);
    expect(two.own - four.own).toBeGreaterThan(0.22 * one.synapses);
    expect(four.total).toBeGreaterThan(one.total);
  });

  test("bench says what each rank holds and spends on messages", () => {
    const measured = JSON.parse(synfire(2, "bench", "D1", "--seconds", "0.02", "--json").stdout) as Readonly<Record<string, unknown>>;
    for (const name of ["rank_exchange_s", "rank_exchange_bytes", "rank_arena_bytes", "rank_peak_rss_bytes"]) {
      expect(measured[name]).toEqual([expect.any(Number), expect.any(Number)]);
    }
    expect([measured["ranks"], measured["exchange"], measured["windows"]]).toEqual([2, "all", expect.any(Number)]);
  });

  test("a mistake on the command line or in the network file is told once", () => {
    const unknown = synfire(2, "run", "brunel", "--nonsense");
    expect([unknown.status, unknown.stderr.match(/unknown option/g)?.length]).toEqual([2, 1]);
    const missing = synfire(2, "run", "nowhere.ts");
    expect([missing.status, missing.stderr.match(/there is no file nowhere\.ts/g)?.length]).toEqual([2, 1]);
    const exact = synfire(2, "run", "brunel", "--engine", "exact");
    expect([exact.status, exact.stderr.match(/--engine exact cannot be done on 2 ranks/g)?.length]).toEqual([2, 1]);
  });

  test("a rank whose file throws ends the job with its number and message", () => {
    const file = join(temporary(), "throws.mts");
    writeFileSync(file, `import { Network } from "synfire";
      import { lifDelta } from "synfire/models";
      export function build() {
        if (process.env.OMPI_COMM_WORLD_RANK === "1") throw new Error("no ink on this rank");
        const net = new Network({ seed: 1 });
        net.population("E", 100, lifDelta);
        return net;
      }`);
    const { status, stderr, seconds } = synfire(2, "run", file, "--duration", "100 s");
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/rank 1 of 2: FileError: .*throws\.mts: Error: no ink on this rank/);
    expect(seconds).toBeLessThan(40);
  });

  test("a failure of one neuron is told once, by the first rank, which saves what led to it", () => {
    const folder = temporary(), file = join(folder, "wild.mts"), out = join(folder, "out");
    writeFileSync(file, `import { Network, neuron } from "synfire";
      const wild = neuron({
        name: "wild", parameters: { k: "0 Hz" }, state: { x: 1 }, equations: "dx/dt = k*x**3 : 1", threshold: "x < 0", reset: "x = 1",
      });
      export function build() {
        const net = new Network({ seed: 1 });
        const source = net.poissonSource("noise", 40, { rate: "100 Hz" });
        net.population("wild", 64, wild, { k: "20*Hz*int(i == 60)" });
        return net;
      }`);
    const { status, stderr } = synfire(2, "run", file, "--out", out);
    expect(status).toBe(1);
    expect(stderr.match(/x became infinite in neuron 60/g)).toHaveLength(1);
    expect(read(out, "spikes.csv").split("\n").length).toBeGreaterThan(20);
  });

  test.for(["SIGTERM", "SIGINT"] as const)("%s to the launcher stops all ranks, which save what was recorded", async (signal) => {
    const out = temporary();
    const [command, ...args] = commandOf(openMpi, 2);
    // A short step: few spikes a second of the run, so that they are saved in that time.
    const patient = ["--mca", "odls_base_sigkill_timeout", "5"];
    const running = spawn(command!, [...patient, ...args, main, "run", "brunel", "--set", "scale=0.05", "--dt", "0.005 ms", "--duration", "1000 s",
      "--out", out], {
      env: environment(), stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    running.stderr.on("data", (text: Buffer) => {
      stderr += text.toString();
      // Its first word is of its progress.
      if (!running.killed && /\d %/.test(stderr)) running.kill(signal);
    });
    const status = await new Promise((resolve) => running.on("exit", resolve));
    expect(stderr).toMatch(/saved raster\.png/);
    expect(stderr.match(/stopping; what was recorded will be saved/g)).toHaveLength(1);
    const { asked, simulated, spikes } = recordOf(out);
    expect(asked).toBe(1000);
    expect([simulated > 0, simulated < 1000, spikes > 0]).toEqual([true, true, true]);
    expect(read(out, "spikes.csv").trimEnd().split("\n").length).toBeGreaterThan(spikes);
    expect(status).not.toBe(0);
  });
});
