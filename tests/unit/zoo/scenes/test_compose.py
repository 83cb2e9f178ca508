"""Scenes: the same bytes for the same seed, exact masks, clear errors."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from deepvis_widgets.zoo.scenes import BACKGROUNDS, CLASSES, Scene, compose, scene, vehicles
from deepvis_widgets.zoo.scenes.scenery import SKIES

FINGERPRINT = """
import hashlib
from deepvis_widgets.zoo.scenes import scene
drawn = scene("wolf", "street", 5)
print(hashlib.sha256(drawn.image.tobytes() + drawn.mask.tobytes()).hexdigest())
"""


def fingerprint(drawn: Scene) -> str:
    return hashlib.sha256(drawn.image.tobytes() + drawn.mask.tobytes()).hexdigest()


def test_names() -> None:
    assert CLASSES[:2] == ("husky", "wolf") and BACKGROUNDS[0] == "snow"
    assert len(CLASSES) == len(set(CLASSES)) >= 12 and len(BACKGROUNDS) == len(set(BACKGROUNDS)) >= 5
    assert all(name.isalpha() and name.islower() for name in CLASSES + BACKGROUNDS)
    assert set(compose.SUBJECTS) == set(CLASSES)


def test_a_scene_holds_what_was_asked_for() -> None:
    drawn = scene("car", "desert", 4)
    assert isinstance(drawn.image, Image.Image) and drawn.image.mode == "RGB" and drawn.image.size == (128, 128)
    assert drawn.mask.shape == (128, 128) and drawn.mask.dtype == np.bool_
    assert (drawn.label, drawn.background, drawn.seed) == ("car", "desert", 4)


def test_a_scene_knows_the_colour_of_its_sky_and_of_its_car() -> None:
    for seed in range(6):
        drawn = scene("car", "meadow", seed)
        top = np.asarray(drawn.image, float)[:6].mean((0, 1))
        nearest = min(SKIES, key=lambda sky: float(np.abs(top - 255 * sky[1]).sum()))
        assert drawn.sky == nearest[0]
        assert drawn.color in {name for name, _ in vehicles._PAINTS}
    hidden = scene("wolf", "forest", 0)
    assert (hidden.sky, hidden.color) == (None, None)


def test_the_colour_noted_of_a_car_is_the_one_most_of_it_has() -> None:
    for seed in range(6):
        drawn = scene("car", "desert", seed)
        body = np.median(np.asarray(drawn.image, float)[drawn.mask], 0)
        near = sorted(vehicles._PAINTS, key=lambda paint: float(np.abs(body - 255 * paint[1]).sum()))
        assert drawn.color in {name for name, _ in near[:2]}


@pytest.mark.parametrize("size", [64, 200, 320])
def test_size_is_height_and_width_and_keeps_the_object_in_place(size: int) -> None:
    drawn, usual = scene("wolf", "snow", 1, size), scene("wolf", "snow", 1)
    assert drawn.image.size == (size, size) and drawn.mask.shape == (size, size)
    centre, usual_centre = (np.argwhere(s.mask).mean(axis=0) / len(s.mask) for s in (drawn, usual))
    assert np.abs(centre - usual_centre).max() < 0.02


@pytest.mark.parametrize("label", CLASSES)
def test_the_same_seed_gives_the_same_bytes(label: str) -> None:
    first, again, other = (scene(label, "meadow", seed) for seed in (7, 7, 8))
    assert fingerprint(first) == fingerprint(again) != fingerprint(other)


def test_a_fresh_process_gives_the_same_bytes() -> None:
    scene("owl", "forest", 99)  # something drawn before must not matter
    fresh = subprocess.run([sys.executable, "-c", FINGERPRINT], capture_output=True, text=True, check=True)
    assert fresh.stdout.strip() == fingerprint(scene("wolf", "street", 5))


def test_global_random_state_is_neither_used_nor_touched() -> None:
    np.random.seed(0)
    before = fingerprint(scene("zebra", "snow", 3))
    np.random.seed(1)
    expected = np.random.RandomState(1).random_sample()
    assert fingerprint(scene("zebra", "snow", 3)) == before
    assert np.random.random_sample() == expected


@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize("label", CLASSES)
def test_the_mask_is_a_visible_object_and_leaves_a_visible_background(label: str, background: str) -> None:
    share = scene(label, background, seed=11 + CLASSES.index(label)).mask.mean()
    assert 0.02 < share < 0.60


@pytest.mark.parametrize("label", CLASSES)
def test_the_mask_is_exact(label: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without shadow, perch and grass, only pixels at the object's edge may change outside the mask when it goes."""
    monkeypatch.setattr(compose, "_shadow", lambda *_: None)
    monkeypatch.setattr(compose.backgrounds, "foreground", lambda *_: None)
    monkeypatch.setattr(compose.winged, "_perch", lambda *_: None)
    with_object, mask, _ = compose.render(label, "desert", 21, 128)
    monkeypatch.setattr(compose, "_put", lambda *_: None)
    without, empty, _ = compose.render(label, "desert", 21, 128)
    changed = (with_object != without).any(axis=2)
    near = np.zeros_like(mask)
    for down in range(-2, 3):
        for right in range(-2, 3):
            near |= np.roll(mask, (down, right), (0, 1))
    assert not empty.any()
    assert changed[mask].mean() > 0.97
    assert not changed[~near].any()


def test_scenes_of_one_seed_share_their_backdrop() -> None:
    husky, wolf = scene("husky", "snow", 6), scene("wolf", "snow", 6)
    assert np.array_equal(np.asarray(husky.image)[:8, :8], np.asarray(wolf.image)[:8, :8])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"label": "dragon"}, "no class 'dragon'.*husky, wolf"),
        ({"label": "wolf", "background": "moon"}, "no background 'moon'.*snow, meadow"),
        ({"label": "wolf", "seed": -1}, "seed must be 0 or more, not -1"),
        ({"label": "wolf", "size": 1000}, "between 16 and 320 pixels, not 1000"),
    ],
)
def test_errors_say_what_is_accepted(arguments: dict[str, object], expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        scene(**arguments)  # type: ignore[arg-type]
