/** The publications that models, networks and methods of Synfire rest on, by DOI. */
import { plasticityArticles } from "./plasticityBibliography.ts";

export interface Publication {
  readonly doi: string;
  readonly key: string;
  readonly authors: string;
  readonly title: string;
  /** Journal, or publisher of a book. */
  readonly where: string;
  readonly year: number;
  readonly volume?: string;
  readonly pages?: string;
  readonly book?: true;
}

export type Row = readonly [
  doi: string, key: string, authors: string, title: string, where: string, year: number, volume?: string, pages?: string,
];

const articles: readonly Row[] = [
  ["10.1023/A:1008925309027", "Brunel2000", "Brunel, Nicolas", "Dynamics of sparsely connected networks of excitatory and inhibitory spiking neurons",
    "Journal of Computational Neuroscience", 2000, "8", "183--208"],
  ["10.1007/s10827-007-0038-6", "Brette2007", "Brette, Romain and Rudolph, Michelle and Carnevale, Ted and Hines, Michael and others",
    "Simulation of networks of spiking neurons: a review of tools and strategies", "Journal of Computational Neuroscience", 2007, "23",
    "349--398"],
  ["10.1038/s43588-020-00022-7", "Knight2021", "Knight, James C. and Nowotny, Thomas",
    "Larger GPU-accelerated brain simulations with procedural connectivity", "Nature Computational Science", 2021, "1", "136--142"],
  ["10.1109/TNN.2003.820440", "Izhikevich2003", "Izhikevich, Eugene M.", "Simple model of spiking neurons",
    "IEEE Transactions on Neural Networks", 2003, "14", "1569--1572"],
  ["10.1109/TNN.2004.832719", "Izhikevich2004", "Izhikevich, Eugene M.", "Which model to use for cortical spiking neurons?",
    "IEEE Transactions on Neural Networks", 2004, "15", "1063--1070"],
  ["10.1162/089976606775093882", "Izhikevich2006", "Izhikevich, Eugene M.", "Polychronization: computation with spikes", "Neural Computation", 2006,
    "18", "245--282"],
  ["10.1093/cercor/bhs358", "PotjansDiesmann2014", "Potjans, Tobias C. and Diesmann, Markus",
    "The cell-type specific cortical microcircuit: relating structure and activity in a full-scale spiking network model", "Cerebral Cortex", 2014,
    "24", "785--806"],
  ["10.1007/s004220050570", "RotterDiesmann1999", "Rotter, Stefan and Diesmann, Markus",
    "Exact digital simulation of time-invariant linear systems with applications to neuronal modeling", "Biological Cybernetics", 1999, "81",
    "381--402"],
  ["10.1038/990101", "Diesmann1999", "Diesmann, Markus and Gewaltig, Marc-Oliver and Aertsen, Ad",
    "Stable propagation of synchronous spiking in cortical neural networks", "Nature", 1999, "402", "529--533"],
  ["10.1113/jphysiol.1952.sp004764", "HodgkinHuxley1952", "Hodgkin, Alan L. and Huxley, Andrew F.",
    "A quantitative description of membrane current and its application to conduction and excitation in nerve", "The Journal of Physiology", 1952,
    "117", "500--544"],
  ["10.1016/S0006-3495(81)84782-0", "MorrisLecar1981", "Morris, Catherine and Lecar, Harold",
    "Voltage oscillations in the barnacle giant muscle fiber", "Biophysical Journal", 1981, "35", "193--213"],
  ["10.1016/S0006-3495(61)86902-6", "FitzHugh1961", "FitzHugh, Richard", "Impulses and physiological states in theoretical models of nerve membrane",
    "Biophysical Journal", 1961, "1", "445--466"],
  ["10.1109/JRPROC.1962.288235", "Nagumo1962", "Nagumo, Jin-ichi and Arimoto, Suguru and Yoshizawa, Shuji",
    "An active pulse transmission line simulating nerve axon", "Proceedings of the IRE", 1962, "50", "2061--2070"],
  ["10.1152/jn.00686.2005", "BretteGerstner2005", "Brette, Romain and Gerstner, Wulfram",
    "Adaptive exponential integrate-and-fire model as an effective description of neuronal activity", "Journal of Neurophysiology", 2005, "94",
    "3637--3642"],
  ["10.1007/s00422-008-0264-7", "Naud2008", "Naud, Richard and Marcille, Nicolas and Clopath, Claudia and Gerstner, Wulfram",
    "Firing patterns in the adaptive exponential integrate-and-fire model", "Biological Cybernetics", 2008, "99", "335--347"],
  ["10.1162/neco.2008.12-07-680", "MihalasNiebur2009", "Mihalas, Stefan and Niebur, Ernst",
    "A generalized linear integrate-and-fire neural model produces diverse spiking behaviors", "Neural Computation", 2009, "21", "704--718"],
  ["10.1038/s41467-017-02717-4", "Teeter2018", "Teeter, Corinne and Iyer, Ramakrishnan and Menon, Vilas and Gouwens, Nathan and others",
    "Generalized leaky integrate-and-fire models classify multiple neuron types", "Nature Communications", 2018, "9", "709"],
  ["10.1523/JNEUROSCI.23-37-11628.2003", "FourcaudTrocme2003",
    "Fourcaud-Trocm{\\'e}, Nicolas and Hansel, David and van Vreeswijk, Carl and Brunel, Nicolas",
    "How spike generation mechanisms determine the neuronal response to fluctuating inputs", "Journal of Neuroscience", 2003, "23", "11628--11640"],
  ["10.1137/0146017", "ErmentroutKopell1986", "Ermentrout, G. Bard and Kopell, Nancy",
    "Parabolic bursting in an excitable system coupled with a slow oscillation", "SIAM Journal on Applied Mathematics", 1986, "46", "233--253"],
  ["10.1145/2063384.2063405", "Salmon2011", "Salmon, John K. and Moraes, Mark A. and Dror, Ron O. and Shaw, David E.",
    "Parallel random numbers: as easy as 1, 2, 3", "Proceedings of SC'11", 2011, "", "16:1--16:12"],
  ["10.1109/TBME.1978.326270", "RushLarsen1978", "Rush, Stanley and Larsen, Hugh", "A practical algorithm for solving dynamic membrane equations",
    "IEEE Transactions on Biomedical Engineering", 1978, "25", "389--392"],
  ["10.1007/BF02241732", "Fehlberg1970", "Fehlberg, Erwin",
    "Klassische {Runge-Kutta}-Formeln vierter und niedrigerer Ordnung mit Schrittweiten-Kontrolle und ihre Anwendung auf "
      + "{W{\\\"a}rmeleitungsprobleme}",
    "Computing", 1970, "6", "61--71"],
  ["10.1007/BF02846028", "Maruyama1955", "Maruyama, Gisiro", "Continuous {Markov} processes and stochastic equations",
    "Rendiconti del Circolo Matematico di Palermo", 1955, "4", "48--90"],
  ["10.7554/eLife.47314", "Stimberg2019", "Stimberg, Marcel and Brette, Romain and Goodman, Dan F. M.",
    "{Brian} 2, an intuitive and efficient neural simulator", "eLife", 2019, "8", "e47314"],
  ["10.1093/cercor/10.9.910", "Compte2000", "Compte, Albert and Brunel, Nicolas and Goldman-Rakic, Patricia S. and Wang, Xiao-Jing",
    "Synaptic mechanisms and network dynamics underlying spatial working memory in a cortical network model", "Cerebral Cortex", 2000, "10",
    "910--923"],
  ["10.1016/S0896-6273(02)01092-9", "Wang2002", "Wang, Xiao-Jing",
    "Probabilistic decision making by slow reverberation in cortical circuits", "Neuron", 2002, "36", "955--968"],
  ["10.1038/30918", "WattsStrogatz1998", "Watts, Duncan J. and Strogatz, Steven H.",
    "Collective dynamics of `small-world' networks", "Nature", 1998, "393", "440--442"],
  ["10.1371/journal.pcbi.1004490", "vanAlbada2015", "van Albada, Sacha Jennifer and Helias, Moritz and Diesmann, Markus",
    "Scalability of asynchronous networks is limited by one-to-one mapping between effective connectivity and correlations",
    "PLoS Computational Biology", 2015, "11", "e1004490"],
  ["10.1523/JNEUROSCI.3349-03.2004", "Kuhn2004", "Kuhn, Alexandre and Aertsen, Ad and Rotter, Stefan",
    "Neuronal integration of synaptic input in the fluctuation-driven regime", "Journal of Neuroscience", 2004, "24", "2345--2356"],
  ["10.1023/B:JCNS.0000014108.03012.81", "Meffin2004", "Meffin, Hamish and Burkitt, Anthony N. and Grayden, David B.",
    "An analytical model for the `large, fluctuating synaptic conductance state' typical of neocortical neurons in vivo",
    "Journal of Computational Neuroscience", 2004, "16", "159--175"],
  ["10.1523/JNEUROSCI.21-14-05328.2001", "Chacron2001", "Chacron, Maurice J. and Longtin, Andr{\\'e} and Maler, Leonard",
    "Negative interspike interval correlations increase the neuronal capacity for encoding time-dependent stimuli", "Journal of Neuroscience", 2001,
    "21", "5328--5343"],
  ["10.1371/journal.pcbi.1002211", "Buesing2011", "Buesing, Lars and Bill, Johannes and Nessler, Bernhard and Maass, Wolfgang",
    "Neural dynamics as sampling: a model for stochastic computation in recurrent networks of spiking neurons", "PLoS Computational Biology", 2011,
    "7", "e1002211"],
  ["10.4249/scholarpedia.1430", "GewaltigDiesmann2007", "Gewaltig, Marc-Oliver and Diesmann, Markus", "{NEST} ({NEural} {Simulation} {Tool})",
    "Scholarpedia", 2007, "2", "1430"],
  ["10.1152/jn.2000.83.2.808", "Latham2000", "Latham, Peter E. and Richmond, Barry J. and Nelson, Philip G. and Nirenberg, Sheila",
    "Intrinsic dynamics in neuronal networks. {I}. {Theory}", "Journal of Neurophysiology", 2000, "83", "808--827"],
  ["10.3389/neuro.10.009.2009", "Kobayashi2009", "Kobayashi, Ryota and Tsubo, Yasuhiro and Shinomoto, Shigeru",
    "Made-to-order spiking neuron model equipped with a multi-timescale adaptive threshold", "Frontiers in Computational Neuroscience", 2009, "3",
    "9"],
  ["10.1162/089976600300015835", "PlesserGerstner2000", "Plesser, Hans E. and Gerstner, Wulfram",
    "Noise in integrate-and-fire neurons: from stochastic input to escape rates", "Neural Computation", 2000, "12", "367--384"],
  ["10.1007/s00422-007-0190-0", "BrunelVanRossum2007", "Brunel, Nicolas and van Rossum, Mark C. W.",
    "Lapicque's 1907 paper: from frogs to integrate-and-fire", "Biological Cybernetics", 2007, "97", "337--339"],
  ["10.1002/nav.3800260304", "LewisShedler1979", "Lewis, P. A. W. and Shedler, G. S.", "Simulation of nonhomogeneous {Poisson} processes by thinning",
    "Naval Research Logistics Quarterly", 1979, "26", "403--413"],
  ["10.1016/S0006-3495(67)86596-2", "Perkel1967", "Perkel, Donald H. and Gerstein, George L. and Moore, George P.",
    "Neuronal spike trains and stochastic point processes. {I}. {The} single spike train", "Biophysical Journal", 1967, "7", "391--418"],
];

