"""Figures: processor time of process trees, and percentiles."""

from __future__ import annotations

import contextlib
import os
import resource
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def trees(roots: Mapping[str, int]) -> dict[str, float]:
    """Processor seconds so far of each named process with all its descendants, ended and reaped ones included.

    That is how PostgreSQL must be counted: a backend's time is its own while it lives, its postmaster's after.
    """
    spent: dict[int, float] = {}
    children: dict[int, list[int]] = defaultdict(list)
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            pid = int(folder.name)
            spent[pid] = sum(map(int, fields[11:15])) / TICKS  # utime, stime, cutime, cstime
            children[int(fields[1])].append(pid)
    return {name: sum(spent.get(pid, 0.0) for pid in below(root, children)) for name, root in roots.items()}


def below(root: int, children: Mapping[int, Sequence[int]]) -> Iterable[int]:
    yield root
    for child in children.get(root, ()):
        yield from below(child, children)


def own_children() -> float:
    """Processor seconds of the children that this process has reaped so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def resident_mb(pid: int) -> float:
    """Memory that a process has in RAM now, in megabytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value below which `share` (0..1) of the ascending values lie; 0 of none."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def machine() -> str:
    """This machine in a few words."""
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{cores} cores, {memory:.0f} GiB"
