/** A worker thread of a simulation: makes the synapses of its partition, then runs its code whenever the host runs a call. */
import { Arena } from "../arena.ts";
import type { BuildOrder, LoadOrder, WorkerOrder, WorkerReply } from "./messages.ts";
import { Rendezvous } from "./rendezvous.ts";
import { sent } from "./sentError.ts";
import { SpikeExchange } from "./spikeExchange.ts";
import { windows } from "./windows.ts";
import type { WindowCode } from "./windows.ts";
import { listen } from "./workerThread.ts";

const say = listen((order) => void carryOut(order as WorkerOrder));
const reply = (message: WorkerReply): void => say(message);
reply({ kind: "ready" });

async function carryOut(order: WorkerOrder): Promise<void> {
  try {
    if (order.kind === "build") await build(order);
    else await load(order);
  } catch (error) {
    reply({ kind: "failed", error: sent(error) });
  }
}

async function build({ memory, begin, partition, ...described }: BuildOrder): Promise<void> {
  // Most of the engine is needed here, and not where synapses are made by one thread.
  const { buildTables } = await import("../buildTables.ts");
  const arena = new Arena(undefined, memory);
  arena.advanceTo(begin, "worker");
  const tables = await buildTables(arena, partition, described);
  reply({ kind: "built", tables, end: arena.bytes });
}

async function load({ module, memories, member, plan, processes, words, size, cores, order }: LoadOrder): Promise<void> {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory: memories[member]! } });
  const code = exports as unknown as WindowCode;
  const exchange = new SpikeExchange(plan, memories, member, processes);
  const team = new Rendezvous(size, cores, words as SharedArrayBuffer);
  reply({ kind: "loaded" });
  for (let last = order; ;) {
    const next = team.next(last);
    last = next.number;
    if (next.order === "listen") return;
    exchange.look();
    try {
      for (const _ of windows(member, code, exchange, team, next.from, next.steps)) team.meet();
    } catch (error) {
      // Whoever is gone says why; who only waited for it in vain does not.
      if (team.broken) return;
      team.break();
      throw error;
    }
  }
}
