"""The maps of an occlusion experiment: the colours of its labels."""

from __future__ import annotations

from deepvis_widgets.widgets.occlusion.maps import COLOURS, OTHERS, LabelColours


def test_labels_keep_their_colours_and_late_ones_share_a_grey() -> None:
    colours = LabelColours(7)
    colours.see([7, 3])
    before = colours.colour(3)
    colours.see([5, 3, 1, 2, 4, 6, 8])
    assert (colours.colour(7), colours.colour(3)) == (COLOURS[0], before)
    assert colours.colour(8) == OTHERS and "a &lt;b&gt; 75%" in colours.legend([7, 7, 7, 3], ["a <b>"] * 9)
