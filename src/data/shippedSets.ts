/** The data sets that come with this package, in `datasets/`: how each is made, and the SHA-256 of its arrays (`trialsDigest`). */
import { makeSpikingXor } from "./made/spikingXor.ts";
import { makeSpokenPatterns } from "./made/spokenPatterns.ts";
import { makeTemporalPatterns } from "./made/temporalPatterns.ts";
import { makeYinYang } from "./made/yinYang.ts";
import type { Dataset, TickedSpikeTrials } from "./spikeTrials.ts";

export interface ShippedSet {
  readonly make: () => Dataset<TickedSpikeTrials>;
  readonly sha256: string;
}

export type ShippedName = keyof typeof shippedSets;

export const shippedSets = {
  "yin-yang": { make: makeYinYang, sha256: "ae6f41797e95ab43ab090cc9b5d053781407fa60d5b113dae1ee61760aba58e8" },
  "spiking-xor": { make: makeSpikingXor, sha256: "cc66ccb276326a6dbe64efe46932168b15c750ac3e894f0194a2427a1f48a4ac" },
  "temporal-patterns": { make: makeTemporalPatterns, sha256: "80f1953238c99c7d6ca573bc1cbc9dbe25d382b86bd7945af80de3fc5ebe1c71" },
  "spoken-patterns": { make: makeSpokenPatterns, sha256: "c397b929d70d542dfbb08efbe5adfa910d89007886d318b4e5a1c037044317ca" },
} as const satisfies Readonly<Record<string, ShippedSet>>;
