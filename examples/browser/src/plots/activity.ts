/** Raster and rates together: they are painted when the browser paints, and drawn anew from what is still shown when they change their size. */
import type { Band, Frame } from "../messages.ts";
import { Raster } from "./raster.ts";
import { Rates } from "./rates.ts";
import { currentTheme } from "./theme.ts";

export interface ActivityElements {
  readonly raster: HTMLCanvasElement;
  readonly rates: HTMLCanvasElement;
  /** Names and sizes of populations, beside their rows. */
  readonly bands: HTMLElement;
  /** Top of the axis of rates. */
  readonly most: HTMLElement;
}

/** Longest time that can be shown, seconds. */
const longest = 5;

export class Activity {
  readonly #elements: ActivityElements;
  #bands: readonly Band[] = [];
  #frames: Frame[] = [];
  #seconds: number;
  #raster: Raster | undefined;
  #rates: Rates | undefined;
  #painting = false;

  constructor(elements: ActivityElements, seconds: number) {
    this.#elements = elements;
    this.#seconds = seconds;
    const observer = new ResizeObserver(() => this.#restart());
    observer.observe(elements.raster);
    observer.observe(elements.rates);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#restart());
  }

  /** Forgets what was shown. */
  open(bands: readonly Band[]): void {
    this.#bands = bands;
    this.#frames = [];
    this.#elements.bands.replaceChildren(...bands.map(bandLabel).reverse());
    this.#restart();
  }

  show(seconds: number): void {
    this.#seconds = seconds;
    this.#restart();
  }

  add(frame: Frame): void {
    this.#frames.push(frame);
    if (this.#frames[0]!.to < frame.to - 2 * longest) this.#frames = this.#frames.filter(({ to }) => to >= frame.to - longest);
    this.#raster?.add(frame);
    this.#rates?.add(frame);
    this.#paintSoon();
  }

  #restart(): void {
    const { raster, rates } = this.#elements;
    for (const canvas of [raster, rates]) {
      canvas.width = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
      canvas.height = Math.max(1, Math.round(canvas.clientHeight * devicePixelRatio));
    }
    const theme = currentTheme();
    this.#raster = new Raster(raster, this.#bands, this.#seconds, theme);
    this.#rates = new Rates(rates, this.#bands, this.#seconds, theme);
    for (const frame of this.#frames) {
      this.#raster.add(frame);
      this.#rates.add(frame);
    }
    this.#paintSoon();
  }

  #paintSoon(): void {
    if (this.#painting) return;
    this.#painting = true;
    requestAnimationFrame(() => {
      this.#painting = false;
      this.#raster?.paint();
      this.#rates?.paint();
      const { most } = this.#elements, text = String(this.#rates?.most ?? "");
      if (most.textContent !== text) most.textContent = text;
    });
  }
}

function bandLabel({ name, size, rows }: Band, k: number): HTMLElement {
  const label = document.createElement("div");
  label.style.flex = `${rows} 0 0`;
  label.style.setProperty("--colour", `var(--series-${(k % 4) + 1})`);
  const title = document.createElement("strong"), detail = document.createElement("span");
  title.textContent = name;
  detail.textContent = rows === size ? `${size}` : `${rows} of ${size.toLocaleString("en").replaceAll(",", "\u202f")}`;
  label.append(title, detail);
  return label;
}
