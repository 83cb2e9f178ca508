"""What an atlas knows of units, on its way to the browser."""

from __future__ import annotations

import torch

from deepvis_widgets.widgets.atlas_view.frames import contrasted


def test_a_deconv_of_few_large_values_is_drawn_with_more_contrast() -> None:
    signal = torch.full((3, 40, 40), 0.05) * torch.linspace(-1, 1, 40)
    signal[0, 20, 20] = 0.5
    drawn = contrasted(0.5 + signal)
    assert float(drawn.min()) < 0.2 and float(drawn.max()) == 1.0
    torch.testing.assert_close((drawn - 0.5).sign(), signal.sign())
    torch.testing.assert_close(contrasted(torch.full((3, 4, 4), 0.5)), torch.full((3, 4, 4), 0.5))
