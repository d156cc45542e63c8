/** `synfire doctor`: what this machine can run, and how to get what is missing. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import { Command } from "commander";
import { examineGpu } from "./doctorGpu.ts";
import { examineTensorFlow } from "./doctorTensorFlow.ts";
import { bytes, table } from "./format.ts";
import { examples, jsonOption } from "./options.ts";
import { Screen } from "./screen.ts";
import { packageVersion } from "./versions.ts";

export interface Finding {
  readonly what: string;
  readonly found: string;
  readonly ok: boolean;
  /** Whether Synfire cannot simulate without it. */
  readonly needed: boolean;
  /** What it is for and how to get it, when it is missing. */
  readonly advice: string;
}

export function doctorCommand(): Command {
  return new Command("doctor")
    .description("check what this machine can run; exit status 1 when something is missing that every run needs")
    .addOption(jsonOption())
    .addHelpText("after", examples("doctor", "doctor --json"))
    .action(async (options: { json?: boolean }) => {
      const screen = new Screen(options);
      const { findings: ofGpu, gpu } = await examineGpu();
      const findings = [...examine(), ...ofGpu, ...(await examineTensorFlow()), ...examinePython()];
      const rows = findings.map(({ what, found, ok, needed }) => [ok ? "ok" : needed ? "MISSING" : "absent", what, found]);
      const advice = findings.filter(({ ok }) => !ok).map(({ what, advice }) => `${what}: ${advice}`);
      screen.say([table(rows), ...(advice.length > 0 ? ["", ...advice] : [])].join("\n"));
      screen.json({ synfire: packageVersion(), findings, gpu });
      if (findings.some(({ ok, needed }) => needed && !ok)) process.exitCode = 1;
    });
}

/** (module (func (result v128) i32.const 0 i8x16.splat i8x16.popcnt)): valid only where WebAssembly has SIMD. */
const simdModule = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11]);

function examine(): Finding[] {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const cores = availableParallelism();
  const simd = WebAssembly.validate(simdModule);
  const processor = `${cpus()[0]?.model.trim() ?? "unknown"}, ${cores} ${cores === 1 ? "core" : "cores"} (a simulation uses one)`;
  const recent = major > 20 || (major === 20 && minor >= 19);
  return [
    { what: "Node.js", found: process.version, ok: recent, needed: true, advice: "20.19 or later: https://nodejs.org" },
    { what: "WebAssembly SIMD", found: simd ? "yes" : "no", ok: simd, needed: true,
      advice: "This processor or build of Node.js lacks it; --backend interpreter runs everywhere, slowly." },
    { what: "processor", found: processor, ok: true, needed: false, advice: "" },
    { what: "memory", found: `${bytes(totalmem())}, ${bytes(freemem())} free`, ok: true, needed: false, advice: "" },
  ];
}

const examinePython = (): Finding[] => [
  pythonModule("Brian2", ["python3-brian", "cython3", "g++"], "import brian2", "the peer of npm run bench:peers"),
  pythonModule("numpy", ["python3-numpy"], "import numpy", "tests that let numpy read what synfire/io wrote"),
];

/** A module of Debian's Python that something beside simulating uses. */
function pythonModule(what: string, packages: readonly string[], program: string, purpose: string): Finding {
  const python = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
  const { status, error } = spawnSync(python, ["-c", program], { stdio: "ignore", timeout: 30_000 });
  const ok = error === undefined && status === 0;
  const found = ok ? `yes, for ${purpose}` : `no, only for ${purpose}`;
  return { what, found, ok, needed: false, advice: `apt-get install -y ${packages.join(" ")}` };
}
