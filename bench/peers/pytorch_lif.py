#!/usr/bin/python3
"""Networks of leaky neurons in PyTorch, beside which bench/training.mjs measures: one autograd function for a step of a layer.

usage: pytorch_lif.py '{"case": "c", "mode": "train", "hoist": false, "surrogate": "fastSigmoid", "gain": 6}'

Each line on stdin asks for one batch (forward, loss, backward and Adam, or forward and loss); the answer is a line of JSON with its milliseconds.
The first answer has the loss and the share of neurons that spike in a step, layer by layer; every answer has the most memory used so far.
OPENBLAS_CORETYPE=SkylakeX (or Haswell) tells Debian's OpenBLAS which kernels new processors can run; it does not find out by itself.
"""
import json
import os
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

asked = json.loads(sys.argv[1])
case, training, hoist, gain = asked["case"], asked["mode"] == "train", asked["hoist"], asked["gain"]
slope, width = 25.0, asked.get("width", 1.0)
triangular = asked["surrogate"] == "triangular"
batch, threshold = 128, 1.0
steps, beta, sizes = {
    "a": (25, 0.95, [784, 1000, 10]),
    "b": (100, 0.9, [700, 256, 20]),
    "c": (100, 0.9, [700, 512, 512, 20]),
    "d": (25, 0.5, None),
}[case]
constant = case in "ad"
torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
torch.manual_seed(0)
draws = torch.Generator().manual_seed(1)


def image(*shape):
    """Grey values where about a fifth of the pixels are not black, as in handwritten digits."""
    return torch.rand(*shape, generator=draws) * (torch.rand(*shape, generator=draws) < 0.19)


if case == "a":
    inputs = image(batch, 784)
elif case == "d":
    inputs = image(batch, 1, 28, 28)
else:
    inputs = (torch.rand(steps, batch, sizes[0], generator=draws) < 0.02).float()
labels = torch.randint(0, 10 if constant else 20, (batch,), generator=draws)


class Leaky(torch.autograd.Function):
    """v ← β·v + input − [v > 1], with the spike of the step before taken for a constant; spikes where v > 1."""

    @staticmethod
    def forward(ctx, current, before):
        v = torch.add(current, before, alpha=beta)
        v -= (before > threshold).to(v.dtype)
        ctx.save_for_backward(v)
        return v, (v > threshold).to(v.dtype)

    @staticmethod
    def backward(ctx, to_v, to_spike):
        (v,) = ctx.saved_tensors
        x = (v - threshold).abs_()
        if triangular:
            slant = x.div_(width).neg_().add_(1).clamp_(min=0).mul_(to_spike)
        else:
            x = x.mul_(slope).add_(1)
            slant = torch.div(to_spike, x.mul_(x))
        if to_v is not None:
            slant += to_v
        return slant, slant * beta


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        if case == "d":
            self.layers = nn.ModuleList([nn.Conv2d(1, 12, 5), nn.Conv2d(12, 64, 5), nn.Linear(1024, 10)])
        else:
            self.layers = nn.ModuleList([nn.Linear(i, o) for i, o in zip(sizes, sizes[1:])])
        self.recurrent = nn.Linear(256, 256) if case == "b" else None
        with torch.no_grad():
            for weight in self.parameters():
                if weight.dim() > 1:
                    weight *= gain
        self.rates = [0.0] * len(self.layers)

    def current(self, k, x):
        if case == "d" and k < 2:
            return F.max_pool2d(self.layers[k](x), 2)
        return self.layers[k](x.flatten(1) if case == "d" else x)

    def forward(self):
        first = self.current(0, inputs) if hoist else None
        potentials = [None] * len(self.layers)
        spikes, counts, losses = None, 0, 0
        self.rates = [0.0] * len(self.layers)
        arriving = None
        for step in range(steps):
            x = inputs if constant else inputs[step]
            for k in range(len(self.layers)):
                if k == 0 and first is not None:
                    current = first if constant else first[step]
                else:
                    current = self.current(k, x)
                if k == 0 and self.recurrent is not None and arriving is not None:
                    current = current + self.recurrent(arriving)
                before = potentials[k] if potentials[k] is not None else torch.zeros_like(current)
                potentials[k], x = Leaky.apply(current, before)
                if noting:
                    self.rates[k] += float(x.detach().mean()) / steps
                if k == 0:
                    arriving = x
            if case == "a":
                losses = losses + F.cross_entropy(potentials[-1], labels)
            else:
                counts = counts + x
        return losses if case == "a" else F.cross_entropy(counts, labels)


network = Network()
optimizer = torch.optim.Adam(network.parameters(), lr=5e-4)


def run():
    if not training:
        with torch.no_grad():
            return float(network())
    optimizer.zero_grad(set_to_none=True)
    loss = network()
    loss.backward()
    optimizer.step()
    return float(loss)


noting = True
for line in sys.stdin:
    begin, busy = time.perf_counter(), time.process_time()
    loss = run()
    answer = {"ms": (time.perf_counter() - begin) * 1e3, "cpu_ms": (time.process_time() - busy) * 1e3, "loss": loss}
    if noting:
        answer["rates"] = [round(r, 4) for r in network.rates]
        answer["version"] = torch.__version__
        noting = False
    answer["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(answer), flush=True)
