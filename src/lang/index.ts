/** The language of models: text → checked expressions. */
export { checkCondition, checkExpression, checkNumberOf } from "./check.ts";
export type { Checked, Scope } from "./check.ts";
export { readEquations } from "./equations.ts";
export type { Definition, EquationDialect } from "./equations.ts";
export { neuronFlags, synapseFlags } from "./flags.ts";
export { constants, functions, isLanguageWord, randomFunctions } from "./functions.ts";
export { splitLines, withoutComments } from "./lines.ts";
export { equationError, TextProblem } from "./problems.ts";
export type { Problem, Span } from "./problems.ts";
export { readStatements } from "./statements.ts";
export type { Statement } from "./statements.ts";
export { readSyntax } from "./syntax.ts";
export type { Syntax } from "./syntax.ts";
export { longestText, parseValue } from "./value.ts";
export type { ValueScope } from "./value.ts";
