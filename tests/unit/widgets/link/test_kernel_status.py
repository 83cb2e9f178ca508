"""What a kernel says of itself around messages from a browser."""

from __future__ import annotations

from typing import Any

import pytest

from deepvis_widgets.widgets.link.kernel_status import leave_out_busy

FRAME = {"content": {"comm_id": "ours", "data": {"method": "custom"}}}


class Kernel:
    """What is used of ipykernel's."""

    def __init__(self) -> None:
        self.parent: dict[str, Any] = FRAME
        self.said: list[tuple[str, ...]] = []

    def get_parent(self, channel: str) -> dict[str, Any]:
        return self.parent if channel == "shell" else {}

    def _publish_status(self, status: str, channel: str, parent: Any = None) -> None:
        self.said.append((status, channel))


@pytest.fixture
def kernel() -> Kernel:
    kernel = Kernel()
    leave_out_busy(kernel, {"ours"})
    return kernel


def test_only_that_it_is_busy_with_a_frame_is_left_out(kernel: Kernel) -> None:
    kernel._publish_status("busy", "shell")
    kernel._publish_status("idle", "shell")
    assert kernel.said == [("idle", "shell")]


@pytest.mark.parametrize(
    "parent",
    [
        {},
        {"content": {"code": "1 + 1"}},
        {"content": {"comm_id": "another", "data": {"method": "custom"}}},
        {"content": {"comm_id": "ours", "data": {"method": "update", "state": {"unit": 3}}}},
        {"content": {"comm_id": "ours", "data": None}},
    ],
)
def test_everything_else_is_said(kernel: Kernel, parent: dict[str, Any]) -> None:
    kernel.parent = parent
    for status in ("busy", "idle"):
        kernel._publish_status(status, "shell")
    kernel.parent = FRAME
    kernel._publish_status("busy", "control")
    assert kernel.said == [("busy", "shell"), ("idle", "shell"), ("busy", "control")]


def test_a_kernel_is_told_once(kernel: Kernel) -> None:
    told = kernel._publish_status
    leave_out_busy(kernel, {"ours"})
    assert kernel._publish_status == told


@pytest.mark.parametrize("kernel", [None, object()])
def test_other_kernels_are_left_alone(kernel: Any) -> None:
    leave_out_busy(kernel, set())
