/** How a command ends when something went wrong: its exit status and what it says. */
import { CommanderError } from "commander";
import { SimulationError, SynfireError } from "../errors.ts";

/** Exit statuses: 2 for a user's mistake, 1 for a run that failed (or a bug of ours). Ctrl-C is 130, see interrupt.ts. */
export function exitStatusOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof SimulationError) return 1;
  return error instanceof SynfireError ? 2 : 1;
}

/** What to write to stderr; empty when commander has written it already. A stack is shown only for what must be a bug of ours. */
export function explainFailure(error: unknown): string {
  if (error instanceof CommanderError) return "";
  if (error instanceof SynfireError) return `${error.name}: ${error.message}`;
  if (!(error instanceof Error)) return `failed: ${String(error)}`;
  if (isOutOfMemory(error)) return `out of memory: ${error.message}\n  Use a smaller network or more memory.`;
  return `${error.stack ?? error.message}\n\nThis should not happen and is a bug of synfire; please report it with the command you ran.`;
}

function isOutOfMemory(error: Error): boolean {
  return error instanceof RangeError && /allocation|memory/i.test(error.message);
}
