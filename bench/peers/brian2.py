#!/usr/bin/python3
"""The benchmark networks in Brian2's C++ standalone mode, one thread: the peer that `npm run bench:peers` measures.

    brian2.py build NET DIRECTORY [--seconds 1] [--seed 1] [--f32]   generate and compile; prints one JSON object
    brian2.py run DIRECTORY                                         run the compiled program once; prints one JSON object

NET is A, B, C, D1, D2, D2p, E, F0.1 or F1, defined as models/networks/ defines them for Synfire. Needs Debian's packages
python3-brian cython3 g++. Brian2 times its simulation phase with std::clock(), so sim_cpu_s is CPU time.
"""
import argparse
import glob
import json
import os
import shutil
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
NETWORKS = ('A', 'B', 'C', 'D1', 'D2', 'D2p', 'E', 'F0.1', 'F1')
# Brian2 compiled as well as its users can: all of this processor's instructions, and arithmetic free to be reordered.
COMPILER_FLAGS = ['-w', '-O3', '-march=native', '-ffast-math', '-fno-finite-math-only', '-std=c++11']
WARMUP_MS = 500


def coba():
    """Brette et al. (2007), benchmark 1: conductance-based balanced network. doi:10.1007/s10827-007-0038-6"""
    neurons = NeuronGroup(4000, '''
        dv/dt = (g_L*(E_L - v) + g_e*(E_e - v) + g_i*(E_i - v)) / C : volt (unless refractory)
        dg_e/dt = -g_e / (5*ms) : siemens
        dg_i/dt = -g_i / (10*ms) : siemens''',
        threshold='v > -50*mV', reset='v = -60*mV', refractory=5*ms, method='exponential_euler',
        namespace=dict(g_L=10*nS, C=200*pF, E_L=-60*mV, E_e=0*mV, E_i=-80*mV))
    neurons.v = '-60*mV + rand()*10*mV'
    neurons.g_e = 'clip(randn()*15 + 40, 0, 1000)*nS'
    neurons.g_i = 'clip(randn()*120 + 200, 0, 2000)*nS'
    return neurons, sparse(neurons, 3200, 0.02, 'g_e += 6*nS', 'g_i += 67*nS'), 80


def cuba():
    """The same benchmark with exponential currents, in volt."""
    neurons = NeuronGroup(4000, '''
        dv/dt = (g_e + g_i - (v + 49*mV)) / (20*ms) : volt (unless refractory)
        dg_e/dt = -g_e / (5*ms) : volt
        dg_i/dt = -g_i / (10*ms) : volt''',
        threshold='v > -50*mV', reset='v = -60*mV', refractory=5*ms, method='exact')
    neurons.v = '-60*mV + rand()*10*mV'
    return neurons, sparse(neurons, 3200, 0.02, 'g_e += 1.62*mV', 'g_i -= 9*mV'), 80


def brunel():
    """Brunel (2000), asynchronous irregular: g 5, eta 2, J 0.1 mV. doi:10.1023/A:1008925309027"""
    neurons, external = brunel_neurons(12500, 0)
    synapses = sparse(neurons, 10000, 0.1, 'v += 0.1', 'v -= 0.5', delay=1.5*ms)
    return neurons, [external, *synapses], 1250


def brunel_plastic():
    """The same network of 10 000 neurons that reset to 10 mV; synapses between excitatory neurons follow additive pair STDP."""
    neurons, external = brunel_neurons(10000, 10)
    E, I = neurons[:8000], neurons[8000:]
    learning = pair_stdp(E, E, 'v', a_plus=0.002, a_minus=0.0021, w_max=0.2, delay={'pre': 1.5*ms, 'post': 0*ms})
    learning.connect(p=0.1)
    learning.w = 0.1
    exciting = Synapses(E, I, on_pre='v += 0.1', delay=1.5*ms)
    inhibiting = Synapses(I, neurons, on_pre='v -= 0.5', delay=1.5*ms)
    for synapses in (exciting, inhibiting):
        synapses.connect(p=0.1)
    return neurons, [external, learning, exciting, inhibiting], 1000


def brunel_neurons(size, v_reset):
    """Potentials are in mV: the weights are plain numbers."""
    neurons = NeuronGroup(size, 'dv/dt = -v / (20*ms) : 1 (unless refractory)',
        threshold='v > 20', reset=f'v = {v_reset}', refractory=2*ms, method='exact')
    neurons.v = 'rand()*20'
    return neurons, PoissonInput(neurons, 'v', N=1000, rate=20*Hz, weight=0.1)


