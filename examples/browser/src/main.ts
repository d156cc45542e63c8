/** The page: its controls give orders to the worker, and what the worker tells is drawn. */
import { duration, Meter, number } from "./figures.ts";
import type { BackendChoice, News, Opened, Order, Paused, Platform } from "./messages.ts";
import type { NetworkName } from "./networks.ts";
import { Activity } from "./plots/activity.ts";

/** Rows of the raster have two pixels of a plain screen each. */
const rowHeight = 2;
/** The network that is there when the page opens. */
const first: NetworkName = "sparse10k";

const find = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E;
const select = (id: string) => find<HTMLSelectElement>(id);
const show = (id: string, text: string): void => void (find(id).textContent = text);

const worker = new Worker(new URL("./simulator.ts", import.meta.url), { type: "module" });
const order = (what: Order): void => worker.postMessage(what);
const activity = new Activity(
  { raster: find("raster"), rates: find("rates"), bands: find("bands"), most: find("most") }, Number(select("window").value));
const meter = new Meter();
let neurons = 1;
let wantsToRun = false;
let metered = 0;

worker.addEventListener("message", ({ data }: MessageEvent<News>) => hear(data));
worker.addEventListener("error", ({ message }) => fail(`the simulating worker failed: ${message}`, "Reload the page."));

for (const id of ["network", "backend", "threads"]) select(id).addEventListener("change", open);
select("pace").addEventListener("change", () => order({ kind: "pace", pace: Number(select("pace").value) }));
select("window").addEventListener("change", () => activity.show(Number(select("window").value)));
find("controls").addEventListener("submit", (event) => {
  event.preventDefault();
  runOrPause();
});
find("reset").addEventListener("click", () => order({ kind: "reset" }));
document.addEventListener("keydown", (event) => {
  const { key, target, ctrlKey, metaKey, altKey } = event;
  // A control that has the focus keeps its own keys.
  if (ctrlKey || metaKey || altKey || (target as HTMLElement).closest("select, button")) return;
  const button = key === " " ? find<HTMLButtonElement>("run") : key === "r" || key === "R" ? find<HTMLButtonElement>("reset") : undefined;
  if (!button) return;
  event.preventDefault();
  button.click();
});

function hear(news: News): void {
  switch (news.kind) {
    case "platform":
      return offer(news.platform);
    case "stage":
      return state("opening", news.text);
    case "opened":
      return opened(news.opened);
    case "spikes":
      activity.add(news.frame);
      show("time", duration(news.frame.to));
      return measure(news.frame);
    case "paused":
      return paused(news.paused);
    case "failed":
      return fail(news.problem, news.hint);
    default:
      news satisfies never;
  }
}

/** What this browser cannot do is not offered, and the page says why. */
function offer({ networks, gpu, threads }: Platform): void {
  select("network").replaceChildren(...networks.map(({ name, label }) => new Option(label, name, name === first, name === first)));
  const webgpu = select("backend").querySelector<HTMLOptionElement>("option[value=webgpu]")!;
  webgpu.disabled = "reason" in gpu;
  if ("most" in threads) {
    select("threads").disabled = false;
    select("threads").replaceChildren(...Array.from({ length: threads.most }, (_, k) => new Option(String(k + 1))));
  }
  const reasons = [
    ..."reason" in gpu ? [`WebGPU: ${gpu.reason}.`] : [],
    ..."reason" in threads ? [`Threads: ${threads.reason}.`] : [],
  ];
  show("notes", reasons.join(" "));
  open();
}

function open(): void {
  find("error").hidden = true;
  const backend = select("backend").value as BackendChoice;
  select("threads").disabled = backend !== "wasm" || select("threads").options.length === 1;
  enable(false);
  state("opening", "opening");
  const choice = { network: select("network").value as NetworkName, backend, threads: Number(select("threads").value) };
  order({ kind: "open", choice, rows: Math.floor(find("raster").clientHeight / rowHeight) });
}

function opened({ bands, synapses, engine, buildMs, compileMs, warnings, neurons: size }: Opened): void {
  neurons = size;
  meter.clear();
  activity.open(bands);
  for (const id of ["speed", "spikes"]) show(id, "–");
  show("time", duration(0));
  show("hash", "at the next pause");
  show("size", `${number(size)} neurons, ${number(synapses)} synapses`);
  show("engine", engine);
  find("same").hidden = true;
  const made = `made in ${number(buildMs + compileMs)} ms`;
  state("paused", [made, ...warnings].join("; "));
  enable(true);
  if (wantsToRun) run();
}

function runOrPause(): void {
  wantsToRun = !wantsToRun;
  if (wantsToRun) run();
  else order({ kind: "pause" });
}

function run(): void {
  state("running", "running");
  show("hash", "at the next pause");
  find("same").hidden = true;
  order({ kind: "run" });
}

function paused({ time, spikeHash, spikes, command }: Paused): void {
  show("time", duration(time));
  show("hash", spikeHash);
  show("command", command);
  find("same").hidden = false;
  state("paused", `paused after ${number(spikes)} spikes`);
}

function measure(frame: Parameters<Meter["add"]>[0]): void {
  const now = performance.now();
  meter.add(frame, now);
  // A number that changes at every frame cannot be read.
  if (now - metered < 250) return;
  metered = now;
  const read = meter.read();
  if (!read) return;
  show("speed", `${number(read.speed)} × real time`);
  show("spikes", `${number(Math.round(read.spikes))}, ${number(read.spikes / neurons)} Hz a neuron`);
}

function fail(problem: string, hint: string): void {
  wantsToRun = false;
  const error = find("error");
  const what = document.createElement("strong"), fix = document.createElement("p");
  what.textContent = problem;
  fix.textContent = hint;
  error.replaceChildren(what, fix);
  error.hidden = false;
  state("failed", "stopped by an error");
}

function enable(usable: boolean): void {
  for (const id of ["run", "reset"]) find<HTMLButtonElement>(id).disabled = !usable;
}

/** @param now also for style sheets and for whoever watches the page from outside */
function state(now: "opening" | "running" | "paused" | "failed", text: string): void {
  document.documentElement.dataset.state = now;
  show("status", text);
  show("run", wantsToRun ? "Pause" : "Run");
}
