"""The backgrounds: each paints the whole canvas and says where the ground is. Only snow has snow."""

from collections.abc import Callable

import numpy as np

from . import curves, patterns, textures
from .canvas import FLAT, SIDE, Array, Canvas, Patch, Pose, Role, Style
from .colors import mix, pick, rgb, smoothstep, tinted, vary
from .scenery import FOLIAGE, Ground, bush, conifers, distance, drift, grass, in_perspective, ridge, sky, trunk


def _horizon(canvas: Canvas, low: float = 0.34, high: float = 0.52) -> int:
    return int(SIDE * canvas.rng.uniform(low, high))


def _ground_noise(canvas: Canvas, horizon: int) -> tuple[Array, Array]:
    """Coarse and fine noise lying on the ground, both (SIDE - horizon, SIDE)."""
    coarse = in_perspective(textures.isotropic("coarse"), canvas.rng, horizon, 0.6)
    fine = in_perspective(textures.isotropic("fine"), canvas.rng, horizon)
    return coarse, fine


def snow(canvas: Canvas) -> Ground:
    """A white field with blue hollows, flakes in the air behind the object."""
    horizon = _horizon(canvas)
    sky(canvas, horizon)
    distance(canvas, horizon, rgb(0.62, 0.68, 0.78))
    color = vary(canvas.rng, rgb(0.90, 0.93, 0.98), 0.015)
    coarse, fine = _ground_noise(canvas, horizon)
    field = tinted(color, 1 + 0.045 * coarse + 0.025 * fine)
    field = mix(field, rgb(0.62, 0.72, 0.90), 0.18 * smoothstep(0.5, 1.6, coarse))
    sparkle = textures.patch(textures.isotropic("grain"), canvas.rng, SIDE - horizon, SIDE) > 2.6
    canvas.rgb[horizon:] = np.clip(field + 0.12 * sparkle[..., None], 0, 1)
    conifers(canvas, horizon, snowy=canvas.rng.random() < 0.6)
    if canvas.rng.random() < 0.4:
        _flakes(canvas)
    return Ground(horizon, color, rgb(0.45, 0.55, 0.78))


def _flakes(canvas: Canvas) -> None:
    """Falling snow; it stays behind the object, or a network would find snow on the animal itself."""
    for _ in range(int(canvas.rng.integers(30, 110))):
        row, column = canvas.rng.integers(0, SIDE - 4, 2)
        size = int(canvas.rng.integers(1, 4))
        flake = canvas.rgb[row : row + size, column : column + size]
        flake += (1 - flake) * 0.75


def meadow(canvas: Canvas) -> Ground:
    """Grass with flowers and a few round trees."""
    rng, horizon = canvas.rng, _horizon(canvas)
    sky(canvas, horizon)
    distance(canvas, horizon, rgb(0.48, 0.58, 0.56))
    color = vary(rng, rgb(0.33, 0.53, 0.18), 0.05)
    coarse, _ = _ground_noise(canvas, horizon)
    strands = in_perspective(textures.fur(0), rng, horizon, 1.2)
    field = tinted(color, 1 + 0.10 * coarse + 0.15 * strands)
    dry = field * rgb(1.22, 1.10, 0.72)
    canvas.rgb[horizon:] = np.clip(mix(field, dry, np.clip(0.5 + 0.4 * coarse, 0, 1) * 0.5), 0, 1)
    _flowers(canvas, horizon)
    for _ in range(int(rng.integers(0, 3))):
        x, foot, size = rng.uniform(0, SIDE), horizon + SIDE * rng.uniform(0, 0.05), SIDE * rng.uniform(0.12, 0.28)
        trunk(canvas, x, foot, 0.5 * size, 0.1 * size)
        bush(canvas, x, foot - 0.65 * size, size)
    conifers(canvas, horizon)
    return Ground(horizon, color, rgb(0.08, 0.16, 0.05))


def _flowers(canvas: Canvas, horizon: int) -> None:
    rng = canvas.rng
    color = pick(rng, [rgb(0.95, 0.93, 0.88), rgb(0.9, 0.75, 0.3), rgb(0.8, 0.4, 0.45), rgb(0.65, 0.5, 0.8)])
    for _ in range(int(rng.integers(0, 70))):
        row, column = int(rng.uniform(horizon + 3, SIDE - 1)), int(rng.integers(0, SIDE - 4))
        size = 1 + int(3 * (row - horizon) / (SIDE - horizon))
        canvas.rgb[row : row + size, column : column + size] = color * rng.uniform(0.8, 1)


