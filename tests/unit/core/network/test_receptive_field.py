"""A receptive field is the box outside which the input gradient is zero, with every path made alive."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepvis_widgets.core.network.backward_rules import RECTIFIER, Rules
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.network.rectifiers import is_in_place
from deepvis_widgets.core.picture.boxes import around, crop
from deepvis_widgets.core.picture.preprocess import Preprocess
from tests.families import make
from tests.small_nets import Crafty

SIZES = {
    "alexnet": (127, 95),
    "vgg11_bn": (72, 64),
    "resnet18": (96, 64),
    "squeezenet1_1": (80, 72),
    "densenet121": (64, 64),
    "googlenet": (96, 64),
    "shufflenet_v2_x0_5": (72, 64),
    "convnext_tiny": (96, 96),
}


def _same(func: Any, args: Any, kwargs: Any) -> Tensor:
    x: Tensor = args[0] if args else kwargs["input"]
    return x.mul_(1) if is_in_place(func, args, kwargs) else x * 1


def _mean(func: Any, args: Any, kwargs: Any) -> Tensor:
    kwargs = {key: kwargs[key] for key in ("kernel_size", "stride", "padding", "ceil_mode") if key in kwargs}
    return F.avg_pool2d(args[0], *args[1:4], **kwargs)


ALIVE = Rules("alive", dict.fromkeys([RECTIFIER, "gelu", "layer_norm"], _same) | {"max_pool2d": _mean})


def alive(module: nn.Module) -> nn.Module:
    """Every weight positive and every layer an average, so that no path is cut and nothing overflows."""
    for name, value in module.state_dict().items():
        if value.is_floating_point():
            value.fill_(1 / value[0].numel() if value.ndim > 1 else float(name.endswith(("running_var", "weight"))))
        if name.endswith("layer_scale"):
            value.fill_(1)
    return module.double().eval()


def network(module: nn.Module, size: tuple[int, int]) -> Network:
    net = Network(alive(module), Preprocess(size, None))
    net.recordings.limit = 1
    return net


@cache
def family(name: str) -> Network:
    return network(make(name), SIZES[name])


def seen(net: Network, layer: str, position: tuple[int, int]) -> tuple[int, int, int, int]:
    """(top, left, height, width) of where the gradient of a unit is not zero."""
    recording = net.record(torch.full((3, *net.size), 0.9), rules=ALIVE)
    unit = net.layers[layer].layout.maps(recording.outputs[layer])[0, :, position[0], position[1]].sum()
    felt = recording.gradient(unit)[0].abs().sum(0) > 0
    rows, cols = felt.any(1).nonzero().flatten(), felt.any(0).nonzero().flatten()
    return int(rows[0]), int(cols[0]), int(rows[-1] - rows[0]) + 1, int(cols[-1] - cols[0]) + 1


def check(net: Network, name: str) -> None:
    layer = net.layers[name]
    bottom, right = layer.height - 1, layer.width - 1
    for position in {(0, 0), (0, right), (bottom, 0), (bottom, right), layer.field.middle()}:
        assert layer.field.box(position) == seen(net, name, position), f"{name} at {position}"


@pytest.mark.parametrize("name", SIZES)
def test_is_the_box_outside_which_the_gradient_is_zero(name: str) -> None:
    net = family(name)
    with_maps = [layer.name for layer in net.layers if layer.height * layer.width > 1]
    step = max(1, len(with_maps) // 6)
    for layer in [*with_maps[:2], *with_maps[2::step], with_maps[-1]]:
        check(net, layer)


@pytest.mark.parametrize("name", SIZES)
def test_early_layers_see_a_part_only(name: str) -> None:
    layers = family(name).layers
    assert not layers[2].field.whole
    assert layers[-1].field.whole


KNOWN = {  # what the literature gives: field and stride of a unit that no border clips
    "features.0": (11, 4),
    "features.2": (19, 8),
    "features.3": (51, 8),
    "features.5": (67, 16),
}


@pytest.mark.parametrize("layer, numbers", KNOWN.items())
def test_alexnet_numbers(layer: str, numbers: tuple[int, int]) -> None:
    field = family("alexnet").layers[layer].field
    assert (field.size[0], field.stride[0]) == numbers


def test_a_stride_is_never_zero() -> None:
    for layer in (layer for name in SIZES for layer in family(name).layers):
        assert min(layer.field.stride) >= 1, layer.name


class Odd(nn.Module):
    """One unusual operation between two convolutions."""

    def __init__(self, operation: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.before, self.after, self._operation = nn.Conv2d(3, 4, 3, 2, 1), nn.Conv2d(4, 4, 3, padding=1), operation
        self.last = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.after(self._operation(self.before(x)))
        scores: Tensor = self.last(x.mean((2, 3)))
        return scores


ODD: dict[str, Callable[[Tensor], Tensor]] = {
    "same padding, even kernel": lambda x: F.conv2d(x, x.new_ones(4, 4, 4, 4), padding="same"),
    "valid padding": lambda x: F.conv2d(x, x.new_ones(4, 4, 3, 1), padding="valid"),
    "dilated": lambda x: F.conv2d(x, x.new_ones(4, 4, 3, 3), padding=2, dilation=2),
    "stride by keyword": lambda x: F.conv2d(input=x, weight=x.new_ones(4, 4, 2, 2), stride=(2, 1)),
    "ceil": lambda x: F.max_pool2d(x, 3, 2, ceil_mode=True),
    "pool with its own stride": lambda x: F.avg_pool2d(x, (2, 3)),
    "adaptive": lambda x: F.adaptive_avg_pool2d(x, (5, 3)),
    "padded": lambda x: F.pad(x, (1, 1, 0, 1)),
    "cropped": lambda x: F.pad(x, (-1, -2)),
    "reflected": lambda x: F.pad(x, (3, 2, 1, 2), mode="reflect"),
    "replicated": lambda x: F.pad(x, (3, 2, 1, 2), mode="replicate"),
    "circular": lambda x: F.pad(x, (1, 1, 1, 1), mode="circular"),
    "indexed": lambda x: torch.cat([x[:, 0].unsqueeze(1), x[:, 1:]], 1),
    "arithmetic": lambda x: 1 - (2 * x + x**2) / 3,
    "in-place arithmetic": lambda x: x.add_(1).mul_(2),
    "clipped": lambda x: x.clip(-1e9, 1e9),
    "summed with a smaller field": lambda x: x + F.max_pool2d(x, 3, 1, 1),
    "shuffled": lambda x: x.view(len(x), 2, 2, *x.shape[2:]).transpose(1, 2).flatten(1, 2),
    "last and back": lambda x: F.linear(x.permute(0, 2, 3, 1), x.new_ones(4, 4)).permute(0, 3, 1, 2),
    "split and joined": lambda x: torch.cat(x.chunk(2, 1)[::-1], 1),
    "global mean beside": lambda x: x * x.mean((2, 3), keepdim=True),
    "global attention beside": lambda x: x + (x.flatten(2) @ x.new_ones(x[0, 0].numel(), 1))[..., None],
}


@pytest.mark.parametrize("operation", ODD)
def test_unusual_operations(operation: str) -> None:
    net = network(Odd(ODD[operation]), (19, 22))
    check(net, "after")
    assert net.layers["after"].field.whole == operation.startswith("global")


def in_place(x: Tensor) -> Tensor:
    x += 1
    x -= 0.5
    x *= 2
    x /= 3
    x **= 2
    return x


def written(key: Callable[[Tensor], Any], value: Callable[[Tensor], Any]) -> Callable[[Tensor], Tensor]:
    """Writes into a part of its input."""

    def write(x: Tensor) -> Tensor:
        x[key(x)] = value(x)
        return x

    return write


def filled_anew(x: Tensor) -> Tensor:
    y = x.new_zeros(x.shape)
    y[:, :2] = x[:, 2:]
    y[:, 2:].copy_(x[:, :2])
    return y


def through_a_view(x: Tensor) -> Tensor:
    part = x[:, :2]
    part *= x.mean()
    return x


class Uneven(Odd):
    """The same with positive weights of all sizes, so that no gradient cancels out."""

    def __init__(self, operation: Callable[[Tensor], Tensor]) -> None:
        super().__init__(operation)
        generator = torch.Generator().manual_seed(0)
        for parameter in self.parameters():
            parameter.data = torch.rand(parameter.shape, generator=generator, dtype=torch.float64) + 0.5


def felt(net: Network, layer: str, position: tuple[int, int]) -> tuple[int, int, int, int]:
    """(top, left, height, width) of where the gradient of a unit is not zero, all operations being what they are."""
    view = torch.rand(3, *net.size, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    recording = net.record(view)
    gradient = recording.gradient(recording.outputs[layer][0, 1][position])[0].abs().sum(0)
    box = around(gradient > 1e-12 * gradient.max())
    assert box is not None
    return box


# each of these sees one position, or a few beside it
LOCAL: dict[str, Callable[[Tensor], Tensor]] = {
    # aliases
    "subtract": lambda x: torch.subtract(x, 1),
    "multiply": lambda x: torch.multiply(x, x),
    "multiply, in place": lambda x: x.multiply_(2),
    "divide": lambda x: torch.divide(1, x) + x.divide(3) + torch.true_divide(x, 2),
    "absolute": lambda x: torch.absolute(x) + torch.negative(x) * 3 + torch.positive(x),
    "operators in place": in_place,
    "powers": lambda x: 2**x + x.float_power(2) + torch.pow(x, x),
    # functions of one number
    "erf": lambda x: torch.erf(x / 50),
    "rsqrt": lambda x: x.rsqrt(),
    "logarithms": lambda x: x.log1p() + x.log2() + torch.log10(x) + (x / 99).expm1(),
    "angles": lambda x: torch.sin(x) + x.cos() + torch.atan(x) + torch.atan2(x, x + 1),
    "remainder": lambda x: x % 7 + x.fmod(5) + x.detach() // 2,
    "rounded beside": lambda x: x + x.round() + x.floor() + x.sign(),
    "not a number": lambda x: x.nan_to_num(),
    "glu": lambda x: torch.cat([F.glu(x, 1)] * 2, 1),
    # conditions
    "mask": lambda x: (x > 0) * x,
    "mask, in place": lambda x: x.mul_(x.ge(0)),
    "masks": lambda x: torch.where((x > 0) & ~(x < 1), x, 2 * x),
    "masked fill": lambda x: x.masked_fill(x < 0, 0),
    "written where negative": written(lambda x: x < 0, lambda x: 0),
    # several inputs
    "addcmul": lambda x: torch.addcmul(x, x, x) + torch.addcdiv(x, x, x + 1),
    "lerp": lambda x: torch.lerp(x, x * x, 0.3) + x.lerp(x * x, x / 99),
    # along the channels
    "normalize": lambda x: F.normalize(x, dim=1),
    "normalize by default": lambda x: F.normalize(x),
    "softmax": lambda x: (x / 50).softmax(1) + F.log_softmax(x / 50, dim=1),
    "mean beside": lambda x: x * x.mean(1),
    "mean kept beside": lambda x: x * x.mean(1, keepdim=True),
    "mean of the negative dimension": lambda x: x * x.mean(dim=-3, keepdim=True),
    "sum, greatest, norm": lambda x: x + x.sum(1) + x.amax(1) + x.norm(dim=1) + x.max(1).values + x.std(1),
    "linalg": lambda x: x + torch.linalg.vector_norm(x, dim=1, keepdim=True) + torch.linalg.norm(x, dim=1),
    "logsumexp": lambda x: x / 9 + (x / 99).logsumexp((1,), keepdim=True) + x.cumsum(1) + x.prod(1) / 1e6,
    "statistics as in CBAM": lambda x: x * torch.cat([x.mean(1, keepdim=True), x.amax(1, True)], 1).sum(1, True),
    "sorted": lambda x: x.sort(1).values + x.topk(4, 1)[0],
    "expanded as": lambda x: x * x.mean(1, keepdim=True).expand_as(x),
    # channels taken and moved
    "narrow": lambda x: torch.cat([x.narrow(1, 2, 2), torch.narrow(x, 1, 0, 2)], 1),
    "selected": lambda x: torch.stack([x.select(1, 3), x[:, 0], x[:, -1], *x.unbind(1)[:1]], 1),
    "index_select": lambda x: x.index_select(1, torch.tensor([3, 0, 0, 1])) + x[:, [1, 0, 2, 3]],
    "flip": lambda x: x.flip(1) + torch.flip(x, [0, 1]),
    "roll": lambda x: x.roll(1, 1) + torch.roll(x, shifts=2, dims=1),
    "repeated": lambda x: (
        x[:, :2].repeat(1, 2, 1, 1) + x[:, :2].repeat_interleave(2, 1) + x[:, :1].expand(-1, 4, -1, -1)
    ),
    "gathered": lambda x: x.gather(1, torch.zeros(x.shape, dtype=torch.long)) + x,
    "stacked": lambda x: torch.stack([x, 2 * x], 2).flatten(1, 2)[:, :4] + torch.hstack([x, x])[:, 2:6],
    "stacked last": lambda x: torch.stack([x, x * x], -1).sum(-1),
    "split": lambda x: torch.cat(x.split([1, 3], 1)[::-1], 1) + torch.cat(x.tensor_split(2, dim=1), 1),
    "channel_shuffle": lambda x: F.channel_shuffle(x, 2),
    "squeezed": lambda x: x.squeeze(0).unsqueeze(0) + x[0][None] + x.unflatten(1, (2, 2)).reshape(x.shape),
    "moved": lambda x: x.movedim(1, -1).movedim(-1, 1) + x.swapdims(1, 3).swapaxes(3, 1) + x.mT.mT,
    "last and normalised": lambda x: F.rms_norm(x.permute(0, 2, 3, 1), (4,)).permute(0, 3, 1, 2) + x,
    "last and averaged": lambda x: x * x.permute(0, 2, 3, 1).mean(-1),
    # places taken and moved
    "every other": lambda x: x[:, :, ::2, 1::2],
    "cut out": lambda x: x[..., 1:-2, 2:] + x.narrow(2, 1, x.shape[2] - 3).narrow(3, 2, x.shape[3] - 2),
    "pixels shuffled": lambda x: F.pixel_shuffle(x, 2).repeat(1, 4, 1, 1),
    "nearest": lambda x: F.interpolate(x, scale_factor=2),
    "bilinear": lambda x: F.interpolate(x, size=(7, 25), mode="bilinear", align_corners=False),
    "upsampled and cropped": lambda x: F.interpolate(x, scale_factor=2, mode="bilinear")[:, :, 3:9, 4:] * 2,
    # a row or a column
    "mean of rows beside": lambda x: x * x.mean(2, keepdim=True),
    "softmax along a row": lambda x: (x / 50).softmax(-1),
    "layer norm along a row": lambda x: F.layer_norm(x, x.shape[-1:]) + x,
    # written
    "channel written": written(lambda x: (slice(None), 1), lambda x: x[:, 0] * 2),
    "new, then written": filled_anew,
    "running statistics": lambda x: F.batch_norm(x, x.new_ones(4), x.new_ones(4)) + x,
}
# and each of these sees everything
EVERYWHERE: dict[str, Callable[[Tensor], Tensor]] = {
    "group norm": lambda x: F.group_norm(x, 2) + x,
    "instance norm": lambda x: F.instance_norm(x) + x,
    "layer norm": lambda x: F.layer_norm(x, x.shape[1:]) + x,
    "batch statistics": lambda x: F.batch_norm(x, None, None, training=True) + x,
    "mean of all": lambda x: x * x.mean(),
    "greatest of all": lambda x: x * x.flatten(1).norm(dim=1)[:, None, None, None],
    "softmax over places": lambda x: x * (x / 50).flatten(2).softmax(-1).view(x.shape),
    "mean of a place": lambda x: x + x.mean((2, 3))[:, :, None, None],
    "written through a view": through_a_view,
    "mean written": written(lambda x: (slice(None), 0), lambda x: x.mean()),
}


def check_felt(operation: Callable[[Tensor], Tensor]) -> Network:
    net = Network(Uneven(operation), Preprocess((19, 22), None, mean=(0.0,) * 3, std=(1.0,) * 3))
    layer = net.layers["after"]
    bottom, right = layer.height - 1, layer.width - 1
    for position in {(0, 0), (0, right), (bottom, 0), (bottom, right), layer.field.middle()}:
        assert layer.field.box(position) == felt(net, "after", position), position
    return net


@pytest.mark.parametrize("operation", LOCAL)
def test_what_sees_a_part_is_followed_exactly(operation: str) -> None:
    assert not check_felt(LOCAL[operation]).layers["after"].field.whole


@pytest.mark.parametrize("operation", EVERYWHERE)
def test_what_sees_everything_is_not_taken_for_less(operation: str) -> None:
    assert check_felt(EVERYWHERE[operation]).layers["after"].field.whole


def test_what_is_not_understood_sees_everything() -> None:
    net = network(Odd(lambda x: x.flip(2)), (19, 22))
    assert net.layers["after"].field.whole and str(net.layers["after"].field) == "whole picture"


def test_in_place_and_reused_operations() -> None:
    net = network(Crafty(), (24, 20))
    for layer in net.layers:
        if layer.height * layer.width > 1:
            check(net, layer.name)


def test_crop_clips_inside_and_fills_outside_with_grey() -> None:
    picture = torch.arange(2 * 4 * 5).reshape(2, 4, 5).float()
    assert torch.equal(crop(picture, (1, 2, 2, 3)), picture[:, 1:3, 2:5])
    over = crop(picture, (-1, 3, 3, 4))
    assert over.shape == (2, 3, 4)
    assert torch.equal(over[:, 1:, :2], picture[:, :2, 3:])
    assert (over[:, 0] == 0.5).all() and (over[:, :, 2:] == 0.5).all()
