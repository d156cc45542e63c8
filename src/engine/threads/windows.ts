/** One partition's share of a call: advances its neurons window by window, and delivers what all partitions emitted to its own synapses. */
import type { Rendezvous } from "./rendezvous.ts";
import type { SpikeExchange } from "./spikeExchange.ts";

/** The two halves of a window of generated code; 0 when all went well. */
export interface WindowCode {
  readonly advance: (from: number, start: number, n: number) => number;
  readonly deliver: (from: number, start: number, n: number) => number;
}

/**
 * Steps `from` … `from + steps − 1` in windows. Yields where all threads have to meet. After a failure nobody delivers the window in which it
 * happened (or the next, when it happened while delivering), so that all stop at the same place.
 */
export function* windows(
  member: number,
  code: WindowCode,
  exchange: SpikeExchange,
  team: Rendezvous,
  from: number,
  steps: number,
): Generator<void, void, void> {
  const { window } = exchange.plan;
  for (let start = 0, k = 0; start < steps; start += window, k++) {
    const n = Math.min(window, steps - start);
    if (code.advance(from, start, n) !== 0) team.fail(member, k);
    yield;
    if (exchange.between) {
      if (member === 0 && exchange.between(start, n, team.failed(k) !== undefined) && team.failed(k) === undefined) team.fail(0, k);
      yield;
    }
    if (team.failed(k)) return yield;
    if (!exchange.between) exchange.merge(start, n);
    if (exchange.plan.states.length > 0 && !exchange.between) {
      exchange.copyStates();
      yield;
    }
    if (code.deliver(from, start, n) !== 0) team.fail(member, k + 1);
  }
  if (exchange.between && exchange.plan.mayFail) {
    // Other processes have to know now: they will not meet this one in a window of this call any more.
    yield;
    const k = Math.ceil(steps / window);
    if (member === 0 && exchange.between(steps, 0, team.failed() !== undefined) && team.failed() === undefined) team.fail(0, k);
  }
  // Lists are written anew in the next call: all have to have read them.
  yield;
}
