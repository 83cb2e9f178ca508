"""What a user's preprocessing gives for one picture: transforms, image processors, any callable of a PIL image."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ..errors import DeepvisError
from .picture import upright

Call = Callable[[Image.Image], Any]

PIXELS = "pixel_values"  # what image processors of transformers call the picture
CHANCE = (
    "preprocess gives other numbers each time it is called with the same picture (a random crop or flip?); "
    "give the one that pictures are tested with."
)
MOST_COLOURS = 4  # the last side of a picture whose channels come last


def callable_of(preprocess: Any) -> Call:
    """Returns what prepares pictures: of a processor of words and pictures, its part for pictures."""
    return getattr(preprocess, "image_processor", None) or preprocess  # type: ignore[no-any-return]


def called(call: Call, image: Image.Image) -> Tensor:
    """Returns what `call` gives for a PIL image: a tensor (C, H, W) of floats on the CPU.

    Taken are a tensor or an array (C, H, W), or a batch of one, also under the name "pixel_values"; whole numbers
    become floats of the same value. Raises DeepvisError where it fails or gives anything else.

    >>> called(lambda image: np.full((1, 3, 2, 4), 7, np.uint8), Image.new("RGB", (9, 9))).shape
    torch.Size([3, 2, 4])
    """
    try:
        given = call(image.copy())  # some work in place
    except Exception as error:
        reason = " ".join(str(error).split())
        raise DeepvisError(
            f"preprocess failed on a PIL image: {type(error).__name__}: {reason}; it must take one picture of PIL's."
        ) from error
    tensor = _tensor(given)
    if tensor is None or tensor.ndim != 3 or tensor.is_complex() or not tensor.numel():
        raise DeepvisError(f"preprocess returned {_said(given)}; accepted is a tensor (C, H, W) for one PIL image.")
    if tensor.shape[2] <= MOST_COLOURS < tensor.shape[0]:
        raise DeepvisError(f"preprocess returned {_said(given)}; channels come first: give (C, H, W).")
    if not tensor.is_floating_point():
        tensor = tensor.to(torch.float32 if tensor.element_size() < 4 else torch.float64)
    if not torch.isfinite(tensor).all():
        raise DeepvisError("preprocess gave NaN or infinity for a picture; the network must be fed finite numbers.")
    return tensor


def _tensor(given: Any) -> Tensor | None:
    """One picture as a tensor; None where it is none."""
    if isinstance(given, Mapping):
        given = given.get(PIXELS)
    while isinstance(given, list | tuple) and len(given) == 1:
        given = given[0]
    if isinstance(given, np.ndarray) and given.dtype.kind in "buif":
        whole = given.dtype.kind in "ui" and given.dtype.itemsize in (2, 4)  # torch can do little with these
        given = torch.from_numpy(np.array(given, np.float64 if whole else given.dtype.newbyteorder("=")))
    if not isinstance(given, Tensor):
        return None
    tensor = given.detach().cpu().as_subclass(Tensor).clone()  # some give the same memory each time
    return tensor[0] if tensor.ndim == 4 and len(tensor) == 1 else tensor


def _said(given: Any) -> str:
    if isinstance(given, Mapping) and PIXELS in given:
        given = given[PIXELS]
    shape = getattr(given, "shape", None)
    return f"a {type(given).__name__}" if shape is None else f"shape {tuple(shape)}"


@dataclass(frozen=True)
class Caller:
    """A callable that gives `shape` (C, H, W); `draws` says whether it draws random numbers.

    >>> half = Caller(lambda image: np.asarray(image, np.float32).transpose(2, 0, 1) / 2, (3, 1, 1))
    >>> half.fed(Image.new("RGB", (1, 1), (2, 4, 6))).flatten()
    tensor([1., 2., 3.])
    """

    call: Call
    shape: tuple[int, int, int]
    draws: bool = False

    def fed(self, image: Image.Image) -> Tensor:
        """Returns what it gives for a picture as it is; one that is not in colours, and that it cannot take so, is
        handed over in colours. Raises DeepvisError as `called` does, for another shape, and where it gives others each
        time.
        """
        try:
            fed = self._called(image)
        except DeepvisError:
            if image.mode == "RGB":
                raise
            fed = self._called(upright(image))
        if image.mode != "RGB" and len(fed) != self.shape[0]:
            fed = self._called(upright(image))
        if tuple(fed.shape) != self.shape:
            raise DeepvisError(
                f"preprocess gave {tuple(fed.shape)} for this picture and {self.shape} before; "
                "it must always give one size: resize to (height, width) in it."
            )
        return fed

    def _called(self, image: Image.Image) -> Tensor:
        if not self.draws:
            return called(self.call, image)
        with undrawn():
            fed = called(self.call, image)
            if not torch.equal(called(self.call, image), fed):
                raise DeepvisError(CHANCE)
        return fed


def draws(call: Call, image: Image.Image) -> bool:
    """Returns whether `call` draws random numbers of torch, NumPy or Python; they are drawn from as before, then."""
    with undrawn():
        before = _state()
        call(image.copy())
        return not all(np.array_equal(one, other) for one, other in zip(before, _state(), strict=True))


def _state() -> tuple[np.ndarray, ...]:
    numbers = np.random.get_state(legacy=False)["state"]
    return torch.get_rng_state().numpy(), numbers["key"], np.array(numbers["pos"]), np.array(random.getstate()[1])


@contextmanager
def undrawn() -> Iterator[None]:
    """Leaves the random numbers of torch, NumPy and Python as if none had been drawn inside.

    >>> with undrawn():
    ...     drawn = random.random()
    >>> drawn == random.random()
    True
    """
    states = torch.get_rng_state(), np.random.get_state(), random.getstate()
    try:
        yield
    finally:
        torch.set_rng_state(states[0])
        np.random.set_state(states[1])
        random.setstate(states[2])
