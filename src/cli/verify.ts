/** `synfire verify run.json`: repeats a run and says whether the spikes are the same. */
import { Command } from "commander";
import { interruptible } from "./interrupt.ts";
import { loadNetwork } from "./loadNetwork.ts";
import { examples, jsonOption, quietOption } from "./options.ts";
import { readRunRecord } from "./runRecord.ts";
import type { RunReport } from "../index.ts";
import type { RunRecord } from "./runRecord.ts";
import { Screen } from "./screen.ts";
import { simulate, spikeMonitorOf } from "./simulate.ts";
import { FileError } from "../errors.ts";

interface VerifyOptions { readonly json?: boolean; readonly quiet?: boolean }

export function verifyCommand(): Command {
  return new Command("verify")
    .description("repeat a recorded run and compare its spikes, bit for bit; exit status 1 when they differ")
    .argument("<run.json>", "what synfire run --out FOLDER left in FOLDER")
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", examples("verify out/brunel/run.json", "verify out/mine/run.json --json"))
    .action(verify);
}

async function verify(path: string, options: VerifyOptions): Promise<void> {
  const screen = new Screen(options);
  const { record, network: file } = await readRunRecord(path);
  const { seed, duration: _, warmup: __, ...settings } = record.settings;
  const loaded = await loadNetwork(file, {
    set: Object.entries(settings).map(([name, value]) => `${name}=${value}`), duration: `${record.simulated} s`, warmup: "0 s",
    ...(typeof seed === "number" ? { seed } : {}),
  });
  if (!loaded) throw new FileError("run-record", `${file} exports no network any more`, "Restore the file as it was.");
  const network = await loaded.build();
  spikeMonitorOf(network);
  await interruptible(async ({ signal, status }) => {
    const progress = screen.progress();
    const { precision, threads } = record;
    const how = record.backend === "exact" ? { engine: "exact", backend: "wasm" } as const : { backend: record.backend };
    const { report } = await simulate(network, {
      settings: { ...loaded.settings, seed: record.seed }, ...how, precision, threads, signal, onProgress: (state) => progress.update(state),
    }).finally(() => progress.done());
    if (signal.aborted) {
      process.exitCode = status ?? 130;
      return screen.note("interrupted before the comparison");
    }
    const same = report.spikeHash === record.spikeHash;
    const sameModel = report.modelHash === record.modelHash;
    const { gpu } = report;
    screen.say(verdict(same, sameModel, record, report));
    screen.json({
      same, same_model: sameModel, spike_hash: report.spikeHash, expected_spike_hash: record.spikeHash, model_hash: report.modelHash,
      expected_model_hash: record.modelHash, ...(gpu ? { gpu: gpu.name, expected_gpu: record.gpu?.name ?? null } : {}),
      spikes: report.spikes, expected_spikes: record.spikes,
    });
    process.exitCode = same ? 0 : 1;
  });
}

function verdict(same: boolean, sameModel: boolean, record: RunRecord, { spikeHash: hash, gpu }: RunReport): string {
  const other = gpu && record.gpu && gpu.name !== record.gpu.name ? `on ${gpu.name}, where the record is of ${record.gpu.name}` : undefined;
  if (same) return `same spikes: ${record.spikes} spikes, hash ${hash}${other ? `; ${other}` : ""}`;
  const why = sameModel && other
    ? `The network is the same, but it ran ${other}: two GPUs may round differently.`
    : sameModel
    ? "The network is the same: was the run made by another version of Synfire or of Node.js?"
    : "The network has changed since the run was made.";
  return `different spikes: hash ${hash}, the record has ${record.spikeHash}\n  ${why}`;
}
