"""ΣR as bars: names that tell layers apart, columns that add up."""

from __future__ import annotations

import pytest

from deepvis_widgets.widgets.relevance.chart import columns_of, short_names, stacks
from deepvis_widgets.widgets.relevance.toy_network import (
    OUTPUT,
    START_BIASES,
    START_INPUTS,
    START_WEIGHTS,
    Division,
    flow,
)

FULL = START_WEIGHTS | {(1, 5): -0.4, (1, 6): 0.3, (2, 6): 0.2, (3, 4): -0.1}


def test_short_names_tell_layers_apart():
    fires = ["picture", "features.0", "features.3.squeeze", "features.12.squeeze", "features.12.expand", "output"]
    assert short_names(fires) == ["picture", "features.0", "3.squeeze", "12.squeeze", "expand", "output"]
    blocks = ["conv1", "layer1.0.conv1", "layer2.0.conv1", "layer2.0.downsample.0", "layer3.0.downsample.0", "fc"]
    short = [name.rstrip("\u200b") for name in short_names(blocks)]
    assert short == ["conv1", "layer1.0.conv1", "layer2.0.conv1", "….downsample.0", "….downsample.0", "fc"]
    assert len(set(short_names(blocks))) == len(blocks)


def test_columns_add_up_to_the_answer() -> None:
    state = flow(START_INPUTS, FULL, START_BIASES, Division(epsilon=0.5))
    columns = stacks(state.ledger)
    assert columns.sum(0) == pytest.approx([state.relevances[OUTPUT]] * 3)
    assert columns[1:, -1].tolist() == [0, 0]
    assert columns_of(state.ledger, 1) == [0, 1, 2]
