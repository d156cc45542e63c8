/** What the tests run as ranks: `ranks.mjs WHAT`. Each rank says one line of JSON. Uses the built package, as users do. */
import { connectMpi } from "../../dist/src/mpi/index.js";
import { bindFunctions } from "../../dist/src/mpi/functions.js";
import { importKoffi } from "../../dist/src/mpi/koffi.js";
import { loadLibrary } from "../../dist/src/mpi/library.js";
import { World } from "../../dist/src/mpi/world.js";
import { bytesFrom, bytesFromTo, countFrom, countFromTo } from "./exchanged.mjs";

const [what] = process.argv.slice(2);
const world = await connectMpi();
const { rank, size, name } = world;
const everyone = Array.from({ length: size }, (_, other) => other);
const say = (result) => process.stdout.write(`${JSON.stringify({ rank, size, name, ...result })}\n`);
const messageOf = (work) => {
  try {
    return work() ?? "no error";
  } catch (error) {
    return `${error.name} ${error.code}: ${error.message}`;
  }
};

/** Everything that ranks can exchange, with memory from `bytes`. */
function exchange(communicator, bytes) {
  communicator.barrier();
  const all = [...communicator.allgather(Uint8Array.of(rank, 100 + rank))];

  const counts = everyone.map(countFrom);
  const from = bytes(counts[rank]);
  from.set(bytesFrom(rank));
  const gathered = bytes(sum(counts));
  communicator.allgatherv(from, Int32Array.from(counts), gathered);

  // The same with this rank's bytes already where they belong.
  const inPlace = bytes(sum(counts));
  inPlace.set(bytesFrom(rank), sum(counts.slice(0, rank)));
  communicator.allgatherv(inPlace.subarray(sum(counts.slice(0, rank)), sum(counts.slice(0, rank + 1))), counts, inPlace);

  const numbers = new Int32Array(2 * size);
  communicator.alltoall(Int32Array.from(everyone.flatMap((other) => [100 * rank + other, -other])), numbers);

  const sent = bytes(sum(everyone.map((other) => countFromTo(rank, other))));
  sent.set(everyone.flatMap((other) => [...bytesFromTo(rank, other)]));
  const received = bytes(sum(everyone.map((other) => countFromTo(other, rank))));
  communicator.alltoallv(sent, everyone.map((to) => countFromTo(rank, to)), received, everyone.map((other) => countFromTo(other, rank)));

  const sums = Float64Array.of(rank, 2 ** 50 + rank, 1);
  communicator.sum(sums);
  const told = bytes(30).fill(rank);
  communicator.broadcast(told, size - 1);
  const plain = (array) => [...array];
  return {
    all, gathered: plain(gathered), inPlace: plain(inPlace), numbers: plain(numbers), received: plain(received), sums: plain(sums), told: plain(told),
  };
}

/** The same world, with messages that are soon too large. */
async function worldOfSmallMessages(largest) {
  const koffi = await importKoffi();
  const { library, family } = loadLibrary(koffi, name.startsWith("Open MPI") ? "Open MPI" : "MPICH", undefined);
  return new World(bindFunctions(library, family), name, size, largest);
}

/** A module whose function f reads far outside of its one page. */
function trap() {
  const code = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 5, 3, 1, 0, 1, 7, 5, 1, 1, 102, 0, 0];
  const body = [10, 14, 1, 12, 0, 0x41, 0xff, 0xff, 0xff, 0xff, 7, 0x28, 2, 0, 0x1a, 11];
  new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from([...code, ...body]))).exports.f();
}

const shared = new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true });
let used = 64;
const inSharedMemory = (length) => {
  used += length;
  return new Uint8Array(shared.buffer, used - length, length);
};
const sum = (values) => values.reduce((a, b) => a + b, 0);

const programs = {
  exchange: () => say(exchange(world, (length) => new Uint8Array(length))),
  shared: () => say(exchange(world, inSharedMemory)),
  pieces: async () => {
    const small = await worldOfSmallMessages(7);
    const counts = everyone.map((other) => 5 + 10 * other);
    const start = sum(counts.slice(0, rank));
    const [gathered, inPlace, told] = [sum(counts), sum(counts), 30].map((length) => new Uint8Array(length));
    small.allgatherv(new Uint8Array(counts[rank]).fill(rank + 1), counts, gathered);
    inPlace.fill(rank + 1, start, start + counts[rank]);
    small.allgatherv(inPlace.subarray(start, start + counts[rank]), counts, inPlace);
    small.broadcast(told.fill(rank + 1), size - 1);
    say({ gathered: [...gathered], inPlace: [...inPlace], told: [...told], refused: messageOf(() => small.alltoallv(told, [8], told, [8])) });
  },
  mistakes: () => {
    const bytes = (length) => new Uint8Array(length);
    say({
      counts: messageOf(() => world.allgatherv(bytes(1), [1, 1], bytes(2))),
      negative: messageOf(() => world.allgatherv(bytes(1), [-1], bytes(2))),
      own: messageOf(() => world.allgatherv(bytes(1), [2], bytes(2))),
      receive: messageOf(() => world.allgatherv(bytes(3), [3], bytes(2))),
      alltoall: messageOf(() => world.alltoall(new Int32Array(2), new Int32Array(3))),
      alltoallv: messageOf(() => world.alltoallv(bytes(2), [3], bytes(3), [3])),
      root: messageOf(() => world.broadcast(bytes(1), 1)),
    });
  },
  trap: () => {
    world.barrier();
    say({ error: messageOf(trap) });
  },
  twice: async () => {
    const again = await connectMpi();
    const same = again.rank === rank && again.size === size;
    again.finalize();
    world.finalize();
    say({ same, after: await connectMpi().then(() => "connected", (error) => error.message) });
  },
  // One rank ends before its time; the others wait for it.
  throws: () => (rank === 1 ? setTimeout(() => { throw new Error("out of ink"); }, 20) : wait()),
  rejects: () => (rank === 1 ? void Promise.reject(new Error("out of paper")) : wait()),
  exits: () => (rank === 1 ? leave() : wait()),
  endsWithStatus: () => (rank === 1 ? (process.exitCode = 4) : wait()),
  aborts: () => (rank === 1 ? world.abort(7) : wait()),
  isKilled: () => (rank === 1 ? process.kill(process.pid, "SIGKILL") : wait()),
  // Nobody finalizes: the ranks end one after another.
  ends: () => setTimeout(() => say({}), 50 * rank),
};

function wait() {
  world.barrier();
  say({ went: "on" });
}

function leave() {
  process.stderr.write("rank 1 leaves\n");
  process.exit(3);
}

await programs[what]();
