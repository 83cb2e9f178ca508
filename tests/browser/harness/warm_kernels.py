"""Kernels that start warm: forked from one process that has imported the large libraries already.

Half of a browser test's time went into importing PyTorch anew. A kernel is still a process of its own, with nothing in
it but imports. Runs as two programs: `serve NAME` forks kernels, and `start NAME FILE`, which Jupyter takes for the
kernel of the connection file FILE, asks it for one and stands in for it.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
import threading
import time
from importlib import import_module

# not ipywidgets and what builds on it: at import they ask for the kernel they are in
IMPORTS = (
    *("torch", "torchvision", "scipy.ndimage", "skimage.segmentation", "pandas", "ipykernel.kernelapp"),
    *("deepvis_widgets.methods", "deepvis_widgets.zoo", "deepvis_widgets.engine", "deepvis_widgets.atlas"),
)


def serve(name: str) -> None:
    """Fork a kernel for everyone who connects."""
    del sys.path[0]  # this folder, whose modules have the names of others
    load()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a kernel ended
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(_address(name))
        server.listen()
        while True:
            asking, _ = server.accept()
            if os.fork() == 0:
                server.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _become_kernel(asking)
                os._exit(0)
            asking.close()


def load() -> None:
    """Import everything, our own lower floors included; what it takes is not looked through again in each kernel."""
    for library in IMPORTS:
        import_module(library)
    gc.collect()
    gc.freeze()


def _address(name: str) -> str:
    """Of a socket that is no file."""
    return f"\0{name}"


def _become_kernel(asking: socket.socket) -> None:
    from ipykernel.kernelapp import launch_new_instance

    asked = json.loads(asking.makefile().readline())
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    asking.sendall(f"{os.getpid()}\n".encode())
    threading.Thread(target=_end_with, args=[asking], daemon=True).start()
    launch_new_instance(argv=["-f", asked["file"]])


def _end_with(asking: socket.socket) -> None:
    """A kernel whose stand-in was killed ends, too."""
    asking.recv(1)
    os._exit(1)


def start(name: str, file: str) -> None:
    """Stand in for a kernel until it ends."""
    with socket.socket(socket.AF_UNIX) as server:
        while server.connect_ex(_address(name)):  # still importing
            time.sleep(0.1)
        asked = {"file": file, "folder": os.getcwd(), "environment": dict(os.environ)}
        server.sendall(json.dumps(asked).encode() + b"\n")
        kernel = int(server.makefile().readline())
        signal.signal(signal.SIGINT, lambda *_: os.kill(kernel, signal.SIGINT))
        server.recv(1)


if __name__ == "__main__":
    {"serve": serve, "start": start}[sys.argv[1]](*sys.argv[2:])
