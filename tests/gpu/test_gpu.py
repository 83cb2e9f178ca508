"""Every method, pass and widget on the GPU: the CPU's numbers, and a model that stays where it is."""

from __future__ import annotations

from copy import deepcopy

import pytest
import torch

from deepvis_widgets.widgets.explorer import answers
from deepvis_widgets.widgets.explorer.explorer import Explorer
from tests.device_cases import ATTENDING, CASES, convolutional, explained, network, picture, transformer
from tests.unit.widgets.explorer.test_explorer import settle
from tests.untouched import Untouched

pytestmark = pytest.mark.gpu


@pytest.mark.parametrize("name", [*CASES, *ATTENDING])
def test_the_gpu_gives_what_the_cpu_gives(name: str, device: torch.device) -> None:
    module = transformer() if name in ATTENDING else convolutional()
    case = CASES.get(name) or (lambda net: explained(net, name, target=1))
    expected = case(network(module))
    there = deepcopy(module).to(device)
    before = Untouched(there)
    found = case(network(there))
    before.check()
    assert found.device.type == "cpu" and all(weight.device == device for weight in there.state_dict().values())
    torch.testing.assert_close(found, expected, rtol=1e-2, atol=1e-3 * float(expected.abs().max()))


def test_an_explorer_answers_from_the_gpu(device: torch.device) -> None:
    module = convolutional().to(device)
    before, seen = Untouched(module), []
    explorer = Explorer(network(module), pictures=[picture()])
    try:
        explorer.session.subscribe(answers.UnitMap, seen.append)
        for unit in (1, 2):
            explorer.layer, explorer.unit = "3", unit
            settle(explorer)
        explorer.unit_pictures.fill_grid()
        settle(explorer)
    finally:
        explorer.close()
    before.check()
    assert seen and all(found.values.device.type == "cpu" for found in seen)
    assert all(weight.device == device for weight in module.state_dict().values())
