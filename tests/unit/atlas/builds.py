"""Runs by itself: loads the package once, then builds the small atlas in a child of its own for every line it reads,
and kills the child after so many seconds.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import tqdm.auto  # noqa: F401  this and the next are loaded once, before children are forked

import deepvis_widgets as dv
import deepvis_widgets.atlas.builder.build  # noqa: F401
from tests.unit.atlas.small import LAYERS, small_network


def build(folder: str, out: str) -> None:
    dv.Atlas.build(small_network(), folder, out, layers=LAYERS, shard=8, pictures=True, top=3, workers=0, quiet=True)


def main(folder: str, out: str) -> None:
    for line in sys.stdin:
        child = os.fork()  # no pass has run in this process: there are no threads to lose
        if child == 0:
            build(folder, out)
            os._exit(0)
        until = time.monotonic() + float(line)
        ended = 0
        while not ended and time.monotonic() < until:
            ended, _ = os.waitpid(child, os.WNOHANG)
            time.sleep(0.001)
        if not ended:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        parts = sorted(Path(f"{out}.part").glob("*.part"))
        print("done" if Path(out).exists() else "killed", len(parts), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
