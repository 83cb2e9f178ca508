"""Runs by itself, as `endings script` or `endings kernel`: loads the large libraries once, then runs each line it
reads as a script, or as the connection file of a kernel, in a child of its own, and tells how each child ended.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from importlib import import_module

LIBRARIES = ("torch", "torchvision", "scipy.ndimage", "skimage.segmentation", "pandas", "tqdm.auto")
# a kernel must import ipywidgets itself: at import it asks for the kernel it is in
IMPORTS = {
    "script": (*LIBRARIES, "ipywidgets", "bqplot", "ipycanvas"),
    "kernel": (*LIBRARIES, "ipykernel.kernelapp", "deepvis_widgets.engine", "deepvis_widgets.zoo.load"),
}
PATIENCE = 60.0  # s; how a process ends that does not end


def run_script(code: str) -> None:
    exec(compile(code, "script", "exec"), {"__name__": "__main__"})


def run_kernel(file: str) -> None:
    from ipykernel.kernelapp import launch_new_instance

    os.dup2(2, 1)  # what it says of itself is no answer
    launch_new_instance(argv=["-f", file, "--log-level=ERROR"])


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


def main(kind: str) -> None:
    for library in IMPORTS[kind]:
        import_module(library)
    for line in sys.stdin:
        child = os.fork()  # no pass has run in this process: there are no threads to lose
        if child == 0:
            # what the child runs is the last thing it does: from here it ends as any Python does
            return {"script": run_script, "kernel": run_kernel}[kind](line.rstrip("\n"))
        print(ended(child), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
