"""What the busy processes, door, worker and wait, ask of Python and of the kernel when they start."""

from __future__ import annotations

import gc
import resource
import sys

# Several busy threads share Python's lock. At its default of 5 ms a text waits that long at each hand-over, which was
# most of its way from door to receiver.
SWITCH_S = 0.0005
# How many new objects make the collector of cycles look at them. At its default of 700 it took a tenth of the door's
# time, for what is alive while a few requests are; cycles are rare here, and 50,000 small objects are a few megabytes.
YOUNG = 50_000


def prepare() -> None:
    """Hand over quickly between threads, seldom look for cycles, and allow as many open sockets as we may have."""
    sys.setswitchinterval(SWITCH_S)
    gc.set_threshold(YOUNG, 10, 10)
    gc.collect()
    settle()
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def settle() -> None:
    """Take what exists now for lasting: no collection looks at it again, however much it is."""
    gc.freeze()
