/** The worker: opens a network, runs it while the page wants it to, and sends what happened about sixty times a second. */
import { compile } from "synfire";
import type { Simulation } from "synfire";
import type { Choice, News, Opened, Order } from "./messages.ts";
import { networks } from "./networks.ts";
import { findPlatform, gpuName } from "./platform.ts";
import { bandsOf, Sampler } from "./sampler.ts";

interface Session {
  readonly choice: Choice;
  readonly opened: Opened;
  readonly simulation: Simulation;
  readonly sampler: Sampler;
}

/** Milliseconds between two frames. */
const frameMs = 16;
/** More than anyone waits for. */
const endless = "100000 s";
const stages = { layout: "laying out memory", connect: "making synapses", codegen: "generating code", ready: "ready" } as const;

let session: Session | undefined;
let pace = 1;
/** Orders that wait for the one before: a run ends for them at its next chunk. */
let waiting = 0;
let orders: Promise<void> = Promise.resolve();

const tell = (news: News, give: Transferable[] = []): void => postMessage(news, { transfer: give });

addEventListener("message", ({ data }: MessageEvent<Order>) => {
  if (data.kind === "pace") {
    pace = data.pace;
    return;
  }
  waiting++;
  orders = orders.then(() => {
    waiting--;
    return carryOut(data);
  }).catch(fail);
});
findPlatform().then((platform) => tell({ kind: "platform", platform }), fail);

async function carryOut(order: Exclude<Order, { kind: "pace" }>): Promise<void> {
  switch (order.kind) {
    case "open":
      return await open(order.choice, order.rows);
    case "run":
      return await run();
    case "pause":
      return;
    case "reset":
      if (!session) return;
      session.simulation.reset();
      return tell({ kind: "opened", opened: session.opened });
    default:
      order satisfies never;
  }
}

async function open(choice: Choice, rows: number): Promise<void> {
  await session?.simulation[Symbol.asyncDispose]();
  session = undefined;
  const { build, dt } = networks[choice.network];
  const warnings: string[] = [];
  const network = build();
  const simulation = await compile(network, {
    dt, backend: choice.backend, threads: choice.threads,
    onWarning: (text) => warnings.push(text),
    onStage: (stage) => tell({ kind: "stage", text: stages[stage] }),
  });
  const { populations, neurons, synapses, buildMs, compileMs } = simulation.report();
  const bands = bandsOf(populations, rows);
  const { threads, backend } = simulation;
  const engine = backend === "webgpu" ? `WebGPU, ${await gpuName()}` : `WebAssembly, ${threads === 1 ? "one thread" : `${threads} threads`}`;
  const opened = { bands, neurons, synapses, engine, buildMs, compileMs, warnings };
  session = { choice, opened, simulation, sampler: new Sampler(bands) };
  tell({ kind: "opened", opened });
}

async function run(): Promise<void> {
  if (!session) return;
  const { simulation, sampler, choice } = session;
  let began = performance.now(), sent = began, busy = 0;
  /** Simulated and real time at the start, or when the pace changed. */
  let origin = { time: simulation.time, at: began, pace };
  const send = () => {
    const frame = sampler.take(busy / 1000);
    tell({ kind: "spikes", frame }, [frame.times.buffer, frame.rows.buffer, frame.counts.buffer]);
    sent = performance.now();
    busy = 0;
  };
  for await (const chunk of simulation.stream(endless, { every: networks[choice.network].every })) {
    const now = performance.now();
    busy += now - began;
    sampler.add(chunk);
    if (origin.pace !== pace) origin = { time: chunk.to, at: now, pace };
    const early = (1000 * (chunk.to - origin.time)) / pace - (now - origin.at);
    // What was too slow is not caught up with.
    if (early < -100) origin = { time: chunk.to, at: now, pace };
    const due = now - sent >= frameMs;
    if (due) send();
    if (early > 1) await pause(early);
    else if (due) await turn();
    if (waiting > 0) break;
    began = performance.now();
  }
  if (busy > 0) send();
  const { spikes, spikeHash } = simulation.report();
  const { time } = simulation;
  const backend = choice.backend === "wasm" ? "" : ` --backend ${choice.backend}`;
  const command = `npx synfire run ${networks[choice.network].command}${backend} --duration "${Number((time * 1000).toFixed(6))} ms"`;
  tell({ kind: "paused", paused: { time, spikes, spikeHash, command } });
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 100)));

/** Lets messages in. Timers of a browser would wait four milliseconds. */
function turn(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.addEventListener("message", () => { port1.close(); resolve(); });
    port1.start();
    port2.postMessage(undefined);
  });
}

function fail(error: unknown): void {
  const { message, hint = "" } = error as Error & { readonly hint?: string };
  const problem = hint !== "" && message.endsWith(hint) ? message.slice(0, -hint.length).trimEnd() : message;
  tell({ kind: "failed", problem: `${(error as Error).name}: ${problem}`, hint });
}
