"""Runs by itself: loads every library once, then runs what each line says, `["script", code]` or
`["kernel", connection file]`, in a child of its own, and tells how each child ended.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import time
from importlib import import_module

import comm

LIBRARIES = (
    *("torch", "torchvision", "scipy.ndimage", "skimage.segmentation", "pandas", "tqdm.auto"),
    *("ipywidgets", "bqplot", "ipycanvas", "ipykernel.kernelapp"),
)
NO_KERNEL = comm.create_comm, comm.get_comm_manager  # until ipykernel is loaded
PATIENCE = 60.0  # s; how a process ends that does not end


def load() -> None:
    """Loads everything; what it needs is not looked through again in each child, which would take most of its time."""
    sys.modules["triton"] = None  # type: ignore[assignment]  # torch goes without it; it reports at the end what is not freed
    for library in LIBRARIES:
        import_module(library)
    package = import_module("deepvis_widgets")
    for name in package.__all__:
        getattr(package, name)
    gc.collect()
    gc.freeze()


def run_script(code: str) -> None:
    comm.create_comm, comm.get_comm_manager = NO_KERNEL
    exec(compile(code, "script", "exec"), {"__name__": "__main__"})


def run_kernel(file: str) -> None:
    from ipykernel.kernelapp import launch_new_instance

    os.dup2(2, 1)  # what it says of itself is no answer
    # ipywidgets asks at import for the kernel it is in, which is too early here
    launch_new_instance(argv=["-f", file, "--log-level=ERROR", "--ext=ipywidgets"])


def ended(child: int) -> int:
    """The exit status of a child: negative where a signal ended it."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    load()
    for line in sys.stdin:
        kind, argument = json.loads(line)
        child = os.fork()  # no pass has run in this process: there are no threads to lose
        if child == 0:
            # what the child runs is the last thing it does: from here it ends as any Python does
            return {"script": run_script, "kernel": run_kernel}[kind](argument)
        print(ended(child), flush=True)


if __name__ == "__main__":
    main()
