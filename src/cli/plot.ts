/** `synfire plot …`: pictures of how rules of plasticity change weights, of the weights in a file, and of the results of a sweep. */
import { Command, InvalidArgumentError, Option } from "commander";
import { ArgumentError } from "../errors.ts";
import { frequencyCurve, stdpCurve } from "../index.ts";
import type {
  FrequencyCurveOptions, PairedNeuron, PairingOptions, Quantity, StdpCurveOptions, SynapseModel, Value, WeightChangeCurve,
} from "../index.ts";
import {
  chartText, fieldsScene, fieldsText, frequencyScene, loadWeights, receptiveFields, saveScene, shownWeights, stdpScene, weightHistogramsScene,
  weightHistogramsText,
} from "../io/index.ts";
import type { Scene, WeightChanges, WeightTable } from "../io/index.ts";
import { frequencyAxis, frequencyPanels, stdpAxis, stdpPanels } from "../io/plot/weightChanges.ts";
import { tableOf } from "../io/weightFiles.ts";
import { weightLabel } from "../io/weights/shown.ts";
import { neuronModels } from "./models.ts";
import { examples, jsonOption, positiveWholeNumber, quietOption } from "./options.ts";
import { Screen } from "./screen.ts";
import { sweepPlotCommand } from "./sweep/plotSweep.ts";
import { findSynapses } from "./synapseModels.ts";
import type { NamedSynapse } from "./synapseModels.ts";

interface PictureOptions { readonly out?: string; readonly title?: string; readonly json?: boolean; readonly quiet?: boolean }

export function plotCommand(): Command {
  const command = new Command("plot")
    .description("draw how rules of plasticity change weights, the weights in a file, or the results of a sweep, as SVG, PNG or in the terminal")
    .addHelpText("after", examples("plot stdp stdpPair stdpTriplet --out stdp.svg", "plot frequency stdpTriplet stdpTriplet:visualMinimal",
      "plot weights out/mine/weights.npz", "plot fields out/mine/weights.npz --shape 28x28 --out fields.png",
      "plot sweep out/sweep --x g --y eta --z rate"));
  for (const one of [stdpCommand(), frequencyCommand(), weightsCommand(), fieldsCommand(), sweepPlotCommand()]) command.addCommand(one);
  return command;
}

const models = "synapse models of synfire (synfire models lists them), with a preset as stdpTriplet:visual, or files that export some";

function stdpCommand(): Command {
  return pairingOptions(new Command("stdp"))
    .description("weight change by pairs of spikes against the time between them; the rule itself runs")
    .argument("<models...>", models)
    .option("--from <time>", 'first t_post - t_pre (default: "-100 ms")')
    .option("--to <time>", 'last (default: "100 ms")')
    .option("--step <time>", 'between them (default: "1 ms")')
    .option("--pairs <n>", "pairs at each (default: 1)", positiveWholeNumber)
    .option("--frequency <rate>", 'of the pairs (default: "1 Hz")')
    .addHelpText("after", examples("plot stdp stdpTriplet",
      'plot stdp stdpPair mine.ts --set a_plus=0.02 --from "-50 ms" --to "50 ms" --out stdp.png',
      'plot stdp stdpPair --reading nest --delay "5 ms" --at soma'))
    .action((names: readonly string[], options: StdpOptions) => changes(names, options, async (model, pairing) => {
      const { from, to, step, pairs, frequency } = options;
      return stdpCurve(model, { ...pairing, ...given({ from, to, step, pairs, frequency }) } as StdpCurveOptions);
    }, {
      at: ({ differences }) => differences, scene: stdpScene,
      text: (curves, terminal) => chartText(stdpPanels(curves), stdpAxis, terminal),
      title: `Weight change by ${options.pairs ?? 1} pair${(options.pairs ?? 1) > 1 ? "s" : ""} of spikes`,
    }));
}

