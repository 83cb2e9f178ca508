"""Ascent on the Fourier spectrum of the picture, robust to small transforms (Olah et al. 2017; Lucid)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from ...core.network.network import Network
from ...core.seeded import seeded
from .adam import Adam
from .frame import Frame
from .params import SynthesisParams
from .recipe import Climb, Recipe, as_views
from .transform import draw, transformed

STEPS = 512
RATE = 0.05
START = 0.01  # standard deviation of the first spectrum
CONTRAST = 4.0  # the spectrum is worth a quarter of itself, as in Lucid
# Square root of the colour covariance of ImageNet, from decorrelated channels to RGB (Olah et al. 2017)
COLOURS = ((0.26, 0.09, 0.02), (0.27, 0.00, -0.05), (0.27, -0.09, 0.03))


class Fourier(Recipe):
    """Pictures as sigmoid(colours · inverse FFT of spectrum / frequency), so that Adam moves all frequencies and
    decorrelated colours alike; each step sees them moved, scaled and turned.

    The objective's gradient is divided by its own largest size of late, so that the weights of total variation and of
    the pull to grey mean the same for every unit.
    """

    def __init__(self, network: Network, frame: Frame, generators: Sequence[torch.Generator]) -> None:
        super().__init__(network, frame, generators)
        self.size = frame.box[2:]
        self.scale = falloff(self.size).to(self.dtype).to(self.device)
        self.colour_matrix = colour_matrix(self.colours).to(self.dtype).to(self.device)
        shape = (2, self.colours, *self.scale.shape)
        self.spectrum = START * self.drawn(lambda g: torch.randn(shape, generator=g, dtype=torch.float64))
        self.adam = Adam(self.spectrum)
        self.slope = self.spectrum.new_zeros(len(generators), 1, 1, 1)  # the objective's, of late

    @staticmethod
    def steps(params: SynthesisParams) -> int:
        return STEPS

    def boxes(self) -> Tensor:
        with torch.no_grad():
            return self._paint(self.spectrum)

    def continue_from(self, boxes: Tensor) -> None:
        pixels = CONTRAST * torch.logit(boxes, 0.01)
        plain = torch.einsum("dc,nchw->ndhw", torch.linalg.inv(self.colour_matrix), pixels)
        spectrum = torch.fft.rfft2(plain, norm="ortho") / self.scale
        self.spectrum = torch.stack([spectrum.real, spectrum.imag], 1)

    def step(self, climb: Climb, params: SynthesisParams, index: int, last: bool) -> Tensor:
        if last:
            return climb(self.in_crop(self.boxes()))[0]
        drawn = self.drawn(draw)
        with torch.enable_grad():
            spectrum = self.spectrum.detach().requires_grad_()
            boxes = self._paint(spectrum)
            views = as_views(transformed(boxes, self.mean, self.frame, drawn, params.transforms))
        values, gradient = climb(views)
        (gradient,) = torch.autograd.grad(seeded(views, gradient.to(self.dtype)), boxes, retain_graph=True)
        uphill = self._levelled(gradient, index) - regularizer_gradient(boxes.detach(), params)
        (gradient,) = torch.autograd.grad(seeded(boxes, uphill), spectrum)
        self.spectrum = self.adam.ascend(self.spectrum, gradient, RATE * params.rate)
        return values

    def _paint(self, spectrum: Tensor) -> Tensor:
        waves = torch.complex(spectrum[:, 0], spectrum[:, 1]) * self.scale
        plain = torch.fft.irfft2(waves, s=self.size, norm="ortho") / CONTRAST
        pixels: Tensor = torch.einsum("cd,ndhw->nchw", self.colour_matrix, plain)
        return pixels.sigmoid()

    def _levelled(self, gradient: Tensor, index: int) -> Tensor:
        """Returns the gradient over its largest root mean square of late: of the size of 1 in a pixel, or less."""
        length = gradient.square().mean((1, 2, 3), keepdim=True).sqrt()
        self.slope = length if index == 0 else torch.maximum(0.9 * self.slope, length)
        return gradient / self.slope.clamp(min=torch.finfo(self.dtype).tiny)


def falloff(size: tuple[int, int]) -> Tensor:
    """Returns what each coefficient (h, w // 2 + 1) of the spectrum is worth: 1 / its frequency, in natural pictures'
    manner; the constant one as much as the lowest.
    """
    height, width = size
    rows = torch.fft.fftfreq(height, dtype=torch.float64)[:, None]
    cols = torch.fft.rfftfreq(width, dtype=torch.float64)[None]
    frequency: Tensor = (rows**2 + cols**2).sqrt()
    return frequency.clamp(min=1 / max(height, width)).reciprocal()


def colour_matrix(colours: int) -> Tensor:
    """From decorrelated channels to RGB (3, 3), its longest column of length 1; bands of any other number
    are left as they are."""
    if colours != 3:
        return torch.eye(colours, dtype=torch.float64)
    matrix = torch.tensor(COLOURS, dtype=torch.float64)
    longest: Tensor = matrix.norm(dim=0).max()
    return matrix / longest


def regularizer_gradient(boxes: Tensor, params: SynthesisParams) -> Tensor:
    """Returns the gradient of the regularizers of boxes (n, C, h, w): tv · total variation, and pull · squared distance
    from grey.
    """
    down, right = F.pad(boxes.diff(dim=2), (0, 0, 0, 1)), F.pad(boxes.diff(dim=3), (0, 1))
    steepness = torch.addcmul(down.square(), right, right).add_(1e-6).rsqrt_().mul_(params.tv)
    down, right = down.mul_(steepness), right.mul_(steepness)
    gradient = (boxes - 0.5).mul_(2 * params.pull).sub_(down).sub_(right)
    gradient[:, :, 1:] += down[:, :, :-1]
    gradient[..., 1:] += right[..., :-1]
    return gradient
