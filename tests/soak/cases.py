"""The widgets that are used, on three networks that are the user's own modules."""

from __future__ import annotations

from tests.tools.widgets import CASES, SNOWY

NETWORKS = ("husky-wolf", "mobilenet_v2", "mine")
# made once in a kernel; what is there of the modules then must be there in the evening
START = """
import gc, os, sys, threading
sys.path.insert(0, {checkout!r})
import ipywidgets
import torch
torch.set_num_threads(1)
import deepvis_widgets as dv
from IPython.display import display
from tests.small_nets import Plain, seeded
from tests.untouched import Untouched
if "networks" not in globals():
    networks = {{
        "husky-wolf": dv.load("husky-wolf"),
        "mobilenet_v2": dv.load("mobilenet_v2", weights="random", preprocess=dv.Preprocess((96, 96), None)),
        "mine": dv.Network(seeded(Plain(), 0), dv.Preprocess((48, 48), None), name="mine"),
    }}
    for network in networks.values():
        network.layers
    watched = [Untouched(network.module) for network in networks.values()]
    w = None
"""
# what a network of any kind is opened in; {net} is the name of one
ON_ANY = {
    "explorer": f"dv.Explorer(networks[{{net!r}}], {SNOWY})",
    "compare": f'dv.Compare(networks[{{net!r}}], {SNOWY}, methods=["saliency", "grad_cam", "lrp"])',
    "occlusion-lab": f"dv.OcclusionLab(networks[{{net!r}}], {SNOWY})",
    "maximization-lab": "dv.MaximizationLab(networks[{net!r}], seeds=1, steps=16)",
    "relevance-ledger": f"dv.RelevanceLedger(networks[{{net!r}}], {SNOWY})",
}
SLOW = ("score-table", "snow-lab")  # no widget; and one that trains networks of its own for half a minute


def cells() -> list[tuple[str, str]]:
    """(name, code that makes it) of everything that is opened, one after the other and then again."""
    own = [(case.name, case.code) for case in CASES if case.name not in (*ON_ANY, *SLOW)]
    any_network = [(f"{name} of {net}", code.format(net=net)) for name, code in ON_ANY.items() for net in NETWORKS]
    return [*any_network, *own]
