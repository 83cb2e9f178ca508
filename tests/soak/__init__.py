"""A long day: random use of every widget in a real browser, with one kernel."""

import os
from pathlib import Path

MB = 2**20


def memory() -> int:
    """Bytes that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
