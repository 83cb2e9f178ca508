"""One thread for some time, and as many as before afterwards."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import torch

from deepvis_widgets.core.threads import one_thread


@pytest.fixture(autouse=True)
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def test_as_many_as_before_also_after_an_error() -> None:
    with pytest.raises(ValueError), one_thread(), one_thread():
        assert torch.get_num_threads() == 1
        raise ValueError
    assert torch.get_num_threads() == 2


def test_who_comes_while_another_is_inside_leaves_as_many_as_the_first_one_found() -> None:
    inside, leave, found = threading.Event(), threading.Event(), []

    def second() -> None:
        with one_thread():
            inside.set()
            assert leave.wait(60)
        found.append(torch.get_num_threads())

    def third() -> None:
        found.append(torch.get_num_threads())

    with one_thread():
        other = threading.Thread(target=second)  # a new thread begins with what the process has then: one
        other.start()
        assert inside.wait(60)
    leave.set()
    other.join()
    last = threading.Thread(target=third)
    last.start()
    last.join()
    assert found == [2, 2] and torch.get_num_threads() == 2
