#!/usr/bin/env node
/** The `synfire` command: reads the command line, runs one command, turns every failure into a message and an exit status. */
import { Command } from "commander";
import { benchCommand } from "./bench.ts";
import { checkCommand } from "./check.ts";
import { citeCommand } from "./cite.ts";
import { doctorCommand } from "./doctor.ts";
import { exitStatusOf, explainFailure } from "./failure.ts";
import { inspectCommand } from "./inspect.ts";
import { modelsCommand } from "./models.ts";
import { examples } from "./options.ts";
import { rasterCommand } from "./raster.ts";
import { runCommand } from "./run.ts";
import { reserveStdout } from "./screen.ts";
import type { ScreenOptions } from "./screen.ts";
import { statsCommand } from "./stats.ts";
import { verifyCommand } from "./verify.ts";
import { packageVersion } from "./versions.ts";

const commands = [runCommand, rasterCommand, statsCommand, modelsCommand, inspectCommand, checkCommand, verifyCommand, benchCommand, doctorCommand,
  citeCommand];

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
  for (const make of commands) program.addCommand(make().copyInheritedSettings(program));
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
