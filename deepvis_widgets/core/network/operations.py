"""What each operation of a network does with positions and with numbers: one table, which everyone reads.

Receptive fields need to know which positions of its input a position of an output depends on. Relevance, the head of
class activation maps and passes over a part of a picture need to know what becomes of the numbers. Names are plain
names as `backward_rules.operation` gives them ("relu" for F.relu, torch.relu and Tensor.relu_), and those of aten.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any


class Positions(Enum):
    """On which positions of its inputs a position of the output depends (in eval mode)."""

    UNARY = auto()  # on the same position of its one input
    BINARY = auto()  # on the same position of two inputs, which broadcast
    NARY = auto()  # on the same position of any number of inputs, which broadcast
    ALONG = auto()  # on all places along the dimensions named, which are kept or reduced away
    TRAILING = auto()  # on all places along the last dimensions
    STATISTICS = auto()  # on the same position where running statistics are used, else on all
    WINDOW = auto()  # on a sliding window
    ADAPTIVE = auto()  # on one of the windows that divide the input into as many as asked for
    RESIZED = auto()  # on the nearest positions of an input of another size
    PERMUTED = auto()  # on one position: the dimensions come in another order
    REARRANGED = auto()  # on one position: elements are moved, repeated or left out
    JOINED = auto()  # on one position of one input: inputs come one after the other along a dimension
    PADDED = auto()  # on one position, or on none outside the input
    WRITTEN = auto()  # part of the first input is overwritten with the last one
    NONE = auto()  # on none: no more than shape and type are taken from the input
    EVERYWHERE = auto()  # on all of them


class Numbers(Enum):
    """What becomes of the numbers."""

    FUNCTION = auto()  # each is replaced by a function of itself
    SUM = auto()  # weighted sums of numbers of one input
    ADDITION = auto()  # sums and differences of two inputs
    SCALING = auto()  # products and quotients of two inputs, element by element
    PRODUCT = auto()  # matrix products: linear in each input
    WEIGHTED = auto()  # weighted sums with trained weights
    NORM = auto()  # mean and spread are normalised
    SAME = auto()  # the same numbers in the same order
    MOVED = auto()  # the same numbers in another order, or some of them
    CHOSEN = auto()  # some of the numbers, chosen by their values
    JOINED = auto()  # the numbers of several inputs
    FILLED = auto()  # the same numbers, beside constants
    WRITTEN = auto()  # the first input's numbers, some replaced by those of another
    OTHER = auto()


@dataclass(frozen=True)
class Operation:
    """One operation. `at` is the place of the argument that names dimensions, and `default` what it is when not given
    (None: all dimensions).

    >>> OPERATIONS["softmax"].dims(("a tensor of four dimensions", 1), {}, 4)
    (-3,)
    """

    positions: Positions
    numbers: Numbers
    at: int | None = None
    default: int | None = None

    def dims(self, args: Sequence[Any], kwargs: dict[str, Any], ndim: int) -> tuple[int, ...] | None:
        """Returns the dimensions that a call names, counted from the last one (-1); None where it names none."""
        given: Any = next((kwargs[key] for key in ("dim", "dims", "axis") if key in kwargs), self.default)
        if self.at is not None and len(args) > self.at:
            given = args[self.at]
        several = list(given) if isinstance(given, list | tuple) else [given]
        if not several or not all(type(dim) is int for dim in several):
            return None
        return tuple(dim if dim < 0 else dim - ndim for dim in several)


P, N = Positions, Numbers
_TABLE: tuple[tuple[Operation, str], ...] = (
    # --- position by position ---
    (
        Operation(P.UNARY, N.FUNCTION),
        """
        relu relu6 hardtanh hardswish hardsigmoid silu gelu elu leaky_relu prelu selu celu mish softplus sigmoid expit
        tanh clamp clip clamp_min clamp_max hardshrink softshrink tanhshrink softsign logsigmoid threshold rrelu neg
        negative positive abs absolute square sqrt rsqrt exp exp2 expm1 log log2 log10 log1p logit reciprocal
        rtruediv rpow erf erfc sin cos tan asin acos atan arcsin arccos arctan sinh cosh asinh acosh atanh sinc
        """,
    ),
    (Operation(P.BINARY, N.FUNCTION), "pow"),
    (
        Operation(P.UNARY, N.SAME),
        """
        clone contiguous alias detach requires_grad data identity to float double half bfloat16 type type_as cpu cuda
        dropout dropout1d dropout2d dropout3d feature_dropout alpha_dropout feature_alpha_dropout
        """,
    ),
    (
        Operation(P.UNARY, N.OTHER),
        """
        zero fill local_response_norm floor ceil round trunc fix frac sign sgn signbit nan_to_num logical_not
        bitwise_not invert isnan isinf isfinite int long bool
        """,
    ),
    (Operation(P.BINARY, N.ADDITION), "add radd iadd sub rsub isub subtract"),
    (Operation(P.BINARY, N.SCALING), "mul rmul imul multiply div truediv itruediv true_divide divide"),
    (Operation(P.BINARY, N.CHOSEN), "maximum minimum"),
    (Operation(P.BINARY, N.WRITTEN), "copy"),
    (
        Operation(P.BINARY, N.OTHER),
        """
        ipow float_power floor_divide floordiv rfloordiv ifloordiv remainder fmod mod rmod imod fmax fmin atan2 arctan2
        hypot copysign xlogy logaddexp logaddexp2 heaviside
        gt ge lt le eq ne greater greater_equal less less_equal not_equal isclose
        logical_and logical_or logical_xor bitwise_and bitwise_or bitwise_xor and or xor rand ror rxor iand ior ixor
        """,
    ),
    (Operation(P.NARY, N.FILLED), "where masked_fill"),
    (Operation(P.NARY, N.OTHER), "addcmul addcdiv lerp"),
    (Operation(P.STATISTICS, N.NORM), "batch_norm"),
    (Operation(P.STATISTICS, N.OTHER), "instance_norm"),
    (
        Operation(P.STATISTICS, N.NORM),
        "native_batch_norm _native_batch_norm_legit_no_training cudnn_batch_norm",  # aten's
    ),
    # --- along dimensions ---
    (Operation(P.ALONG, N.SUM, 1), "mean sum nansum cumsum"),
    (Operation(P.ALONG, N.CHOSEN, 1), "amax amin max min"),
    (Operation(P.ALONG, N.CHOSEN, 1, -1), "sort"),
    (Operation(P.ALONG, N.CHOSEN, 2, -1), "topk"),
    (Operation(P.ALONG, N.FUNCTION, 1), "log_softmax"),
    (Operation(P.ALONG, N.FUNCTION, 2, 1), "normalize"),
    (
        Operation(P.ALONG, N.OTHER, 1),
        """
        softmax softmin logsumexp cumprod logcumsumexp cummax cummin prod nanmean std var std_mean var_mean aminmax
        median nanmedian mode argmax argmin count_nonzero any all
        """,
    ),
    (Operation(P.ALONG, N.OTHER, 1, -1), "glu argsort"),
    (Operation(P.ALONG, N.OTHER, 2), "norm vector_norm"),
    (Operation(P.TRAILING, N.WEIGHTED), "linear"),
    (Operation(P.TRAILING, N.NORM), "layer_norm"),
    (Operation(P.TRAILING, N.FUNCTION), "rms_norm"),
    # --- windows ---
    (Operation(P.WINDOW, N.WEIGHTED), "conv2d"),
    (Operation(P.WINDOW, N.SUM), "avg_pool2d"),
    (Operation(P.WINDOW, N.CHOSEN), "max_pool2d max_pool2d_with_indices"),
    (Operation(P.WINDOW, N.OTHER), "lp_pool2d"),
    (Operation(P.ADAPTIVE, N.SUM), "adaptive_avg_pool2d"),
    (Operation(P.ADAPTIVE, N.CHOSEN), "adaptive_max_pool2d adaptive_max_pool2d_with_indices"),
    (Operation(P.RESIZED, N.SUM), "interpolate upsample"),
    # --- one place each ---
    (Operation(P.PERMUTED, N.MOVED), "permute transpose swapaxes swapdims movedim moveaxis t"),
    (
        Operation(P.REARRANGED, N.SAME),
        "view view_as reshape reshape_as flatten unflatten ravel squeeze atleast_2d expand expand_as",
    ),
    (Operation(P.REARRANGED, N.SAME, 1), "unsqueeze"),
    (
        Operation(P.REARRANGED, N.MOVED),
        """
        repeat repeat_interleave tile gather getitem get rot90 diagonal unfold pixel_shuffle pixel_unshuffle
        channel_shuffle native_channel_shuffle
        """,
    ),
    (Operation(P.REARRANGED, N.MOVED, 1), "select index_select narrow flip"),
    (Operation(P.REARRANGED, N.MOVED, 1, 0), "unbind slice"),
    (Operation(P.REARRANGED, N.MOVED, 2, 0), "chunk split split_with_sizes tensor_split"),
    (Operation(P.REARRANGED, N.MOVED, 2), "roll"),
    (Operation(P.JOINED, N.JOINED, 1, 0), "cat concat concatenate stack"),
    (Operation(P.JOINED, N.JOINED, default=0), "vstack"),
    (Operation(P.JOINED, N.JOINED, default=1), "hstack"),
    (Operation(P.JOINED, N.JOINED, default=2), "dstack"),
    (Operation(P.PADDED, N.FILLED), "pad"),
    (Operation(P.WRITTEN, N.WRITTEN), "setitem"),
    # --- none, and all ---
    (
        Operation(P.NONE, N.OTHER),
        """
        new_ones new_zeros new_full new_empty new_tensor ones_like zeros_like full_like empty_like rand_like randn_like
        """,
    ),
    (Operation(P.EVERYWHERE, N.SUM), "avg_pool1d avg_pool3d adaptive_avg_pool1d adaptive_avg_pool3d"),
    (Operation(P.EVERYWHERE, N.PRODUCT), "matmul rmatmul mm bmm"),
    (Operation(P.EVERYWHERE, N.NORM), "group_norm"),
    (
        Operation(P.EVERYWHERE, N.CHOSEN),
        """
        max_pool1d max_pool3d max_pool1d_with_indices max_pool3d_with_indices adaptive_max_pool1d adaptive_max_pool3d
        adaptive_max_pool1d_with_indices max_unpool2d
        """,
    ),
)
UNKNOWN = Operation(Positions.EVERYWHERE, Numbers.OTHER)


def _rows() -> Iterator[tuple[str, Operation]]:
    for operation, names in _TABLE:
        for name in names.split():
            yield name, operation


OPERATIONS: dict[str, Operation] = dict(_rows())


def with_positions(*kinds: Positions) -> frozenset[str]:
    """Returns the names of the operations that depend on positions in one of these ways.

    >>> sorted(with_positions(Positions.ADAPTIVE))[0]
    'adaptive_avg_pool2d'
    """
    return frozenset(name for name, operation in OPERATIONS.items() if operation.positions in kinds)


def with_numbers(*kinds: Numbers) -> frozenset[str]:
    """Returns the names of the operations that do one of these things with numbers.

    >>> sorted(with_numbers(Numbers.PRODUCT))
    ['bmm', 'matmul', 'mm', 'rmatmul']
    """
    return frozenset(name for name, operation in OPERATIONS.items() if operation.numbers in kinds)
