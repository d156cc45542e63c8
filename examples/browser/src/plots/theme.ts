/** Colours of the plots, as the style sheet says them. */
export interface Theme {
  /** One a population, and again from the beginning. */
  readonly series: readonly string[];
  readonly line: string;
  readonly quiet: string;
}

export function currentTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  return { series: ["--series-1", "--series-2", "--series-3", "--series-4"].map(colour), line: colour("--line"), quiet: colour("--quiet") };
}
