"""`python -m tests.benchmarks`: measure, and print the numbers with the machine they were taken on."""

from __future__ import annotations

import os
import platform

import torch

from tests.benchmarks import atlas, live, occlusion


def main() -> None:
    versions = f"Python {platform.python_version()}, torch {torch.__version__}"
    print(f"{os.cpu_count()} cores, {torch.get_num_threads()} threads, {versions}")
    live.main()
    atlas.main()
    occlusion.main()


if __name__ == "__main__":
    main()
