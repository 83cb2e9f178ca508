"""The arguments of traced operations by name: aten gives them by position."""

from __future__ import annotations

from typing import Any, NamedTuple

from torch import Tensor

from .trace import Op

NORMS = {"native_batch_norm", "_native_batch_norm_legit_no_training", "cudnn_batch_norm", "miopen_batch_norm"}


class ConvolutionCall(NamedTuple):
    """The arguments of aten.convolution, in their order: `tuple(call)` are those of an operation again.

    `input`, and where they are computed in the pass `weight` and `bias`, are Refs. The pairs are (rows, cols).
    """

    input: Any
    weight: Any
    bias: Any
    stride: list[int]
    padding: list[int]
    dilation: list[int]
    transposed: bool
    output_padding: list[int]
    groups: int

    @classmethod
    def of(cls, op: Op) -> ConvolutionCall | None:
        """Returns the arguments of this operation; None where it is no convolution.

        >>> import torch
        >>> from deepvis_widgets.passes.trace import Trace
        >>> x, trace = torch.ones(1, 3, 8, 8), Trace()
        >>> trace.start(x)
        >>> with trace:
        ...     _ = torch.nn.functional.conv2d(x, torch.ones(4, 3, 3, 3), padding=1)
        >>> ConvolutionCall.of(trace.program.ops[0]).padding
        [1, 1]
        """
        return cls(*op.args) if op.name == "convolution" else None

    @property
    def is_of_maps(self) -> bool:
        """Whether it slides fixed weights over two dimensions, and is not transposed."""
        return isinstance(self.weight, Tensor) and self.weight.ndim == 4 and not self.transposed


class BatchNormCall(NamedTuple):
    """The arguments of a batch norm: `gain` and `shift` are its weight and bias, `training` says whether it normalises
    by the statistics of the batch.
    """

    input: Any
    gain: Any
    shift: Any
    mean: Any
    variance: Any
    training: bool
    epsilon: float

    @classmethod
    def of(cls, op: Op) -> BatchNormCall | None:
        """Returns the arguments of this operation; None where it is no batch norm."""
        if op.name not in NORMS:
            return None
        tensors, training = op.args[:5], op.args[5] is True  # the operation without training has its momentum there
        return cls._make((*tensors, training, op.args[-1]))

    @property
    def is_fixed(self) -> bool:
        """Whether it uses the statistics it has, and not those of the batch."""
        return isinstance(self.mean, Tensor) and not self.training
