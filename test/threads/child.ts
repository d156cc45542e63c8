/** Runs a program with the built package in a process of its own that is not allowed to hang. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Names the program knows. `threads()`: threads of the process that are Synfire's; `workers`: those it started; `inWorkers`: code they run first. */
const prelude = `
  import * as synfire from ${JSON.stringify(new URL("built.mjs", import.meta.url).href)};
  import { setTimeout as sleep } from "node:timers/promises";
  const { compile, fixedIndegree, fixedProbability, models, Network } = synfire;
  const library = process.getBuiltinModule("node:worker_threads"), { Worker } = library;
  const workers = [], living = new Set();
  let inWorkers = "", limits = {};
  library.Worker = class extends Worker {
    constructor(url, options) {
      super(url, { ...options, ...limits, execArgv: inWorkers === "" ? [] : ["--import", "data:text/javascript," + encodeURIComponent(inWorkers)] });
      workers.push(this);
      living.add(this);
      this.on("exit", () => living.delete(this));
    }
  };
  const threads = () => living.size;
  /** Code for \`inWorkers\`: does something in the 60th window that a worker advances. */
  const whileAdvancing = (act) => \`
    const { instantiate } = WebAssembly;
    let windows = 0;
    WebAssembly.instantiate = async (module, imports) => {
      const instance = await instantiate(module, imports);
      if (!instance.exports?.advance) return instance;
      return { exports: { ...instance.exports, advance: (...a) => { if (++windows === 60) { \${act} } return instance.exports.advance(...a); } } };
    };\`;
  const make = (size = 400, seed = 5) => {
    const net = new Network({ seed });
    const E = net.population("E", size, models.lifDelta, { v: "rand() * v_th" });
    net.poissonInput(E, { receptor: "v", rate: "9 kHz", weight: "0.15 mV" });
    net.projection(E, E, models.staticSynapse, { connect: fixedIndegree(20), receptor: "v", weight: "0.1 mV", delay: "1.5 ms" });
    return net;
  };
  const say = (value) => console.log(JSON.stringify(value));
  const messageOf = (promise) => promise.then(() => "no error", (error) => error.name + ": " + error.message);
`;

export interface Ended { readonly status: number | null; readonly said: readonly unknown[]; readonly stderr: string; readonly seconds: number }

/** @param program of a module; every `say(value)` comes back in `said`. Whoever does not end by itself in `seconds` has status null. */
export function child(program: string, seconds = 40): Ended {
  const begin = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--expose-gc", "--input-type=module", "-e", prelude + program], {
    encoding: "utf8", timeout: 1000 * seconds, killSignal: "SIGKILL", cwd: fileURLToPath(new URL("../..", import.meta.url)),
  });
  const said = stdout.trim().split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as unknown);
  return { status, said, stderr, seconds: (performance.now() - begin) / 1000 };
}