function frequencyCommand(): Command {
  return pairingOptions(new Command("frequency"))
    .description("weight change by pairs of spikes against how many come a second; the rule itself runs")
    .argument("<models...>", models)
    .option("--frequencies <list>", "in Hz, e.g. 0.1,10,20,40,50 (default: 1,5,10,15 to 50)", numberList)
    .option("--difference <time...>", 't_post - t_pre of the pairs; several draw several curves (default: "10 ms" "-10 ms")')
    .option("--pairs <n>", "(default: 60)", positiveWholeNumber)
    .option("--burst <n>", "pairs come in bursts of so many", positiveWholeNumber)
    .option("--every <time>", 'a burst every so long (default: "10 s")')
    .addHelpText("after", examples("plot frequency stdpTriplet", "plot frequency clopath --neuron adExClopath --drive v=80mV --pairs 75 --burst 5",
      'plot frequency stdpTriplet stdpPair --difference "10 ms" --pairs 75 --burst 5 --out f.svg'))
    .action(async (names: readonly string[], options: FrequencyOptions) => {
      const differences = options.difference ?? ["10 ms", "-10 ms"];
      const kind: CurveKind = {
        at: ({ frequencies }) => frequencies, scene: frequencyScene, title: `Weight change by ${options.pairs ?? 60} pairs of spikes`,
        text: (curves, terminal) => chartText(frequencyPanels(curves), frequencyAxis, terminal),
      };
      await changes(names, options, async (model, pairing, difference) => {
        const { frequencies, pairs, burst, every } = options;
        const own = given({ difference, frequencies: frequencies?.map((f) => `${f} Hz`), pairs, burst, every });
        return frequencyCurve(model, { ...pairing, ...own } as FrequencyCurveOptions);
      }, kind, differences);
    });
}

function pairingOptions(command: Command): Command {
  return pictureOptions(command)
    .option("--set <name=value>", "a parameter or initial value of the models; may be repeated", collect)
    .option("--weight <quantity>", "at the start (default: w_ref or w_0 of the model, half of its w_max, or 1)")
    .option("--variable <name>", "variable of the synapse to show instead of the weight")
    .addOption(new Option("--reading <name>", "axonal delay, pre before post where both coincide; or dendritic delay").choices(["brian2", "nest"]))
    .option("--delay <time>", "that delay (default: one step)")
    .addOption(new Option("--at <place>", "where the times of spikes are meant").choices(["synapse", "soma"]).default("synapse"))
    .option("--neuron <name>", "neuron model to use behind the synapse, fired by --drive; for rules that need its variables")
    .option("--drive <receptor=weight>", "what makes that neuron fire, e.g. v=80mV")
    .option("--receptor <name>", "where the synapse sends to in that neuron (default: to no effect)")
    .option("--settle <time>", 'simulated after the last pair (default: "1 s")')
    .option("--dt <time>", 'step (default: "0.1 ms")');
}

interface PairOptions extends PictureOptions {
  readonly set?: readonly string[]; readonly weight?: string; readonly variable?: string; readonly reading?: "brian2" | "nest";
  readonly delay?: string;
  readonly at: "synapse" | "soma"; readonly neuron?: string; readonly drive?: string; readonly receptor?: string; readonly settle?: string;
  readonly dt?: string; readonly pairs?: number;
}
interface StdpOptions extends PairOptions { readonly from?: string; readonly to?: string; readonly step?: string; readonly frequency?: string }
interface FrequencyOptions extends PairOptions {
  readonly frequencies?: readonly number[]; readonly difference?: readonly string[]; readonly burst?: number; readonly every?: string;
}

/** What the two protocols draw differently. */
interface CurveKind {
  readonly at: (curve: WeightChangeCurve) => Float64Array;
  readonly scene: (curves: readonly WeightChanges[], options: { title: string }) => Scene;
  readonly text: (curves: readonly WeightChanges[], options: Terminal & { title: string }) => string;
  readonly title: string;
}

