/** Uniform and normal random numbers, 16 elements to a Philox block, two blocks a turn. Definitions: src/math/random.ts. */
import { f32x4, f64x2, forLoop, i32, i32x4, i8x16, local, v128, type Func, type Module, type Node } from "./assembler.ts";
import { Code, helper } from "./code.ts";
import { lanesOf, type Lanes, type Precision } from "./lanes.ts";
import { logOfPositive } from "./logarithm.ts";
import { philoxStream } from "./philox.ts";
import { polynomial } from "./polynomial.ts";

export const fillParameters = { lo: "i32", hi: "i32", step: "i32", stream: "i32", draw: "i32", address: "i32" } as const;

/** Blocks of a turn: two, so that their dependent multiplications overlap. */
const blocks = 2;

export const fillUniform = (module: Module, keys: number, precision: Precision): Func =>
  fill(module, `fill_uniform_${precision}`, keys, precision, (_, words) => words.flatMap((w) => uniform(w, precision)));

export const fillNormal = (module: Module, keys: number, precision: Precision): Func =>
  fill(module, `fill_normal_${precision}`, keys, precision, (code, words) => [
    ...boxMuller(code, words[0]!, words[1]!, precision), ...boxMuller(code, words[2]!, words[3]!, precision),
  ]);

/** A function that turns the four word-vectors of each block into the vectors of its 16 elements. */
function fill(module: Module, name: string, keys: number, precision: Precision, values: (code: Code, words: readonly Node[]) => Node[]): Func {
  return helper(module, name, () => {
    const lanes = lanesOf(precision);
    const f = module.func(name, fillParameters, "void", false);
    const code = new Code(module, f);
    const param = (p: keyof typeof fillParameters) => local.get(f.param(p));
    const random = philoxStream(code, keys, i32.shr_u(param("lo"), i32.const(4)), param("step"), param("stream"), param("draw"));
    const at = code.variable("at", "i32", param("address"));
    const element = f.local("element", "i32");
    code.add(forLoop(element, param("lo"), param("hi"), 16 * blocks, code.inner((body) => {
      random.next(body, blocks).forEach((words, b) => {
        values(body, words).forEach((value, k) => body.add(v128.store(local.get(at), value, 16 * (lanes.bytes * b + k))));
      });
      body.add(local.set(at, i32.add(local.get(at), i32.const(16 * lanes.bytes * blocks))));
    })));
    return f;
  });
}

const upperHalf = (w: Node): Node => i8x16.shuffle(w, w, [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]);

/** The four words as numbers, in as many vectors as they need; `shift` drops low bits in f32. */
function numbers(w: Node, precision: Precision, shift: number): Node[] {
  if (precision === "f32") return [f32x4.convert_i32x4_s(i32x4.shr_u(w, i32.const(shift)))];
  return [f64x2.convert_low_i32x4_u(w), f64x2.convert_low_i32x4_u(upperHalf(w))];
}

function uniform(w: Node, precision: Precision): Node[] {
  const lanes = lanesOf(precision);
  return numbers(w, precision, 8).map((x) => lanes.mul(x, lanes.const(precision === "f32" ? 2 ** -24 : 2 ** -32)));
}

/** The normals of an even and an odd word-vector, in the order of their elements. */
function boxMuller(code: Code, even: Node, odd: Node, precision: Precision): Node[] {
  const lanes = lanesOf(precision);
  const first: Node[] = [];
  const second: Node[] = [];
  const turns = uniform(odd, precision);
  numbers(even, precision, 9).forEach((x, half) => {
    const u = lanes.mul(lanes.add(x, lanes.const(0.5)), lanes.const(precision === "f32" ? 2 ** -23 : 2 ** -32));
    const radius = code.let("radius", lanes.sqrt(lanes.mul(logOfPositive(code, lanes, u), lanes.const(-2))));
    const { sine, cosine } = sineAndCosineOfTurns(code, lanes, turns[half]!);
    first.push(code.let("z", lanes.mul(radius, cosine)));
    second.push(code.let("z", lanes.mul(radius, sine)));
  });
  return [...first, ...second];
}

const coefficients = {
  f32: { sine: [6.283185482, -41.34166336, 81.59255219, -75.40193939], cosine: [-19.73920822, 64.93933105, -85.44387054, 59.24994278] },
  f64: {
    sine: [
      6.283185307179586, -41.34170224039976, 81.60524927607493, -76.70585975299812,
      42.05869392898699, -15.094640403669107, 3.81978810729418, -0.7116355277456573,
    ],
    cosine: [
      -19.739208802178716, 64.9393940226683, -85.45681720669359, 60.24464137182459,
      -26.426256773352424, 7.903535251483592, -1.7143182929616814, 0.2794907326471596,
    ],
  },
};

/** sin(2πu) and cos(2πu) of u in [0, 1]: u loses its quarter turns exactly, the rest |r| ≤ 1/8 goes into a polynomial; error ≤ 1.5 ulp of 1. */
function sineAndCosineOfTurns(code: Code, lanes: Lanes, u: Node): { sine: Node; cosine: Node } {
  const magic = lanes.precision === "f32" ? 12582912 : 6755399441055744;
  const top = i32.const(lanes.precision === "f32" ? 30 : 62);
  const turn = code.let("turn", u);
  const quarters = code.let("quarters", lanes.add(lanes.mul(turn, lanes.const(4)), lanes.const(magic)));
  const r = code.let("r", lanes.sub(turn, lanes.mul(lanes.sub(quarters, lanes.const(magic)), lanes.const(0.25))));
  const z = code.let("z", lanes.mul(r, r));
  const c = coefficients[lanes.precision];
  const sine = code.let("sine", lanes.mul(r, polynomial(lanes, z, c.sine)));
  const cosine = code.let("cosine", lanes.add(lanes.mul(z, polynomial(lanes, z, c.cosine)), lanes.const(1)));
  // Bit 0 of the quarter swaps the two, bit 1 is the sign of the sine, bit 1 of the next quarter that of the cosine.
  const swap = code.let("swap", lanes.integer.sub(lanes.integer.const(0n), v128.and(quarters, lanes.integer.const(1n))));
  const sign = (q: Node) => v128.and(lanes.integer.shl(q, top), lanes.const(-0));
  return {
    sine: v128.xor(v128.bitselect(cosine, sine, swap), sign(quarters)),
    cosine: v128.xor(v128.bitselect(sine, cosine, swap), sign(lanes.integer.add(quarters, lanes.integer.const(1n)))),
  };
}
