"""The player of a lesson's steps."""

from __future__ import annotations

from deepvis_widgets.widgets.kit.player import Player


def test_a_player_stops_at_its_ends() -> None:
    player = Player(4)
    player.go(9)
    assert player.step == 3
    player.count = 2
    assert (player.step, player.count) == (1, 2)
    player.go(-1)
    assert player.step == 0
    player.step = 1
    player.rewind()
    assert player.step == 0
