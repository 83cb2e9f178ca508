"""The relevance ledger on a page: the map of every layer, as LRP finds it."""

from __future__ import annotations

import numpy as np
import torch

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.picture import to_bytes
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.methods import explain
from deepvis_widgets.widgets.page.parts import Choice, Drawing, Map, Picture, Text
from deepvis_widgets.widgets.relevance.panes import account
from deepvis_widgets.widgets.relevance.relevance_ledger import RelevanceLedger
from tests.small_nets import Plain
from tests.tools.pages import painted, part_in, parts_in, picked
from tests.untouched import Untouched

SIDE = 32
PICTURE = torch.rand(3, SIDE, SIDE, generator=torch.Generator().manual_seed(1))


def network() -> Network:
    torch.manual_seed(0)
    return Network(Plain(), Preprocess((SIDE, SIDE), None), name="small")


def test_every_layer_has_its_map() -> None:
    net = network()
    board = RelevanceLedger(net, pictures=[PICTURE], target=1)
    assert board.engine.idle(60)
    untouched, layer = Untouched(net.module), board.layer
    page = board.page()
    result = explain(net, PICTURE, "lrp", target=1)
    heat, shown = parts_in(page, Map)
    np.testing.assert_allclose(heat.values, result.heatmap.numpy(), rtol=1e-4, atol=1e-7)
    assert np.array_equal(heat.picture, to_bytes(board.view)) and heat.fine and heat.signed
    assert shown.title == "Relevance of picture"
    names = list(part_in(page, Choice).labels)
    assert names[0] == "picture" and set(names[1:]) <= {layer.name for layer in net.layers}
    for name in names[1:]:
        found = part_in(picked(page, name), Map)
        relevance = net.layers[name].layout.maps(result.relevances[name][None])[0]
        assert np.isclose(found.values.sum(), float(relevance.sum()), rtol=1e-3, atol=1e-6), name
        if relevance.shape[1] > 1:
            np.testing.assert_allclose(found.values, relevance.sum(0).numpy(), rtol=1e-3, atol=1e-6)
    assert account(board.result) in [text.text for text in parts_in(page, Text)]
    assert f"{names[-1]}: ΣR" in part_in(page, Drawing).alt and painted(part_in(page, Drawing))
    untouched.check()
    assert board.layer == layer
    board.close()


def test_the_layer_that_is_shown_comes_first() -> None:
    board = RelevanceLedger(network(), pictures=[PICTURE], layer="features.0")
    assert board.engine.idle(60)
    choice = part_in(board.page(), Choice)
    assert choice.labels[choice.chosen] == "features.0"
    board.close()


def test_before_the_first_answer_there_is_the_picture() -> None:
    board = RelevanceLedger(network(), pictures=[PICTURE])
    assert board.engine.idle(60)
    board._session.result = None
    assert np.array_equal(part_in(board.page(), Picture).pixels, to_bytes(board.view))
    board.close()
