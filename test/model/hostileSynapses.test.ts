import fc from "fast-check";
import { expect, test } from "vitest";
import { EquationError } from "../../src/errors.ts";
import { checkSynapse } from "../../src/model/checkSynapse.ts";
import { soundEnds, soundSynapse } from "../invalid/synapses.ts";

/** Pieces of the language and of what is near to it. */
const piece = fc.constantFrom("w", "x", "y", "receptor", "v_post", "v_pre", "trace_post", "dopamine", "elapsed", "weight", "t", "N_pre", "xi",
  "rand()", "a", "w_max", "I_post", "dx/dt", "dw/dt", "=", "+=", "-=", "*=", "+", "-", "*", "/", "^", "(", ")", "clip(w, 0, w_max)", "exp(", ",", ";",
  "\n", ":", "1", "0", "2.5", "mV", "volt", "(event-driven)", "(clock-driven)", "(summed)", "#", "constructor", "__proto__", "N", " ", "é");
const text = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(" "));
const value = fc.oneof(text, text, fc.jsonValue({ maxDepth: 2 }), fc.dictionary(fc.oneof(piece, fc.string({ maxLength: 6 })), text, { maxKeys: 3 }),
  fc.constantFrom(undefined, null, NaN, [], ["__proto__"], ["w"], { every: "1 ms", statements: "w *= 2" }, { w_pre: 1, receptor: "1 weight" }));
const field = fc.constantFrom(...Object.keys(soundSynapse), "regularly", "presets", "description", "colour");

function outcome(change: object): "sound" | "refused" {
  let refused = false;
  for (const ends of [undefined, soundEnds]) {
    try {
      checkSynapse({ ...soundSynapse, ...change }, ends);
    } catch (error) {
      expect(error).toBeInstanceOf(EquationError);
      expect((error as EquationError).message.length).toBeLessThan(30_000);
      refused = true;
    }
  }
  return refused ? "refused" : "sound";
}

test("no text or value in any field of a synapse model does more than to be refused", () => {
  const seen = new Set<string>();
  fc.assert(fc.property(fc.dictionary(field, value, { maxKeys: 2 }), (change) => {
    seen.add(outcome(change));
  }), { numRuns: 1500 });
  expect([...seen].sort()).toEqual(["refused", "sound"]);
});

test("a synapse model that is no object is refused", () => {
  for (const spec of [undefined, null, 3, "receptor += w", [], () => {}]) expect(() => checkSynapse(spec)).toThrow(EquationError);
});
