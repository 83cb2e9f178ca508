"""The kernel says that it is busy before each message from a browser, and idle after it; before a frame it need not.

JupyterLab draws its toolbar, its status bar and the icon of the browser's tab anew each time: in a drag, that is a
third of what a page has to do for an answer. That it is idle is said as ever, since front ends wait for it to forget a
message.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from functools import wraps
from typing import Any

QUIET = "_deepvis_quiet"


def leave_out_busy(kernel: Any, widgets: Container[str]) -> None:
    """Has a kernel of ipykernel (None, and those of others: nothing is done) leave out that it is busy before custom
    messages to the `widgets` of these model ids; done once for a kernel.

    >>> class Kernel:
    ...     parent = {"content": {"comm_id": "a", "data": {"method": "custom"}}}
    ...     def get_parent(self, channel): return self.parent
    ...     def _publish_status(self, status, channel, parent=None): print(status)
    >>> kernel = Kernel()
    >>> leave_out_busy(kernel, {"a"})
    >>> kernel._publish_status("busy", "shell"), kernel._publish_status("idle", "shell")
    idle
    (None, None)
    """
    publish: Callable[..., Any] | None = getattr(kernel, "_publish_status", None)
    if publish is None or hasattr(publish, QUIET):
        return

    @wraps(publish)
    def published(status: str, *given: Any, **named: Any) -> Any:
        return None if status == "busy" and _is_frame(kernel, given, widgets) else publish(status, *given, **named)

    setattr(published, QUIET, True)
    kernel._publish_status = published


def _is_frame(kernel: Any, given: tuple[Any, ...], widgets: Container[str]) -> bool:
    try:
        content = kernel.get_parent(*given[:1])["content"]
        return content["data"]["method"] == "custom" and content["comm_id"] in widgets
    except Exception:  # another message, or another kernel than was thought
        return False
