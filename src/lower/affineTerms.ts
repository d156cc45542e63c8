/** An expression as a constant plus constant coefficients times what varies: how inputs enter an exact propagator. */
import { add, div, mul, neg, number, sameExpr, sub } from "../ir/expr.ts";
import type { Expr } from "../ir/expr.ts";
import { isNumber, simplify } from "../ir/simplify.ts";

export interface AffineTerms {
  readonly constant: Expr;
  readonly terms: readonly { readonly coefficient: Expr; readonly atom: Expr }[];
}

/** expr = constant + Σ coefficient·atom; an atom is the largest part that holds no constant factor of its own. */
export function affineTerms(e: Expr, isConstant: (e: Expr) => boolean): AffineTerms {
  const split = (e: Expr): AffineTerms => {
    if (isConstant(e)) return { constant: e, terms: [] };
    if (e.kind === "apply") {
      const [a, b] = e.args as [Expr, Expr];
      if (e.op === "add") return join(split(a), split(b), add);
      if (e.op === "sub") return join(split(a), split(b), sub);
      if (e.op === "neg") return scale(split(a), neg);
      if (e.op === "mul" && isConstant(a)) return scale(split(b), (x) => mul(a, x));
      if (e.op === "mul" && isConstant(b)) return scale(split(a), (x) => mul(x, b));
      if (e.op === "div" && isConstant(b)) return scale(split(a), (x) => div(x, b));
    }
    return { constant: number(0), terms: [{ coefficient: number(1), atom: e }] };
  };
  return split(e);
}

function scale(parts: AffineTerms, by: (x: Expr) => Expr): AffineTerms {
  return {
    constant: isNumber(parts.constant, 0) ? parts.constant : simplify(by(parts.constant)),
    terms: parts.terms.map(({ coefficient, atom }) => ({ coefficient: simplify(by(coefficient)), atom })),
  };
}

function join(a: AffineTerms, b: AffineTerms, by: (a: Expr, b: Expr) => Expr): AffineTerms {
  const terms = [...a.terms];
  for (const { coefficient, atom } of b.terms) {
    const same = terms.findIndex((t) => sameExpr(t.atom, atom));
    const before = same < 0 ? number(0) : terms[same]!.coefficient;
    terms[same < 0 ? terms.length : same] = { coefficient: simplify(by(before, coefficient)), atom };
  }
  return { constant: simplify(by(a.constant, b.constant)), terms };
}
