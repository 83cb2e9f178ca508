"""The maximization lab without a browser: its runs against the ascent itself, and what every button does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.engine.engine import Engine
from deepvis_widgets.methods.synthesis import Ascent, SynthesisParams
from deepvis_widgets.methods.synthesis.yosinski import PRESETS
from deepvis_widgets.widgets.link.live_widget import LiveWidget
from deepvis_widgets.widgets.link.protocol import Frame, pack
from deepvis_widgets.widgets.maximization import layer_gallery
from deepvis_widgets.widgets.maximization.kept import settings_words
from deepvis_widgets.widgets.maximization.maximization_lab import MaximizationLab
from tests.small_nets import Plain
from tests.untouched import Untouched

SIDE = 32


def network() -> Network:
    torch.manual_seed(0)
    return Network(Plain(), Preprocess((SIDE, SIDE), None), name="small")


@pytest.fixture
def lab() -> Iterator[MaximizationLab]:
    made = MaximizationLab(network(), seeds=2)
    made.layer = made.network.layers.names[0]
    yield made
    made.close()


def settle(lab: MaximizationLab) -> None:
    assert lab.engine.idle(60) and lab.panes.gallery.notice == ""


def wait(met: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 30
    while not met():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def last(widget: LiveWidget, kind: str) -> Frame:
    found = widget.last(kind)
    assert found is not None
    return found


def shown(lab: MaximizationLab) -> np.ndarray:
    return np.asarray(last(lab.panes.gallery, "pictures").arrays["pictures"])


def steps_of(lab: MaximizationLab) -> int:
    return 0 if lab.look is None else len(lab.look.trace)


def test_a_run_is_the_ascent_itself(lab: MaximizationLab) -> None:
    lab.steps = 12
    lab.panes.play.click()
    settle(lab)
    ascent = Ascent(lab.network, lab.goal, SynthesisParams("yosinski-3", 2, steps=12, fitted=True))
    while not ascent.done:
        ascent.step()
    assert lab.look is not None and lab.look.done and not lab.running
    assert torch.equal(lab.look.pictures, ascent.pictures()) and torch.equal(lab.look.trace, ascent.trace)
    top, left, height, width = ascent.frame.box
    crop = ascent.pictures()[..., top : top + height, left : left + width]
    np.testing.assert_array_equal(shown(lab), (crop * 255).round().permute(0, 2, 3, 1).numpy().astype(np.uint8))
    assert [len(line.x) for line in lab.panes.trace._lines] == [12, 12]
    assert lab.panes.gallery.captions[1].startswith("seed 1: ")


def show(lab: MaximizationLab) -> None:
    """What the browser sends when the lab is drawn on a page."""
    lab.panes.gallery._receive(lab.panes.gallery, *pack("shown", 1))


def test_it_begins_by_itself_when_it_is_first_shown(lab: MaximizationLab) -> None:
    lab.steps = 3
    assert not lab.running, "nothing is drawn before anybody looks"
    show(lab)
    settle(lab)
    assert steps_of(lab) == 3 and len(shown(lab)) == 2
    lab.unit = 1
    show(lab)  # a reload of the page
    settle(lab)
    assert lab.look is None and not lab.running


@pytest.mark.parametrize("act", ["start", "pause", "go_on", "draw_sizes"])
def test_it_does_not_begin_where_somebody_has_taken_over(lab: MaximizationLab, act: str) -> None:
    lab.steps = 3
    getattr(lab, act)()
    settle(lab)
    before = lab.look
    show(lab)
    settle(lab)
    assert lab.look is before and not lab.running


def test_closed_while_it_draws_by_itself_nothing_is_left(lab: MaximizationLab) -> None:
    lab.steps = 10_000
    show(lab)
    wait(lambda: steps_of(lab) > 1, "it did not begin")
    lab.close()
    assert Engine.of(lab.network)._worker is None and not lab.running


def test_pause_keeps_the_state_and_going_on_continues_it(lab: MaximizationLab) -> None:
    lab.steps = 10_000
    lab.start()
    wait(lambda: steps_of(lab) > 3, "it did not begin")
    lab.pause()
    settle(lab)
    assert not lab.running and lab.panes.play.description == "Go on"
    lab.stretch = True  # a look at the paused pictures, in full contrast
    settle(lab)
    paused, trace = steps_of(lab), lab.look.trace.clone() if lab.look else None
    lab.panes.play.click()
    assert lab.running
    wait(lambda: steps_of(lab) > paused, "it did not go on")
    lab.pause()
    settle(lab)
    assert lab.look is not None and trace is not None
    assert torch.equal(lab.look.trace[:paused], trace), "it began anew instead of going on"


def test_knobs_act_while_it_runs(lab: MaximizationLab) -> None:
    lab.steps = 10_000
    lab.start()
    wait(lambda: steps_of(lab) > 3, "it did not begin")
    lab.panes.knobs.by_name["decay"].value = 0.5
    assert lab.decay == 0.5
    wait(lambda: lab.look is not None and lab.look.params.decay == 0.5, "the knob did nothing")
    turned = steps_of(lab)
    lab.panes.knobs.by_name["blur"].value = 2.0
    lab.rate = 3.0
    wait(lambda: lab.look is not None and (lab.look.params.blur, lab.look.params.rate) == (2.0, 3.0), "nor did these")
    assert lab.running and lab.look is not None and lab.look.turns and steps_of(lab) >= turned
    assert lab.panes.knobs.by_name["rate"].value == pytest.approx(3.0)


def test_turning_a_knob_changes_what_comes(lab: MaximizationLab) -> None:
    """The same steps with a decay of one half in the second part: as the ascent itself retuned there."""
    lab.steps = 6
    lab.start()
    settle(lab)
    lab.decay = 0.5
    settle(lab)
    lab.go_on()
    settle(lab)
    ascent = Ascent(lab.network, lab.goal, SynthesisParams("yosinski-3", 2, steps=6, fitted=True))
    while not ascent.done:
        ascent.step()
    ascent.retune(decay=0.5)
    ascent.retune(steps=12)
    while not ascent.done:
        ascent.step()
    assert lab.look is not None and lab.look.done
    np.testing.assert_allclose(lab.look.trace, ascent.trace, rtol=1e-6)
    lab.steps = 8  # and six further ones were asked for
    lab.go_on()
    settle(lab)
    assert steps_of(lab) == 14


def test_more_steps_may_be_asked_for_while_it_runs(lab: MaximizationLab) -> None:
    lab.steps = 5000
    lab.start()
    wait(lambda: steps_of(lab) > 2, "it did not begin")
    lab.steps = 1
    settle(lab)
    assert not lab.running and steps_of(lab) < 5000


def test_a_preset_brings_its_own_numbers(lab: MaximizationLab) -> None:
    lab.decay = 0.7
    lab.preset = "yosinski-2"
    assert lab.decay is None and lab.panes.knobs.by_name["decay"].value == PRESETS["yosinski-2"].decay
    assert lab.panes.knobs.by_name["transforms"].layout.display == "none"
    lab.preset = "fourier"
    assert lab.panes.knobs.by_name["transforms"].layout.display is None
    assert lab.panes.knobs.by_name["decay"].layout.display == "none"
    lab.tv = 2.0
    lab.panes.own.click()
    assert lab.tv == SynthesisParams().tv and lab.fitted


def test_another_unit_begins_anew_only_where_it_runs(lab: MaximizationLab) -> None:
    lab.steps = 5
    lab.start()
    settle(lab)
    lab.unit = 1
    assert lab.look is None and lab.panes.play.description == "Start" and len(shown(lab)) == 0
    lab.steps = 10_000
    lab.start()
    wait(lambda: steps_of(lab) > 2, "it did not begin")
    lab.panes.choices.target.value = 2
    lab.panes.choices.layer.value = ""
    assert lab.target == 2 and lab.running
    wait(lambda: lab.look is not None and lab.look.target.layer is None, "the class was not drawn")
    lab.panes.choices.layer.value = lab.layer
    assert lab.target is None and lab.unit == 1
    lab.target = 1
    lab.unit = 0
    assert lab.target is None, "choosing a unit lets the class go"


def test_views_are_crops_or_full_frames(lab: MaximizationLab) -> None:
    lab.steps = 3
    lab.start()
    settle(lab)
    assert lab.look is not None
    height, width = lab.look.box[2:]
    assert shown(lab).shape == (2, height, width, 3) and not lab.panes.gallery.actual_size
    lab.view = "true size"
    frame = last(lab.panes.gallery, "pictures")
    assert lab.panes.gallery.actual_size and frame.meta["scale"] * SIDE == lab.panes.gallery.size
    lab.view = "full frame"
    assert shown(lab).shape == (2, SIDE, SIDE, 3) and not lab.panes.gallery.actual_size


def test_keeping_takes_the_chosen_or_the_best(lab: MaximizationLab) -> None:
    lab.keep()
    assert "no picture to keep" in lab.panes.gallery.notice
    lab.steps = 8
    lab.start()
    settle(lab)
    lab.keep()
    assert lab.look is not None
    scores = lab.look.trace[-1]
    assert lab.kept[0].value == float(scores.max())
    lab.panes.gallery.chosen = int(scores.argmin())
    lab.minimize = True
    settle(lab)
    lab.keep()
    assert lab.kept[1].value == float(scores.min())
    assert len(lab.panes.kept.strip.children) == 2 and "minimize" in settings_words(lab.kept[1])
    assert lab.kept[0].image().size == tuple(lab.look.box[:1:-1])
    lab.panes.kept.forget.click()
    assert not lab.kept and not lab.panes.kept.strip.children


def test_one_unit_of_each_layer_does_not_wait_for_pictures_that_are_being_made(lab: MaximizationLab) -> None:
    lab.steps = 10_000
    lab.start()
    lab.draw_sizes()
    settle(lab)
    assert not lab.running and (lab.look is None or not lab.look.done)
    assert all(card.children[0].last("rgb") is not None for card in lab.panes.layers.strip.cards)
    assert lab.panes.play.description == "Go on" if lab.look else "Start"


def test_one_unit_of_each_layer_at_its_true_size(lab: MaximizationLab) -> None:
    lab.draw_sizes()
    settle(lab)
    wanted = layer_gallery.targets(lab.network, lab.unit)
    assert len(lab.panes.layers.strip.cards) == len(wanted) and wanted[-1].layer is None
    scale = lab.panes.gallery.size / SIDE
    for card, target in zip(lab.panes.layers.strip.cards, wanted, strict=True):
        view = card.children[0]
        picture = last(view, "rgb").arrays["picture"]
        assert picture.shape[:2] == layer_gallery.size_of(lab.network, target)
        assert view.size == max(16, round(scale * max(picture.shape[:2])))
    fields = [layer_gallery.size_of(lab.network, target) for target in wanted]
    assert fields == sorted(fields) and len(set(fields)) > 1


def test_another_widget_of_the_network_is_answered_meanwhile(lab: MaximizationLab) -> None:
    lab.steps = 10_000
    lab.start()
    wait(lambda: steps_of(lab) > 2, "it did not begin")
    answered: list[int] = []
    lab.engine.submit("a click elsewhere", lambda _: 7, on_result=answered.append)
    wait(lambda: answered == [7], "the click waited for the pictures")
    before = steps_of(lab)
    wait(lambda: steps_of(lab) > before, "the pictures did not go on")
    assert lab.running


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("layer", "nowhere"),
        ("unit", 9999),
        ("target", "unicorn"),
        ("preset", "yosinski-5"),
        ("seeds", 0),
        ("decay", 2.0),
        ("rate", "fast"),
        ("fitted", "yes"),
        ("view", "huge"),
    ],
)
def test_what_does_not_exist_is_refused(lab: MaximizationLab, name: str, value: object) -> None:
    old = getattr(lab, name)
    with pytest.raises(DeepvisError):
        setattr(lab, name, value)
    assert getattr(lab, name) == old


def test_unknown_knobs_and_targets_leave_nothing_behind() -> None:
    net = network()
    with pytest.raises(DeepvisError, match='no "speed"'):
        MaximizationLab(net, speed=2)
    with pytest.raises(DeepvisError, match="no class"):
        MaximizationLab(net, target="unicorn")
    assert Engine.of(net)._worker is None


def test_an_error_is_a_sentence_and_the_pictures_stay(lab: MaximizationLab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.steps = 4
    lab.start()
    settle(lab)
    before = shown(lab)

    def broken(_: Ascent) -> None:
        raise DeepvisError("The objective became NaN or infinite at step 5; try a lower learning rate.")

    monkeypatch.setattr(Ascent, "step", broken)
    lab.go_on()
    assert lab.engine.idle(60)
    assert lab.panes.gallery.notice.startswith("The objective became NaN") and not lab.running
    np.testing.assert_array_equal(shown(lab), before)


def test_the_network_is_left_alone_and_everything_freed() -> None:
    net = network()
    before = Untouched(net.module)
    lab = MaximizationLab(net, seeds=1, steps=10_000)
    lab.start()
    wait(lambda: steps_of(lab) > 2, "it did not begin")
    lab.close()
    before.check()
    assert Engine.of(net)._worker is None and lab.panes.gallery.comm is None and lab.comm is None
