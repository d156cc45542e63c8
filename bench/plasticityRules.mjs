/**
 * What rules of models/synapses need of the standard network of `npm run bench:plasticity` beyond its own: `options(net)` for the projection,
 * `neurons(net, size)` for populations { pre, post } of other models, which hold the variables that a rule reads.
 */
export const ruleNeeds = {};
