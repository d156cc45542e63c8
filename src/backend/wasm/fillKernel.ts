/**
 * Fills the scratch arrays of a kernel's draws for one tile: `fill_<kernel>(lo, hi, step, scalars)`. Every distribution is a function
 * of its own in the module, shared by kernels.
 */
import { invariant } from "../../errors.ts";
import type { Draw, MapKernel } from "../../ir/kernel.ts";
import { call, i32, local, type Func, type Module, type Node } from "./assembler.ts";
import type { Precision } from "./lanes.ts";
import type { MapLayout } from "./mapKernel.ts";
import { fillNormal, fillUniform } from "./continuousDraws.ts";
import { fillPoisson } from "./poissonDraws.ts";
import { fillVaryingPoisson } from "./varyingPoisson.ts";

export interface FillLayout extends Pick<MapLayout, "address" | "drawAddress"> {
  /** Byte address of the 20 words of `keySchedule(seed)`; a new seed needs no new code. */
  readonly keyAddress: number;
  /** The stream of the object, an unsigned 32-bit word. */
  readonly stream: number;
}

/**
 * Elements that a scratch array must hold beyond the tile: fills write whole groups of blocks. The tile's array starts at `drawAddress`,
 * 16-byte aligned.
 */
export const scratchSlack = 64;

/** Adds `fill_<kernel>` to the module; lo and hi are multiples of 16. */
export function emitFillKernel(module: Module, kernel: MapKernel, layout: FillLayout, precision: Precision): Func {
  // Made before the function itself, whose body calls them.
  const fills = kernel.draws.map((draw) => fillOf(module, kernel, draw, layout, precision));
  const func = module.func(`fill_${kernel.name}`, { lo: "i32", hi: "i32", step: "i32", scalars: "i32" });
  const [lo, hi, step] = ["lo", "hi", "step"].map((p) => local.get(func.param(p))) as [Node, Node, Node];
  kernel.draws.forEach((draw, k) => {
    const { callee, extra } = fills[k]!;
    func.emit(call(callee, lo, hi, step, i32.const(layout.stream), i32.const(draw.draw), i32.const(layout.drawAddress(draw.name)), ...extra(func)));
  });
  return func;
}

/** The function that fills a draw, and the arguments it takes beyond the common ones. */
interface Fill {
  readonly callee: Func;
  readonly extra: (func: Func) => Node[];
}

function fillOf(module: Module, kernel: MapKernel, draw: Draw, layout: FillLayout, precision: Precision): Fill {
  const none = () => [];
  if (draw.distribution === "uniform") return { callee: fillUniform(module, layout.keyAddress, precision), extra: none };
  if (draw.distribution === "normal") return { callee: fillNormal(module, layout.keyAddress, precision), extra: none };
  if ("mean" in draw) return { callee: fillPoisson(module, layout.keyAddress, precision, draw.mean), extra: none };
  const { meanArray, meanScalar } = draw as Draw & { readonly meanArray?: string; readonly meanScalar?: string };
  invariant(meanArray !== undefined || meanScalar !== undefined, `the Poisson draw ${draw.name} of ${kernel.name} has no mean`);
  const scalar = meanScalar === undefined ? -1 : kernel.scalars.findIndex((s) => s.name === meanScalar);
  invariant(meanScalar === undefined || scalar >= 0, `the Poisson draw ${draw.name} of ${kernel.name} names no scalar ${meanScalar}`);
  const bytes = precision === "f32" ? 4 : 8;
  return {
    callee: fillVaryingPoisson(module, layout.keyAddress, precision, { array: meanArray !== undefined, scalar: meanScalar !== undefined }),
    extra: (func) => [
      ...(meanArray === undefined ? [] : [i32.const(layout.address(meanArray))]),
      ...(meanScalar === undefined ? [] : [i32.add(local.get(func.param("scalars")), i32.const(scalar * bytes))]),
    ],
  };
}
