/**
 * Spike hashes of three tiny networks, as they were when last looked at: in another process, on another day, on another machine, the spikes are the
 * same. A change of these hashes is a change of results that every user would see. When it is meant (another order of additions, a better
 * polynomial, another stream of random numbers), write the new hash here deliberately, and say in the changelog that results change.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { goldenNetworks } from "./goldenNetworks.ts";

const hashes: Readonly<Record<keyof typeof goldenNetworks, { readonly spikes: number; readonly hash: string }>> = {
  "delta neurons, random weights, one delay": { spikes: 824, hash: "3f301c6e2261a9ec" },
  "conductances, a delay for each synapse, refractoriness": { spikes: 335, hash: "520ff56e3eff0332" },
  "nonlinear neurons, Poisson and listed sources, a change while running": { spikes: 2657, hash: "504d2915a3fc3311" },
};

for (const [name, run] of Object.entries(goldenNetworks)) {
  test(`a network of ${name} fires the spikes that it always fired`, async () => {
    expect(await run()).toEqual(hashes[name as keyof typeof goldenNetworks]);
  });
}

test("a process of its own, under another locale and time zone, fires the same spikes", () => {
  const tsx = fileURLToPath(new URL("../../node_modules/tsx/dist/cli.mjs", import.meta.url));
  const file = fileURLToPath(new URL("goldenNetworks.ts", import.meta.url));
  const program = `import { goldenNetworks } from ${JSON.stringify(file)};
    for (const run of Object.values(goldenNetworks)) console.log(JSON.stringify(await run()));`;
  const { stdout, stderr } = spawnSync(process.execPath, [tsx, "--input-type=module", "-e", program], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    encoding: "utf8",
    env: { ...process.env, LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8", TZ: "Pacific/Auckland" },
  });
  expect(stderr).toBe("");
  expect(stdout.trim().split("\n").map((line) => JSON.parse(line) as unknown)).toEqual(Object.values(hashes));
});
