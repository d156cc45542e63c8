import { ArgumentError, SimulationError, UnsupportedError } from "../errors.ts";
import type { Communicator, Counts } from "../engine/communicator.ts";
import { displacements } from "./displacements.ts";
import type { MpiFunctions } from "./functions.ts";
import type { Value } from "./library.ts";

/** MPI counts in C's int. */
const largestCount = 2 ** 31 - 1;

/** Milliseconds in which a launcher reads what a rank has written before it ends. One that hears of the end at once may drop it. */
const timeToBeHeard = 200;

/** All ranks that were started together (MPI_COMM_WORLD). */
export class World implements Communicator {
  readonly name: string;
  readonly rank: number;
  readonly size: number;
  readonly local: number;
  readonly #mpi: MpiFunctions;
  readonly #largest: number;
  // Counts and beginnings as C reads them, kept so that no call allocates.
  readonly #sendCounts: Int32Array;
  readonly #sendStarts: Int32Array;
  readonly #receiveCounts: Int32Array;
  readonly #receiveStarts: Int32Array;
  readonly #flag = new Int32Array(1);

  /** @param local ranks on this machine, all unless told @param largest bytes that one message may have */
  constructor(mpi: MpiFunctions, name: string, local?: number, largest: number = largestCount) {
    this.#mpi = mpi;
    this.#largest = largest;
    this.name = name;
    this.rank = this.#number(mpi.rank);
    this.size = this.#number(mpi.size);
    this.local = local ?? this.size;
    this.#sendCounts = new Int32Array(this.size);
    this.#sendStarts = new Int32Array(this.size);
    this.#receiveCounts = new Int32Array(this.size);
    this.#receiveStarts = new Int32Array(this.size);
  }

  barrier(): void {
    const { barrier, handles } = this.#mpi;
    this.#check("MPI_Barrier", barrier(handles.world));
  }

  allgather(send: Uint8Array): Uint8Array {
    this.#checkSize("allgather", send.length);
    const { allgather, handles } = this.#mpi;
    const receive = new Uint8Array(send.length * this.size);
    this.#check("MPI_Allgather", allgather(send, send.length, handles.byte, receive, send.length, handles.byte, handles.world));
    return receive;
  }