const books: readonly Row[] = [
  ["10.7551/mitpress/9780262013277.001.0001", "DeSchutter2009", "De Schutter, Erik (ed.)", "Computational Modeling Methods for Neuroscientists",
    "MIT Press", 2009],
  ["10.7551/mitpress/2526.001.0001", "Izhikevich2007", "Izhikevich, Eugene M.", "Dynamical Systems in Neuroscience", "MIT Press", 2007],
  ["10.1017/CBO9780511895401", "TraubMiles1991", "Traub, Roger D. and Miles, Richard",
    "Neuronal Networks of the Hippocampus", "Cambridge University Press", 1991],
  ["10.1017/CBO9781107447615", "Gerstner2014", "Gerstner, Wulfram and Kistler, Werner M. and Naud, Richard and Paninski, Liam",
    "Neuronal Dynamics", "Cambridge University Press", 2014],
  ["10.4324/9781410612403", "Hebb1949", "Hebb, Donald O.", "The Organization of Behavior: A Neuropsychological Theory", "Wiley", 1949],
];

const toPublication = ([doi, key, authors, title, where, year, volume, pages]: Row): Publication =>
  ({ doi, key, authors, title, where, year, ...(volume ? { volume } : {}), ...(pages ? { pages } : {}) });

/** By DOI in lower case: DOIs do not distinguish case. */
export const publications: ReadonlyMap<string, Publication> = new Map([
  ...[...articles, ...plasticityArticles].map(toPublication),
  ...books.map((row): Publication => ({ ...toPublication(row), book: true })),
].map((publication) => [publication.doi.toLowerCase(), publication]));

