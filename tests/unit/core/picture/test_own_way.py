"""Any callable may prepare pictures: a network is fed what the callable gives, to the bit."""

from __future__ import annotations

import random
from collections import UserDict
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image, ImageEnhance, ImageFilter, ImageOps
from torch import Tensor, nn
from torchvision import models, transforms
from torchvision.transforms import functional as TF
from torchvision.transforms import v2

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.picture import to_bytes
from deepvis_widgets.core.picture.preprocess import OwnWay, understand

SIDE = 32
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
BGR = (103.939, 116.779, 123.68)
Call = Callable[[Image.Image], Any]

normalize = transforms.Normalize(MEAN, STD)
tensor = transforms.Compose([transforms.Resize((SIDE, SIDE)), transforms.ToTensor()])


def then(change: Callable[[Tensor], Any]) -> Call:
    """Resized and in [0, 1], then changed."""
    return lambda image: change(tensor(image))


def before(change: Callable[[Image.Image], Image.Image]) -> Call:
    """Changed while it is an image, then resized and normalised."""
    return lambda image: normalize(tensor(change(image)))


def letterbox(image: Image.Image, colour: tuple[int, int, int] = (114, 114, 114)) -> Image.Image:
    return ImageOps.pad(image, (SIDE, SIDE), color=colour)


def vignette(picture: Tensor) -> Tensor:
    rows, cols = torch.meshgrid(torch.linspace(-1, 1, SIDE), torch.linspace(-1, 1, SIDE), indexing="ij")
    return normalize(picture * (1 - 0.4 * (rows**2 + cols**2)))


def caffe(image: Image.Image) -> np.ndarray:
    """As Caffe's networks are fed: BGR, 0 to 255, without its mean; an array with strides below zero."""
    array = np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BICUBIC), np.float32)[..., ::-1] - np.float32(BGR)
    return array.transpose(2, 0, 1)


def tensors_first(image: Image.Image) -> Tensor:
    """Resized as a tensor, by a filter that overshoots."""
    picture = TF.pil_to_tensor(image).float().div(255)[None]
    resized = F.interpolate(picture, (SIDE, SIDE), mode="bicubic", antialias=True, align_corners=False)
    return normalize(resized[0])


def batch_feature(image: Image.Image, lists: bool) -> Any:
    """As an image processor of transformers returns it."""
    fed = normalize(tensor(image))
    return UserDict({"pixel_values": [fed.numpy()] if lists else fed[None]})


def standardised(picture: Tensor) -> Tensor:
    return (picture - picture.mean()) / (picture.std() + 1e-6)


def mixed(picture: Tensor) -> Tensor:
    """Luma and two differences of colours."""
    matrix = torch.tensor([[0.299, 0.587, 0.114], [-0.169, -0.331, 0.5], [0.5, -0.419, -0.081]])
    return torch.einsum("dc,chw->dhw", matrix, picture)


shared = torch.zeros(3, SIDE, SIDE)