  allgatherv(send: Uint8Array, counts: Counts, receive: Uint8Array): void {
    const total = displacements(counts, this.#receiveStarts);
    const own = counts[this.rank]!;
    if (send.length !== own) throw lengthError("allgatherv", `${send.length} bytes to send, but this rank's count is ${own}`);
    if (receive.length < total) throw lengthError("allgatherv", `${receive.length} bytes to receive ${total} in`);
    if (total > this.#largest) return this.#gatherInPieces(send, counts, receive);
    const { allgatherv, handles } = this.#mpi;
    const inPlace = send.buffer === receive.buffer && send.byteOffset === receive.byteOffset + this.#receiveStarts[this.rank]!;
    const from: Value = inPlace ? handles.inPlace : send;
    const sizes = asInt32(counts, this.#receiveCounts);
    this.#check("MPI_Allgatherv", allgatherv(from, own, handles.byte, receive, sizes, this.#receiveStarts, handles.byte, handles.world));
  }

  alltoall(send: Int32Array, receive: Int32Array): void {
    const each = send.length / this.size;
    if (!Number.isInteger(each)) throw lengthError("alltoall", `${send.length} numbers do not divide among ${this.size} ranks`);
    if (receive.length !== send.length) throw lengthError("alltoall", `${send.length} numbers to send, ${receive.length} to receive`);
    const { alltoall, handles } = this.#mpi;
    this.#check("MPI_Alltoall", alltoall(send, each, handles.int32, receive, each, handles.int32, handles.world));
  }

  alltoallv(send: Uint8Array, sendCounts: Counts, receive: Uint8Array, receiveCounts: Counts): void {
    const sent = displacements(sendCounts, this.#sendStarts);
    const received = displacements(receiveCounts, this.#receiveStarts);
    if (send.length < sent) throw lengthError("alltoallv", `${send.length} bytes to send ${sent} from`);
    if (receive.length < received) throw lengthError("alltoallv", `${receive.length} bytes to receive ${received} in`);
    this.#checkSize("alltoallv", Math.max(sent, received));
    const { alltoallv, handles } = this.#mpi;
    const outgoing = asInt32(sendCounts, this.#sendCounts);
    const incoming = asInt32(receiveCounts, this.#receiveCounts);
    const code = alltoallv(send, outgoing, this.#sendStarts, handles.byte, receive, incoming, this.#receiveStarts, handles.byte, handles.world);
    this.#check("MPI_Alltoallv", code);
  }

  sum(values: Float64Array): void {
    this.#checkSize("sum", values.length);
    const { allreduce, handles } = this.#mpi;
    this.#check("MPI_Allreduce", allreduce(handles.inPlace, values, values.length, handles.float64, handles.sum, handles.world));
  }

  broadcast(data: Uint8Array, root = 0): void {
    if (!(Number.isInteger(root) && root >= 0 && root < this.size)) {
      throw new ArgumentError("mpi-rank", `broadcast: rank ${root} of ${this.size}`, `Ranks are 0 to ${this.size - 1}.`);
    }
    const { broadcast, handles } = this.#mpi;
    // Always one call, so that ranks with nothing to receive take part.
    for (let from = 0; from === 0 || from < data.length; from += this.#largest) {
      const piece = data.length <= this.#largest ? data : data.subarray(from, from + this.#largest);
      this.#check("MPI_Bcast", broadcast(piece, piece.length, handles.byte, root, handles.world));
    }
  }

  abort(status: number): never {
    // After the end of communication nobody waits for this rank any more.
    if (!this.finalized) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, timeToBeHeard);
      this.#mpi.abort(this.#mpi.handles.world, status);
    }
    return process.exit(status);
  }

  finalize(): void {
    if (this.finalized) return;
    this.#check("MPI_Finalize", this.#mpi.finalize());
  }

  /** Whether communication has ended. */
  get finalized(): boolean {
    this.#mpi.finalized(this.#flag);
    return this.#flag[0] !== 0;
  }

  /** More bytes than one call can count: each rank's in turn, in pieces. */
  #gatherInPieces(send: Uint8Array, counts: Counts, receive: Uint8Array): void {
    let start = 0;
    for (let rank = 0; rank < this.size; rank++) {
      const place = receive.subarray(start, start + counts[rank]!);
      start += counts[rank]!;
      if (rank === this.rank && (send.buffer !== place.buffer || send.byteOffset !== place.byteOffset)) place.set(send);
      this.broadcast(place, rank);
    }
  }

  #number(ask: MpiFunctions["rank"]): number {
    ask(this.#mpi.handles.world, this.#flag);
    return this.#flag[0]!;
  }

  #checkSize(method: string, bytes: number): void {
    if (bytes <= this.#largest) return;
    const problem = `${method}: ${bytes} bytes in one message; MPI counts to ${this.#largest}`;
    throw new UnsupportedError("mpi-size", problem, "Send less at a time, or use more ranks.");
  }

  #check(call: string, code: number): void {
    if (code === 0) return;
    const text = new Uint8Array(8192);
    const known = this.#mpi.errorText(code, text, this.#flag) === 0;
    const reason = known ? new TextDecoder().decode(text.subarray(0, this.#flag[0])) : `error ${code}`;
    const problem = `rank ${this.rank} of ${this.size}: ${call} failed: ${reason}`;
    throw new SimulationError("mpi", problem, "Another rank or the network between them may have failed.");
  }
}

function asInt32(counts: Counts, into: Int32Array): Int32Array {
  if (counts instanceof Int32Array) return counts;
  into.set(counts);
  return into;
}

function lengthError(method: string, problem: string): ArgumentError {
  return new ArgumentError("mpi-length", `${method}: ${problem}`, "Make the arrays as long as the counts say.");
}
