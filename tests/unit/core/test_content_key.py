"""Equal content, equal key, in every process; anything else, another key."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from enum import Enum
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.engine import content_key


@dataclass(frozen=True)
class Parameters:
    window: int = 32
    stride: int = 8


@dataclass(frozen=True)
class Others:
    window: int = 32
    stride: int = 8


class Mode(Enum):
    ON = 1


class Switch(Enum):
    ON = 1


A = Enum("A", ["BC"])  # with the next one: the same letters, were nothing between the parts
AB = Enum("AB", ["C"])


def grey(pixels: list[int]) -> Image.Image:
    image = Image.new("L", (2, 2))
    image.putdata(pixels)
    return image


DIFFERENT = [
    (),
    (None,),
    (None, None),
    (0,),
    (1,),
    (1.0,),
    (-0.0,),
    (0.0,),
    (float("nan"),),
    (True,),
    (False,),
    (1j,),
    ("1",),
    (b"1",),
    ("",),
    (Path("1"),),
    (1, 2),
    ((1, 2),),
    ([1, 2],),
    ([2, 1],),
    ([[1], 2],),
    ([1, [2]],),
    ({1, 2},),
    ("ab", "c"),
    ("a", "bc"),
    ({},),
    ({"a": 1},),
    ({"a": 2},),
    ({"b": 1},),
    ({"a": "b", "c": "d"},),
    ({"a": "d", "c": "b"},),
    (Parameters(),),
    (Parameters(stride=9),),
    (Parameters(8, 32),),
    (Others(),),
    (Mode.ON,),
    (Switch.ON,),
    (A.BC,),
    (AB.C,),
    (torch.zeros(2, 3),),
    (torch.zeros(3, 2),),
    (torch.zeros(6),),
    (torch.zeros(0),),
    (torch.zeros(0, 2),),
    (torch.zeros(()),),
    (torch.zeros(2, 3, dtype=torch.float16),),
    (torch.zeros(2, 3, dtype=torch.bfloat16),),
    (torch.zeros(2, 3, dtype=torch.int32),),
    (torch.zeros(2, 3, dtype=torch.bool),),
    (torch.zeros(2, 3, dtype=torch.complex64),),
    (torch.ones(2, 3),),
    (np.zeros((2, 3), np.float32),),
    (np.zeros((3, 2), np.float32),),
    (np.zeros((2, 3), ">f4"),),
    (np.zeros((2, 3), np.int32),),
    (np.float32(1),),
    (np.array("1"),),
    (grey([1, 2, 3, 4]),),
    (grey([1, 2, 3, 5]),),
    (grey([1, 2, 3, 4]).convert("RGB"),),
    (torch.float32,),
    (torch.device("cpu"),),
]


def test_different_content_has_different_keys():
    keys = [content_key(*parts) for parts in DIFFERENT]
    same = [(DIFFERENT[i], DIFFERENT[j]) for i, j in combinations(range(len(keys)), 2) if keys[i] == keys[j]]
    assert same == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (torch.arange(6.0).view(2, 3).T.contiguous(), torch.arange(6.0).view(2, 3).T),
        (torch.ones(1, 3, 4, 4), torch.ones(1, 3, 4, 4).to(memory_format=torch.channels_last)),
        (torch.ones(2), torch.ones(2, requires_grad=True)),
        (torch.ones(2), torch.nn.Parameter(torch.ones(2))),
        (torch.tensor([1 - 1j]), torch.tensor([1 + 1j]).conj()),
        (np.arange(6).reshape(2, 3).T.copy(), np.arange(6).reshape(2, 3).T),
        (np.arange(6)[::2].copy(), np.arange(6)[::2]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({"a", "b", "c"}, {"c", "b", "a"}),
        (Parameters(32), Parameters(stride=8)),
        (b"ab", bytearray(b"ab")),
    ],
)
def test_equal_content_has_equal_keys(one, other):
    assert content_key(one) == content_key(other)


def test_an_inference_tensor_has_the_key_of_an_ordinary_one():
    with torch.inference_mode():
        inside = torch.ones(3)
    assert content_key(inside) == content_key(torch.ones(3))


def test_changing_one_value_changes_the_key():
    tensor = torch.zeros(3, 8, 8)
    before = content_key(tensor)
    tensor[1, 2, 3] = 1e-30
    assert content_key(tensor) != before


def test_the_key_is_the_same_in_another_process():
    """With another hash seed: text in sets and dicts must not come in another order."""
    expression = "content_key({'a', 'b', 'c', 'd'}, {'x': 1, 'y': torch.arange(5)}, 2.5, None, 'é')"
    program = f"import torch; from deepvis_widgets.engine import content_key; print({expression})"
    root = Path(__file__).parents[3]
    environment = {**os.environ, "PYTHONHASHSEED": "12345"}
    out = subprocess.run([sys.executable, "-c", program], env=environment, cwd=root, capture_output=True, text=True)
    assert out.stdout.strip() == eval(expression), out.stderr


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (object(), "object"),
        (lambda: 1, "function"),
        ([1, {"a": object()}], "object"),
        (torch.nn.Linear(1, 1), "Linear"),
        (np.array([object()]), "Python objects"),
        (torch.eye(2).to_sparse(), "sparse"),
        (torch.zeros(2, device="meta"), "meta"),
    ],
)
def test_anything_else_is_refused_in_one_sentence(value, name):
    with pytest.raises(DeepvisError, match=name) as caught:
        content_key("part", value)
    text = str(caught.value)
    assert text.endswith(".") and "\n" not in text
