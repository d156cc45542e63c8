/** What both Node and a browser run: a small balanced network, and what synfire/io makes of its spikes without a file. */
import { compile, fixedIndegree, Network } from "synfire";
import { encodeSpikes, decodeSpikes, rasterScene, renderPng, renderRasterPage, renderSvg, saveSpikes } from "synfire/io";
import { lifDelta, staticSynapse } from "synfire/models";

export interface BrowserResult {
  readonly spikeHash: string;
  readonly spikes: number;
  /** Of the spikes after they were written and read as .npz. */
  readonly reread: number;
  readonly svg: boolean;
  readonly png: boolean;
  readonly page: boolean;
  /** What saving to a file says. */
  readonly saved: string;
}

/** @param path where Node may save spikes */
export async function run(path: string): Promise<BrowserResult> {
  const net = new Network({ seed: 7 });
  const cell = { tau_m: "20 ms", v_th: "20 mV", v_reset: "0 mV", t_ref: "2 ms", v: "rand() * v_th" } as const;
  const E = net.population("E", 400, lifDelta, cell);
  const I = net.population("I", 100, lifDelta, cell);
  for (const target of [E, I]) {
    net.projection(E, target, staticSynapse, { connect: fixedIndegree(40), receptor: "v", weight: "0.1*mV*(1 + 0.1*randn())", delay: "1.5 ms" });
    net.projection(I, target, staticSynapse, { connect: fixedIndegree(10), receptor: "v", weight: "-0.5 mV", delay: "0.8 ms" });
    net.poissonInput(target, { receptor: "v", rate: "20 kHz", weight: "0.1 mV" });
  }
  const spikes = net.spikeMonitor(E, I);
  await using sim = await compile(net, { dt: "0.1 ms" });
  await sim.run("200 ms");
  const { spikeHash, spikes: count } = sim.report();
  const scene = rasterScene(spikes);
  const png = await renderPng(scene);
  return {
    spikeHash,
    spikes: count,
    reread: (await decodeSpikes((await encodeSpikes(spikes, "npz")) as Uint8Array, "spikes.npz")).times.length,
    svg: (await renderSvg(scene)).startsWith("<svg"),
    png: String.fromCharCode(...png.subarray(1, 4)) === "PNG",
    page: (await renderRasterPage(spikes)).includes("</html>"),
    saved: await saveSpikes(path, spikes).then(
      () => "saved",
      (error: Error) => error.message.split("\n")[0]!,
    ),
  };
}
