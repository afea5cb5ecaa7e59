"""What the two busy processes, door and worker, ask of Python and of the kernel when they start."""

from __future__ import annotations

import resource
import sys

# Several busy threads share Python's lock. At its default of 5 ms a text waits that long at each hand-over, which was
# most of its way from door to receiver.
SWITCH_S = 0.0005


def prepare() -> None:
    """Hand over quickly between threads, and allow as many open sockets as the system lets us."""
    sys.setswitchinterval(SWITCH_S)
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