def pair_stdp(source, target, variable, a_plus, a_minus, w_max, **options):
    """Additive pair rule, tau 20 ms, all pairs: a spike is transmitted with the weight from before it. doi:10.1038/78829"""
    return Synapses(source, target, '''
        w : 1
        dapre/dt = -apre / (20*ms) : 1 (event-driven)
        dapost/dt = -apost / (20*ms) : 1 (event-driven)''',
        on_pre=f'''
        {variable}_post += w
        apre += 1
        w = clip(w - {a_minus}*apost, 0, {w_max})''',
        on_post=f'''
        apost += 1
        w = clip(w + {a_plus}*apre, 0, {w_max})''', **options)


def sparse(neurons, excitatory, p, on_excitatory, on_inhibitory, **options):
    """Excitatory and inhibitory synapses onto all neurons, each pair with probability p."""
    size = len(neurons)
    synapses = []
    for source, action in ((neurons[:excitatory], on_excitatory), (neurons[excitatory:size], on_inhibitory)):
        synapses.append(Synapses(source, neurons, on_pre=action, **options))
        synapses[-1].connect(p=p)
    return synapses


# Izhikevich's scheme: v in two half steps of 0.5 ms, then u.
IZHIKEVICH_STEP = '''
    v += 0.5*(0.04*v*v + 5*v + 140 - u + I)
    v += 0.5*(0.04*v*v + 5*v + 140 - u + I)
    u += a*(b*v - u)
    I_syn = 0'''


def izhikevich_dense():
    """Izhikevich (2003): 1000 neurons, all to all. doi:10.1109/TNN.2003.820440"""
    neurons = NeuronGroup(1000, 'v : 1\nu : 1\na : 1\nb : 1\nc : 1\nd : 1\nI_syn : 1\nnoise : 1', threshold='v >= 30', reset='v = c; u += d')
    excitatory, inhibitory = np.random.rand(800), np.random.rand(200)
    neurons.a = np.r_[np.full(800, 0.02), 0.02 + 0.08*inhibitory]
    neurons.b = np.r_[np.full(800, 0.2), 0.25 - 0.05*inhibitory]
    neurons.c = np.r_[-65 + 15*excitatory**2, np.full(200, -65)]
    neurons.d = np.r_[8 - 6*excitatory**2, np.full(200, 2)]
    neurons.noise = np.r_[np.full(800, 5), np.full(200, 2)]
    neurons.v = -65
    neurons.u = 'b*v'
    neurons.run_regularly('I = I_syn + noise*randn()' + IZHIKEVICH_STEP)
    synapses = Synapses(neurons, neurons, 'w : 1', on_pre='I_syn += w')
    synapses.connect()
    synapses.w = '(0.5*int(i < 800) - int(i >= 800))*rand()'
    return neurons, [synapses], 1000


def izhikevich_sparse(plastic=False):
    """Izhikevich (2003) neurons, 100 000 of them, 100 synapses each, excitatory delays 1..20 ms; the excitatory ones may follow STDP."""
    size, excitatory, fanout = 100000, 80000, 100
    neurons = NeuronGroup(size, 'v : 1\nu : 1\nI_syn : 1\na : 1 (constant)\nd : 1 (constant)', threshold='v >= 30', reset='v = -65; u += d',
        namespace=dict(b=0.2))
    neurons.v, neurons.u = -65, -13
    neurons.a = '0.02 + 0.08*int(i >= 80000)'
    neurons.d = '8 - 6*int(i >= 80000)'
    neurons.run_regularly('I = I_syn + 20*int(rand() < 0.001)' + IZHIKEVICH_STEP)
    if plastic:
        exciting = pair_stdp(neurons[:excitatory], neurons, 'I_syn', a_plus=0.1, a_minus=0.12, w_max=10)
    else:
        exciting = Synapses(neurons[:excitatory], neurons, on_pre='I_syn += 6.0')
    exciting.connect(i=np.repeat(np.arange(excitatory), fanout), j=np.random.randint(0, size, excitatory*fanout))
    if plastic:
        exciting.w = 6
    exciting.pre.delay = '(1 + int(rand()*20))*ms'
    inhibiting = Synapses(neurons[excitatory:], neurons[:excitatory], on_pre='I_syn -= 5.0', delay=1*ms)
    inhibiting.connect(i=np.repeat(np.arange(size - excitatory), fanout), j=np.random.randint(0, excitatory, (size - excitatory)*fanout))
    return neurons, [exciting, inhibiting], fanout