CALLABLES: dict[str, Call] = {
    "torchvision v1": transforms.Compose(
        [transforms.Resize(40), transforms.CenterCrop(SIDE), transforms.ToTensor(), normalize]
    ),
    "torchvision v2": v2.Compose(
        [
            v2.ToImage(),
            v2.Resize((SIDE, SIDE), antialias=True),
            v2.ToDtype(torch.float32, scale=True),
            v2.Normalize(list(MEAN), list(STD)),
        ]
    ),
    "preset": models.ResNet18_Weights.DEFAULT.transforms(crop_size=SIDE, resize_size=40),
    "preset, bicubic": models.EfficientNet_B0_Weights.DEFAULT.transforms(crop_size=SIDE, resize_size=SIDE),
    "letterbox": lambda image: normalize(TF.to_tensor(letterbox(image))),
    "letterbox, white": lambda image: normalize(TF.to_tensor(letterbox(image, (255, 255, 255)))),
    "letterbox, zeros after": then(lambda picture: F.pad(normalize(picture[:, 4:-4]), (0, 0, 4, 4))),
    "vignette": then(vignette),
    "contrast": before(lambda image: ImageEnhance.Contrast(image).enhance(1.7)),
    "autocontrast": before(ImageOps.autocontrast),
    "equalize": before(ImageOps.equalize),
    "blur": before(lambda image: image.filter(ImageFilter.GaussianBlur(3))),
    "torchvision's blur": transforms.Compose([tensor, transforms.GaussianBlur(5, 1.5), normalize]),
    "flip": before(ImageOps.mirror),
    "flip of chance 1": transforms.Compose([transforms.RandomHorizontalFlip(1.0), tensor, normalize]),
    "upside down": then(lambda picture: normalize(picture.flip(1))),
    "solarize": before(partial(ImageOps.solarize, threshold=100)),
    "inverted": then(lambda picture: normalize(1 - picture)),
    "squared": then(lambda picture: picture**2),
    "BGR": then(lambda picture: normalize(picture)[[2, 1, 0]]),
    "Caffe": caffe,
    "grey in three": transforms.Compose([transforms.Grayscale(3), tensor, normalize]),
    "grey": transforms.Compose([transforms.Grayscale(), tensor, transforms.Normalize(0.4, 0.2)]),
    "sepia": then(lambda picture: normalize(mixed(picture))),
    "0 to 255": then(lambda picture: (picture * 255 - 120) / 60),
    "bytes": lambda image: TF.pil_to_tensor(image.resize((SIDE, SIDE))),
    "not normalised": tensor,
    "-1 to 1": then(lambda picture: 2 * picture - 1),
    "tensors first": tensors_first,
    "array": lambda image: normalize(tensor(image)).numpy(),
    "array of float64": lambda image: (np.asarray(image.resize((SIDE, SIDE))) / 255 - MEAN).transpose(2, 0, 1) / 0.22,
    "half": then(lambda picture: normalize(picture).half()),
    "batch of one": then(lambda picture: normalize(picture)[None]),
    "processor": partial(batch_feature, lists=False),
    "processor with lists": partial(batch_feature, lists=True),
    "standardised": then(standardised),
    "edges": before(lambda image: image.filter(ImageFilter.FIND_EDGES)),
    "four channels": then(lambda picture: torch.cat([normalize(picture), picture.mean(0, keepdim=True)])),
    "two channels": then(lambda picture: normalize(picture)[:2]),
    "the same memory": then(lambda picture: shared.copy_(normalize(picture))),
    "works in place": lambda image: (image.thumbnail((SIDE, SIDE)), normalize(tensor(image)))[1],
}


@cache
def network(name: str) -> Network:
    call = CALLABLES[name]
    return Network(nn.Sequential(nn.AdaptiveAvgPool2d(2), nn.Flatten()), call)


