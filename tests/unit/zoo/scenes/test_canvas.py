"""The canvas: roles, tiny and clipped parts, mirroring; curves and textures."""

import numpy as np
import pytest

from deepvis_widgets.zoo.scenes import curves, textures
from deepvis_widgets.zoo.scenes.canvas import SIDE, Canvas, Pose, Role, Style
from deepvis_widgets.zoo.scenes.colors import rgb

RED = rgb(1, 0, 0)
FURRY = Style(fuzz=3.0, soft=1.0, texture="fur")


def canvas() -> Canvas:
    return Canvas(np.random.default_rng(0))


def test_roles_add_to_remove_from_or_leave_the_mask() -> None:
    painted = canvas()
    painted.fill(curves.rectangle(100, 200, 200, 100), RED)
    whole = painted.mask.sum()
    painted.fill(curves.rectangle(100, 200, 150, 100), RED, role=Role.STAIN)
    assert painted.mask.sum() == whole > 9000
    painted.fill(curves.rectangle(100, 200, 150, 100), RED, role=Role.COVER)
    assert painted.mask.sum() == pytest.approx(whole / 2, rel=0.05)


@pytest.mark.parametrize("side", [0.1, 1, 2, 5, 9])
@pytest.mark.parametrize("x", [-50, -5, -0.5, 3, SIDE - 4, SIDE - 0.5, SIDE + 50])
def test_tiny_and_clipped_parts_are_painted_or_skipped_but_never_fail(x: float, side: float) -> None:
    for y in (x, SIDE / 2):
        painted = canvas()
        painted.fill(curves.rectangle(x, y + side, x + side, y), RED, FURRY)
        assert np.isfinite(painted.rgb).all() and painted.mask.max() <= 1


def test_a_part_far_larger_than_the_canvas_covers_it() -> None:
    painted = canvas()
    painted.fill(curves.ellipse((160, 160), (4000, 4000)), RED, FURRY)
    assert painted.mask.min() > 0.99


def test_mirroring_a_pose_mirrors_what_hangs_from_it() -> None:
    straight, mirrored = Pose(160, 160, 100), Pose(160, 160, 100, mirrored=True)
    points = [(0.1, 0.2), (0.5, -0.3)]
    for_straight = straight.inside(0.3, 0.4, angle=0.5).place(points)
    for_mirrored = mirrored.inside(0.3, 0.4, angle=0.5).place(points)
    assert np.allclose(for_straight * (-1, 1) + (320, 0), for_mirrored)


def test_a_pose_is_put_back_after_an_error() -> None:
    painted = canvas()
    before = painted.pose
    with pytest.raises(RuntimeError), painted.at(Pose(1, 2, 3)):
        raise RuntimeError
    assert painted.pose is before


def test_smooth_curves_pass_through_their_points() -> None:
    points = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], dtype=float)
    for curve in (curves.closed(points), curves.open_curve(points)):
        assert all(np.abs(curve - point).sum(axis=1).min() < 1e-9 for point in points)


def test_a_limb_is_as_wide_as_its_radii() -> None:
    outline = curves.limb([(0, 0), (1, 0), (2, 0)], [0.1, 0.2, 0.1])
    assert np.abs(outline[:, 1]).max() == pytest.approx(0.2, abs=0.01)
    assert outline[:, 0].min() == pytest.approx(-0.1, abs=0.02)


@pytest.mark.parametrize("name", ["grain", "fine", "medium", "coarse"])
def test_textures_are_normalised_tileable_and_read_only(name: str) -> None:
    texture = textures.isotropic(name)
    assert texture.shape == (2 * textures.SIDE,) * 2
    assert abs(texture.mean()) < 1e-2 and texture.std() == pytest.approx(1, abs=1e-2)
    assert np.array_equal(texture[0], texture[textures.SIDE])
    with pytest.raises(ValueError):
        texture[0, 0] = 1


def test_fur_lies_along_its_angle() -> None:
    upright = textures.fur(0)
    assert np.abs(np.diff(upright, axis=0)).mean() < 0.5 * np.abs(np.diff(upright, axis=1)).mean()
    assert textures.fur(0) is textures.fur(180) is textures.fur(-3)
