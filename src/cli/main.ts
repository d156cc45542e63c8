#!/usr/bin/env node
/** The `synfire` command: reads the command line, runs one command, turns every failure into a message and an exit status. */
import { Command } from "commander";
import { exitStatusOf, explainFailure } from "./failure.ts";
import { examples } from "./options.ts";
import { launchedRank } from "./ranks.ts";
import { reserveStdout } from "./screen.ts";
import type { ScreenOptions } from "./screen.ts";
import { packageVersion } from "./versions.ts";

/** In the order of the help. Only the command that was asked for is loaded, so that it starts soon. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import("./run.ts")).runCommand(),
  train: async () => (await import("./train.ts")).trainCommand(),
  evaluate: async () => (await import("./evaluate.ts")).evaluateCommand(),
  convert: async () => (await import("./convert.ts")).convertCommand(),
  energy: async () => (await import("./energy.ts")).energyCommand(),
  sweep: async () => (await import("./sweep.ts")).sweepCommand(),
  raster: async () => (await import("./raster.ts")).rasterCommand(),
  plot: async () => (await import("./plot.ts")).plotCommand(),
  stats: async () => (await import("./stats.ts")).statsCommand(),
  models: async () => (await import("./models.ts")).modelsCommand(),
  inspect: async () => (await import("./inspect.ts")).inspectCommand(),
  check: async () => (await import("./check.ts")).checkCommand(),
  verify: async () => (await import("./verify.ts")).verifyCommand(),
  bench: async () => (await import("./bench.ts")).benchCommand(),
  doctor: async () => (await import("./doctor.ts")).doctorCommand(),
  cite: async () => (await import("./cite.ts")).citeCommand(),
};

/** Runs one command line (without node and the script) and sets the exit status of the process. */
async function main(args: readonly string[]): Promise<void> {
  // A reader that has had enough (`| head`) is no failure.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
    throw error;
  });
  const program = new Command("synfire")
    .description("Simulates spiking neural networks: equations become WebAssembly, a run becomes a spike raster.")
    .version(packageVersion(), "--version", "print the version")
    .addHelpText("after", examples("run brunel --out out/brunel", 'run mine.ts --duration "500 ms" --set g=4.5', "models lifDelta", "bench C --json"))
    .configureHelp({ sortSubcommands: false })
    .showHelpAfterError("(synfire --help, or synfire COMMAND --help, says more)")
    .hook("preAction", (_, command) => {
      if (command.opts<ScreenOptions>().json) reserveStdout();
    })
    .exitOverride();
  // Every rank reads the same command line.
  if (launchedRank(process.env) > 0) program.configureOutput({ writeOut: () => {}, writeErr: () => {} });
  const [asked = ""] = args;
  const needed = Object.hasOwn(commands, asked) ? [asked] : asked === "--version" ? [] : Object.keys(commands);
  for (const name of needed) {
    const command = (await commands[name]!()).copyInheritedSettings(program);
    for (const part of command.commands) part.copyInheritedSettings(command);
    program.addCommand(command);
  }
  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync(args, { from: "user" });
  } catch (error) {
    const message = explainFailure(error);
    if (message !== "") process.stderr.write(`${message}\n`);
    process.exitCode = exitStatusOf(error);
  }
}

await main(process.argv.slice(2));
