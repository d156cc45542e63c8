import { neuron } from "synfire";

/**
 * Parrot (relay): repeats each spike it receives in the same step, whatever its weight, as long as weights are positive. Several spikes that
 * arrive in one step become one. It gives one input several delays, or turns independent sources into one that many neurons share.
 *
 * @source Gewaltig & Diesmann (2007), NEST, Scholarpedia 2:1430. doi:10.4249/scholarpedia.1430
 */
export const parrot = neuron({
  name: "parrot",
  description: "Relay that repeats every spike it receives",
  source: "doi:10.4249/scholarpedia.1430",
  state: { arrived: 0 },
  receptors: { spike: "arrived" },
  equations: "arrived : 1 (impulse)",
  threshold: "arrived > 0",
});
