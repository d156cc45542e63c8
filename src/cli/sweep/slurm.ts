/** A batch script that runs a sweep as a Slurm job array. */

/**
 * @param args   of synfire, without `--print-slurm`
 * @param paths  of Node and of the command, as they are here
 * @source https://slurm.schedmd.com/job_array.html
 */
export function slurmScript(
  args: readonly string[], { name, tasks, points, workers }: { name: string; tasks: number; points: number; workers: number },
  paths: { readonly node: string; readonly command: string; readonly folder: string },
): string {
  const each = Math.ceil(points / tasks);
  return `#!/bin/bash
# ${points} points in ${tasks} tasks, at most ${each} each. Submit it with sbatch; submit it again to do what is missing.
#SBATCH --job-name=${name.replace(/[^\w.-]+/g, "-")}
#SBATCH --array=0-${tasks - 1}
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=${workers}
#SBATCH --time=01:00:00
#SBATCH --mem-per-cpu=2G
#SBATCH --output=synfire-sweep-%A_%a.log

cd ${quoted(paths.folder)} || exit 1
exec ${[paths.node, paths.command, ...args, "--array"].map(quoted).join(" ")}
`;
}

/** For a shell. */
export function quoted(text: string): string {
  return /^[\w./:=,@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
