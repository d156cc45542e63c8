/** Where WebGPU comes from: the browser (or whoever set `navigator.gpu`), else the npm package `webgpu` in Node. */

/** Why there is no GPU, and how to get one. */
export interface Missing {
  readonly reason: string;
  readonly hint: string;
}

/** The part of the package `webgpu` that is used here. */
interface Package {
  readonly create: (options: readonly string[]) => GPU;
  readonly globals: Readonly<Record<string, unknown>>;
}

interface World {
  readonly process?: { readonly versions?: { readonly node?: string } };
  readonly navigator?: { readonly gpu?: GPU };
  /** What the package created. Its process dies once this object is collected while a device is in use, hence among the globals. */
  [pin]?: GPU;
}

const pin = Symbol.for("synfire.webgpu");
const install = "npm i webgpu@0.6.2";

/** The entry point of WebGPU, the same in each call, or the reason why there is none. In Node the package's globals are set where they are absent. */
export async function provideWebGpu(): Promise<{ readonly webgpu: GPU } | Missing> {
  const world = globalThis as World;
  const webgpu = world[pin] ?? world.navigator?.gpu;
  if (webgpu !== undefined) return { webgpu };
  return world.process?.versions?.node === undefined ? noneInBrowser() : loadPackage(world);
}

/** What to do where WebGPU is there but finds no adapter. */
export function adapterHint(): string {
  const inNode = (globalThis as World).process?.versions?.node !== undefined;
  if (!inNode) return "Turn on hardware acceleration in the browser's settings; Chrome says on chrome://gpu what is blocked, on Linux it may need "
    + "--enable-unsafe-webgpu.";
  return "Install the card's driver and Vulkan's loader: apt-get install libvulkan1. Without a card the software driver of Debian's package chromium "
    + "(apt-get install chromium libvulkan1) runs everything, slowly: VK_ICD_FILENAMES=/usr/lib/chromium/vk_swiftshader_icd.json.";
}

function noneInBrowser(): Missing {
  const secure = (globalThis as { readonly isSecureContext?: boolean }).isSecureContext !== false;
  return secure
    ? { reason: "this browser has no WebGPU", hint: "Chrome and Edge 113, Safari 26 and Firefox 141 have it, or later ones." }
    : { reason: "WebGPU is hidden from this page, which is not a secure context", hint: "Serve it over https, or from localhost." };
}

async function loadPackage(world: World): Promise<{ readonly webgpu: GPU } | Missing> {
  // Bundlers follow literal specifiers; this package is Node's alone, and optional there.
  const specifier = "webgpu";
  try {
    const { create, globals } = (await import(/* @vite-ignore */ specifier)) as Package;
    for (const [name, value] of Object.entries(globals)) if (!(name in globalThis)) Object.assign(globalThis, { [name]: value });
    // Time stamps are of use only where their last digits are right; a web page has no part in this process.
    return { webgpu: (world[pin] ??= create(["disable-dawn-features=timestamp_quantization"])) };
  } catch (error) {
    const absent = (error as { code?: unknown }).code === "ERR_MODULE_NOT_FOUND";
    if (absent) return { reason: "the package webgpu, which brings WebGPU to Node.js, is not installed", hint: `${install}.` };
    const problem = (error instanceof Error ? error.message : String(error)).split("\n")[0]!;
    return { reason: `the package webgpu cannot be loaded: ${problem}`, hint: `${install}: this release runs on Debian 12, others do not.` };
  }
}
