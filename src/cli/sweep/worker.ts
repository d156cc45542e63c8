/** A process of its own that runs points of a sweep, one at a time, so that one that dies takes no other with it. Started by pool.ts. */
import { explainFailure } from "../failure.ts";
import { reserveStdout } from "../screen.ts";
import { measurePoint } from "./measurePoint.ts";
import type { Answer } from "./pool.ts";
import type { Job, Task } from "./row.ts";

// Ctrl-C reaches all processes of a terminal; whether to stop, and when, is the parent's decision.
process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit());
// What a network file prints goes where notes go.
reserveStdout();

process.on("message", ({ job, task }: { job: Job; task: Task }) => {
  void answer(job, task).then((message) => process.send?.(message));
});

async function answer(job: Job, task: Task): Promise<Answer> {
  try {
    const measured = await measurePoint(job, task);
    return { id: task.id, measured, resident: process.memoryUsage.rss() };
  } catch (error) {
    return { id: task.id, error: explainFailure(error), resident: process.memoryUsage.rss() };
  }
}
