"""Boards on hand-outs: stepped, and another rule, unit or layer chosen, as a class would, with nothing but the file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from playwright.sync_api import Browser, Locator, Page, expect

import deepvis_widgets as dv
from deepvis_widgets.widgets.board.cells import CellMap
from deepvis_widgets.widgets.board.pen import DARK, LIGHT, Pen
from deepvis_widgets.widgets.convolution import words as convolution_words
from deepvis_widgets.widgets.interaction.drawing import InteractionDrawing
from deepvis_widgets.widgets.interaction.drawing import Scene as Cones
from deepvis_widgets.widgets.relevance.board_controls import RULE_NAMES
from deepvis_widgets.widgets.relevance.chart import COLOURS
from deepvis_widgets.widgets.relevance.ledger_drawing import HEAD, ROW
from tests.browser.handed_out import drawn, handed_out, seen
from tests.small_nets import Plain
from tests.tools.pages import Calls

SIDE = 32
# the red, green and blue of a canvas at css (row, col) pairs
COLOURS_AT = """([canvas, places]) => places.map(([row, col]) => {
  const scale = canvas.width / canvas.clientWidth;
  return [...canvas.getContext('2d').getImageData(Math.round(col * scale), Math.round(row * scale), 1, 1).data].slice(0, 3);
})"""


def boards() -> list[dv.widgets.kit.root.Root]:  # type: ignore[name-defined]
    torch.manual_seed(0)
    network = dv.Network(Plain(), dv.Preprocess((SIDE, SIDE), None), name="small")
    picture = torch.rand(3, SIDE, SIDE, generator=torch.Generator().manual_seed(1))
    ledger = dv.RelevanceLedger(network, pictures=[picture])
    return [dv.ConvolutionBoard(), dv.RelevanceBoard(), dv.InteractionBoard(), ledger]
