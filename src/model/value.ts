import type { Quantity } from "../units/quantity.ts";

/**
 * A user's value of a parameter, variable, weight or delay: one quantity, an expression evaluated per neuron or per synapse
 * ("-60*mV + rand()*10*mV"), or numbers in SI base units, one for each. (`string & {}` keeps the editor's list of units.)
 */
export type Value = Quantity | (string & {}) | readonly number[] | Float64Array | Float32Array;
