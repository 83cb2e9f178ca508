"""Arguments by name are those that the operation was called with."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from deepvis_widgets.passes.operation_calls import BatchNormCall, ConvolutionCall
from deepvis_widgets.passes.trace import Op, Ref, Trace

X = torch.rand(1, 4, 9, 8)


def traced(work: Callable[[Tensor], Tensor]) -> Op:
    trace = Trace()
    trace.start(X)
    with torch.no_grad(), trace:
        work(X)
    (op,) = trace.program.ops
    return op


def test_every_argument_of_a_convolution_has_its_name() -> None:
    weight, bias = torch.rand(6, 2, 3, 3), torch.rand(6)
    op = traced(lambda x: F.conv2d(x, weight, bias, stride=(2, 1), padding=(1, 0), dilation=(1, 2), groups=2))
    call = ConvolutionCall.of(op)
    assert call is not None and call.input == Ref(0) and call.weight is weight and call.bias is bias
    assert (call.stride, call.padding, call.dilation) == ([2, 1], [1, 0], [1, 2])
    assert (call.transposed, call.output_padding, call.groups) == (False, [0, 0], 2)
    assert call.is_of_maps and tuple(call) == op.args


@pytest.mark.parametrize(
    "work",
    (
        lambda x: F.conv_transpose2d(x, torch.rand(4, 2, 3, 3)),
        lambda x: F.conv3d(x, torch.rand(1, 1, 2, 3, 3)),
        lambda x: F.conv2d(torch.ones(1, 4, 12, 12), x),
    ),
    ids=("transposed", "three dimensions", "weights that the pass computes"),
)
def test_others_are_not_of_maps(work: Callable[[Tensor], Tensor]) -> None:
    x = X if work(X).ndim == 4 else X[None]
    trace = Trace()
    trace.start(x)
    with torch.no_grad(), trace:
        work(x)
    call = ConvolutionCall.of(trace.program.ops[-1])
    assert call is None or not call.is_of_maps


@pytest.mark.parametrize("training", (False, True))
def test_every_argument_of_a_batch_norm_has_its_name(training: bool) -> None:
    mean, variance, gain, shift = (torch.rand(4) for _ in range(4))
    call = BatchNormCall.of(traced(lambda x: F.batch_norm(x, mean, variance, gain, shift, training, 0.1, 1e-3)))
    assert call is not None and call.input == Ref(0) and call.epsilon == 1e-3
    assert call.gain is gain and call.shift is shift and call.mean is mean and call.variance is variance
    assert call.is_fixed is not training


def test_other_operations_are_neither() -> None:
    op = traced(torch.relu)
    assert ConvolutionCall.of(op) is None and BatchNormCall.of(op) is None