/** What each integration method rests on, and what every run does. */
export const methodSources: Readonly<Record<string, string>> = {
  exact: "10.1007/s004220050570",
  "exponential-euler": "10.1109/TBME.1978.326270",
  "half-step-euler": "10.1109/TNN.2003.820440",
  rkf45: "10.1007/BF02241732",
};
export const randomNumberSource = "10.1145/2063384.2063405";
export const noiseSource = "10.1007/BF02846028";

/** DOIs that occur in a text such as "Brunel (2000), doi:10.1023/A:1008925309027." */
export function doisIn(text: string): string[] {
  const found = text.matchAll(/\b10\.\d{4,9}\/[^\s"'`<>{}|\\^]+/g);
  return [...new Set([...found].map(([doi]) => trimmed(doi)))];
}

/** Without the punctuation of the sentence around it: a closing bracket is part of a DOI only when it was opened in it. */
function trimmed(doi: string): string {
  const bare = doi.replace(/[.,;:!?*/]+$/, "");
  const open = bare.split("(").length - bare.split(")").length;
  return open < 0 && bare.endsWith(")") ? trimmed(bare.slice(0, -1)) : bare;
}

/** A BibTeX entry. A DOI that is not in the table becomes an entry that holds the DOI, for a reference manager to complete. */
export function bibtex(doi: string): string {
  const known = publications.get(doi.toLowerCase());
  if (!known) return entry("misc", `doi:${doi.replace(/[^\w.:/-]/g, "")}`, [["doi", doi], ["url", `https://doi.org/${doi}`]]);
  const { key, authors, title, where, year, volume, pages, book } = known;
  return entry(book ? "book" : "article", key, [
    ["author", authors], ["title", title], [book ? "publisher" : "journal", where], ["year", String(year)], ["volume", volume], ["pages", pages],
    ["doi", known.doi],
  ]);
}

export function entry(type: string, key: string, fields: readonly (readonly [name: string, value: string | undefined])[]): string {
  const lines = fields.filter(([, value]) => value !== undefined).map(([name, value]) => `  ${name} = {${value}}`);
  return `@${type}{${key},\n${lines.join(",\n")}\n}`;
}
