"""The husky and wolf lesson without a browser: its steps, its votes, and that what it shows was computed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.picture.picture import to_bytes
from deepvis_widgets.engine.engine import Engine
from deepvis_widgets.methods import explain
from deepvis_widgets.widgets.husky_wolf import questions
from deepvis_widgets.widgets.husky_wolf.husky_wolf import HuskyWolf
from deepvis_widgets.widgets.husky_wolf.map_overlay import blended
from deepvis_widgets.widgets.husky_wolf.scenes import BIASED, HONEST, drawn
from deepvis_widgets.widgets.husky_wolf.vote import SNOW, Vote
from deepvis_widgets.widgets.link.protocol import Frame
from tests.unit.widgets.conftest import WorkerChanges

FEW = [("husky", "snow", 22), ("wolf", "snow", 7), ("wolf", "meadow", 24)]


def settle(lab: HuskyWolf) -> None:
    assert lab.session.idle(60)


def last(widget: Any, kind: str) -> Frame:
    found = widget.last(kind)
    assert isinstance(found, Frame)
    return found


@pytest.fixture
def lab() -> Iterator[HuskyWolf]:
    made = HuskyWolf(first="biased", scenes=[drawn(order) for order in FEW], fresh=1)
    settle(made)
    yield made
    made.close()


def to_step(lab: HuskyWolf, step: int) -> None:
    """Through the steps as a reader would go, with votes on the way."""
    while lab.stage < step:
        if lab.stage != 2:
            lab.cast(1, 0)
        lab.next()
    settle(lab)


def test_the_ten_pictures_are_those_of_the_experiment() -> None:
    whole = HuskyWolf(first="biased")
    settle(whole)
    pairs = list(zip(whole.session.scenes, whole.session.answers[BIASED], strict=True))
    wrong = [(scene.label, scene.background, said.label) for scene, said in pairs if scene.label != said.label]
    assert wrong == [("husky", "snow", "wolf"), ("wolf", "meadow", "husky")], (
        "eight of ten right, one mistake of each kind"
    )
    honest = whole.session.answers[HONEST]
    assert [said.label for said in honest] == [scene.label for scene in whole.session.scenes]
    assert sum(scene.label == "wolf" for scene in whole.session.scenes) == 5
    gallery = whole.panes.pictures.gallery
    assert len(gallery.captions) == 10 and "✗ wrong: a husky" in gallery.captions[4] and gallery.marked == [4, 7]
    whole.picture = 4
    assert '<span class="dv-wrong">✗ wrong</span> It is a <b>husky</b>' in whole.panes.pictures.words.value
    assert last(gallery, "pictures").arrays["pictures"].shape == (10, 128, 128, 3)
    whole.close()


def test_a_whole_lesson(lab: HuskyWolf) -> None:
    assert lab.stage == 1 and lab.panes.back.disabled
    lab.cast(1, 0, {"the coat": 1})
    lab.next()
    settle(lab)
    assert lab.opened == ("A",) and len(lab.session.maps) == len(FEW) and lab.voters == "one"
    lab.next()
    lab.cast(0, 1, {SNOW: 1})
    lab.next()
    settle(lab)
    before, after = lab.vote("before", "A"), lab.vote("after", "A")
    assert (before.yes, before.snow, after.yes, after.snow) == (1, 0, 0, 1)
    (chart,) = lab.panes.ending.charts.children
    assert chart.bars.y.tolist() == [[1, 0, 0], [0, 1, 1]]
    story = lab.panes.ending.story.value
    assert "Network A was <b>the biased one</b>" in story and "1 right" in story


def test_another_network_without_a_vote_says_why_it_begins_anew(lab: HuskyWolf) -> None:
    to_step(lab, 3)
    why = "Nobody has voted on network B yet"
    assert why not in lab.panes.heading.value
    lab.panes.network.value = "B"
    assert lab.stage == 1 and why in lab.panes.heading.value
    lab.cast(0, 1)
    assert why not in lab.panes.heading.value
    lab.panes.network.value = "A"
    assert lab.stage == 3 and "Step 3 of 4 · network A" in lab.panes.heading.value
    lab.panes.network.value = "B"
    settle(lab)
    assert lab.stage == 3 and lab.session.pictures().letter == "B" and len(lab.session.pictures().maps) == len(FEW)


def test_the_table_is_what_the_networks_say_of_the_new_scenes(lab: HuskyWolf) -> None:
    to_step(lab, 4)
    session = lab.session
    assert [(scene.label, scene.background) for scene in session.fresh_scenes[:2]] == [
        ("husky", "snow"),
        ("husky", "meadow"),
    ]
    assert len({scene.seed for scene in session.fresh_scenes}) == 1, "the same animal is put on every ground"
    for name, network in session.networks.items():
        said = [network.labels[int(network.logits(network.view(s)[None]).argmax())] for s in session.fresh_scenes]
        assert [answer.label for answer in session.fresh_answers[name]] == said
    biased = [answer.label for answer in session.fresh_answers[BIASED]]
    assert biased[0] == "wolf" and '<td class="dv-wrong">✗ wolf 1</td>' in lab.panes.ending.table.value
    assert lab.panes.ending.table.value.count("<td") == 2 * 2 * 5


def test_pictures_carry_the_explanations_of_this_network(lab: HuskyWolf) -> None:
    lab.picture = 1
    to_step(lab, 2)
    network = lab.session.networks[BIASED]
    expected = explain(network, lab.session.scenes[1], "cam")
    shown = last(lab.panes.pictures.gallery, "pictures").arrays["pictures"][1]
    drawn_over = to_bytes(blended(network.view(lab.session.scenes[1]), expected, 0.6)).astype(int)  # type: ignore[arg-type]
    np.testing.assert_allclose(shown.astype(int), drawn_over, atol=1)
    overlay = last(lab.panes.pictures.stage, "overlay")
    assert overlay.meta["title"] == "CAM: wolf" and overlay.meta["hi"] == pytest.approx(float(expected.coarse.max()))  # type: ignore[attr-defined]
    plain = to_bytes(network.view(lab.session.scenes[1]))
    lab.opacity = 0.0
    np.testing.assert_array_equal(last(lab.panes.pictures.gallery, "pictures").arrays["pictures"][1], plain)
    lab.back()
    lab.opacity = 0.6
    np.testing.assert_array_equal(last(lab.panes.pictures.gallery, "pictures").arrays["pictures"][1], plain)
    assert last(lab.panes.pictures.stage, "overlay").arrays["values"].size == 0, "step 1 shows no explanation"


def test_every_method_offered_explains(lab: HuskyWolf) -> None:
    to_step(lab, 2)
    names = [name for _, name in lab.panes.pictures.method.options]
    assert {"cam", "lime", "occlusion", "lrp"} <= set(names) and "activation_maximization" not in names
    for name in ("saliency", "lrp"):
        lab.method = name
        settle(lab)
        assert len(lab.session.maps) == len(FEW) and {found.method for found in lab.session.maps.values()} == {name}
        assert lab.panes.busy.layout.visibility == "hidden"


def test_explanations_are_kept(lab: HuskyWolf, monkeypatch: Any) -> None:
    to_step(lab, 2)
    lab.method = "gradient"
    settle(lab)
    counted: list[str] = []
    monkeypatch.setattr(questions, "explain", lambda *given, **_: counted.append(given[2]))
    lab.method = "cam"
    settle(lab)
    assert counted == [] and len(lab.session.maps) == len(FEW)


def test_a_stopped_method_leaves_what_there_is(lab: HuskyWolf) -> None:
    to_step(lab, 2)

    def stop_after_one(change: Any) -> None:
        if change["new"] > 0.4:
            lab.session.stop()

    lab.panes.busy.bar.observe(stop_after_one, names="value")
    lab.method = "saliency"
    settle(lab)
    assert 1 <= len(lab.session.maps) < len(FEW)
    assert lab.panes.busy.layout.visibility == "hidden" and lab.panes.notice.value == ""
    lab.panes.busy.bar.unobserve_all()
    lab.next()
    settle(lab)
    assert len(lab.session.maps) < len(FEW), "it began again by itself"
    lab.method = "cam"
    settle(lab)
    assert len(lab.session.maps) == len(FEW)


def test_a_method_that_fails_says_so_and_the_lesson_goes_on(lab: HuskyWolf, monkeypatch: Any) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the method broke")

    monkeypatch.setattr(questions, "explain", broken)
    to_step(lab, 2)
    assert "the method broke" in lab.panes.notice.value and lab.panes.busy.layout.visibility == "hidden"
    monkeypatch.undo()
    lab.method = "saliency"
    settle(lab)
    assert lab.panes.notice.value == "" and len(lab.session.maps) == len(FEW)


def test_nobody_goes_on_without_a_vote(lab: HuskyWolf) -> None:
    with pytest.raises(DeepvisError, match="Nobody has voted"):
        lab.next()
    lab.panes.next.click()
    assert lab.stage == 1 and "Nobody has voted" in lab.panes.notice.value
    lab.cast(0, 1)
    lab.panes.next.click()
    assert lab.stage == 2 and lab.panes.notice.value == ""


def test_the_first_vote_stands_once_the_explanations_were_seen(lab: HuskyWolf) -> None:
    to_step(lab, 2)
    lab.back()
    assert lab.locked and lab.panes.ballot.locked and "stands" in lab.panes.stands.value
    with pytest.raises(DeepvisError, match="first vote stands"):
        lab.cast(0, 1)
    assert lab.vote().yes == 1
    lab.next()
    assert lab.stage == 2


def test_the_other_network_is_met_without_its_explanations(lab: HuskyWolf) -> None:
    to_step(lab, 3)
    lab.network = "B"
    assert lab.stage == 1 and not lab.locked
    settle(lab)
    assert "right" in lab.panes.pictures.gallery.captions[0], "the honest network knows a husky on snow"
    lab.cast(0, 1)
    lab.next()
    settle(lab)
    assert lab.opened == ("A", "B") and {found.target for found in lab.session.maps.values()} == {"husky", "wolf"}
    lab.network = "A"
    assert lab.stage == 2, "this network's explanations were seen before"
    lab.stage = 4
    settle(lab)
    assert len(lab.panes.ending.charts.children) == 2


def test_a_class_votes_by_hands(lab: HuskyWolf) -> None:
    lab.voters = "class"
    ballot = lab.panes.ballot
    ballot._hands["yes"].value, ballot._hands["no"].value = 17, 4
    ballot._counts[SNOW].value = 3
    assert lab.vote() == Vote(17, 4, {SNOW: 3}) and lab.panes.voters.disabled
    assert lab.votes["A"]["before"] == {"yes": 17, "no": 4, "named": {SNOW: 3}}
    with pytest.raises(DeepvisError, match="restart"):
        lab.voters = "one"


def test_one_person_votes_with_buttons(lab: HuskyWolf) -> None:
    ballot = lab.panes.ballot
    ballot._trust.value = "yes"
    ballot._named["the coat"].value = True
    ballot._trust.value = "no"
    assert lab.vote() == Vote(0, 1, {"the coat": 1})
    lab.votes = {"A": {"before": {"yes": 1}}}
    assert ballot._trust.value == "yes" and not ballot._named["the coat"].value, "the ballot shows what Python set"


def test_starting_again_forgets_the_votes_and_draws_anew(lab: HuskyWolf) -> None:
    to_step(lab, 4)
    names = {seed: None for seed in range(6)}
    for seed in names:
        lab.restart(seed)
        names[seed] = lab.network_names["A"]
    assert set(names.values()) == {HONEST, BIASED}
    assert (lab.stage, lab.network, lab.opened, lab.voted) == (1, "A", (), False)
    settle(lab)
    wrong = [caption for caption in lab.panes.pictures.gallery.captions if "wrong" in caption]
    assert len(wrong) == (2 if lab.network_names["A"] == BIASED else 0)


def test_the_seed_decides_who_is_a() -> None:
    scenes = [drawn(FEW[0])]
    orders = []
    for seed in (0, 0, 1, 2, 3, 4):
        made = HuskyWolf(seed=seed, scenes=scenes)
        orders.append(made.network_names["A"])
        made.close()
    assert orders[0] == orders[1] and len(set(orders)) == 2


def test_nothing_on_the_page_gives_the_networks_away(lab: HuskyWolf) -> None:
    to_step(lab, 3)
    texts = [str(getattr(part, "value", "")) + str(getattr(part, "description", "")) for part in parts(lab)]
    assert not [text for text in texts if "biased" in text or "honest" in text]


def parts(widget: Any) -> list[Any]:
    return [widget, *(found for child in getattr(widget, "children", ()) for found in parts(child))]


@pytest.mark.parametrize(
    ("trait", "value", "words"),
    [
        ("stage", 5, "no step 5"),
        ("stage", "two", "no step"),
        ("network", "C", "accepted: A, B"),
        ("method", "magic", "no method"),
        ("method", "activation_maximization", "accepted"),
        ("voters", "two", "accepted: one, class"),
        ("picture", 3, "accepted are 0 to 2"),
        ("votes", {"C": {}}, "votes are"),
        ("votes", {"A": {"before": {"yes": -1}}}, "number of hands"),
        ("votes", {"A": {"before": {"named": {"its tail": 1}}}}, "names something else"),
    ],
)
def test_bad_input_is_one_sentence_and_changes_nothing(lab: HuskyWolf, trait: str, value: Any, words: str) -> None:
    before = getattr(lab, trait)
    with pytest.raises(DeepvisError, match=words):
        setattr(lab, trait, value)
    assert getattr(lab, trait) == before


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"seed": -1}, "seed"),
        ({"first": "worst"}, "first"),
        ({"fresh": 0}, "fresh"),
        ({"scenes": []}, "scenes of huskies"),
        ({"method": "magic"}, "no method"),
    ],
)
def test_what_does_not_fit_is_refused_at_once(given: dict[str, Any], words: str) -> None:
    with pytest.raises(DeepvisError, match=words):
        HuskyWolf(**given)


def test_answers_change_widgets_by_push_alone(worker_changes: WorkerChanges) -> None:
    lesson = HuskyWolf(first="biased", fresh=1)
    lesson.picture = 1
    settle(lesson)
    to_step(lesson, 4)
    lesson.close()
    expected = {("Gallery", "captions"), ("FloatProgress", "value"), ("HTML", "value")}
    assert worker_changes.others == set() and expected <= worker_changes.pushed


def test_closing_ends_the_threads() -> None:
    made = HuskyWolf(scenes=[drawn(FEW[0])])
    networks = list(made.session.networks.values())
    settle(made)
    made.close()
    assert all(Engine.of(network)._worker is None for network in networks)
    assert made.comm is None and made.panes.pictures.gallery.comm is None
    made.close()