def izhikevich_plastic():
    """The same network with additive pair STDP on its 8 million excitatory synapses, weights from 0 to 10."""
    return izhikevich_sparse(plastic=True)


def microcircuit(scale):
    """Potjans & Diesmann (2014): eight populations of a cortical column. doi:10.1093/cercor/bhs358"""
    with open(os.path.join(HERE, '..', '..', 'models', 'networks', f'microcircuit_{scale}.json')) as file:
        given = json.load(file)
    sizes = given['N']
    start = np.r_[0, np.cumsum(sizes)].astype(int)
    neurons = NeuronGroup(int(start[-1]), '''
        dv/dt = (-65*mV - v)/(10*ms) + (I + I_dc)/(250*pF) : volt (unless refractory)
        dI/dt = -I/(0.5*ms) : amp
        I_dc : amp (constant)''',
        threshold='v > -50*mV', reset='v = -65*mV', refractory=2*ms, method='exact')
    neurons.v = np.concatenate([np.random.normal(mean, sd, n) for mean, sd, n in zip(given['V0m'], given['V0s'], sizes)])*mV
    neurons.I_dc = np.repeat(given['DC'], sizes)*pA
    parts = [neurons[int(a):int(b)] for a, b in zip(start, start[1:])]
    external = [PoissonInput(part, 'I', N=int(round(rate/8)), rate=8*Hz, weight=given['w_ext']*pA) for part, rate in zip(parts, given['ext_rate'])]
    synapses = []
    for first, delay in ((0, 1.5), (1, 0.75)):          # even populations excite, odd ones inhibit
        pairs = [(post, pre) for post in range(8) for pre in range(first, 8, 2) if given['K'][post][pre] > 0]
        numbers = [given['K'][post][pre] for post, pre in pairs]
        sources = np.concatenate([np.random.randint(start[pre], start[pre + 1], n) for (_, pre), n in zip(pairs, numbers)])
        targets = np.concatenate([np.random.randint(start[post], start[post + 1], n) for (post, _), n in zip(pairs, numbers)])
        means = [given['W'][post][pre] for post, pre in pairs]
        synapse = Synapses(neurons, neurons, 'w : amp', on_pre='I_post += w')
        synapse.connect(i=sources, j=targets)
        synapse.w = np.concatenate([np.random.normal(mean, 0.1*abs(mean), n) for mean, n in zip(means, numbers)])*pA
        synapse.delay = np.maximum(np.random.normal(delay, delay/2, len(sources)), 0.1)*ms
        synapses.append(synapse)
    outdegrees = [sum(given['K'][post][pre] for post in range(8))/sizes[pre] for pre in range(8)]
    return neurons, [*external, *synapses], np.repeat(outdegrees, sizes)


def build(arguments):
    """Describes the network, has Brian2 write and compile its C++, and leaves what `run` needs in DIRECTORY/peer.json."""
    name = arguments.net
    prefs.codegen.cpp.extra_compile_args_gcc = COMPILER_FLAGS
    prefs.devices.cpp_standalone.openmp_threads = 0
    if arguments.f32:
        prefs.core.default_float_dtype = np.float32
    set_device('cpp_standalone', directory=arguments.directory, build_on_run=False)
    np.random.seed(arguments.seed)
    seed(arguments.seed)            # after set_device: this one seeds the generated program
    defaultclock.dt = (1.0 if name.startswith('D') else 0.1)*ms

    makers = dict(A=coba, B=cuba, C=brunel, D1=izhikevich_dense, D2=izhikevich_sparse, D2p=izhikevich_plastic, E=brunel_plastic)
    neurons, objects, outdegree = microcircuit(name[1:]) if name.startswith('F') else makers[name]()
    warmup = WARMUP_MS if name.startswith('F') else 0
    before, after = SpikeMonitor(neurons, record=False, name='before'), SpikeMonitor(neurons, record=False, name='after')
    network = Network(neurons, *objects, after)
    if warmup:
        # A monitor of the warm-up alone: what `after` counted during it must not count as measured.
        network.add(before)
        network.run(warmup*ms)
        before.active = False
    started = time.perf_counter()
    network.run(arguments.seconds*second)
    device.build(directory=arguments.directory, run=False, compile=True, with_output=False)
    facts = dict(net=name, simulator=f'brian2 {brian2.__version__} C++ standalone', precision='f32' if arguments.f32 else 'f64', threads=1,
        bio_s=arguments.seconds, warmup_s=warmup/1e3, neurons=len(neurons), compile_s=time.perf_counter() - started,
        outdegree=outdegree.tolist() if isinstance(outdegree, np.ndarray) else outdegree,
        synapses=[o.name for o in objects if isinstance(o, Synapses)],
        plastic=[o.name for o in objects if isinstance(o, Synapses) and 'apre' in o.variables])
    with open(os.path.join(arguments.directory, 'peer.json'), 'w') as file:
        json.dump(facts, file)
    return {key: value for key, value in facts.items() if key not in ('outdegree', 'synapses', 'plastic')}


