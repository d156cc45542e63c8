/** Random synapse models: published rules with random numbers, and rules nobody has published, made of random equations and statements. */
import fc from "fast-check";
import type { SynapseSpec } from "synfire";

export interface RandomModel {
  readonly spec: SynapseSpec;
  /** Names of variables and parameters, so that a projection can give each synapse its own. */
  readonly perSynapse: readonly string[];
}

const tau = fc.double({ min: 2, max: 80, noNaN: true }).map((ms) => `${Number(ms.toFixed(3))} ms` as const);
const gain = fc.double({ min: 0.01, max: 0.5, noNaN: true }).map((x) => Number(x.toFixed(5)));
const spike = fc.constantFrom("x += 1", "x = 1", "x += a_x * (1 - x)");
const trace = (name: string, tau: string): string => `d${name}/dt = -${name} / ${tau} : 1 (event-driven)`;

const pair = fc
  .record({ tau_x: tau, tau_y: tau, a_plus: gain, a_minus: gain, a_x: gain, pre: spike, post: spike, learnFirst: fc.boolean() })
  .map(({ pre, post, learnFirst, ...parameters }): RandomModel => {
    const learn = "w = clip(w - a_minus * y, 0, w_max)";
    return {
      perSynapse: ["w_max", "a_plus", "tau_x", "x"],
      spec: {
        name: "pair",
        parameters: { ...parameters, w_max: 1 },
        state: { x: 0, y: 0 },
        equations: `w : 1; ${trace("x", "tau_x")}; ${trace("y", "tau_y")}`,
        onPre: learnFirst ? `${learn}; ${pre}; receptor += w` : `receptor += w; ${pre}; ${learn}`,
        onPost: `${post.replaceAll(/\bx\b/g, "y")}; w = clip(w + a_plus * x, 0, w_max)`,
      },
    };
  });

/** Pfister & Gerstner (2006), doi:10.1523/JNEUROSCI.1425-06.2006. */
const triplet = fc
  .record({ tau_plus: tau, tau_x: tau, tau_minus: tau, tau_y: tau, a2: gain, a3: gain, b2: gain, b3: gain })
  .map((parameters): RandomModel => ({
    perSynapse: ["a3", "b2", "r2"],
    spec: {
      name: "triplet",
      parameters,
      state: { r1: 0, r2: 0, o1: 0, o2: 0 },
      equations: `w : 1; ${trace("r1", "tau_plus")}; ${trace("r2", "tau_x")}; ${trace("o1", "tau_minus")}; ${trace("o2", "tau_y")}`,
      onPre: "receptor += w; w = w - o1 * (b2 + b3 * r2); r1 += 1; r2 += 1",
      onPost: "w = w + r1 * (a2 + a3 * o2); o1 += 1; o2 += 1",
    },
  }));

/** As Graupner & Brunel (2012), but that the weight changes at spikes only. */
const calcium = fc.record({ tau_c: tau, p_c: gain, q_c: gain, theta_d: gain, theta_p: gain, rate: gain }).map((parameters): RandomModel => ({
  perSynapse: ["p_c", "c", "theta_p"],
  spec: {
    name: "calcium",
    parameters,
    state: { c: 0 },
    equations: `w : 1; ${trace("c", "tau_c")}
      change = select(c > theta_d + theta_p, 1 - w, select(c > theta_d, -w, 0)) : 1`,
    onPre: "receptor += w * (1 + c); c += p_c; w += rate * change",
    onPost: "c += q_c; w += rate * change",
  },
}));

/** Tsodyks, Pawelzik & Markram (1998), doi:10.1162/089976698300017502, with a weight that learns from what was released. */
const shortTerm = fc.record({ tau_f: tau, tau_d: tau, U: gain, a: gain }).map((parameters): RandomModel => ({
  perSynapse: ["U", "tau_d", "available"],
  spec: {
    name: "short_term",
    parameters,
    state: { u: 0, available: 1 },
    equations: "w : 1; du/dt = -u / tau_f : 1 (event-driven); davailable/dt = (1 - available) / tau_d : 1 (event-driven)",
    onPre: "u += U * (1 - u); receptor += w * u * available; available -= u * available",
    onPost: "w += a * (u - available * w)",
  },
}));

/** Variables that drive each other, a product of decaying ones, constants, and a drive without decay. */
const coupled = fc.record({ tau_a: tau, tau_b: tau, tau_e: tau, k: gain, drift: gain }).map((parameters): RandomModel => ({
  perSynapse: ["k", "trail"],
  spec: {
    name: "coupled",
    parameters,
    state: { a: 0, b: 0.2, y: 0, trail: 0, s: 0 },
    equations: `w : 1
      da/dt = -a / tau_a : 1 (event-driven)
      db/dt = (a - b) / tau_b : 1 (event-driven)
      dy/dt = -y / tau_e : 1 (event-driven)
      dtrail/dt = (k * a * y - drift * trail + 0.1) / tau_e : 1 (event-driven)
      ds/dt = (y + drift) / tau_b : 1 (event-driven)`,
    onPre: "receptor += w * (1 + b); a += 1; w += 0.01 * (trail - s * b)",
    onPost: "y += 1; trail += b; w -= 0.01 * b",
  },
}));

/** The weight itself follows an equation between events. */
const consolidating = fc.record({ tau_w: tau, tau_x: tau, goal: gain, a: gain }).map((parameters): RandomModel => ({
  perSynapse: ["goal", "tau_x"],
  spec: {
    name: "consolidating",
    parameters,
    state: { x: 0 },
    equations: `dw/dt = (goal - w) / tau_w : 1 (event-driven); ${trace("x", "tau_x")}`,
    onPre: "receptor += w; x += 1",
    onPost: "w += a * x",
  },
}));

