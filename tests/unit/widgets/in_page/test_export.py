"""Networks as ONNX, held against the kernel's recorded passes by onnx's own slow reference."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable

import numpy as np
import onnx
import pytest
import torch
from onnx.reference import ReferenceEvaluator
from torch import Tensor, nn

import deepvis_widgets as dv
from deepvis_widgets.methods.cam import class_maps
from deepvis_widgets.widgets.in_page.export import ExportError, exported, outputs
from tests.small_nets import Crafty, Plain, seeded
from tests.untouched import Untouched

SIZE = (16, 20)
GREY = dv.Preprocess(SIZE, None, (0.4,), (0.3,))
COLOURS = dv.Preprocess(SIZE, None, (0.5, 0.4, 0.3), (0.2, 0.3, 0.4))


def plain() -> dv.Network:
    return dv.Network(seeded(Plain()), COLOURS)


def crafty() -> dv.Network:
    return dv.Network(seeded(Crafty()), COLOURS)


def grey() -> dv.Network:
    return dv.Network(seeded(Plain(1)), GREY)


def with_directions() -> dv.Network:
    return plain().with_units("features.1", torch.eye(6)[:2], ["one", "two"])


def switched_off() -> dv.Network:
    return plain().without("features.1", [0, 3])


def in_halves() -> dv.Network:
    return dv.Network(seeded(Plain()).double(), COLOURS)


MAKERS = (plain, crafty, grey, with_directions, switched_off, in_halves)


def passed(network: dv.Network, view: Tensor, target: int) -> dict[str, np.ndarray]:
    """All outputs of the exported network."""
    model = onnx.load_from_string(exported(network))
    given = {"view": view[None].numpy(), "target": np.array([target])}
    taken = {one.name: given[one.name] for one in model.graph.input}
    return dict(zip(outputs(network), ReferenceEvaluator(model).run(None, taken), strict=True))


def view_of(network: dv.Network) -> Tensor:
    noise = torch.rand(1, *SIZE, generator=torch.Generator().manual_seed(1))
    return network.view((noise.expand(3, -1, -1) * torch.tensor([1.0, 0.7, 0.4]).view(3, 1, 1)).clone())


@pytest.mark.parametrize("make", MAKERS)
def test_every_layer_is_that_of_the_recorded_pass(make: Callable[[], dv.Network]) -> None:
    network = make()
    view = view_of(network)
    found, recording = passed(network, view, 2), network.record(view)
    assert [name.removeprefix("layer/") for name in found if name.startswith("layer/")] == network.layers.names
    for layer in network.layers:
        wanted = layer.layout.maps(recording.outputs[layer.name]).detach().numpy()
        np.testing.assert_allclose(found[f"layer/{layer.name}"], wanted, atol=1e-5, err_msg=layer.name)


@pytest.mark.parametrize("make", MAKERS)
def test_answers_and_class_maps_are_those_of_the_kernel(make: Callable[[], dv.Network]) -> None:
    network = make()
    view = view_of(network)
    found, recording = passed(network, view, 2), network.record(view)
    np.testing.assert_allclose(found["scores"], recording.logits.detach().numpy(), atol=1e-5)
    np.testing.assert_allclose(found["shown"][0], network.bars(view).numpy(), atol=1e-5)
    assert recording.head is not None and network.has_head
    np.testing.assert_allclose(found["class_map"], class_maps(recording.head, torch.tensor([2])).numpy(), atol=1e-5)


def test_a_network_of_another_head_has_no_class_map() -> None:
    class Flat(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.last = nn.Conv2d(3, 4, 3, stride=4), nn.Linear(80, 5)

        def forward(self, x: Tensor) -> Tensor:
            scores: Tensor = self.last(self.conv(x).relu().flatten(1))
            return scores

    network = dv.Network(seeded(Flat()), COLOURS)
    found = passed(network, view_of(network), 0)
    assert "class_map" not in found and found["scores"].shape == (1, 5)


@pytest.mark.parametrize("make", [plain, crafty])
def test_the_module_is_left_alone(make: Callable[[], dv.Network]) -> None:
    network = make()
    network.module.train()
    network.module.get_submodule("features.0" if make is plain else "second").eval()
    before = Untouched(network.module)
    exported(network)
    before.check()


def test_nothing_is_heard_of_an_export_and_all_of_other_threads(capfd: pytest.CaptureFixture[str]) -> None:
    """Also the threads of a notebook whose cells print while the Explorer exports."""
    told: list[str] = []

    class Telling(Plain):
        def forward(self, x: Tensor) -> Tensor:
            def other() -> None:
                print("a cell prints")
                with pytest.warns(UserWarning, match="a cell warns"):
                    warnings.warn("a cell warns", stacklevel=1)

            if x.shape[0] > 0:  # a tracer warns of this
                thread = threading.Thread(target=other)
                thread.start()
                thread.join()
                told.append(threading.current_thread().name)
            return super().forward(x)

    exported(dv.Network(seeded(Telling()), COLOURS))
    out, err = capfd.readouterr()
    assert told and set(out.splitlines()) == {"a cell prints"} and err == ""


def test_what_cannot_be_exported_is_said_in_a_sentence_and_leaves_the_module_alone(
    capfd: pytest.CaptureFixture[str], recwarn: pytest.WarningsRecorder
) -> None:
    class Turning(Plain):
        def forward(self, x: Tensor) -> Tensor:
            return super().forward(torch.fft.ifft2(torch.fft.fft2(x)).real)

    network = dv.Network(seeded(Turning()), COLOURS)
    before = Untouched(network.module)
    with pytest.raises(ExportError, match=r"^Turning cannot be exported to ONNX: .*fft"):
        exported(network)
    before.check()
    assert capfd.readouterr() == ("", "") and not recwarn.list


def test_answers_that_a_page_cannot_draw_are_said_before_anything_is_exported() -> None:
    class Maps(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 5, 1)

        def forward(self, x: Tensor) -> Tensor:
            maps: Tensor = self.conv(x)
            return maps

    network = dv.Network(seeded(Maps()), COLOURS, answers=dv.Pixels())
    with pytest.raises(ExportError, match="answers with pixels"):
        exported(network)
