/** The loop over time of cells in WebAssembly. */
import { block, br, br_if, i32, if_, label, local, loop, v128 } from "../../backend/wasm/assembler.ts";
import type { Local, Node } from "../../backend/wasm/assembler.ts";
import type { Code } from "../../backend/wasm/code.ts";
import type { Lanes } from "../../backend/wasm/lanes.ts";

/**
 * The loop over steps, in runs that end where t is a multiple of 16, forwards or backwards. Between runs, magnitudes too small to matter become
 * zero: subnormal numbers, which decay ends in, are fifty times slower. (Inside the loop, V8 would keep fewer values in registers.)
 *
 * @param t the step of the first turn; `body` leaves it as it is
 */
export function stepLoop(
  code: Code, lanes: Lanes, t: Local, count: Node, direction: 1 | -1, decaying: readonly Local[], body: (inside: Code) => void,
): void {
  const tiny = lanes.const(lanes.precision === "f32" ? 1e-30 : 1e-290);
  const left = code.variable("steps_left", "i32", count), run = code.variable("run", "i32");
  const low = i32.and(local.get(t), i32.const(15));
  const longest = direction === 1 ? i32.sub(i32.const(16), low) : i32.add(low, i32.const(1));
  const done = label(), again = label(), step = label();
  code.add(block(done, loop(again,
    br_if(done, i32.eqz(local.get(left))),
    local.set(run, longest),
    if_(i32.gt_u(local.get(run), local.get(left)), [local.set(run, local.get(left))]),
    local.set(left, i32.sub(local.get(left), local.get(run))),
    loop(step, ...code.inner((inside) => {
      body(inside);
      inside.add(
        local.set(t, i32.add(local.get(t), i32.const(direction))), local.set(run, i32.sub(local.get(run), i32.const(1))),
        br_if(step, local.get(run)),
      );
    })),
    if_(i32.eq(i32.and(local.get(t), i32.const(15)), i32.const(direction === 1 ? 0 : 15)),
      decaying.map((x) => local.set(x, v128.andnot(local.get(x), lanes.lt(lanes.abs(local.get(x)), tiny))))),
    br(again),
  )));
}
