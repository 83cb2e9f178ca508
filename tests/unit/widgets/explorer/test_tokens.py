"""A vision transformer in the Explorer: tokens with names, and heads that are looked through from a token of choice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.widgets.explorer.answers import Tiles, UnitMap
from deepvis_widgets.widgets.explorer.blocks import blocks
from deepvis_widgets.widgets.explorer.live_panes import statistics
from deepvis_widgets.widgets.explorer.session import Session
from deepvis_widgets.widgets.explorer.state import ExplorerState
from tests.vision_transformers import network, picture

NAME, HEADS = "timm vit with registers", "blocks.1.attn heads"
PREFIX, HEIGHT, WIDTH = 5, 4, 6  # class and register tokens; patches


class Asked:
    """An Explorer without its panes, and the last answers of each kind."""

    def __init__(self) -> None:
        self.net: Network = network(NAME)
        self.state = ExplorerState()
        self.state.begin(self.net, picture(NAME), layer="blocks.0", unit=3)
        self.session = Session(self.state)
        self.tiles: list[Tiles] = []
        self.maps: list[UnitMap] = []
        self.session.subscribe(Tiles, self.tiles.append)
        self.session.subscribe(UnitMap, self.maps.append)
        self.session.refresh()

    def settle(self) -> None:
        assert self.session.idle(60)

    def output(self, layer: str) -> torch.Tensor:
        return self.net.record(self.net.view(picture(NAME))).outputs[layer][0]


@pytest.fixture
def asked() -> Iterator[Asked]:
    made = Asked()
    yield made
    made.session.close()


def test_named_tokens_are_told_with_the_unit(asked: Asked) -> None:
    asked.settle()
    found = asked.maps[-1]
    expected = asked.output("blocks.0")
    assert torch.equal(found.values, expected[PREFIX:, 3].view(HEIGHT, WIDTH))
    assert torch.equal(found.others, expected[:PREFIX, 3])
    first, *registers = (f"{value:.2g}" for value in expected[:PREFIX, 3].tolist())
    assert statistics(found)[1] == f"class {first} · register {', '.join(registers)}"


def test_a_token_can_be_the_position(asked: Asked) -> None:
    asked.state.position = "register 2"
    asked.settle()
    assert asked.maps[-1].position == "register 2"
    with pytest.raises(DeepvisError, match="register 9"):
        asked.state.position = "register 9"
    assert asked.state.position == "register 2"


def test_the_position_on_a_head_is_the_token_that_looks(asked: Asked) -> None:
    asked.state.layer = HEADS
    asked.settle()
    weights = asked.output(HEADS)
    assert torch.equal(asked.tiles[-1].maps.values, weights[:, 0, PREFIX:].view(-1, HEIGHT, WIDTH))
    assert statistics(asked.maps[-1])[0].startswith("from class · max ")
    for position, place in (((1, 2), PREFIX + WIDTH + 2), ("register 1", 1), (None, 0)):
        asked.state.position = position
        asked.settle()
        expected = weights[:, place, PREFIX:].view(-1, HEIGHT, WIDTH)
        assert torch.equal(asked.tiles[-1].maps.values, expected)
        assert torch.equal(asked.maps[-1].values, expected[asked.state.unit])
        assert torch.equal(asked.maps[-1].others, weights[asked.state.unit, place, :PREFIX])
        assert asked.maps[-1].position == divmod(int(expected[asked.state.unit].argmax()), WIDTH)


def test_heads_stand_in_the_block_of_their_attention() -> None:
    found = {layer: block.title for block in blocks(network(NAME)) for layer in block.layers}
    assert found[HEADS] == found["blocks.1"] == "block 1"
    shown = [block.shown for block in blocks(network(NAME))]
    assert "blocks.1" in shown and HEADS not in shown
