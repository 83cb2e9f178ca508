"""The objective of pictures in the making, as lines."""

from __future__ import annotations

import torch

from deepvis_widgets.widgets.maximization.objective_chart import AscentTrace


def test_a_long_trace_is_thinned_and_keeps_its_ends() -> None:
    trace = AscentTrace()
    values = torch.arange(3000.0)[:, None].repeat(1, 3)
    trace.show(values, (10, 20))
    assert len(trace._lines) == 3 and len(trace._lines[0].x) <= 240
    assert (trace._lines[0].x[0], trace._lines[0].y[-1]) == (0, 2999)
    assert list(trace._turns.x) == [10, 20]
    trace.show(torch.empty(0, 0))
    assert not trace._lines
    trace.close()