def forest(canvas: Canvas) -> Ground:
    """Trunks in green haze over leaf litter, a canopy above."""
    rng, horizon = canvas.rng, _horizon(canvas, 0.44, 0.58)
    haze = vary(rng, rgb(0.55, 0.65, 0.50), 0.06)
    depth = textures.patch(textures.isotropic("medium"), rng, horizon, SIDE)
    clearing = textures.patch(textures.isotropic("coarse"), rng, horizon, SIDE)
    canvas.rgb[:horizon] = tinted(haze, 0.85 + 0.13 * depth + 0.15 * clearing)
    if rng.random() < 0.65:
        ridge(canvas, horizon, pick(rng, FOLIAGE, 0.03), SIDE * 0.03, 5.0)
    coarse, _ = _ground_noise(canvas, horizon)
    litter = in_perspective(textures.isotropic("medium"), rng, horizon, 1.5)
    color = vary(rng, rgb(0.30, 0.24, 0.13), 0.04)
    moss = tinted(rgb(0.20, 0.33, 0.10), 1 + 0.2 * litter)
    canvas.rgb[horizon:] = mix(tinted(color, 1 + 0.18 * litter), moss, smoothstep(-0.4, 0.8, coarse))
    _trunks(canvas, horizon, haze)
    conifers(canvas, horizon)
    _canopy(canvas)
    return Ground(horizon, color, rgb(0.07, 0.07, 0.03))


def _trunks(canvas: Canvas, horizon: int, haze: Array) -> None:
    """From far to near; a veil of haze after each far one leaves the near ones darker."""
    birch = canvas.rng.random() < 0.25
    for nearness in np.sort(canvas.rng.uniform(0, 1, int(canvas.rng.integers(4, 10)))):
        x, foot = SIDE * canvas.rng.uniform(-0.05, 1.05), horizon + SIDE * 0.14 * nearness
        trunk(canvas, x, foot, foot + 5, SIDE * (0.015 + 0.07 * nearness), birch)
        canvas.rgb[:horizon] = mix(canvas.rgb[:horizon], haze, 0.08 * (1 - nearness))


def _canopy(canvas: Canvas) -> None:
    height = int(SIDE * canvas.rng.uniform(0.05, 0.2))
    falling = np.linspace(2, 0, height)[:, None] - 1
    noise = textures.patch(textures.isotropic("medium"), canvas.rng, height, SIDE)
    shade = textures.patch(textures.isotropic("fine"), canvas.rng, height, SIDE)
    leaves = tinted(rgb(0.15, 0.29, 0.10), 1 + 0.3 * shade)
    canvas.rgb[:height] = mix(canvas.rgb[:height], leaves, smoothstep(0.0, 0.6, 0.7 * noise + falling))


def desert(canvas: Canvas) -> Ground:
    """Rippled sand with rocks and cacti."""
    rng, horizon = canvas.rng, _horizon(canvas)
    sky(canvas, horizon, 0.4)
    color = vary(rng, rgb(0.84, 0.67, 0.42), 0.05)
    distance(canvas, horizon, color * rgb(0.8, 0.72, 0.68))
    coarse, fine = _ground_noise(canvas, horizon)
    below = np.arange(SIDE - horizon) + 1.5
    depth = SIDE / (below + 0.03 * SIDE)
    phase = (depth * rng.uniform(30, 54))[:, None] + 2.2 * coarse + 0.03 * np.arange(SIDE)
    ripples = np.sin(phase) * np.clip(6 * below / SIDE, 0.1, 1)[:, None]
    canvas.rgb[horizon:] = tinted(color, (1 + 0.07 * ripples + 0.06 * coarse + 0.03 * fine).astype(np.float32))
    for _ in range(int(rng.integers(0, 4))):
        x, foot, size = rng.uniform(0, SIDE), horizon + SIDE * rng.uniform(0, 0.1), SIDE * rng.uniform(0.1, 0.28)
        if rng.random() < 0.6:
            _cactus(canvas, x, foot, size)
        else:
            _rock(canvas, x, foot, size, color * np.float32(0.7))
    conifers(canvas, horizon, most=2)
    return Ground(horizon, color, rgb(0.42, 0.28, 0.18))


def _cactus(canvas: Canvas, x: float, foot: float, size: float) -> None:
    green = vary(canvas.rng, rgb(0.25, 0.42, 0.2), 0.03)
    side = 1 if canvas.rng.random() < 0.5 else -1
    style = Style(texture="fur", strength=0.2, roundness=0.8)
    with canvas.at(Pose(x, foot, size)):
        canvas.limb([(0, 0), (0, 0.5), (0, 1)], [0.1, 0.11, 0.09], green, style, Role.COVER)
        canvas.limb([(0, 0.35), (0.25 * side, 0.4), (0.28 * side, 0.75)], [0.06, 0.07, 0.06], green, style, Role.COVER)


def _rock(canvas: Canvas, x: float, foot: float, size: float, color: Array) -> None:
    outline = curves.ellipse((x, foot - 0.1 * size), (0.35 * size, 0.18 * size), count=9)
    outline += canvas.rng.normal(0, 0.03 * size, outline.shape)
    canvas.fill(outline, color, Style(texture="medium", strength=0.15), Role.COVER)


