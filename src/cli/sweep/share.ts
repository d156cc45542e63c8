/** Which points of a sweep are this process's: all, those of an MPI rank, or those of a task of a job array. */
import { ArgumentError } from "../../errors.ts";

/** Points index, index + of, index + 2 of, … */
export interface Share {
  readonly kind: "local" | "rank" | "task";
  readonly index: number;
  readonly of: number;
  /** Name of its part file, and who it is in messages: "rank-2-of-4". */
  readonly name: string;
  /** Tells launches of the same ranks apart where the launcher says how; "" otherwise. */
  readonly job: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param array  of `--array`: "3/16" is the third of sixteen, true asks Slurm
 * @throws {ArgumentError} when the share cannot be told
 */
export function shareOf(array: string | true | undefined, environment: Environment): Share {
  if (array === true) return slurmTask(environment);
  if (array !== undefined) return taskByHand(array);
  const rank = mpiRank(environment);
  return rank && rank.of > 1 ? rank : { kind: "local", index: 0, of: 1, name: "local", job: "" };
}

/** Open MPI and MPICH (and others that start processes by PMI) say rank and size in the environment; nothing has to be initialised. */
function mpiRank(environment: Environment): Share | undefined {
  for (const [rank, size] of [["OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"], ["PMI_RANK", "PMI_SIZE"]] as const) {
    const [index, of] = [whole(environment[rank]), whole(environment[size])];
    if (index === undefined || of === undefined || index >= of) continue;
    const job = environment["PMIX_NAMESPACE"] ?? environment["OMPI_MCA_ess_base_jobid"] ?? environment["PMI_JOBID"] ?? "";
    return { kind: "rank", index, of, name: `rank-${index}-of-${of}`, job };
  }
  return undefined;
}

function taskByHand(text: string): Share {
  const [, number, of] = (/^\s*(\d{1,7})\s*\/\s*(\d{1,7})\s*$/.exec(text) ?? []).map(Number);
  if (number === undefined || of === undefined || number < 1 || number > of) {
    const hint = "Write e.g. --array 3/16, from 1/16 to 16/16; --array alone within a Slurm array.";
    throw new ArgumentError("sweep-array", `--array ${text}: that is no part of a whole`, hint);
  }
  return task(number - 1, of);
}

/** @source https://slurm.schedmd.com/job_array.html */
function slurmTask(environment: Environment): Share {
  const read = (name: string) => whole(environment[`SLURM_ARRAY_TASK_${name}`]);
  const [id, count] = [read("ID"), read("COUNT")];
  if (id === undefined || count === undefined) {
    const hint = "Submit it with sbatch --array=0-15, or say which part: --array 3/16.";
    throw new ArgumentError("sweep-array", "--array: this is no task of a Slurm array", hint);
  }
  const index = (id - (read("MIN") ?? 0)) / (read("STEP") || 1);
  if (Number.isInteger(index) && index >= 0 && index < count) return task(index, count);
  throw new ArgumentError("sweep-array", `--array: task ${id} is not one of ${count} in a row`,
    "Use a plain range such as --array=0-15, with any number of tasks: what is finished is not done again.");
}

const task = (index: number, of: number): Share => ({ kind: "task", index, of, name: `task-${index + 1}-of-${of}`, job: "" });

const whole = (text: string | undefined): number | undefined => (text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined);
