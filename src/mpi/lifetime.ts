import { SynfireError } from "../errors.ts";
import type { Communicator } from "../engine/communicator.ts";

/**
 * Ties the ends of the ranks together. A rank that fails says so and ends all others, which would else wait for it for ever; one that ends well
 * ends its communication, which waits until the others have come as far.
 */
export function endTogether(world: Communicator & { readonly finalized: boolean }): void {
  // A promise that nobody catches comes here too.
  process.on("uncaughtException", (error: unknown) => {
    process.stderr.write(`rank ${world.rank} of ${world.size} failed: ${explain(error)}\n`);
    world.abort(1);
  });
  process.on("exit", (status) => {
    if (world.finalized) return;
    if (status === 0) world.finalize();
    else world.abort(status);
  });
}

function explain(error: unknown): string {
  if (error instanceof SynfireError) return `${error.name}: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
