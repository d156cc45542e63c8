/** Data sets of event cameras that are folders of files, one a trial, in a folder for each class: N-MNIST and its like. */
import { ArgumentError, FileError } from "../errors.ts";
import { listFolder } from "../io/folders.ts";
import { TrialCollector } from "./collectTrials.ts";
import { eventChannels, eventSpikes } from "./events/eventStream.ts";
import { readEvents } from "./events/readEvents.ts";
import type { TickedSpikeTrials } from "./spikeTrials.ts";

export interface EventFolderOptions {
  /** Length of a trial, seconds; later events are left out. Default 0.31, the three saccades of N-MNIST. */
  readonly duration?: number;
  /** Pixels of the camera. Default 34 × 34, those of N-MNIST. */
  readonly width?: number;
  readonly height?: number;
  readonly pooling?: number;
  readonly mergePolarities?: boolean;
  /** At most so many files of each class, the first by name. Default: all. */
  readonly perClass?: number;
  /** Whether trials begin with their first event. Default false: at time 0 of the file's clock. */
  readonly fromFirstEvent?: boolean;
}

/**
 * Reads FOLDER/CLASS/FILE, e.g. `Train/7/00016.bin` of N-MNIST: classes are numbered in the order of their folders' names (numbers as numbers).
 * Channels are pixels, row after row, brighter before darker.
 *
 * @throws {FileError} when there are no folders with files, or one of them cannot be read
 */
export async function loadEventFolder(folder: string, options: EventFolderOptions = {}): Promise<TickedSpikeTrials> {
  const { duration = 0.31, width = 34, height = 34, pooling = 1, mergePolarities = false, perClass = Infinity, fromFirstEvent = false } = options;
  if (!(duration > 0 && pooling >= 1 && perClass >= 1))
    throw new ArgumentError("event-trials", `trials of ${duration} s with a pooling of ${pooling}`, "Give a duration above 0, a pooling from 1 up.");
  const field = { width, height, pooling, mergePolarities };
  const collector = new TrialCollector({ perSecond: 1_000_000, ticks: Math.round(1e6 * duration), channels: eventChannels(field) });
  let found = 0;
  for (const [label, name] of (await classFolders(folder)).entries()) {
    const files = (await listFolder(`${folder}/${name}`)).filter((file) => /\.(bin|aedat4?|dat)$/i.test(file)).slice(0, perClass);
    for (const file of files) {
      const events = await readEvents(`${folder}/${name}/${file}`);
      collector.add(label, eventSpikes(events, { ...field, from: fromFirstEvent ? (events.times[0] ?? 0) : 0 }));
      found++;
    }
  }
  if (found > 0) return collector.trials();
  const hint = "Give the folder that holds a folder for each class, e.g. N-MNIST's Train with 0 to 9 in it.";
  throw new FileError("event-folder", `${folder} holds no folders with files of an event camera`, hint);
}

async function classFolders(folder: string): Promise<string[]> {
  const names = await listFolder(folder);
  const isFolder = await Promise.all(names.map((name) => listFolder(`${folder}/${name}`).then(() => true, () => false)));
  return names.filter((_, k) => isFolder[k]).sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}
