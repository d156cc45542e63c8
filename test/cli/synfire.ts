/** Runs the built command in a folder of its own, as a user does. */
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const command = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));

export interface Ended { readonly status: number | null; readonly stdout: string; readonly stderr: string }

/** A folder that holds the given files and is gone after the test. It has neither package.json nor node_modules. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "synfire-cli-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

export function synfire(args: readonly string[], folder: string = folderWith()): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [built(), ...args], { cwd: folder, encoding: "utf8", maxBuffer: 1e8 });
  return { status, stdout, stderr };
}

/** The same, left running. */
export function start(args: readonly string[], folder: string): ChildProcess {
  return spawn(process.execPath, [built(), ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
}

export function built(): string {
  if (!existsSync(command)) throw new Error("the command is not built: npm run build");
  return command;
}

/** A network of two populations that fire steadily, driven by noise; 100 ms take some milliseconds. */
export const smallNetwork = `
import { fixedProbability, Network, neuron, type Quantity } from "synfire";
import { staticSynapse } from "synfire/models";

const lif = neuron({
  name: "lif", parameters: { tau_m: "20 ms", v_th: "20 mV" }, state: { v: "0 mV" }, receptors: { v: "v" },
  equations: "dv/dt = -v / tau_m : volt (unless refractory)", threshold: "v > v_th", reset: "v = 0*mV", refractory: "2 ms",
  source: "Brunel (2000), doi:10.1023/A:1008925309027",
});

export const settings = { rate: "15 kHz" as Quantity, size: 80, inhibition: true, duration: "100 ms" as Quantity, dt: "0.1 ms" as Quantity, seed: 3 };

export function build({ rate, size, inhibition, seed }: typeof settings): Network {
  const net = new Network({ seed });
  const E = net.population("E", size, lif, { v: "rand() * v_th" });
  const I = net.population("I", 20, lif);
  for (const target of [E, I]) {
    net.poissonInput(target, { receptor: "v", rate, weight: "0.1 mV" });
    const connect = fixedProbability(0.2);
    net.projection(E, target, staticSynapse, { connect, receptor: "v", weight: "0.1 mV", delay: "1.5 ms" });
    if (inhibition) net.projection(I, target, staticSynapse, { connect, receptor: "v", weight: "-0.5 mV", delay: "1.5 ms" });
  }
  return net;
}
`;
