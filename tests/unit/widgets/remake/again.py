"""Every public widget with something done to it, and what is compared of two of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

import deepvis_widgets as dv
from deepvis_widgets.widgets.remake.pictures import is_drawn
from deepvis_widgets.widgets.remake.recipe import Call, Covered, Explanation, Named, Pictured, Recipe, Variant
from deepvis_widgets.zoo.scenes import Scene
from tests.tools.widgets import CASES

# what is done is what a person does; what trains or draws for long is left to tests of its own
LEFT = {"score-table": 0, "snow-lab": 0, "occlusion-lab": 0, "maximization-lab": 0, "maximization-plate": 0}
WIDGETS = {case.name: (case.code, case.acts[: LEFT.get(case.name)]) for case in CASES if case.name != "score-table"}
QUICK = {"compare": 'dv.Compare(["husky-wolf", "husky-wolf-biased"], methods=["cam", "gradient"])'}


def made(name: str) -> Any:
    """The widget of that name as it stands after everything was done to it."""
    code, acts = WIDGETS[name]
    widget = eval(QUICK.get(name, code), {"dv": dv})
    for _, act in acts:
        exec(act.replace('"occlusion"', '"gradient"') if name in QUICK else act, {"dv": dv, "w": widget})
    return widget


def plain(value: Any) -> Any:
    """What is compared of a recipe: pictures by their pixels, networks by name and what was changed of them."""
    if isinstance(value, Pictured):
        return plain(value.picture)
    if isinstance(value, Recipe):
        return [value.widget, plain(value.arguments), plain(list(value.traits)), plain(list(value.explanations))]
    if isinstance(value, Explanation):
        return [value.variable, plain(value.call)]
    if isinstance(value, Call):
        return [value.function, plain(value.of), plain(list(value.arguments)), plain(value.keywords)]
    if isinstance(value, Variant):
        return [plain(value.network), plain(value.inputs), plain(value.off), value.place]
    if isinstance(value, Covered):
        return [plain(value.picture), value.box, value.fill]
    if isinstance(value, Named):
        return value.name
    if isinstance(value, dv.Network):
        return [value.name, value.labels, plain(value.off.units), value.layers.names, plain(dict(value.inputs.values))]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray | torch.Tensor):
        return value.tolist()
    if isinstance(value, Scene) and is_drawn(value):
        return ["scene", value.label, value.background, value.seed, value.image.size]
    image = getattr(value, "image", value)  # of a scene that was drawn on
    return ["picture", np.asarray(image.convert("RGB")).tolist()] if hasattr(image, "convert") else value


def state(widget: Any) -> Any:
    """Everything that decides what a widget shows."""
    traits = {name: plain(getattr(widget, name)) for name in widget.SETTINGS}
    arguments = {name: plain(widget.argument(name)) for name in widget.ARGUMENTS}
    return [traits, arguments, plain(widget.recipe())]
