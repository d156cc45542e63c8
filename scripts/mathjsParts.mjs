// The parts of mathjs that Synfire uses, put together by hand: its parser and its table of units, for plain numbers only. mathjs's own
// assembly also prepares matrices, fractions and big numbers, which costs ten times as long at each start.
import {
  ConstantNodeDependencies, FunctionNodeDependencies, NodeDependencies, OperatorNodeDependencies, parseDependencies, ParenthesisNodeDependencies,
  RelationalNodeDependencies,
  SymbolNodeDependencies, UnitDependencies,
} from "mathjs";

const config = { relTol: 1e-12, absTol: 1e-15, matrix: "Matrix", number: "number", numberFallback: "number", precision: 64, predictable: false,
  randomSeed: null, legacySubset: false };

// `typed` of typed-function chooses an implementation by the types of the arguments; here they are known.
const typed = Object.assign((_name, signatures) => signatures.string ?? signatures.number ?? Object.values(signatures)[0], {
  addConversion: () => undefined, find: (f) => f, isTypedFunction: () => false, convert: (x) => x, referToSelf: (f) => f, refer: (...f) => f.at(-1),
});

const Node = NodeDependencies.createNode({ mathWithTransform: {} });
const SymbolNode = SymbolNodeDependencies.createSymbolNode({ math: {}, Node });
// Grammar that no Synfire expression reaches: brackets, braces, assignment, ranges and conditionals are refused before mathjs reads.
class Unused extends Node {}
const parse = parseDependencies.createParse({
  typed, config, numeric: (text) => Number(text),
  ConstantNode: ConstantNodeDependencies.createConstantNode({ Node, isBounded: Number.isFinite }),
  FunctionNode: FunctionNodeDependencies.createFunctionNode({ math: {}, Node, SymbolNode }),
  OperatorNode: OperatorNodeDependencies.createOperatorNode({ Node }),
  ParenthesisNode: ParenthesisNodeDependencies.createParenthesisNode({ Node }),
  RelationalNode: RelationalNodeDependencies.createRelationalNode({ Node }),
  SymbolNode,
  AccessorNode: Unused, ArrayNode: Unused, AssignmentNode: Unused, BlockNode: Unused, ConditionalNode: Unused, FunctionAssignmentNode: Unused,
  IndexNode: Unused, ObjectNode: Unused, RangeNode: Unused,
});

class Absent {}
const Unit = UnitDependencies.createUnitClass({
  on: undefined, config, Complex: Absent, BigNumber: Absent, Fraction: Absent,
  addScalar: (a, b) => a + b, subtractScalar: (a, b) => a - b, multiplyScalar: (a, b) => a * b, divideScalar: (a, b) => a / b, pow: (a, b) => a ** b,
  abs: Math.abs, fix: Math.trunc, round: Math.round, equal: (a, b) => a === b, isNumeric: (x) => typeof x === "number", format: String,
  number: Number,
});

const math = { parse, unit: (value, name) => new Unit(value, name) };
// As the package does, in whose place this stands.
// oxlint-disable-next-line no-default-export
export default math;
