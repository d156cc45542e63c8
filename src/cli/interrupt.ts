/** Ctrl-C: the first one ends the run and keeps what it recorded, the second one ends the program. */
const exitStatus = { SIGINT: 130, SIGTERM: 143 } as const;

export interface Interruption {
  readonly signal: AbortSignal;
  /** Exit status when it was interrupted, e.g. 130 for Ctrl-C. */
  readonly status: number | undefined;
}

/** Runs `work` with a signal that Ctrl-C or a request to terminate aborts. `quiet`: another rank says so. */
export async function interruptible<T>(work: (interruption: Interruption) => Promise<T>, quiet = false): Promise<T> {
  const controller = new AbortController();
  const interruption = { signal: controller.signal, status: undefined as number | undefined };
  const listen = (name: keyof typeof exitStatus) => () => {
    if (interruption.status !== undefined) process.exit(interruption.status);
    interruption.status = exitStatus[name];
    if (!quiet) process.stderr.write("\nstopping; what was recorded will be saved (once more to give up)\n");
    controller.abort(new Error("interrupted"));
  };
  const listeners = (["SIGINT", "SIGTERM"] as const).map((name) => ({ name, listener: listen(name) }));
  for (const { name, listener } of listeners) process.on(name, listener);
  try {
    return await work(interruption);
  } finally {
    for (const { name, listener } of listeners) process.off(name, listener);
  }
}
