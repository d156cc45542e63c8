/** Which tests run once more on the GPU, and why others of their files stay on the processor. */

/** Files of tests that run on the GPU as well. */
export const filesOnGpu = [
  "test/engine/arrival.test.ts",
  "test/engine/faults.test.ts",
  "test/engine/inputs.test.ts",
  "test/engine/plasticProjections.test.ts",
  "test/engine/simulation.test.ts",
  "test/io/traceFile.test.ts",
  "test/models/diehlCook.test.ts",
  "test/models/hodgkinHuxley.test.ts",
  "test/models/izhikevich.test.ts",
  "test/models/lifAdaptation.test.ts",
  "test/models/lifCurrents.test.ts",
  "test/models/lifMihalasNiebur.test.ts",
  "test/models/planar.test.ts",
  "test/models/stochastic.test.ts",
  "test/models/synapses/devices.test.ts",
  "test/models/synapses/rateRules.test.ts",
  "test/models/synapses/release.test.ts",
  "test/models/synapses/shortTerm.test.ts",
  "test/models/synapses/threeFactor.test.ts",
  "test/network/mistakes.test.ts",
  "test/structural/growth.test.ts",
  "test/structural/rewire.test.ts",
  "test/structural/rules.test.ts",
] as const;

interface Staying {
  readonly reason: string;
  /** File → beginnings of titles, "suite > test". */
  readonly tests: Readonly<Record<string, readonly string[]>>;
}

/**
 * Tests of those files that stay on the processor. Other files stay as a whole: they choose back-ends themselves, ask for more than single precision
 * holds, integrate by rkf45, take too long, or simulate nothing. test/webgpu, test/features and test/backend/webgpu compare every neuron model,
 * synapse model and feature on the GPU with WebAssembly.
 */
