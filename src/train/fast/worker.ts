/** A thread of the fast engine: builds its program, then does its part of whatever phase the host names. */
import { Arena } from "../../engine/arena.ts";
import { Rendezvous } from "../../engine/threads/rendezvous.ts";
import { listen } from "../../engine/threads/workerThread.ts";
import type { FastOrder, FastReply } from "./fastTeam.ts";
import { phases, Program } from "./program.ts";

const say = listen((order) => void work(order as FastOrder));
const reply = (message: FastReply): void => say(message);
reply({ kind: "listening" });

async function work({ module, memory, model, shapes, options, member, words, cores }: FastOrder): Promise<void> {
  const team = new Rendezvous(options.threads, cores, words);
  try {
    const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
    const program = new Program(model, shapes, new Arena(undefined, memory), exports, options);
    reply({ kind: "built" });
    for (let last = 0; ;) {
      const next = team.next(last);
      last = next.number;
      program.run(phases[next.from]!, { index: member, count: options.threads }, next.steps);
      team.meet();
    }
  } catch (error) {
    team.break();
    reply({ kind: "failed", problem: (error as Error).message });
  }
}
