/** Statements under construction: a function, the list they are appended to, and fresh locals for values used more than once. */
import { local, type Func, type Local, type Module, type Node, type ValueType } from "./assembler.ts";

export class Code {
  readonly module: Module;
  readonly func: Func;
  readonly statements: Node[];

  constructor(module: Module, func: Func, statements: Node[] = func.body) {
    this.module = module;
    this.func = func;
    this.statements = statements;
  }

  add(...nodes: readonly Node[]): void {
    for (const node of nodes) this.statements.push(node);
  }

  /** Computes a value here, once; the node returned reads it and may be used any number of times. */
  let(name: string, value: Node): Node {
    return local.get(this.variable(name, value.type as ValueType, value));
  }

  /** A local that may be set again. */
  variable(name: string, type: ValueType, initial?: Node): Local {
    const made = this.func.local(name, type);
    if (initial) this.add(local.set(made, initial));
    return made;
  }

  /** A list of statements for the inside of a block, loop or branch of the same function. */
  inner(build: (code: Code) => void): Node[] {
    const inside = new Code(this.module, this.func, []);
    build(inside);
    return inside.statements;
  }
}

/** The function of that name in the module, made on first use; helpers are not exported. */
export function helper(module: Module, name: string, make: () => Func): Func {
  return module.functions.find((f) => f.name === name) ?? make();
}
