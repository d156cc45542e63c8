/** A WGSL module in the making. */
import { invariant } from "../../../errors.ts";
import { reservedWords } from "./reservedWords.ts";

/** A WGSL module in the making: declarations that its code uses, each once, in the order of their first use. */
export class Shader {
  readonly #declared = new Set<string>();
  readonly #taken = new Set<string>();
  readonly #declarations: string[] = [];
  #outer: Shader | undefined;

  /** Declares text (a function, a constant, a struct) once under a name, after what it itself uses; returns the name. */
  use(name: string, text: () => string): string {
    if (this.#outer) return this.#outer.use(name, text);
    if (this.#declared.has(name)) return name;
    invariant(!this.#taken.has(name), `the shader declares ${name}, which is the name of a value already`);
    this.#declared.add(name);
    // What the text uses is declared while it is made, hence before it.
    const declaration = text();
    this.#declarations.push(declaration.trim());
    return name;
  }

  /** A name that nothing else in this module has, made of the given words. */
  fresh(name: string): string {
    const plain = name.replaceAll(/[^A-Za-z0-9_]+/g, "_").replace(/^_+/, "").replace(/^(?=[0-9]|$)/, "x");
    let made = plain;
    for (let k = 1; !this.#isFree(made); k++) made = `${plain}_${k}`;
    this.#taken.add(made);
    return made;
  }

  /** The same module with names of its own, for a function whose names nobody else sees. */
  inner(): Shader {
    const inner = new Shader();
    for (const name of this.#taken) inner.#taken.add(name);
    inner.#outer = this;
    return inner;
  }

  /** All declarations, in order. */
  text(): string {
    return this.#declarations.map((declaration) => `${declaration}\n`).join("\n");
  }

  #isDeclared(name: string): boolean {
    return this.#declared.has(name) || (this.#outer !== undefined && this.#outer.#isDeclared(name));
  }

  #isFree(name: string): boolean {
    return !this.#taken.has(name) && !this.#isDeclared(name) && !reservedWords.has(name) && !libraryName.test(name);
  }
}

/** What functions of the library are called: a value of that name would hide them from the code around it. */
const libraryName = /_(f32|u32|u64|f64|at|bits|keys)$|^philox/;
