import { synapse } from "synfire";

/**
 * Hebb's rule between rate neurons: dw/dt = eta·r_pre·r_post until a bound is reached. Nothing else limits the weights.
 *
 * | parameter | unit | what it is |
 * | --- | --- | --- |
 * | eta | 1/s | learning rate |
 * | w_min, w_max | 1 | bounds |
 *
 * @source Hebb (1949), The Organization of Behavior, Wiley. doi:10.4324/9781410612403
 * @source Gerstner & Kistler (2002), Biol. Cybern. 87:404–415. doi:10.1007/s00422-002-0353-y
 * @tested exponential growth along the input with the rate eta·|r_pre|²; the bounds
 */
export const hebbRate = synapse({
  name: "hebb_rate",
  description: "Hebb's rule between rate neurons",
  source: "doi:10.4324/9781410612403",
  parameters: { eta: "0.1 1/s", w_min: -1, w_max: 1 },
  equations: `
    change = eta*r_pre*r_post : hertz
    dw/dt = change * int((w > w_min or change > 0*Hz) and (w < w_max or change < 0*Hz)) : 1 (clock-driven)
    drive_post = w*r_pre : 1 (summed)`,
  onPre: {},
});