async function changes(
  names: readonly string[], options: PairOptions,
  measure: (model: SynapseModel, options: PairingOptions, variant?: string) => Promise<WeightChangeCurve>,
  kind: CurveKind, variants: readonly (string | undefined)[] = [undefined],
): Promise<void> {
  const screen = new Screen(options);
  const synapses = (await Promise.all(names.map(findSynapses))).flat();
  checkNames(options.set ?? [], synapses);
  const neuron = await pairedNeuron(options);
  const curves: (WeightChanges & { readonly dw: Float64Array; readonly weight: number })[] = [];
  for (const { exported, model, preset } of synapses) {
    for (const variant of variants) {
      const { weight, variable, reading, delay, at, settle, dt } = options;
      const pairing = given({ values: valuesFor(options.set ?? [], model), preset, weight, variable, reading, delay, at, settle, dt, neuron });
      const curve = await measure(model, pairing as PairingOptions, variant);
      const label = [preset === undefined ? exported : `${exported} ${preset}`,
        ...(variants.length > 1 ? [variant?.replace("-", "−")] : [])].join(", ");
      // Of a variable that begins at zero there is no share.
      const start = curve.weight === 0 ? 1 : curve.weight;
      curves.push({ name: label, at: kind.at(curve), change: curve.dw.map((dw) => dw / start), dw: curve.dw, weight: curve.weight,
        ...given({ variable }) });
    }
  }
  const title = options.title ?? kind.title;
  await show(screen, options, () => kind.scene(curves, { title }), (terminal) => kind.text(curves, { ...terminal, title }));
  screen.json({
    curves: curves.map(({ name, at, dw, weight }) => ({ name, weight, at: Array.from(at), dw: Array.from(dw) })), out: options.out ?? null,
  });
}

function weightsCommand(): Command {
  return pictureOptions(new Command("weights"))
    .description("how the weights in a file are distributed")
    .argument("<file>", "weights that synfire run or saveWeights saved, or a matrix (.npz, .npy, .json)")
    .option("--projection <name>", "only this one")
    .option("--unit <unit>", "of the weights, where the file does not say it")
    .option("--bins <n>", "bars of each histogram", positiveWholeNumber)
    .addHelpText("after", examples("plot weights out/mine/weights.npz", 'plot weights weights.npz --projection "E→E" --out weights.svg'))
    .action(async (file: string, options: PictureOptions & { projection?: string; unit?: string; bins?: number }) => {
      const screen = new Screen(options);
      const tables = await loadWeights(file, given({ unit: options.unit }));
      const chosen = options.projection === undefined ? tables : [tableOf(tables, options.projection, file)];
      const shown = chosen.map((table) => shownWeights(table));
      const about = given({ title: options.title, bins: options.bins });
      await show(screen, options, () => weightHistogramsScene(shown, about), (terminal) => weightHistogramsText(shown, { ...terminal, ...about }));
      screen.json({ projections: chosen.map(({ name, shape, weights }) => ({ name, shape, synapses: weights.length })), out: options.out ?? null });
    });
}

function fieldsCommand(): Command {
  return pictureOptions(new Command("fields"))
    .description("receptive fields: the weights onto each neuron as an image, tiled in a grid")
    .argument("<file>", "weights that synfire run or saveWeights saved, or a matrix (.npz, .npy, .json)")
    .option("--shape <rows x columns>", "of each image, e.g. 28x28 (default: a square)", shape)
    .option("--projection <name>", "of several in the file")
    .option("--across <n>", "images in a row", positiveWholeNumber)
    .option("--max <neurons>", "show at most so many neurons, spread evenly (default: 400)", positiveWholeNumber)
    .option("--unit <unit>", "of the weights, where the file does not say it")
    .addHelpText("after", examples("plot fields out/mine/weights.npz --shape 28x28 --out fields.png", "plot fields weights.npz --across 20"))
    .action(async (file: string, options: PictureOptions & FieldsOptions) => {
      const screen = new Screen(options);
      const table = tableOf(await loadWeights(file, given({ unit: options.unit })), options.projection, file);
      const { fields, label } = fieldsOf(table, given({ shape: options.shape, max: options.max }));
      const about = given({ title: options.title ?? (table.name || undefined), across: options.across, label });
      await show(screen, options, () => fieldsScene(fields, about), (terminal) => fieldsText(fields, { ...terminal, ...about }));
      screen.json({ projection: table.name, neurons: [...fields.neurons], rows: fields.rows, columns: fields.columns, out: options.out ?? null });
    });
}

