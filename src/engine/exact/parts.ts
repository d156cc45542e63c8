/** What an event-driven simulation consists of, between the modules that build, run and report it. */
import type { Network } from "../../network/network.ts";
import type { NetworkData } from "../../network/data.ts";
import type { StageTimes } from "../parts.ts";
import type { Course } from "./courses.ts";
import type { CrossingHeap } from "./crossingHeap.ts";
import type { Added, ExactGroup } from "./group.ts";
import type { EventLoop } from "./loop.ts";
import type { PlasticSynapses } from "./plasticSynapses.ts";
import type { PoissonArrivals, PoissonSpikes, ScheduledSpikes } from "./sources.ts";
import type { StaticSynapses } from "./staticSynapses.ts";

export interface ExactParts {
  readonly network: Network;
  readonly data: NetworkData;
  readonly seed: number;
  readonly groups: readonly ExactGroup[];
  readonly heap: CrossingHeap;
  readonly loop: EventLoop;
  readonly projections: readonly (StaticSynapses | PlasticSynapses)[];
  readonly scheduled: ReadonlyMap<string, ScheduledSpikes>;
  readonly poisson: ReadonlyMap<string, PoissonSpikes>;
  readonly inputs: readonly PoissonArrivals[];
  readonly currents: readonly { readonly group: ExactGroup; readonly added: Added; readonly course: Course }[];
  readonly stages: StageTimes;
}

