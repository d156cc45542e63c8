/** The page: its controls give orders to the worker, and what the worker tells is drawn. */
import { number } from "./figures.ts";
import type { BackendChoice, News, Opened, Order, Platform } from "./messages.ts";
import type { NetworkName } from "./networks.ts";
import { Activity } from "./plots/activity.ts";
import { Readings } from "./readings.ts";

/** Rows of the raster have two pixels of a plain screen each. */
const rowHeight = 2;
/** The network that is there when the page opens. */
const first: NetworkName = "sparse10k";

const find = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E;
const select = (id: string) => find<HTMLSelectElement>(id);
const button = (id: string) => find<HTMLButtonElement>(id);

const worker = new Worker(new URL("./simulator.ts", import.meta.url), { type: "module" });
const order = (what: Order): void => worker.postMessage(what);
const activity = new Activity(
  { raster: find("raster"), rates: find("rates"), bands: find("bands"), most: find("most") }, Number(select("window").value));
const readings = new Readings();
let wantsToRun = false;

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
  const inside = (controls: string) => (target as HTMLElement).closest(controls) !== null;
  if (ctrlKey || metaKey || altKey || inside("select") || (key === " " && inside("button"))) return;
  const wanted = key === " " ? "run" : key === "r" || key === "R" ? "reset" : undefined;
  if (wanted === undefined) return;
  event.preventDefault();
  button(wanted).click();
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
      return readings.advanced(news.frame);
    case "paused":
      // Or it has been told to go on, or to begin anew, in the meantime.
      if (wantsToRun) return;
      readings.paused(news.paused);
      return state("paused", `paused after ${number(news.paused.spikes)} spikes`);
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
  find("notes").textContent = reasons.join(" ");
  open();
}

function open(): void {
  find("error").hidden = true;
  const backend = select("backend").value as BackendChoice;
  select("threads").disabled = backend !== "wasm" || select("threads").options.length === 1;
  enable(false);
  state("opening", "opening");
  const choice = { network: select("network").value as NetworkName, backend, threads: backend === "wasm" ? Number(select("threads").value) : 1 };
  order({ kind: "open", choice, rows: Math.floor(find("raster").clientHeight / rowHeight) });
}

function opened(what: Opened): void {
  activity.open(what.bands);
  readings.opened(what);
  state("paused", [`made in ${number(what.buildMs + what.compileMs)} ms`, ...what.warnings].join("; "));
  enable(true);
  if (wantsToRun) run();
}

function runOrPause(): void {
  wantsToRun = !wantsToRun;
  if (wantsToRun) run();
  else order({ kind: "pause" });
}

function run(): void {
  find("error").hidden = true;
  state("running", "running");
  readings.running();
  order({ kind: "run" });
}

function fail(problem: string, hint: string): void {
  wantsToRun = false;
  const what = document.createElement("strong"), fix = document.createElement("p");
  what.textContent = problem;
  fix.textContent = hint;
  find("error").replaceChildren(what, fix);
  find("error").hidden = false;
  state("failed", "stopped by an error");
}

function enable(usable: boolean): void {
  for (const id of ["run", "reset"]) button(id).disabled = !usable;
}

/** @param now also for style sheets and for whoever watches the page from outside */
function state(now: "opening" | "running" | "paused" | "failed", text: string): void {
  document.documentElement.dataset.state = now;
  find("status").textContent = text;
  button("run").textContent = wantsToRun ? "Pause" : "Run";
}
