/** Runs the tests of the project "webgpu": without those that stay on the processor, and skipped with the reason where there is no GPU. */
import { TestRunner } from "vitest";
import type { RunnerTask, RunnerTestFile } from "vitest";
import { checkNames, staysOnProcessor } from "./gpuTests.ts";

type Collected = (files: RunnerTestFile[]) => Promise<void>;

// oxlint-disable-next-line import/no-default-export -- Vitest wants it
export default class GpuRunner extends TestRunner {
  #collected: Collected | undefined;

  /** Vitest sets this to what tells its reporters of the tests; they shall hear only of those that run here. */
  set onCollected(tell: Collected) {
    this.#collected = async (files) => {
      const { gpuSkipped, noGpu } = await import("./gpu.ts");
      for (const file of files) {
        const all = names(file.tasks);
        checkNames(file.name, all);
        file.tasks = chosen(file.name, file.tasks);
        if (noGpu) skip(file.tasks, gpuSkipped);
      }
      await tell(files);
    };
  }
  get onCollected(): Collected | undefined {
    return this.#collected;
  }
}

const titleOf = (task: RunnerTask): string => {
  const { suite, name } = task;
  return suite && suite.type === "suite" && suite.name !== "" && !("filepath" in suite) ? `${titleOf(suite)} > ${name}` : name;
};

function names(tasks: readonly RunnerTask[]): string[] {
  return tasks.flatMap((task) => (task.type === "suite" ? names(task.tasks) : [titleOf(task)]));
}

function chosen(file: string, tasks: readonly RunnerTask[]): RunnerTask[] {
  return tasks.filter((task) => {
    if (task.type !== "suite") return !staysOnProcessor(file, titleOf(task));
    task.tasks = chosen(file, task.tasks);
    return task.tasks.length > 0;
  });
}

function skip(tasks: readonly RunnerTask[], reason: string): void {
  for (const task of tasks) {
    task.mode = "skip";
    if (task.type === "suite") skip(task.tasks, reason);
    else task.name += reason;
  }
}
