"""The clockwork of sandboxes: goes on with what a request began and had no time for."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task

from accounts.clock import clock
from sandbox import clocks, emptying

GOES_ON_FOR = timedelta(seconds=20)  # then the next task does: none is to hold a worker's thread for long


@shared_task(name="sandbox.tasks.go_on")
def go_on() -> dict[str, int]:
    """Answers how many sandboxes became empty, and how many clocks were followed to their time."""
    until = clock() + GOES_ON_FOR
    return {"emptied": emptying.run(until), "followed": clocks.run(until)}
