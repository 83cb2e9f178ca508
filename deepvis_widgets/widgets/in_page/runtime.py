"""What runs a network in a page: ONNX Runtime, and the modules that answer with it."""

from __future__ import annotations

from ..link.live_widget import STATIC, built

WEBASSEMBLY = "onnxruntime.wasm.gz"


def runtime() -> dict[str, bytes]:
    """Returns what every page that runs a network is given: what stands for the kernel, its thread, and ONNX Runtime,
    packed.

    >>> sorted(runtime())
    ['kernel.js', 'runtime', 'worker']
    """
    modules = {"kernel.js": built("network_in_page.js"), "worker": built("network_worker.js")}
    return {name: text.encode() for name, text in modules.items()} | {"runtime": (STATIC / WEBASSEMBLY).read_bytes()}
