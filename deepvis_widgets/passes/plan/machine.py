"""What decides how long passes take, apart from the network: the processor, what PyTorch makes of it, and threads."""

from __future__ import annotations

import os
import platform
from functools import cache
from pathlib import Path

import torch

INFO = Path("/proc/cpuinfo")  # Linux; elsewhere Python knows the name


def machine() -> str:
    """Returns a line that is the same as long as times can be compared."""
    held = os.environ.get("ONEDNN_MAX_CPU_ISA", "")
    return "; ".join(
        (_processor(), torch.backends.cpu.get_cpu_capability(), held, torch.__version__, f"{torch.get_num_threads()}")
    )


@cache
def _processor() -> str:
    try:
        lines = INFO.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else platform.processor()}, {os.cpu_count()} cores"