const staying: readonly Staying[] = [
  {
    reason: "its bounds are narrower than single precision; WebAssembly in f32 fails them too",
    tests: {
      "test/engine/inputs.test.ts": ["currents > a sine has"],
      "test/engine/plasticProjections.test.ts": [
        "a modulator that nothing drives", "a postsynaptic pathway's own delay", "a trace that is", "more spikes of a target",
        "what a spike source sends",
      ],
      "test/models/diehlCook.test.ts": [
        "Diehl and Cook's rule: the", "the symmetric rule strengthens by", "theta falls to 1/e in", "theta of the hidden neuron",
      ],
      "test/models/izhikevich.test.ts": ["Q, depolarizing afterpotential: after the", "the method of 2003 is"],
      "test/models/lifAdaptation.test.ts": ["GLIF 2 resets to v_reset", "the adaptive threshold's steady interval"],
      "test/models/lifCurrents.test.ts": [
        "a beta current of any", "a current of 87.8 pA", "an alpha current of weight", "an alpha current with the",
        "an arriving spike moves lifDelta", "equal time constants of membrane", "excitatory and inhibitory currents of",
        "lifExpCurrent goes on integrating its", "the postsynaptic potential of", "the potential of an alpha", "what arrives at lifDelta while",
      ],
      "test/models/lifMihalasNiebur.test.ts": ["phasic spiking: a few spikes,"],
      "test/models/stochastic.test.ts": ["leakyIntegrator rises to R·I with"],
      "test/models/synapses/devices.test.ts": [
        "NeuroSim device, label 1: potentiation", "NeuroSim device, label 2.4: potentiation", "NeuroSim device, label 6: potentiation",
        "NeuroSim device, label −3: potentiation", "discrete levels: weights stay on", "pulses compose: two and one", "soft bounds: n pulses leave",
      ],
      "test/models/synapses/shortTerm.test.ts": [
        "a depressing synapse settles at", "tsodyksMarkram, depressing: amplitudes follow the",
        "tsodyksMarkram, facilitating: amplitudes follow the", "tsodyksMarkram, mixed: amplitudes follow the",
        "tsodyksMarkramThreeState solves its equations: x,",
      ],
      "test/structural/rewire.test.ts": [
        "after 1000 random rewirings, eligible synapses (wasm)", "after 1000 random rewirings, static", "after 1000 random rewirings, stdp_pair",
      ],
      "test/structural/rules.test.ts": ["deep rewiring: a parameter that"],
    },
  },
  {
    reason: "tens of thousands of steps, or thousands of neurons for thousands of steps: minutes on a software driver",
    tests: {
      "test/engine/faults.test.ts": ["a simulation that is disposed"],
      "test/engine/inputs.test.ts": ["Poisson input is exact:"],
      "test/engine/plasticProjections.test.ts": ["weights are up to date"],
      "test/engine/simulation.test.ts": ["an aborted run keeps what"],
      "test/io/traceFile.test.ts": ["while a run goes on"],
      "test/models/diehlCook.test.ts": ["a taught class neuron fires"],
      "test/models/hodgkinHuxley.test.ts": ["firing without end begins between", "the f–I curve of the", "the rates have values where"],
      "test/models/izhikevich.test.ts": [
        "G, class 1: firing grows", "H, class 2: firing begins", "the cell types of 2003", "with small steps Euler, Heun",
      ],
      "test/models/lifAdaptation.test.ts": [
        "GLIF 3 slows down by", "GLIF 5 raises its threshold", "MAT classes answer a step", "a constant current drives the",
        "noise makes intervals of an",
      ],
      "test/models/lifMihalasNiebur.test.ts": [
        "accommodation: a fast ramp to", "bursts: of the same size", "hyperpolarisation-induced spiking: a negative current",
        "rebound: at the end of", "tonic spiking: without accommodation the",
      ],
      "test/models/planar.test.ts": ["FitzHugh–Nagumo oscillates exactly between the", "type 1 begins to fire", "type 2 loses rest where"],
      "test/models/stochastic.test.ts": [
        "counts of poissonNeuron have the", "escapeNoise at a constant voltage", "inhomogeneousPoisson follows its rate through",
        "poissonNeuron takes a rate of", "stochasticBinary is on with the", "the hazard of escapeNoise grows",
        "the rate of inhomogeneousPoisson may",
      ],
      "test/models/synapses/devices.test.ts": ["binary devices: after n pairs"],
      "test/models/synapses/rateRules.test.ts": [
        "BCM: the neuron becomes selective", "Hebb: weights grow along the", "Oja: the weights become the", "Sanger: three outputs learn the",
      ],
      "test/models/synapses/shortTerm.test.ts": [
        "a facilitating synapse grows during", "postsynaptic potentials of the depressing", "stationary depression is inversely proportional",
      ],
      "test/models/synapses/threeFactor.test.ts": [
        "threeFactor: a signal with a", "threeFactor: reward minus its mean", "threeFactorError teaches each neuron to",
      ],
      "test/structural/growth.test.ts": [
        "a neuron that is too", "from no synapses, calcium comes", "growth survives JSON, and runs", "synapses that learn grow too,",
        "vacant elements of two neurons",
      ],
      "test/structural/rules.test.ts": [
        "correlation-driven rewiring finds correlated pairs", "deep rewiring gives a pair", "rules for synapses survive JSON,",
        "under SET weights that learn",
      ],
    },
  },
  {
    reason: "compares threads with each other",
    tests: { "test/engine/arrival.test.ts": ["any network spikes the same"] },
  },
  {
    reason: "a command or a program of its own runs the network, not `compile`",
    tests: { "test/engine/faults.test.ts": ["synfire run of a network file", "300 networks made, run and disposed of"] },
  },
  {
    reason: "a source that spikes more than once in a step, which the GPU refuses (test/webgpu/refusals.test.ts)",
    tests: { "test/engine/faults.test.ts": ["spikes added while running are there again", "spikes added to a step that is full"] },
  },
];

export const staysOnProcessor = (file: string, title: string): boolean =>
  staying.some(({ tests }) => tests[file]?.some((beginning) => title.startsWith(beginning)));

/** @throws when tests that shall stay on the processor are not there */
export function checkNames(file: string, titles: readonly string[]): void {
  const gone = staying.flatMap(({ tests }) => tests[file] ?? []).find((beginning) => !titles.some((title) => title.startsWith(beginning)));
  if (gone !== undefined) throw new Error(`${file} has no test "${gone} …", which test/support/gpuTests.ts keeps on the processor`);
}
