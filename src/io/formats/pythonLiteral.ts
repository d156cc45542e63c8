/** What a Python literal can be here: dictionaries become Maps, tuples and lists arrays. */
export type PythonValue = string | number | boolean | null | PythonValue[] | Map<string, PythonValue>;

/**
 * Reads a literal as `ast.literal_eval` would, as far as headers of .npy files need: text, integers, True, False, None, tuples, lists and
 * dictionaries with text keys. Nothing is executed. Undefined when the text is anything else or nested more than 16 deep.
 */
export function parsePythonLiteral(text: string): PythonValue | undefined {
  const tokens = text.match(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|-?\d{1,19}L?|True|False|None|[{}()[\],:]|[^\s]/g) ?? [];
  const reader = { tokens, at: 0 };
  try {
    const value = readValue(reader, 0);
    return reader.at === tokens.length ? value : undefined;
  } catch (error) {
    if (error instanceof NotALiteral) return undefined;
    throw error;
  }
}

class NotALiteral extends Error {}

interface Reader {
  readonly tokens: readonly string[];
  at: number;
}

const WORDS: Readonly<Record<string, PythonValue>> = { True: true, False: false, None: null };

function readValue(reader: Reader, depth: number): PythonValue {
  const token = reader.tokens[reader.at++];
  if (token === undefined || depth > 16) throw new NotALiteral();
  if (token === "(" || token === "[") return readItems(reader, token === "(" ? ")" : "]", depth);
  if (token === "{") return readDictionary(reader, depth);
  if (token.length > 1 && (token[0] === "'" || token[0] === '"')) return token.slice(1, -1).replace(/\\(.)/g, "$1");
  if (/^-?\d/.test(token)) return Number(token.replace("L", ""));
  if (Object.hasOwn(WORDS, token)) return WORDS[token]!;
  throw new NotALiteral();
}

function readItems(reader: Reader, end: string, depth: number): PythonValue[] {
  const items: PythonValue[] = [];
  while (reader.tokens[reader.at] !== end) {
    items.push(readValue(reader, depth + 1));
    if (reader.tokens[reader.at] === ",") reader.at++;
    else if (reader.tokens[reader.at] !== end) throw new NotALiteral();
  }
  reader.at++;
  return items;
}

function readDictionary(reader: Reader, depth: number): Map<string, PythonValue> {
  const entries = new Map<string, PythonValue>();
  while (reader.tokens[reader.at] !== "}") {
    const key = readValue(reader, depth + 1);
    if (typeof key !== "string" || reader.tokens[reader.at++] !== ":") throw new NotALiteral();
    entries.set(key, readValue(reader, depth + 1));
    if (reader.tokens[reader.at] === ",") reader.at++;
    else if (reader.tokens[reader.at] !== "}") throw new NotALiteral();
  }
  reader.at++;
  return entries;
}
