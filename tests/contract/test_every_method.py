"""Every method on every family: an answer of the right form or one sentence, the model untouched, the same twice."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.results import Result
from deepvis_widgets.methods import Method
from tests.contract.asking import METHODS, ask, check_result, middle_unit, tensors
from tests.families import ALL, TRANSFORMERS, network
from tests.untouched import Untouched

SENTENCE = re.compile(r"^[^\n]{10,400}\.$")
# where a method has a reason to refuse; everywhere else a refusal is a failure
NO_CAM = {"alexnet", "vgg11_bn", "mobilenet_v3_small", "convnext_tiny", "vit_b_32", "pixels", "scripted", *TRANSFORMERS}


def answer(name: str, method: str, **target: Any) -> Result | str:
    """The result, or the sentence of the refusal."""
    try:
        return ask(network(name), method, **target)
    except DeepvisError as error:
        return str(error)


def may_refuse(name: str, method: str, hidden: bool) -> bool:
    if (name, method) == ("custom", "lrp"):  # there is no rule for a function that autograd was taught by hand
        return True
    if method == "cam":
        return hidden or name in NO_CAM
    if hidden and not Method.registry[method].hidden:
        return True
    return Method.registry[method].refuses(network(name)) is not None


def same(first: Result, second: Result) -> bool:
    one, two = tensors(first), tensors(second)
    return one.keys() == two.keys() and all(torch.equal(one[key], two[key]) for key in one)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", ALL)
def test_answers_and_leaves_no_trace(name: str, method: str) -> None:
    net = network(name)
    before = Untouched(net.module)
    unit = {"layer": middle_unit(net).name, "unit": 1}
    for target in ({"target": 1}, unit):
        result = answer(name, method, **target)
        before.check()
        if isinstance(result, str):
            assert may_refuse(name, method, hidden="unit" in target), result
            assert SENTENCE.match(result), result
            continue
        check_result(result, net)
        again = answer(name, method, **target)
        assert isinstance(again, Result) and same(result, again), "the same question gave another answer"


def test_a_class_and_a_unit_are_different_questions() -> None:
    one = ask(network("crafty"), "gradient", target=1)
    two = ask(network("crafty"), "gradient", layer="second", unit=1)
    assert not same(one, two)
