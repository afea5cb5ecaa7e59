"""The sandbox's clockwork."""

from __future__ import annotations

from celery import shared_task

from accounts.clock import clock
from sandbox import receivers


@shared_task(name="sandbox.tasks.purge_requests")
def purge_requests() -> int:
    """Delete requests that receivers have kept for their day; answers how many."""
    return receivers.purge(clock())