def run(arguments):
    """Runs the compiled program once. Wall time of the phase = wall of the whole program − CPU spent outside the phase."""
    directory = arguments.directory
    with open(os.path.join(directory, 'peer.json')) as file:
        facts = json.load(file)
    results = os.path.join(directory, 'results')
    shutil.rmtree(results, ignore_errors=True)
    os.makedirs(results)
    started = time.perf_counter()
    pid = os.posix_spawn(os.path.join('.', 'main'), ['./main'], os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - started
    if status != 0:
        sys.exit(f'brian2: the compiled program for {facts["net"]} failed with status {status}')
    with open(os.path.join(results, 'last_run_info.txt')) as file:
        simulated = float(file.read().split()[0])

    def array(pattern):
        found = glob.glob(os.path.join(results, f'_array_{pattern}_*'))
        return np.fromfile(found[0], dtype=np.int32)

    counts = array('after_count') - (array('before_count') if facts['warmup_s'] else 0)
    synapses = sum(int(array(f'{name}_N')[0]) for name in facts['synapses'])
    events = float(np.sum(counts*np.asarray(facts['outdegree'])))
    # Only networks that learn keep a weight per synapse, in mV.
    real = np.float32 if facts['precision'] == 'f32' else np.float64
    weights = [np.fromfile(file, dtype=real) for name in facts['plastic'] for file in glob.glob(os.path.join(results, f'_dynamic_array_{name}_w_*'))]
    total = usage.ru_utime + usage.ru_stime
    return dict(net=facts['net'], bio_s=facts['bio_s'], sim_s=wall - (total - simulated), sim_cpu_s=simulated, setup_cpu_s=total - simulated,
        n_syn=synapses, spikes=int(counts.sum()), rate_hz=float(counts.sum()/facts['neurons']/facts['bio_s']), syn_events=events,
        ns_per_event=simulated*1e9/events if events else None, peak_rss_bytes=usage.ru_maxrss*1024,
        **(dict(mean_weight_mV=float(np.concatenate(weights).mean())) if weights else {}))


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
commands = parser.add_subparsers(dest='command', required=True)
building = commands.add_parser('build')
building.add_argument('net', choices=NETWORKS)
building.add_argument('directory')
building.add_argument('--seconds', type=float, default=1)
building.add_argument('--seed', type=int, default=1)
building.add_argument('--f32', action='store_true', help='single precision state; the default is Brian2\'s own, double')
commands.add_parser('run').add_argument('directory')
given = parser.parse_args()
given.directory = os.path.abspath(given.directory)
del sys.path[0]         # this file's folder, where `import brian2` would find this file
try:
    import numpy as np
    if given.command == 'build':
        import warnings
        warnings.filterwarnings('ignore')
        import brian2
        from brian2 import (NeuronGroup, Network, PoissonInput, SpikeMonitor, Synapses, BrianLogger, defaultclock, device, prefs, second, seed,
            set_device, Hz, mV, ms, nS, pA, pF, siemens, volt, amp)
        BrianLogger.log_level_error()
except ImportError as error:
    sys.exit(f'brian2.py: {error}. Install the peer: apt-get install -y python3-brian cython3 g++')
if given.command == 'run':
    os.chdir(given.directory)
print(json.dumps(build(given) if given.command == 'build' else run(given)))