interface FieldsOptions {
  readonly shape?: readonly [number, number]; readonly projection?: string; readonly across?: number; readonly max?: number; readonly unit?: string;
}

/** Receptive fields in the unit in which people say weights. */
function fieldsOf(table: WeightTable, options: Parameters<typeof receptiveFields>[1]): { fields: ReturnType<typeof receptiveFields>; label: string } {
  const { weights, unit } = shownWeights(table);
  return { fields: receptiveFields({ ...table, weights: weights as Float64Array }, options), label: weightLabel(unit) };
}

interface Terminal { readonly width: number; readonly color: boolean }

async function show(screen: Screen, { out }: PictureOptions, scene: () => Scene, text: (terminal: Terminal) => string): Promise<void> {
  if (out === undefined) {
    screen.say(text({ width: Math.min(process.stdout.columns ?? 100, 160), color: process.stdout.isTTY ?? false }).trimEnd());
    return;
  }
  await saveScene(out, scene());
  screen.note(`saved ${out}`);
}

function pictureOptions(command: Command): Command {
  return command
    .option("--out <file>", "picture to write: .svg or .png (default: draw in the terminal)")
    .option("--title <text>", "title of the picture")
    .addOption(jsonOption())
    .addOption(quietOption());
}

/** Without the options that were not given. */
function given<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } & Record<string, never> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}

function valuesFor(set: readonly string[], { parameters, state }: SynapseModel): Readonly<Record<string, Value>> {
  const own = set.map(assignment).filter(([name]) => Object.hasOwn(parameters, name) || Object.hasOwn(state, name));
  return Object.fromEntries(own.map(([name, text]) => [name, Number.isFinite(Number(text)) ? Number(text) : text]));
}

function assignment(text: string): readonly [name: string, value: string] {
  const split = text.indexOf("=");
  const [name, value] = [text.slice(0, Math.max(0, split)).trim(), text.slice(split + 1).trim()];
  if (split > 0 && value !== "") return [name, value];
  throw new ArgumentError("setting", `--set ${text}: no value`, "Write --set name=value.");
}

function checkNames(set: readonly string[], synapses: readonly NamedSynapse[]): void {
  const known = [...new Set(synapses.flatMap(({ model }) => [...Object.keys(model.parameters), ...Object.keys(model.state)]))];
  for (const [name] of set.map(assignment)) {
    if (known.includes(name)) continue;
    throw new ArgumentError("setting", `--set ${name}: no model here has such a parameter`, `Known: ${known.join(", ") || "none"}.`);
  }
}

async function pairedNeuron({ neuron: wanted, drive, receptor }: PairOptions): Promise<PairedNeuron | undefined> {
  if (wanted === undefined) return undefined;
  const model = (await neuronModels()).get(wanted);
  if (!model) throw new ArgumentError("unknown-model", `there is no neuron model "${wanted}"`, "synfire models lists them.");
  const [into, weight] = drive === undefined ? [] : assignment(drive);
  if (into === undefined) {
    const example = `--drive ${Object.keys(model.receptors)[0] ?? "v"}=80mV`;
    throw new ArgumentError("drive", `what makes "${wanted}" fire is missing`, `Write e.g. ${example}.`);
  }
  return { model, drive: { receptor: into, weight: weight as Quantity }, ...(receptor === undefined ? {} : { receptor }) };
}

const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

function numberList(text: string): number[] {
  const values = text.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
  if (values.every((value) => value > 0 && Number.isFinite(value))) return values;
  throw new InvalidArgumentError("Positive numbers with commas between them are wanted, e.g. 1,10,50.");
}

function shape(text: string): readonly [number, number] {
  const [, rows, columns] = /^\s*(\d{1,6})\s*[x×,]\s*(\d{1,6})\s*$/.exec(text) ?? [];
  if (rows !== undefined && columns !== undefined) return [Number(rows), Number(columns)];
  throw new InvalidArgumentError("Rows and columns are wanted, e.g. 28x28.");
}