def photo(size: tuple[int, int]) -> Image.Image:
    noise = np.random.default_rng(size[0]).integers(0, 256, (size[1] // 3 + 1, size[0] // 3 + 1, 3), np.uint8)
    return Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC)


def expected(call: Call, image: Image.Image) -> Tensor:
    """What the callable gives, as a batch of a float32 network would hold it."""
    given = call(image.copy())
    given = given["pixel_values"] if isinstance(given, UserDict) else given
    given = given[0] if isinstance(given, list) or len(given) == 1 and given.ndim == 4 else given
    return torch.as_tensor(np.ascontiguousarray(given)).float()


@pytest.mark.parametrize("size", ((77, 55), (SIDE, SIDE), (40, 90)), ids=str)
@pytest.mark.parametrize("name", CALLABLES)
def test_a_network_is_fed_what_the_callable_gives(name: str, size: tuple[int, int]) -> None:
    net, image = network(name), photo(size)
    fed = net.feed(net.view(image)[None])[0]
    assert fed.dtype == torch.float32
    assert torch.equal(fed, expected(CALLABLES[name], image))
    assert torch.equal(net.preprocess(image).float(), fed)


SOURCES: dict[str, Callable[[Image.Image, Path], Any]] = {
    "image": lambda image, _: image,
    "path": lambda image, folder: saved(image, folder / "photo.png"),
    "bytes": lambda image, folder: saved(image, folder / "photo.png").read_bytes(),
    "array": lambda image, _: np.asarray(image),
    "tensor": lambda image, _: TF.to_tensor(image),
    "tensor of float64": lambda image, _: TF.to_tensor(image).double(),
}


def saved(image: Image.Image, path: Path) -> Path:
    image.save(path)
    return path


@pytest.mark.parametrize("size", ((77, 55), (SIDE, SIDE), (5000, 20)), ids=str)
@pytest.mark.parametrize("source", SOURCES)
def test_however_the_picture_is_given(source: str, size: tuple[int, int], tmp_path: Path) -> None:
    net, image = network("vignette"), photo(size)
    given = SOURCES[source](image, tmp_path)
    assert torch.equal(net.feed(net.view(given)[None])[0], expected(CALLABLES["vignette"], image))


def test_a_picture_goes_to_the_callable_as_it_is() -> None:
    """The colours below what is transparent are lost where a picture is laid on white first."""
    clear = photo((50, 40)).copy()
    clear.putalpha(Image.linear_gradient("L").resize((50, 40)))

    def call(image: Image.Image) -> Tensor:
        return normalize(tensor(image.convert("RGB")))

    net = Network(nn.Sequential(nn.AdaptiveAvgPool2d(2), nn.Flatten()), call)
    assert torch.equal(net.feed(net.view(clear)[None])[0], call(clear))
    assert clear.mode == "RGBA"


def test_a_picture_is_not_turned_before_the_callable_sees_it(tmp_path: Path) -> None:
    """Image.open does not turn what a camera held upright, and neither do a callable's own files come turned."""
    path, turned = tmp_path / "photo.jpg", Image.Exif()
    turned[0x0112] = 6
    photo((50, 40)).save(path, exif=turned)
    net = network("torchvision v1")
    assert torch.equal(net.feed(net.view(path)[None])[0], expected(CALLABLES["torchvision v1"], Image.open(path)))


def test_a_picture_that_the_callable_cannot_take_becomes_colours() -> None:
    net, grey = network("torchvision v1"), photo((50, 40)).convert("L")
    fed = net.feed(net.view(grey)[None])[0]
    assert torch.equal(fed, expected(CALLABLES["torchvision v1"], grey.convert("RGB")))


def test_a_view_is_not_prepared_again() -> None:
    net = network("flip")
    view = net.view(photo((77, 55)))
    assert net.view(view) is view
    for same in (view.clone(), torch.stack([view, view])[1], view.detach().float()):
        assert net.view(same) is same
    covered = view.clone()
    covered[:, 3:9, 3:9] = 0.5
    fed, whole = net.feed(torch.stack([covered, view]))
    assert net.view(covered) is covered
    changed = (fed != whole).any(0).nonzero()
    assert changed.amin(0).tolist() == [3, 3] and changed.amax(0).tolist() == [8, 8]
    grey = (0.5 - torch.tensor(MEAN)) / torch.tensor(STD)
    torch.testing.assert_close(fed[:, 3:9, 3:9], grey.view(3, 1, 1).expand(3, 6, 6))


def test_a_part_of_a_view_is_refused() -> None:
    net = network("flip")
    view = net.view(photo((77, 55)))
    for part in (view[:, 2:], view[:1], view[None]):
        with pytest.raises(DeepvisError, match="part of a view, of shape"):
            net.view(part)


def test_a_tensor_of_the_size_of_a_view_is_a_picture() -> None:
    net = network("flip")
    view = net.view(photo((77, 55)))
    picture = torch.from_numpy(to_bytes(view)).permute(2, 0, 1) / 255
    assert np.array_equal(to_bytes(net.view(picture).flip(2)), to_bytes(picture))
    assert torch.equal(network("upside down").view(view), network("upside down").view(picture))  # another's view


def test_views_are_fed_in_the_network_s_precision() -> None:
    call, image = CALLABLES["torchvision v1"], photo((77, 55))
    for dtype in (torch.float64, torch.bfloat16, torch.float16):
        net = Network(nn.Sequential(nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(12, 2)).to(dtype), call)
        assert torch.equal(net.feed(net.view(image)[None])[0], expected(call, image).to(dtype))


def test_numbers_of_float64_are_fed_to_networks_of_float64() -> None:
    """To the last bit but one: a view has no more digits."""
    call, image = CALLABLES["array of float64"], photo((77, 55))
    net = Network(nn.Sequential(nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(12, 2)).double(), call)
    fed = net.feed(net.view(image)[None])[0]
    torch.testing.assert_close(fed, torch.from_numpy(call(image)), rtol=0, atol=1e-14)
    assert torch.equal(net.preprocess(image), torch.from_numpy(call(image)))


def test_what_is_fed_can_be_differentiated() -> None:
    net = network("BGR")
    view = net.view(photo((77, 55))).requires_grad_()
    weights = torch.tensor([1.0, 2.0, 4.0]).view(1, 3, 1, 1)
    (slope,) = torch.autograd.grad((net.feed(view[None]) * weights).sum(), view)
    expected = torch.tensor([4.0, 2.0, 1.0]).double() / torch.tensor(STD).double()
    torch.testing.assert_close(
        slope.as_subclass(Tensor), expected.view(3, 1, 1).expand(3, SIDE, SIDE), rtol=1e-6, atol=0
    )


COLOURED = (
    "the same memory",
    "torchvision v1",
    "preset",
    "letterbox",
    "BGR",
    "Caffe",
    "0 to 255",
    "bytes",
    "-1 to 1",
    "inverted",
    "array",
)


@pytest.mark.parametrize("name", COLOURED)
def test_colours_on_screen_are_the_picture_s(name: str) -> None:
    image = Image.new("RGB", (SIDE, SIDE), (200, 120, 30))
    levels = to_bytes(network(name).view(image))
    assert np.abs(levels.astype(int) - (200, 120, 30)).max() <= 1


def test_what_is_on_screen_is_what_the_network_sees() -> None:
    image = photo((SIDE, SIDE))
    flipped, grey = (to_bytes(network(name).view(image)).astype(int) for name in ("flip", "grey in three"))
    assert np.array_equal(flipped, np.asarray(ImageOps.mirror(image)))
    assert np.array_equal(grey, np.asarray(image.convert("L").convert("RGB")))


def random_state() -> list[Any]:
    return [torch.rand(2).tolist(), np.random.rand(2).tolist(), random.random()]


generator = np.random.default_rng(0)
CHANCES: dict[str, Call] = {
    "crop": transforms.Compose([transforms.RandomCrop(SIDE), transforms.ToTensor()]),
    "flip": transforms.Compose([transforms.RandomHorizontalFlip(), tensor]),
    "seldom": transforms.Compose([transforms.RandomHorizontalFlip(0.3), tensor]),
    "numpy": lambda image: tensor(image) + np.random.rand(),
    "python": lambda image: tensor(image) * random.random(),
    "its own": lambda image: tensor(image) + generator.random(),
    "any size": lambda image: TF.to_tensor(image)[:, int(torch.randint(9, ())) :],
}


@pytest.mark.parametrize("name", CHANCES)
def test_chance_is_refused(name: str) -> None:
    with pytest.raises(DeepvisError, match="other numbers each time.*crop or flip"):
        understand(CHANCES[name])


def test_chance_that_comes_with_a_picture_is_refused() -> None:
    def call(image: Image.Image) -> Tensor:
        torch.rand(1)
        return tensor(image) + (0 if image.size == (320, 256) else torch.rand(1))

    with pytest.raises(DeepvisError, match="other numbers each time"):
        understand(call).view(photo((40, 40)))


def test_nobody_s_random_numbers_are_drawn() -> None:
    torch.manual_seed(0), np.random.seed(0), random.seed(0)
    expected = random_state()
    torch.manual_seed(0), np.random.seed(0), random.seed(0)
    own = understand(CALLABLES["flip of chance 1"])
    own.view(photo((40, 40)))
    assert random_state() == expected


REFUSED: dict[str, tuple[Any, str]] = {
    "an image": (lambda image: image, "returned a Image; accepted is a tensor"),
    "nothing": (lambda image: None, "returned a NoneType"),
    "words": (lambda image: {"input_ids": [1]}, "returned a dict"),
    "two pictures": (lambda image: torch.zeros(2, 3, 8, 8), r"returned shape \(2, 3, 8, 8\)"),
    "channels last": (lambda image: np.zeros((8, 8, 3)), "channels come first"),
    "an error": (lambda image: 1 / 0, "failed on a PIL image: ZeroDivisionError"),
    "a tensor wanted": (lambda x: F.interpolate(x[None], 8), "failed on a PIL image: TypeError"),
    "infinity": (lambda image: tensor(image).log(), "NaN or infinity"),
    "no callable": (42, "preprocess is a int"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_prepares_no_picture_is_refused(case: str) -> None:
    preprocess, said = REFUSED[case]
    with pytest.raises(DeepvisError, match=said):
        understand(preprocess)


def test_numbers_that_a_view_cannot_hold_are_refused() -> None:
    """Next to a mean, the smallest ones are lost."""
    own = understand(then(lambda picture: (picture - 0.5) ** 21))
    with pytest.raises(DeepvisError, match="so small"):
        own.view(photo((40, 40)))


def test_a_processor_of_words_and_pictures_gives_its_part_for_pictures() -> None:
    class Processor:
        image_processor = staticmethod(CALLABLES["processor"])

    assert understand(Processor()) == OwnWay.of(Processor.image_processor)
