import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderWith, synfire } from "../cli/synfire.ts";

const network = `
import { fixedIndegree, Network } from "synfire";
import { lifExpCurrent, staticSynapse } from "synfire/models";
export const settings = { weight: "60 pA", duration: "100 ms", seed: 4 };
export function build({ weight, seed }) {
  const net = new Network({ seed });
  const cells = net.population("cells", 50, lifExpCurrent, { i_ext: "400 pA", v: "-70*mV + 15*mV*rand()" });
  net.projection(cells, cells, staticSynapse, { connect: fixedIndegree(10), receptor: "exc", weight, delay: "0.3 ms + 1*ms*rand()" });
  return net;
}
`.replace("0.3 ms", "0.3*ms");

test("synfire run --engine exact saves spikes between steps, rasters and a record that verify repeats", () => {
  const folder = folderWith({ "net.mts": network });
  const { status, stdout, stderr } = synfire(["run", "net.mts", "--engine", "exact", "--out", "out"], folder);
  expect(stderr + stdout).toMatch(/50 neurons, 500 synapses, no step, exact f64, seed 4/);
  expect(status).toBe(0);
  for (const name of ["raster.png", "raster.svg", "raster.html", "spikes.csv", "run.json"]) expect(existsSync(join(folder, "out", name))).toBe(true);
  const record = JSON.parse(readFileSync(join(folder, "out", "run.json"), "utf8")) as Readonly<Record<string, unknown>>;
  expect(record).toMatchObject({ backend: "exact", dt: 0, neurons: 50 });
  const lines = readFileSync(join(folder, "out", "spikes.csv"), "utf8").split("\n").filter((line) => /^[\d.]+,/.test(line));
  const times = lines.map((line) => Number(line.split(",")[0]));
  expect(times.length).toBeGreaterThan(100);
  expect(times.filter((t) => Math.abs(t / 0.1 - Math.round(t / 0.1)) > 1e-6).length).toBeGreaterThan(0.9 * times.length);
  const again = synfire(["verify", "out/run.json"], folder);
  expect(again.stdout).toMatch(/same spikes/);
  expect(again.status).toBe(0);
  expect(synfire(["raster", "out/spikes.csv"], folder).status).toBe(0);
});

test("synfire run --engine exact refuses a step, and a model without a closed form by its term", () => {
  const folder = folderWith({ "net.mts": network });
  const stepped = synfire(["run", "net.mts", "--engine", "exact", "--dt", "0.1 ms"], folder);
  expect(stepped.stderr).toMatch(/--engine exact takes no --dt 0.1 ms: there are no steps/);
  expect(synfire(["run", "coba", "--engine", "exact", "--duration", "1 ms"], folder).stderr).toMatch(/is not linear in the state variables: g_e/);
});

test.each([
  ["--dt", "0.1 ms", "there are no steps"], ["--threads", "2", "it runs on one thread"], ["--threads", "auto", "it runs on one thread"],
  ["--backend", "wasm", "it has one back-end, its own"], ["--precision", "f32", "it computes in f64"],
])("run and sweep with --engine exact refuse %s %s", (option, value, why) => {
  const folder = folderWith({ "net.mts": network });
  for (const command of [["run", "net.mts"], ["sweep", "net.mts", "--set", "weight=50,60 pA", "--out", "out"]]) {
    const { status, stderr } = synfire([...command, "--engine", "exact", option, value], folder);
    expect(stderr).toContain(`--engine exact takes no ${option} ${value}: ${why}`);
    expect(status).toBe(2);
  }
});

test("run with --engine exact refuses a step among its settings", () => {
  const { status, stderr } = synfire(["run", "net.mts", "--engine", "exact", "--set", "dt=0.1 ms"], folderWith({ "net.mts": network }));
  expect(stderr).toContain("--engine exact takes no dt: there are no steps");
  expect(status).toBe(2);
});
