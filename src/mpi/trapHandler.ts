import type { Koffi } from "./koffi.ts";

/** SIGSEGV on Linux, macOS and the BSDs. */
const segmentationFault = 11;

/** More than any system's struct sigaction (152 bytes with glibc). */
const bytes = 1024;

/**
 * Does what may change how this process takes a segmentation fault, and changes it back. V8 makes WebAssembly's "memory access out of bounds" of
 * it; the libraries under some MPI libraries (UCX under Debian's MPICH) would print their backtrace and end the process instead.
 */
export function keepTrapHandler<T>(koffi: Koffi, work: () => T): T {
  const sigaction = koffi.load(null).func("sigaction", "int", ["int", "void *", "void *"]);
  const before = new Uint8Array(bytes);
  sigaction(segmentationFault, null, before);
  try {
    return work();
  } finally {
    sigaction(segmentationFault, before, null);
  }
}
