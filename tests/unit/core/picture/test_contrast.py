"""One reach for all renderings: what is faint is seen, and single outliers are clipped."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from deepvis_widgets.core.picture.colormap import colour
from deepvis_widgets.core.picture.contrast import reach
from deepvis_widgets.core.picture.reduce import VIEWS, backward_view
from deepvis_widgets.core.results import HeatMap
from deepvis_widgets.widgets.atlas_view.frames import contrasted
from deepvis_widgets.widgets.compare.scale import limits_of


@pytest.fixture
def faint() -> Tensor:
    """A signal (3, 64, 64) of one unit that sees a part of the picture; one value is fifty times all others."""
    signal = torch.zeros(3, 64, 64)
    signal[:, 20:40, 20:40] = torch.randn(3, 20, 20, generator=torch.Generator().manual_seed(0)).clamp(-2, 2)
    signal[0, 30, 30] = 100.0
    return signal


def test_all_but_a_percent_of_what_is_not_zero() -> None:
    values = torch.arange(-500.0, 501.0)
    assert float(reach(values)) == pytest.approx(495, abs=1)
    assert float(reach(torch.cat([values, torch.zeros(10**5)]))) == float(reach(values))
    assert float(reach(torch.zeros(4, 4))) == 0 and float(reach(torch.tensor([0.0, -3.0]))) == 3


def test_one_outlier_leaves_nothing_grey(faint: Tensor) -> None:
    assert 1.5 < float(reach(faint)) <= 2
    seen = (slice(None), slice(20, 40), slice(20, 40))
    for view in VIEWS:
        shown = backward_view(faint, view)
        assert float(shown.min()) >= 0 and float(shown.max()) <= 1 and shown.shape == (3, 64, 64)
        assert float(shown[seen].std()) > 0.1, view
    drawn = HeatMap("mine", "unit", faint.mean(0), torch.zeros(3, 64, 64), signed=True).image(opacity=1)
    levels = np.asarray(drawn)[20:40, 20:40].astype(float)
    assert levels.std() > 30


def test_a_stored_deconv_reaches_as_far() -> None:
    signal = torch.linspace(-0.2, 0.2, 3 * 64 * 64).view(3, 64, 64)
    signal[0, 0, 0] = 0.5
    torch.testing.assert_close(contrasted(0.5 + signal), (0.5 + signal / (2 * reach(signal))).clamp(0, 1))


def test_the_ends_are_the_same_in_a_result_and_in_a_comparison(faint: Tensor) -> None:
    values = faint.mean(0)
    low, high = limits_of([values], True)
    assert high == -low == float(reach(values))
    at_the_end = torch.stack([values, torch.where(values.abs() >= high, values.sign() * high, values)])
    assert torch.equal(*(colour(one, "blue-red", True) for one in at_the_end))
    low, high = limits_of([values.abs() + 1], False)
    assert low == 1 and high == pytest.approx(1 + float(reach(values)))
