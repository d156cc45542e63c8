/** Small networks for tests of running on a GPU. */
import { fixedIndegree, Network } from "../../../src/index.ts";
import { lifDelta, staticSynapse } from "../../../models/index.ts";

/** Two populations of leaky neurons that noise makes fire some ten times a second, after Brunel (2000), doi:10.1023/A:1008925309027. */
export function noisy(size = 200, seed = 3) {
  const net = new Network({ seed });
  const E = net.population("E", size, lifDelta, { v: "rand() * v_th" });
  const I = net.population("I", size / 4, lifDelta, { v: "rand() * v_th" });
  const J = "0.2 mV", strong = "-1 mV";
  for (const target of [E, I]) {
    net.poissonInput(target, { receptor: "v", rate: "10 kHz", weight: "0.1 mV" });
    net.projection(E, target, staticSynapse, { connect: fixedIndegree(20), receptor: "v", weight: J, delay: "1.5 ms" });
    net.projection(I, target, staticSynapse, { connect: fixedIndegree(5), receptor: "v", weight: strong, delay: "1.5 ms" });
  }
  return { net, E, I };
}
