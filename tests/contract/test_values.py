"""What awkward networks are asked is answered with autograd's numbers, and what cannot be served is one sentence."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import deepvis_widgets as dv
from tests.awkward_nets import AWKWARD, Lazy
from tests.families import network, picture, preprocess_of
from tests.small_nets import Plain, seeded
from tests.untouched import Untouched

HALF = {"bfloat16"}  # its numbers are as coarse as they are
SOFT = {"sigmoids": torch.logit, "pixels": None}  # what is explained is no number that the module returns


@pytest.mark.parametrize("name", [name for name in AWKWARD if name not in SOFT])
def test_the_gradient_is_that_of_autograd(name: str) -> None:
    net, view = network(name), picture(24)
    x = net.feed(view[None]).detach().requires_grad_()
    returned = net.module(x)
    scores = returned[0] if isinstance(returned, tuple) else returned
    (expected,) = torch.autograd.grad(scores[0, 1], x)
    found = dv.explain(net, view, "gradient", target=1)
    tolerance = 0.05 if name in HALF else 1e-4
    scale = float(expected.abs().max())
    torch.testing.assert_close(found.attribution, expected[0].float(), rtol=tolerance, atol=tolerance * scale)


def test_quantised_networks_are_told_apart_from_flat_ones() -> None:
    """Whole numbers let no gradient pass; what needs none is served."""
    module = torch.ao.quantization.quantize_dynamic(seeded(Plain()), {nn.Linear})
    net, before = dv.Network(module, preprocess_of("plain")), Untouched(module)
    with pytest.raises(dv.DeepvisError, match="No gradient comes back to the picture"):
        dv.explain(net, picture(24), "gradient", target=1)
    assert dv.explain(net, picture(24), "occlusion", target=1, window=12, stride=12).heatmap.any()
    before.check()


def test_what_has_no_numbers_yet_is_one_sentence() -> None:
    unready = Lazy(ready=False)
    with pytest.raises(dv.DeepvisError, match="has parameters without numbers yet"):
        dv.Network(unready, preprocess_of("plain"))
    assert all(torch.nn.parameter.is_lazy(parameter) for parameter in unready.parameters())
    with torch.device("meta"):
        nowhere = Plain()
    with pytest.raises(dv.DeepvisError, match="meta"):
        dv.Network(nowhere, preprocess_of("plain"))
