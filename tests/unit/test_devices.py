"""Every path on a device that is not there: nothing meets a tensor of the CPU by mistake, and the numbers are those of
the CPU. `tests/gpu` asks the same of one that is.
"""

from __future__ import annotations

from copy import deepcopy
from functools import cache

import pytest
import torch
from torch import nn

from tests.device_cases import ATTENDING, CASES, convolutional, explained, network, transformer
from tests.pretended_device import DEVICE, There, moved, pretended

remembered = cache(lambda make: make())


@pytest.mark.parametrize("name", [*CASES, *ATTENDING])
def test_what_runs_on_the_cpu_runs_on_a_device(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = remembered(transformer if name in ATTENDING else convolutional)
    case = CASES.get(name) or (lambda net: explained(net, name, target=1))
    expected = case(network(module))
    with pretended(monkeypatch):
        there = moved(deepcopy(module))
        found = case(network(there))
        assert all(isinstance(weight, There) and weight.device == DEVICE for weight in there.state_dict().values())
        assert not isinstance(found, There), "what a method returns is on the CPU"
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-4 * float(expected.abs().max()))


def test_the_device_takes_no_tensor_of_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    with pretended(monkeypatch):
        x = torch.ones(3).to(DEVICE).requires_grad_()
        with pytest.raises(RuntimeError, match="on two devices"):
            x + torch.ones(3)
        with pytest.raises(RuntimeError, match="on two devices"):
            nn.functional.linear(x, torch.ones(2, 3))
        with pytest.raises(TypeError, match="numpy"):
            x.detach().numpy()
        doubled = torch.autograd.grad((x * torch.tensor(2.0)).sum(), x)[0]
        assert isinstance(doubled, There) and doubled.cpu().tolist() == [2, 2, 2] and not isinstance(x.cpu(), There)
