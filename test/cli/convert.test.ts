import { expect, test } from "vitest";
import { folderWith, synfire } from "./synfire.ts";

const rates = `
import { crossEntropy, dense, relu, samplesOf, spikingModel, training } from "synfire/train";
const model = spikingModel({ input: { shape: [4], steps: 1, constant: true } }, [dense(8), relu("hidden"), dense(3), relu("out")]);
const inputs = Array.from({ length: 40 }, (_, k) => (k % 7) / 6), train = samplesOf(model, { inputs, labels: Array(10).fill(1) });
export default training({ model, train, loss: crossEntropy({ of: "output", over: "last" }) });
`;

test("synfire convert makes a network file of a rate model, and synfire run runs it", () => {
  const folder = folderWith({ "rates.mts": rates });
  const { status, stdout, stderr } = synfire(["convert", "rates.mts", "--steps", "20", "--samples", "3", "--json"], folder);
  expect([status, stderr.split("\n")[0]]).toEqual([0, "rates.json: 11 neurons of rates (untrained, 20 steps), 3 samples"]);
  const made = JSON.parse(stdout) as { out: string; dt: string; duration: string };
  expect(made).toMatchObject({ neurons: 11, samples: 3, converted: true, dt: "1 ms", latencies: { input: 0, hidden: 1, out: 2 } });
  const run = synfire(["run", made.out, "--dt", made.dt, "--duration", made.duration, "--precision", "f64", "--out", "out"], folder);
  expect(run.status).toBe(0);
  expect(run.stderr + run.stdout).toMatch(/spikes/);
});
