"""A small network, small pictures, and an atlas of them computed the slow and plain way."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from PIL import Image

import deepvis_widgets as dv
from deepvis_widgets.atlas.builder.scan import TURN
from tests.small_nets import Plain, seeded

LAYERS = ["features.0", "features.1", "features.2", "features.3", "features.4", "pool", "classifier"]
SIZE = 12


def small_network(seed: int = 0) -> dv.Network:
    return dv.Network(seeded(Plain(), seed), dv.Preprocess((SIZE, SIZE), None, (0.5,) * 3, (0.25,) * 3), name="small")


def draw_pictures(folder: Path, count: int) -> Path:
    """Random pictures, every fifth one twice and some without any contrast, so that there are ties; two are damaged."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(0)
    last = np.zeros((SIZE, SIZE, 3), np.uint8)
    for number in range(count):
        levels = random.integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)
        if number % 5 == 1:
            levels = last
        elif number % 11 == 3:
            levels[:] = levels[0, 0]
        last = levels
        Image.fromarray(levels).save(folder / f"{number:04}.png")
    if count > 20:
        (folder / "0007.png").write_bytes(b"no picture")
        whole = (folder / "0019.png").read_bytes()
        (folder / "0019.png").write_bytes(whole[: len(whole) // 2])
    return folder


def reference(net: dv.Network, folder: Path, layers: list[str], top: int, positions: int) -> dict[str, dict]:
    """Every statistic of every unit, with nothing but Python's own sorting and numpy's own sums."""
    seen, maxima, answers = defaultdict(list), defaultdict(list), []
    for number, path in enumerate(sorted(folder.iterdir())):
        try:
            view = net.view(path)
        except dv.DeepvisError:
            continue
        with torch.no_grad():
            recording = net.run(net.feed(view[None]), keep=layers)
        answers.append(recording.logits[0].double().softmax(0).numpy())
        for name in layers:
            maps = net.layers[name].layout.maps(recording.outputs[name])[0]
            for channel, each in enumerate(maps.numpy()):
                flat = each.ravel()
                where = int(flat.argmax())
                maxima[name, channel].append((-float(flat[where]), number, where))
                places = range(len(flat))
                if 0 < positions < len(flat):
                    offset = number * TURN % 65536
                    places = [(j * 65536 + offset) * len(flat) // (positions * 65536) for j in range(positions)]
                seen[name, channel].append(flat[list(places)].astype(np.float64))
    found: dict[str, dict] = {}
    classes = np.array(answers)
    for key, rows in maxima.items():
        values = np.concatenate(seen[key])
        strengths = np.array([-row[0] for row in rows])
        with np.errstate(invalid="ignore"):
            correlation = [np.corrcoef(strengths, column)[0, 1] if strengths.std() else 0 for column in classes.T]
        found[key] = {
            "top": sorted(rows)[:top],
            "values": values,
            "mean": values.mean(),
            "dead": (values <= 0).mean(),
            "maximum": max(strengths),
            "correlation": np.nan_to_num(correlation),
        }
    return found