def street(canvas: Canvas) -> Ground:
    """Asphalt before a brick wall or a skyline."""
    rng, horizon = canvas.rng, _horizon(canvas)
    if rng.random() < 0.5:
        _brick_wall(canvas, horizon)
    else:
        sky(canvas, horizon)
        _skyline(canvas, horizon)
    if rng.random() < 0.5:
        ridge(canvas, horizon, pick(rng, FOLIAGE, 0.03), SIDE * rng.uniform(0.02, 0.035), 5.0)
    coarse, fine = _ground_noise(canvas, horizon)
    color = vary(rng, rgb(0.42, 0.42, 0.44), 0.05)
    grain = textures.patch(textures.isotropic("grain"), rng, SIDE - horizon, SIDE)
    canvas.rgb[horizon:] = tinted(color, 1 + 0.07 * coarse + 0.05 * grain + 0.05 * fine)
    conifers(canvas, horizon, most=2)
    if rng.random() < 0.7:
        kerb = curves.rectangle(-9, horizon, SIDE + 9, horizon + SIDE * rng.uniform(0.03, 0.06))
        canvas.fill(kerb, rgb(0.64, 0.63, 0.61), FLAT.but(texture="grain", strength=0.04), Role.COVER)
    if rng.random() < 0.5:
        _lane(canvas, horizon)
    return Ground(horizon, color, rgb(0.12, 0.12, 0.14))


def _brick_wall(canvas: Canvas, horizon: int) -> None:
    color = pick(canvas.rng, [rgb(0.56, 0.32, 0.25), rgb(0.64, 0.60, 0.55), rgb(0.67, 0.54, 0.39)], 0.05)
    width = SIDE * canvas.rng.uniform(0.05, 0.09)
    wall = patterns.bricks(color, color * np.float32(1.2), width, 0.42 * width, 0.006 * SIDE)
    canvas.fill(curves.rectangle(-9, -9, SIDE + 9, horizon), wall, FLAT, Role.COVER)


def _skyline(canvas: Canvas, horizon: int) -> None:
    left = 0
    while left < SIDE:
        width, height = (int(SIDE * canvas.rng.uniform(0.1, high)) for high in (0.25, 0.4))
        _tower(canvas, left, horizon, width, min(height, horizon))
        left += width


def _tower(canvas: Canvas, left: int, horizon: int, width: int, height: int) -> None:
    """A block of flats with a grid of windows, a third of them lit."""
    wall = vary(canvas.rng, rgb(0.55, 0.53, 0.52), 0.08)
    window = vary(canvas.rng, rgb(0.34, 0.39, 0.46), 0.05)
    pitch = int(SIDE * canvas.rng.uniform(0.03, 0.045))

    def paint(patch: Patch) -> Array:
        row, column = patch.rows // pitch, patch.columns // pitch
        lit = textures.cells(row, column) > 0.6
        pane = np.where(lit[..., None], rgb(0.80, 0.72, 0.50), window)
        hole = (patch.rows % pitch > 0.4 * pitch) & (patch.columns % pitch > 0.45 * pitch)
        return np.where(hole[..., None], pane, wall).astype(np.float32)

    canvas.fill(curves.rectangle(left, horizon - height, left + width, horizon), paint, FLAT, Role.COVER)


def _lane(canvas: Canvas, horizon: int) -> None:
    """Dashes that widen towards the viewer."""
    slope = canvas.rng.uniform(-0.5, 0.5)
    for i in range(6):
        near, far = SIDE * (0.17 + 0.16 * i + 0.02 * i), SIDE * (0.1 + 0.16 * i)
        x_far, x_near, half = SIDE / 2 + slope * far, SIDE / 2 + slope * near, 3 + i
        dash = [(x_far - half, far), (x_far + half, far), (x_near + half + 1, near), (x_near - half - 1, near)]
        outline = np.array(dash) + (0, horizon)
        canvas.fill(outline, rgb(0.80, 0.79, 0.74), FLAT.but(texture="fine", strength=0.06), Role.COVER)


PAINTERS: dict[str, Callable[[Canvas], Ground]] = {
    "snow": snow,
    "meadow": meadow,
    "forest": forest,
    "desert": desert,
    "street": street,
}


def foreground(canvas: Canvas, background: str, ground: Ground, y: float) -> None:
    """What lies before the feet of an object standing on row `y`."""
    rng, color = canvas.rng, ground.color
    if background == "meadow":
        shades = [color, color * rgb(1.3, 1.2, 0.8), color * np.float32(0.7)]
        grass(canvas, y + 0.01 * SIDE, int(rng.integers(40, 140)), 0.06 * SIDE, shades)
    elif background == "forest":
        shades = [rgb(0.25, 0.38, 0.12), rgb(0.35, 0.3, 0.15), rgb(0.2, 0.3, 0.1)]
        grass(canvas, y + 0.01 * SIDE, int(rng.integers(10, 60)), 0.06 * SIDE, shades)
    elif background == "snow":
        drift(canvas, ground, y, 0.85)
    elif background == "desert":
        drift(canvas, ground, y, 0.6)
