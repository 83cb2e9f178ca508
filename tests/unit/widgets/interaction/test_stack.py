"""What a unit sees and reaches, against the project's receptive fields and against gradients."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import deepvis_widgets as dv
from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.widgets.interaction.stack import Stack

STACKS = [
    Stack(),
    Stack(input_size=9, kernel_size=3, padding=0, depth=3),
    Stack(input_size=16, kernel_size=3, stride=2, padding=1, depth=3),
    Stack(input_size=14, kernel_size=2, stride=2, padding=0, depth=2),
    Stack(input_size=15, kernel_size=3, dilation=2, padding=2, depth=2),
    Stack(input_size=12, kernel_size=5, stride=3, padding=4, depth=2),
    Stack(input_size=7, kernel_size=1, padding=0, depth=5),
]


def layers(stack: Stack) -> nn.Sequential:
    """The stack as convolutions of a picture, along its columns; all weights are one."""
    options = {"stride": (1, stack.stride), "padding": (0, stack.padding), "dilation": (1, stack.dilation)}
    made = [nn.Conv2d(1, 1, (1, stack.kernel_size), bias=False, **options) for _ in range(stack.depth)]
    for layer in made:
        nn.init.ones_(layer.weight)
    return nn.Sequential(*made)


@pytest.mark.parametrize("stack", STACKS, ids=str)
def test_its_fields_are_the_projects_receptive_fields(stack: Stack) -> None:
    module = nn.Sequential(*layers(stack), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    network = dv.Network(module, dv.Preprocess((4, stack.input_size), None, mean=(0,), std=(1,), window=(0, 1)))
    for layer in range(1, stack.depth + 1):
        found = network.layers[str(layer - 1)]
        assert found.width == stack.sizes[layer]
        for index in range(found.width):
            field = stack.field((layer, index))
            if field is None:  # a unit that sees nothing but padding: the project's span is one pixel at most
                continue
            _, left, _, width = found.field.box((0, index))
            assert (left, left + width - 1) == field
        assert found.field.size[1] == max(last - first + 1 for first, last in fields(stack, layer))


def fields(stack: Stack, layer: int) -> list[tuple[int, int]]:
    found = (stack.field((layer, index)) for index in range(stack.sizes[layer]))
    return [field for field in found if field is not None]


@pytest.mark.parametrize("stack", STACKS, ids=str)
def test_a_cone_is_what_has_a_gradient(stack: Stack) -> None:
    rows = [torch.rand(1, 1, 1, stack.input_size, requires_grad=True)]
    for layer in layers(stack):
        rows.append(layer(rows[-1]))
    for layer, row in enumerate(rows):
        for index in range(row.shape[-1]):
            cone = stack.cone((layer, index))
            below = torch.autograd.grad(row[0, 0, 0, index], rows[:layer], retain_graph=True) if layer else ()
            assert [set(each[0, 0, 0].nonzero()[:, 0].tolist()) for each in below] == list(map(set, cone[:layer]))
            assert cone[layer] == {index}
            for above in range(layer + 1, len(rows)):
                reached = {unit for unit in range(stack.sizes[above]) if index in stack.cone((above, unit))[layer]}
                assert cone[above] == reached


def test_what_it_sees_grows_by_the_formula() -> None:
    for stack in STACKS[:3]:
        for layer in range(stack.depth + 1):
            first, last = stack.field((layer, stack.sizes[layer] // 2)) or (0, 0)
            assert stack.sees(layer) >= last - first + 1
    assert [Stack(kernel_size=3, padding=1, depth=5).sees(layer) for layer in range(6)] == [1, 3, 5, 7, 9, 11]
    assert Stack(input_size=16, stride=2, depth=3).sees(3) == 15


def test_densely_every_unit_belongs_to_every_cone() -> None:
    stack = Stack(input_size=5, depth=2)
    assert stack.cone((1, 2), dense=True) == (frozenset(range(5)), frozenset([2]), frozenset(range(5)))


@pytest.mark.parametrize(
    ("sizes", "sentence"),
    [
        ({"depth": 6}, "Layers is 6; this board shows values from 1 to 5"),
        ({"input_size": 4, "padding": 0, "depth": 2}, "Layer 2 does not fit. The kernel spans 3 cells"),
        ({"padding": 3}, "Layer 1 does not fit. With a padding of 3"),
        ({"input_size": 16, "kernel_size": 3, "padding": 2, "depth": 3}, "at most 16"),
    ],
)
def test_what_does_not_fit_is_a_sentence(sizes: dict[str, int], sentence: str) -> None:
    with pytest.raises(DeepvisError, match=sentence):
        Stack(**sizes)
