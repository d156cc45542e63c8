/** The networks to choose from: files that come with Synfire, at several sizes. */
import type { Network, Quantity } from "synfire";
import * as brunel from "../../../models/networks/brunel.ts";
import * as izhikevichSparse from "../../../models/networks/izhikevichSparse.ts";

export interface NetworkChoice {
  readonly label: string;
  readonly build: () => Network;
  readonly dt: Quantity;
  /** Simulated between two looks at the clock and at the page's orders. */
  readonly every: Quantity;
  /** What `synfire run` calls it. */
  readonly command: string;
}

const sparse = (label: string, scale: number): NetworkChoice => ({
  label: `Izhikevich, ${label} neurons`,
  build: () => izhikevichSparse.build({ ...izhikevichSparse.settings, scale }),
  dt: izhikevichSparse.settings.dt,
  every: "5 ms",
  command: `izhikevichSparse --set scale=${scale}`,
});

export const networks = {
  sparse1k: sparse("1 000", 0.01),
  sparse10k: sparse("10 000", 0.1),
  sparse100k: sparse("100 000", 1),
  brunel: {
    label: "Brunel, 12 500 neurons",
    build: () => brunel.build(brunel.settings),
    dt: brunel.settings.dt,
    every: "2 ms",
    command: "brunel",
  },
} as const satisfies Readonly<Record<string, NetworkChoice>>;

export type NetworkName = keyof typeof networks;
