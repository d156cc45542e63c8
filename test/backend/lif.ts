/** Leaky integrate-and-fire with exponential currents and a refractory countdown, as lowering would write it. */
import { add, apply, mul, name, number, select, sub, type Expr } from "../../src/ir/expr.ts";
import type { MapKernel } from "../../src/ir/kernel.ts";

const n = name;
const c = number;
const active: Expr = apply("le", n("left"), c(0));
const membrane = add(mul(n("v"), c(0.995)), add(mul(n("I"), c(0.09)), c(0.0975)));

export const lif: MapKernel = {
  name: "update_E_lif",
  state: ["v", "I", "left"],
  constants: ["v_th"],
  scalars: [],
  inputs: ["exc"],
  draws: [],
  body: [
    { kind: "assign", name: "v", value: select(active, membrane, n("v")) },
    { kind: "assign", name: "I", value: add(mul(n("I"), c(0.98)), n("exc")) },
    { kind: "assign", name: "left", value: select(active, n("left"), sub(n("left"), c(1))) },
  ],
  spike: {
    condition: apply("ge", n("v"), n("v_th")),
    reset: [
      { kind: "assign", name: "v", value: c(0) },
      { kind: "assign", name: "left", value: c(20) },
    ],
  },
  finite: ["v", "I"],
};
