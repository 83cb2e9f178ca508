"""The byte limit, the order of forgetting, and what a value weighs."""

from __future__ import annotations

import random
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from PIL import Image

from deepvis_widgets.engine import Cache, size_of

KB = 1024


def block(kilobytes: int = 1) -> torch.Tensor:
    return torch.zeros(kilobytes * KB, dtype=torch.uint8)


def test_get_returns_what_was_put_and_a_default_otherwise():
    cache = Cache(100 * KB)
    value = block()
    cache.put("a", value)
    assert cache.get("a") is value
    assert cache.get("b") is None and cache.get("b", 3) == 3
    assert "a" in cache and "b" not in cache


def test_the_one_used_longest_ago_goes_first():
    cache = Cache(10 * KB)
    for key in "abc":
        cache.put(key, block(3))
    cache.get("a")
    cache.put("d", block(3))
    assert [key for key in "abcd" if key in cache] == ["a", "c", "d"]


def test_a_value_larger_than_the_limit_is_not_kept_and_drives_nothing_out():
    cache = Cache(10 * KB)
    cache.put("a", block(3))
    cache.put("big", block(11))
    assert "big" not in cache and "a" in cache


def test_a_new_value_takes_the_place_of_the_old_even_if_too_large():
    cache = Cache(10 * KB)
    cache.put("a", block(2))
    small = cache.bytes
    cache.put("a", block(4))
    assert len(cache) == 1 and cache.bytes == small + 2 * KB
    cache.put("a", block(20))
    assert "a" not in cache and cache.bytes == 0


def test_bytes_never_exceed_the_limit():
    cache, chance = Cache(20 * KB), random.Random(0)
    for _ in range(500):
        cache.put(chance.randrange(30), block(chance.randrange(8)))
        assert cache.bytes <= cache.limit_bytes
    assert cache.bytes == sum(size_of((key, cache.get(key))) for key in range(30) if key in cache)
    assert cache.bytes > 10 * KB


def test_clear_and_a_limit_of_nothing():
    cache = Cache(10 * KB)
    cache.put("a", block())
    cache.clear()
    assert len(cache) == cache.bytes == 0
    nothing = Cache(0)
    nothing.put("a", 1)
    assert "a" not in nothing
    with pytest.raises(ValueError):
        Cache(-1)


def test_get_or_make_makes_once_and_keeps_none_too():
    cache, made = Cache(10 * KB), []

    def make():
        made.append(1)

    assert cache.get_or_make("a", make) is None
    assert cache.get_or_make("a", make) is None
    assert made == [1]


def test_what_make_raises_passes_and_nothing_is_kept():
    cache = Cache(10 * KB)
    with pytest.raises(ZeroDivisionError):
        cache.get_or_make("a", lambda: 1 / 0)
    assert "a" not in cache


def test_make_may_use_the_cache():
    cache = Cache(10 * KB)
    assert cache.get_or_make("a", lambda: cache.get_or_make("b", lambda: 2) + 1) == 3
    assert cache.get("b") == 2


def test_a_dying_value_may_use_the_cache():
    cache = Cache(10 * KB)

    class Noisy:
        def __del__(self):
            cache.get("a")

    def use():
        cache.put("a", Noisy())
        cache.put("a", 1)
        cache.put("a", Noisy())
        cache.clear()

    thread = threading.Thread(target=use, daemon=True)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()


def test_many_threads():
    cache, faults = Cache(20 * KB), []

    def use(seed):
        chance = random.Random(seed)
        for _ in range(300):
            key = chance.randrange(20)
            value = cache.get_or_make(key, lambda key=key: torch.full((KB,), key, dtype=torch.uint8))
            if value[0] != key or cache.bytes > cache.limit_bytes:
                faults.append(key)
            if chance.random() < 0.02:
                cache.clear()

    threads = [threading.Thread(target=use, args=(seed,)) for seed in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    assert cache.bytes == sum(size_of((key, cache.get(key))) for key in range(20) if key in cache)


# What a value weighs


@dataclass
class Result:
    heatmap: object
    title: str = ""


class Plain:
    def __init__(self, heatmap: object) -> None:
        self.heatmap = heatmap


@pytest.mark.parametrize(
    "wrap",
    [
        lambda big: big,
        lambda big: [big],
        lambda big: (1, {"a": big}),
        lambda big: {big.shape: frozenset([1]), "x": [[big]]},
        Result,
        Plain,
        lambda big: [Result(Plain(big))],
    ],
)
@pytest.mark.parametrize("make", [lambda n: torch.zeros(n, dtype=torch.uint8), lambda n: np.zeros(n, np.uint8)])
def test_arrays_are_found_wherever_they_are(wrap, make):
    small, large = size_of(wrap(make(1000))), size_of(wrap(make(1_001_000)))
    assert large - small == 1_000_000


def test_a_view_weighs_as_much_as_what_it_keeps_alive():
    assert size_of(torch.zeros(1000)[:1]) == 4000
    assert size_of(np.zeros(1000, np.float32)[:1]) >= 4000


def test_shared_parts_count_once():
    tensor, array = torch.zeros(1000), np.zeros(1000)
    assert size_of([tensor, tensor.view(10, 100), tensor[3:]]) < 4000 + 200
    assert size_of([array, array, array[1:], array[2:]]) < 8000 + 500
    loop: list[object] = [tensor]
    loop.append(loop)
    assert size_of(loop) < 4000 + 200


@pytest.mark.parametrize(("mode", "pixel"), [("L", 1), ("RGB", 4), ("RGBA", 4), ("F", 4), ("I;16", 2)])
def test_pictures_weigh_their_pixels(mode, pixel):
    assert size_of(Image.new(mode, (50, 20))) == 50 * 20 * pixel


class Lazy(Mapping[str, torch.Tensor]):
    def __getitem__(self, name: str) -> torch.Tensor:
        raise AssertionError("computed only to be weighed")

    def __iter__(self) -> Iterator[str]:
        return iter(["first"])

    def __len__(self) -> int:
        return 1


def test_what_is_computed_when_it_is_asked_for_is_not_computed_to_be_weighed():
    assert size_of(Result(Lazy())) < 2000


def test_networks_and_functions_weigh_nothing_to_speak_of():
    assert size_of(Plain(torch.nn.Linear(1000, 1000))) < 2000
    assert size_of(Plain(lambda: 1)) < 2000
    assert size_of(sys) < 2000


def test_sparse_tensors_weigh_their_values():
    assert size_of(torch.eye(1000).to_sparse()) >= 1000 * (2 * 8 + 4)
