/** The source text of a plain JavaScript function, cut into its parameters, its body and tokens. */

/** The text is not one that can be read here; the message says why. */
export class UnreadFunction extends Error {}

export interface FunctionText {
  readonly parameters: readonly string[];
  /** An expression behind an arrow, or statements in braces. */
  readonly kind: "expression" | "block";
  /** Without the braces of a block. */
  readonly body: string;
}

const blank = /\s+|\/\/[^\n]*|\/\*[^]*?\*\//;
const numeral = /0[xX][\da-fA-F]+|(?:\d[\d_]*\.?[\d_]*|\.\d+)(?:[eE][+-]?\d+)?/;
const symbol = /===|!==|=>|\*\*|<=|>=|==|!=|&&|\|\||[-+*/%<>!?:(),;{}=.]/;
const token = new RegExp(`${blank.source}|(${numeral.source})|([A-Za-z_$][\\w$]*)|(${symbol.source})`, "y");

export interface JavaScriptToken {
  readonly kind: "number" | "name" | "symbol";
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** @throws {UnreadFunction} at a character that neither numbers, names nor operators of numbers have */
export function tokensOf(text: string): JavaScriptToken[] {
  const found: JavaScriptToken[] = [];
  for (let at = 0; at < text.length;) {
    token.lastIndex = at;
    const match = token.exec(text);
    if (!match) throw new UnreadFunction(`${JSON.stringify(text[at])} has no meaning for numbers`);
    const kind = match[1] !== undefined ? "number" : match[2] !== undefined ? "name" : match[3] !== undefined ? "symbol" : undefined;
    if (kind) found.push({ kind, text: match[0], start: at, end: token.lastIndex });
    at = token.lastIndex;
  }
  return found;
}

/**
 * Cuts a function's source: `(w, pre) => …`, `x => …`, `function (w) { … }` or a method `rule(w) { … }`.
 *
 * @throws {UnreadFunction} for native, asynchronous and generator functions, and parameters that are not plain names
 */
export function functionText(source: string): FunctionText {
  if (/\[native code\]\s*\}$/.test(source)) throw new UnreadFunction("its source text is not kept (a native or bound function)");
  // Only the head is read here: bodies may hold anything.
  const head = /^\s*(?:function\b\s*)?[A-Za-z_$][\w$]*\s*(?==>)|^\s*(?:function\b)?\s*(?:[A-Za-z_$][\w$]*)?\s*\(([^()]*)\)/.exec(source);
  if (!head || /^\s*async\b/.test(source)) throw new UnreadFunction("it is not a plain function of numbers");
  const list = head[1] ?? head[0];
  const names = list.replace(/\/\*[^]*?\*\/|\/\/[^\n]*/g, "").split(",").map((name) => name.trim()).filter((name) => name !== "");
  const odd = names.find((name) => !/^[A-Za-z_$][\w$]*$/.test(name));
  if (odd !== undefined) throw new UnreadFunction(`its parameter ${odd} is not a plain name`);
  const rest = source.slice(head[0].length).replace(/^\s*=>/, "").trim();
  const block = rest.startsWith("{");
  return { parameters: names, kind: block ? "block" : "expression", body: block ? rest.slice(1, rest.lastIndexOf("}")) : rest };
}