/** `elapsed` itself; with an event-driven variable beside it, whose value anybody may look at without being an event. */
/** Izhikevich (2007), doi:10.1093/cercor/bhl152, with statements that know the modulator beside the equation that does. */
const modulated = fc
  .record({ tau_x: tau, tau_c: tau, a: gain, b: gain, k: gain, direct: fc.boolean() })
  .map(({ direct, ...parameters }): RandomModel => ({
    perSynapse: ["a", "tau_c", "c"],
    spec: {
      name: "modulated",
      parameters,
      state: { x: 0, y: 0, c: 0 },
      modulators: ["DA"],
      equations: `dw/dt = 100 * c * DA / second : 1 (event-driven); ${trace("c", "tau_c")}; ${trace("x", "tau_x")}; ${trace("y", "tau_x")}`,
      onPre: `receptor += w; c -= b * y; x += 1${direct ? "; w -= k * DA * y" : ""}`,
      onPost: `c += a * x; y += 1${direct ? "; w += k * DA; receptor += DA" : ""}`,
      ...(direct && { onModulator: { DA: "w = (1 - k) * w + c" } }),
    },
  }));

/** Statements at regular times, on what synapses hold. */
const regular = fc
  .record({ tau_c: tau, a: gain, b: gain, every: fc.constantFrom("1 ms", "2.5 ms") })
  .map(({ every, ...parameters }): RandomModel => ({
    perSynapse: ["a", "b", "c"],
    spec: {
      name: "regular",
      parameters,
      state: { c: 0, n: 0 },
      equations: `w : 1; n : 1; dc/dt = (n - c) / tau_c : 1 (event-driven)`,
      onPre: "receptor += w; c += a",
      onPost: "n += 1; w += b * c",
      regularly: { every: every as "1 ms", statements: "n = n / 2; w -= a * b * c; receptor += b" },
    },
  }));

const sinceLast = fc.record({ tau_s: tau, a: gain, b: gain, watched: fc.boolean() }).map(({ watched, ...parameters }): RandomModel => ({
  perSynapse: ["a", "b", "z"],
  spec: {
    name: "since_last",
    parameters,
    state: { z: 0, last: "0 s", ...(watched && { c: 0 }) },
    equations: `w : 1; z : 1; last : second${watched ? "; dc/dt = (z - c) / tau_s : 1 (event-driven)" : ""}`,
    onPre: "receptor += w * exp(-elapsed / tau_s); z = z * exp(-elapsed / tau_s) + 1; w -= b * z * exp(-(t - last) / tau_s); last = t",
    onPost: `w += a * z * exp(-elapsed / tau_s)${watched ? "; w -= b * c" : ""}`,
  },
}));

const preStatements = [
  "receptor += w",
  "receptor += w * (c + x)",
  "x += 1",
  "x = 1",
  "x += a * (1 - x)",
  "q = q / 2 + x",
  "c += a",
  "c = c * y",
  "w = clip(w - b * y, 0, 1)",
  "w += a * x * y",
  "w = w * (1 - b * q)",
  "z += a * y",
  "receptor += z",
  "c = clip(c - z, -2, 2)",
  "w += b * (g - w)",
];
const postStatements = [
  "y += 1",
  "y = 1",
  "y += b * (2 - y)",
  "r = r / 2 + y",
  "c += b",
  "c = c / 2",
  "w = clip(w + a * x, 0, 1)",
  "w -= b * y * x",
  "w = w * (1 - a * r) + a * q",
  "z = z / 2 + c",
  "receptor += b * w",
  "w += a * (g - w)",
];

/** Statements in any order: x and q come to belong to the source or to the synapse, y and r to the target or to it. */
const anything = fc
  .record({
    tau_x: tau,
    tau_y: tau,
    tau_c: tau,
    a: gain,
    b: gain,
    c: fc.constantFrom("-c / tau_c", "(0.5 - c) / tau_c", "(x - c) / tau_c", "(a * x * y - c) / tau_c", "(z - c) / tau_c", "(r + y - c) / tau_c"),
    q: fc.constantFrom("q : 1", "dq/dt = -q / tau_y : 1 (event-driven)", "dq/dt = (x - q) / tau_c : 1 (event-driven)"),
    pre: fc.shuffledSubarray(preStatements, { minLength: 1, maxLength: 7 }),
    post: fc.shuffledSubarray(postStatements, { minLength: 0, maxLength: 7 }),
    split: fc.nat(7),
  })
  .map(({ c, q, pre, post, split, ...parameters }): RandomModel => ({
    perSynapse: ["a", "tau_x", "y", "c"],
    spec: {
      name: "anything",
      parameters,
      state: { x: 0, y: 0, c: 0.3, q: 0, r: 0, z: 0 },
      equations: `w : 1
      ${trace("x", "tau_x")}
      ${trace("y", "tau_y")}
      dc/dt = ${c} : 1 (event-driven)
      ${q}
      r : 1
      z : 1
      g = (c + y) / 2 : 1`,
      onPre: split > 0 && split < pre.length ? { early: pre.slice(0, split).join("; "), late: pre.slice(split).join("; ") } : pre.join("; "),
      onPost: post.length === 0 ? {} : post.join("; "),
    },
  }));

export const families = { pair, triplet, calcium, shortTerm, coupled, consolidating, sinceLast, modulated, regular, anything };
