"""Prepared convolutions against PyTorch's, and batch norms folded into them."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepvis_widgets.passes.convolution_kernel import ConvolutionKernel, folded
from deepvis_widgets.passes.trace import Program, Trace
from deepvis_widgets.passes.winograd import Winograd, suits

last = torch.channels_last


def random(*shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(len(shape)), dtype=torch.float64).to(dtype)


def traced(module: nn.Module, x: Tensor) -> tuple[Program, int]:
    trace = Trace()
    with torch.no_grad(), trace:
        trace.start(x)
        output = module.eval()(x)
    return trace.program, trace.program.number(output)


@pytest.mark.parametrize("size", ((6, 6), (7, 13), (16, 4), (1, 9)))
@pytest.mark.parametrize("padding", ((0, 0), (1, 1), (2, 0)))
@pytest.mark.parametrize("dtype", (torch.float64, torch.float32))
def test_winograd_gives_the_plain_sums(size: tuple[int, int], padding: tuple[int, int], dtype: torch.dtype) -> None:
    """As exactly as the plain way does; over several parts of a batch, too."""
    x = random(5, 7, *(max(3, side) for side in size), dtype=dtype).contiguous(memory_format=last)
    weight, bias = random(9, 7, 3, 3, dtype=dtype), random(9, dtype=dtype)
    expected = F.conv2d(x.double(), weight.double(), bias.double(), padding=padding)
    found = Winograd(weight, bias)(x, padding)
    assert found.shape == expected.shape and found.dtype == dtype
    assert float((found - expected).abs().max()) < (1e-12 if dtype == torch.float64 else 1e-5) * float(expected.std())
    unbiased = Winograd(weight, None)(x, padding)
    torch.testing.assert_close(unbiased, found - bias.view(-1, 1, 1), rtol=1e-4, atol=1e-4)


def test_winograd_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    x, weight = random(5, 3, 12, 12).contiguous(memory_format=last), random(4, 3, 3, 3)
    whole = Winograd(weight, None)(x)
    monkeypatch.setattr("deepvis_widgets.passes.winograd.FLOATS", 2 * 36 * 9 * 4)
    torch.testing.assert_close(Winograd(weight, None)(x), whole, rtol=1e-12, atol=1e-12)


def test_winograd_rounds_little() -> None:
    """Of 256 channels: a few millionths, where tiles transformed with the points 0, ±1, ±2 have twice as much."""
    x = random(2, 256, 14, 14, dtype=torch.float32).relu()
    weight = random(64, 256, 3, 3, 1, dtype=torch.float32)[..., 0]
    exact = F.conv2d(x.double(), weight.double())
    assert float((Winograd(weight, None)(x) - exact).std() / exact.std()) < 1.5e-6


def test_where_winograd_pays() -> None:
    weight = torch.zeros(256, 256, 3, 3)
    assert suits(weight, (14, 14)) and suits(weight, (7, 7)) and not suits(weight, (5, 5)) and not suits(weight, (0, 4))
    assert not suits(weight[:8], (14, 14)) and not suits(weight[..., :1], (14, 14))


@pytest.mark.parametrize(
    "conv",
    (
        dict(kernel_size=3, padding=1),
        dict(kernel_size=3, padding=1, bias=False),
        dict(kernel_size=1),
        dict(kernel_size=1, bias=False),
        dict(kernel_size=1, stride=2),
        dict(kernel_size=1, padding=1),
        dict(kernel_size=3, stride=2, groups=2),
        dict(kernel_size=(3, 5), dilation=2),
    ),
    ids=str,
)
def test_a_prepared_convolution_is_the_one_it_was_made_from(conv: dict[str, object]) -> None:
    module = nn.Conv2d(128, 128, **conv).double()  # type: ignore[arg-type]
    x = random(3, 128, 11, 12).contiguous(memory_format=last)
    program, number = traced(module, x[:1])
    made = ConvolutionKernel.of(program.ops[-1])
    assert made is not None and program.ops[-1].outs == (number,)
    with torch.no_grad():
        torch.testing.assert_close(made(x, made.padding), module(x), rtol=1e-10, atol=1e-12)


def test_only_convolutions_over_two_dimensions() -> None:
    for module, x in ((nn.ConvTranspose2d(2, 3, 3), random(1, 2, 5, 5)), (nn.Conv1d(2, 3, 3), random(1, 2, 5))):
        program, _ = traced(module.double(), x)
        assert all(ConvolutionKernel.of(op) is None for op in program.ops)


def norm(**options: bool) -> nn.BatchNorm2d:
    made = nn.BatchNorm2d(4, **options).double()
    for part in [*made.parameters(), *made.buffers()]:
        if part.is_floating_point():
            part.data.copy_(random(4).abs() + 0.1)
    return made


@pytest.mark.parametrize("bias", (True, False))
@pytest.mark.parametrize("affine", (True, False))
def test_a_batch_norm_becomes_part_of_the_convolution(bias: bool, affine: bool) -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 3, bias=bias).double(), norm(affine=affine), nn.ReLU())
    x = random(1, 3, 6, 6)
    program, number = traced(module, x)
    names = [op.name for op in folded(program.ops, [number])]
    assert names == ["convolution"]
    made = ConvolutionKernel.of(folded(program.ops, [number])[0])
    assert made is not None
    torch.testing.assert_close(made(x, (0, 0)), module(x), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kernel", (1, 2, 3))
def test_a_rectifier_becomes_part_of_the_convolution(kernel: int) -> None:
    """Whichever way is taken to the outputs."""
    module = nn.Sequential(nn.Conv2d(256, 256, kernel), nn.ReLU(inplace=True)).double()
    x = random(3, 256, 9, 9).contiguous(memory_format=last)
    program, number = traced(module, x[:1])
    (op,) = folded(program.ops, [number])
    made = ConvolutionKernel.of(op)
    assert made is not None and op.outs == (number,)
    with torch.no_grad():
        torch.testing.assert_close(made(x, (0, 0)), module(x), rtol=1e-10, atol=1e-12)
    assert len(folded(program.ops, [number, program.ops[0].outs[0]])) == 2


def test_products_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deepvis_widgets.passes.convolution_kernel.FLOATS", 100)
    x = random(2, 5, 7, 9).contiguous(memory_format=last)
    for bias in (True, False):
        module = nn.Conv2d(5, 6, 1, bias=bias).double()
        program, _ = traced(module, x[:1])
        made = ConvolutionKernel.of(program.ops[-1])
        assert made is not None
        with torch.no_grad():
            torch.testing.assert_close(made(x, (0, 0)), module(x), rtol=1e-12, atol=1e-12)


def test_a_batch_norm_stays_where_the_convolution_is_asked_for() -> None:
    conv = nn.Conv2d(3, 4, 3).double()
    program, number = traced(nn.Sequential(conv, norm()), random(1, 3, 6, 6))
    assert len(folded(program.ops, [number, program.ops[0].outs[0]])) == 2
    module = nn.Sequential(conv, norm(track_running_stats=False))  # counts with the picture at hand
    program, number = traced(module, random(1, 3, 6, 6))
    assert len(folded(program.ops, [number])) == len(program.ops)


def test_values_that_are_overwritten_are_kept() -> None:
    x = random(1, 4, 6, 6)
    program, number = traced(nn.Sequential(nn.Conv2d(4, 4, 3).double(), nn.ReLU(inplace=True)), x)
    before, after = program.values[program.ops[0].outs[0]], program.values[number]
    assert float(before.min()) < 0 and torch.equal(after, before.relu())
