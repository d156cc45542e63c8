// The package as it is built, with its threads as plain JavaScript. Node loads all of it, vitest does not look into it: from the sources a thread
// takes
// five times as long to start, and these tests start some hundred.
export * from "../../dist/src/index.js";
export * as models from "../../dist/models/index.js";
export * as coba from "../../dist/models/networks/coba.js";
export * as cuba from "../../dist/models/networks/cuba.js";
export * as brunel from "../../dist/models/networks/brunel.js";
export * as brunelPlastic from "../../dist/models/networks/brunelPlastic.js";
export * as izhikevich2003 from "../../dist/models/networks/izhikevich2003.js";
export * as izhikevichSparse from "../../dist/models/networks/izhikevichSparse.js";
export * as izhikevichPlastic from "../../dist/models/networks/izhikevichPlastic.js";
export * as microcircuit from "../../dist/models/networks/microcircuit.js";
export * as distalReward from "../../dist/models/networks/distalReward.js";
