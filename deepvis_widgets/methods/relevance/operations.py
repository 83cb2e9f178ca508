"""What becomes of relevance in each operation, by kind."""

from __future__ import annotations


def names(text: str) -> frozenset[str]:
    """The names of operations written one after the other."""
    return frozenset(text.split())


# element by element: the relevance of an output is that of its input (the identity rule of Achtibat et al. 2024)
PASSED = names(
    """
    relu relu6 hardtanh hardswish hardsigmoid silu gelu elu leaky_relu prelu selu celu mish softplus sigmoid
    tanh clamp clip clamp_min clamp_max hardshrink softshrink softsign logsigmoid threshold rrelu neg abs pow
    square sqrt rsqrt exp log reciprocal rtruediv rpow erf log_softmax normalize
    rms_norm
    """
)
# sums: every part takes in proportion to what it contributes, constants what they contribute
SHARED = names(
    """
    avg_pool1d avg_pool2d avg_pool3d adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d mean sum nansum
    cumsum interpolate upsample
    """
)
ADDED = names("add radd iadd sub rsub isub subtract")
SCALED = names("mul rmul imul multiply div truediv itruediv true_divide divide")
# linear in each of their inputs
PRODUCTS = names("matmul rmatmul mm bmm")
# every output is one of the inputs: relevance goes where the value came from, which is what the gradient does
ROUTED = names(
    """
    clone contiguous view view_as reshape reshape_as flatten unflatten ravel squeeze unsqueeze permute transpose
    swapaxes swapdims movedim moveaxis t expand expand_as repeat repeat_interleave tile narrow select
    index_select gather getitem get chunk split tensor_split unbind roll flip rot90 to float double half
    bfloat16 type type_as cpu cuda dropout dropout1d dropout2d dropout3d feature_dropout alpha_dropout identity
    pixel_shuffle pixel_unshuffle channel_shuffle native_channel_shuffle max_pool1d max_pool2d max_pool3d
    max_pool1d_with_indices max_pool2d_with_indices max_pool3d_with_indices adaptive_max_pool1d
    adaptive_max_pool2d adaptive_max_pool3d max_unpool2d amax max maximum minimum min amin unfold detach
    requires_grad data topk sort atleast_2d adaptive_max_pool1d_with_indices adaptive_max_pool2d_with_indices
    diagonal
    """
)
# so do these, but part of the output may be a constant, which keeps its relevance
JOINED = names("cat concat concatenate stack hstack vstack dstack")
FILLED = JOINED | names("pad where masked_fill")
# these write into their first argument
WRITING = names("setitem copy")
# what keeps a picture a picture: the values change, the meaning of a place does not
CHOOSING = frozenset(name for name in ROUTED if "max" in name or "min" in name) | {"topk", "sort"}
PREPARING = ADDED | SCALED | (ROUTED - CHOOSING) | FILLED | {"batch_norm"}
