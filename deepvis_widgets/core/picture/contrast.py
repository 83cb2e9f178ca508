"""How far the colours of a map reach: to a percentile, so that a few outliers leave nothing else pale."""

from __future__ import annotations

from torch import Tensor

STRONG = 0.99  # the share of the values that colours tell apart; the others are drawn like the largest of these


def reach(values: Tensor) -> Tensor:
    """Returns the magnitude that colours of `values` reach to: all but a percent of those that are not 0 lie below it;
    0 where all are 0.

    Zeros are left out because most of a signal that begins at one unit lies outside of what the unit sees.

    >>> import torch
    >>> signal = torch.zeros(100, 100)
    >>> signal[:10, :10] = torch.linspace(-1, 1, 100).view(10, 10)
    >>> signal[0, 0] = 50
    >>> 0.95 < float(reach(signal)) <= 1
    True
    """
    sizes = values.detach().abs().flatten()
    sizes = sizes[sizes > 0]
    if not len(sizes):
        return values.new_zeros(())
    return sizes.kthvalue(max(1, round(STRONG * len(sizes)))).values
