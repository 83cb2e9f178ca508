"""The controls of the convolution board."""

from __future__ import annotations

import ipywidgets

from ...core.errors import DeepvisError
from ..board.lesson_controls import numbers_field, row, size_slider, toggles, wide
from .arithmetic import Convolution

# name: (label, lowest, highest in 1-D, highest in 2-D)
RANGES: dict[str, tuple[str, int, int, int]] = {
    "input_size": ("Input", 1, 12, 7),
    "kernel_size": ("Kernel", 1, 7, 5),
    "stride": ("Stride", 1, 4, 4),
    "padding": ("Padding", 0, 6, 4),
    "dilation": ("Dilation", 1, 3, 3),
}
DIMENSIONS = {"1-D": 1, "2-D": 2}
WAYS = {"y = W x": False, "transposed: Wᵀ y": True}
PRESETS: dict[str, dict[str, int]] = {
    "6 inputs, 3 weights": {"dims": 1, "input_size": 6, "kernel_size": 3},
    "3×3 over 5×5, padding 1, stride 2": {"dims": 2, "input_size": 5, "kernel_size": 3, "stride": 2, "padding": 1},
    "3×3 over 6×6, padding 1, stride 2 (a = 1)": {
        "dims": 2,
        "input_size": 6,
        "kernel_size": 3,
        "stride": 2,
        "padding": 1,
    },
    "a tall W: full padding": {"dims": 1, "input_size": 5, "kernel_size": 3, "padding": 2},
    "dilation 2": {"dims": 1, "input_size": 9, "kernel_size": 3, "dilation": 2},
}
FIRST = {"dims": 1, "stride": 1, "padding": 0, "dilation": 1}


def within(values: dict[str, int]) -> Convolution:
    """The convolution of these values; DeepvisError where they do not fit together or the board cannot show them."""
    dims = values["dims"]
    if dims not in (1, 2):
        raise DeepvisError(f"dims is {dims}; a convolution here has 1 or 2 dimensions.")
    for name, (label, low, *high) in RANGES.items():
        if not low <= values[name] <= high[dims - 1]:
            raise DeepvisError(
                f"{label} is {values[name]}; in {dims}-D this board shows values from {low} to {high[dims - 1]}."
            )
    sizes = {name: values[name] for name in ("stride", "padding", "dilation")}
    return Convolution.over(dims, values["input_size"], values["kernel_size"], **sizes)


class ConvolutionControls(ipywidgets.VBox):
    """Choices and sliders by name in `each`; `input` and `kernel` are the numbers as text."""

    def __init__(self) -> None:
        self.preset = ipywidgets.Dropdown(
            options=["", *PRESETS], value="", description="Example", tooltip="Load an example", **wide(340)
        )
        self.dims = toggles(DIMENSIONS, ["One dimension", "Two dimensions"])
        self.way = toggles(WAYS, ["The convolution", "The transposed convolution"])
        self.sizes = {name: size_slider(label, low, high) for name, (label, low, high, _) in RANGES.items()}
        self.input, self.kernel = numbers_field("Input x"), numbers_field("Kernel w")
        rows = [[self.preset, self.dims, self.way], list(self.sizes.values()), [self.input, self.kernel]]
        super().__init__([row(children) for children in rows])

    def limit(self, dims: int) -> None:
        """Let the sliders end where the board does."""
        for name, (_, _, *high) in RANGES.items():
            slider = self.sizes[name]
            slider.value = min(slider.value, high[dims - 1])
            slider.max = high[dims - 1]
