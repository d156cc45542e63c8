// How simulations with threads end: whatever happens, nothing hangs, nothing stays busy, and nothing stays behind. Each runs in a process of its own.
import { expect, test } from "vitest";
import { child } from "./child.ts";

const deaths: Readonly<Record<string, { readonly how: string; readonly meanwhile?: string; readonly cause: RegExp }>> = {
  "is terminated from outside": {
    how: "",
    meanwhile: "setTimeout(() => workers[0].terminate(), 150);",
    cause: /^SimulationError: thread 1 of the simulation is gone: it ended with code 1\n {2}Compile the network again/,
  },
  "ends its process": {
    how: `inWorkers = whileAdvancing("process.exit(7);");`,
    cause: /^SimulationError: thread \d of the simulation is gone: it ended with code 7\n/,
  },
  "runs out of memory": {
    how: `limits = { resourceLimits: { maxOldGenerationSizeMb: 64 } };
      inWorkers = whileAdvancing("const kept = []; for (;;) kept.push(new Array(1e5).fill({}));");`,
    cause: /^SimulationError: thread \d of the simulation is gone: .*(memory|heap)/i,
  },
  "throws what nobody expects": {
    how: `inWorkers = whileAdvancing("throw new RangeError('out of luck');");`,
    cause: /^SimulationError: thread \d of the simulation failed: out of luck\n/,
  },
};
for (const threads of [2, 3]) {
  test.each(Object.entries(deaths))(`a thread that %s is an error that says so, with ${threads} threads, and no other thread stays`, (_, { how,
    meanwhile = "", cause }) => {
    const { status, said, stderr, seconds } = child(`
      ${how}
      const sim = await compile(make(), { dt: "0.1 ms", threads: ${threads} });
      ${meanwhile}
      say(await messageOf(sim.run("1000 s")));
      say(await messageOf(sim.run("1 s")));
      say(sim.report().threads);
      await sim[Symbol.asyncDispose]();
      await sleep(50);
      say(threads());`);
    expect(stderr).toBe("");
    const [first, again, used, left] = said;
    expect(first).toMatch(cause);
    expect([again, used, left, status]).toEqual([first, threads, 0, 0]);
    expect(seconds).toBeLessThan(30);
  });
}

test("a thread that dies while synapses are made is an error that says so, and no other thread stays", () => {
  const { status, said, stderr } = child(`
    say(await messageOf(compile(make(), { dt: "0.1 ms", threads: 3, onStage: (stage) => { if (stage === "connect") workers[1].terminate(); } })));
    await sleep(50);
    say(threads());
    inWorkers = "throw new Error('this thread does not like it here');";
    say(await messageOf(compile(make(), { dt: "0.1 ms", threads: 2 })));
    await sleep(50);
    say(threads());`);
  expect(stderr).toBe("");
  expect(said).toEqual([
    expect.stringMatching(/^SimulationError: thread 2 of the simulation is gone: it ended with code 1/), 0,
    expect.stringMatching(/^SimulationError: thread 1 of the simulation is gone: this thread does not like it here/), 0,
  ]);
  expect(status).toBe(0);
});

test("what the first thread throws ends the others", () => {
  const { status, said, stderr } = child(`
    eval(whileAdvancing("throw new Error('trap');"));
    const sim = await compile(make(), { dt: "0.1 ms", threads: 3 });
    say(await messageOf(sim.run("1 s")));
    say(await messageOf(sim.run("1 s")));
    await sim[Symbol.asyncDispose]();
    await sleep(50);
    say(threads());`);
  expect([said, stderr, status]).toEqual([["Error: trap", "Error: trap", 0], "", 0]);
});

test("after a run nothing is busy, and whoever forgets to dispose of a simulation does not keep the process", () => {
  const { status, said, stderr, seconds } = child(`
    const sim = await compile(make(2000), { dt: "0.1 ms", threads: 2 });
    await sim.run("100 ms");
    await sleep(200);
    const before = process.cpuUsage();
    await sleep(300);
    const { user, system } = process.cpuUsage(before);
    say((user + system) / 1000);
    say([sim.threads, threads()]);`);
  expect([said[1], stderr, status]).toEqual([[2, 1], "", 0]);
  // Milliseconds of processor time in 300.
  expect(said[0]).toBeLessThan(15);
  expect(seconds).toBeLessThan(30);
});

test("AbortSignal stops all threads at once, and the simulation goes on afterwards as if nothing had been", () => {
  const { status, said, stderr } = child(`
    const sim = await compile(make(), { dt: "0.1 ms", threads: 2 });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    const begin = performance.now();
    const outcome = await messageOf(sim.run("1000 s", { signal: stop.signal }));
    const time = sim.time;
    say([outcome, performance.now() - begin, time]);
    await sim.run((0.1 - (time % 0.1)) * 1000 + " ms");
    await sim.run("50 ms");
    const steps = Math.round(sim.time / 1e-4);
    const whole = await compile(make(), { dt: "0.1 ms" });
    await whole.run(steps / 10 + " ms");
    say([sim.report().spikes > 0, sim.report().spikeHash === whole.report().spikeHash, whole.report().spikes === sim.report().spikes]);
    await sim[Symbol.asyncDispose]();`);
  expect([said[1], stderr, status]).toEqual([[true, true, true], "", 0]);
  const [outcome, milliseconds, time] = said[0] as [string, number, number];
  expect(outcome).toMatch(/^AbortError: /);
  expect(milliseconds).toBeLessThan(2000);
  expect(time).toBeGreaterThan(0);
});

test("a simulation that is disposed of while it runs ends its threads", () => {
  const { status, said, stderr } = child(`
    const sim = await compile(make(), { dt: "0.1 ms", threads: 3 });
    const run = messageOf(sim.run("1000 s"));
    await sleep(150);
    await sim[Symbol.asyncDispose]();
    say(await run);
    await sleep(50);
    say([threads(), sim.report().spikes > 0]);
    const other = await compile(make(), { dt: "0.1 ms", threads: 2 });
    await other.run("10 ms");
    await other[Symbol.asyncDispose]();
    await other[Symbol.asyncDispose]();
    await sleep(50);
    say([threads(), process.getActiveResourcesInfo().filter((kind) => /Worker|MessagePort/.test(kind))]);`);
  expect(said).toEqual([expect.stringMatching(/^SimulationError: this simulation has been disposed of/), [0, true], [0, []]]);
  expect([stderr, status]).toEqual(["", 0]);
});

test("two simulations with threads run at the same time, each as if it were alone", () => {
  const { status, said, stderr } = child(`
    const hashOf = async (seed, threads) => {
      const sim = await compile(make(600, seed), { dt: "0.1 ms", threads });
      await sim.run("150 ms");
      await sim[Symbol.asyncDispose]();
      return sim.report().spikeHash;
    };
    say([await Promise.all([hashOf(1, 2), hashOf(2, 3)]), [await hashOf(1, 1), await hashOf(2, 1)]]);
    await sleep(50);
    say(threads());`);
  const [together, alone] = said[0] as [string[], string[]];
  expect(together).toEqual(alone);
  expect(together[0]).not.toBe(together[1]);
  expect([said[1], stderr, status]).toEqual([0, "", 0]);
});
