"""The sandbox's clockwork."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet

from accounts.clock import clock
from accounts.ids import earliest
from operations.tasks import clockwork
from sandbox import clocks, emptying, receivers, sending
from sandbox.scenario_run import ScenarioRun
from sandbox.simulation import Simulation

#: A little less than the second after which beat rings again.
SENDS_FOR = timedelta(seconds=0.9)
#: Then the next task goes on: none is to hold a worker's thread for long.
GOES_ON_FOR = timedelta(seconds=20)
KEPT = timedelta(days=1)
BATCH = 100


@clockwork
def send() -> int:
    """Send simulated texts that are due; answers how many simulations it was about."""
    return sending.send_all_due(clock() + SENDS_FOR)


@clockwork
def forget() -> int:
    """Delete simulations that were over a day ago, and runs of scenarios as old as that; answers how many."""
    before = earliest(clock() - KEPT)
    runs = deleted(ScenarioRun.objects.filter(pk__lt=before))
    return runs + deleted(Simulation.objects.filter(next_due_at=None, pk__lt=before))


def deleted(rows: QuerySet[ScenarioRun] | QuerySet[Simulation]) -> int:
    """How many there were; what hangs on them goes with them."""
    gone = 0
    while ids := list(rows.values_list("pk", flat=True)[:BATCH]):
        gone += len(ids)
        rows.model._default_manager.filter(pk__in=ids).delete()
    return gone


@clockwork
def purge_requests() -> int:
    """Delete requests that receivers have kept for their day; answers how many."""
    return receivers.purge(clock())


@clockwork
def go_on() -> dict[str, int]:
    """Answers how many sandboxes became empty, and how many clocks were followed to their time."""
    until = clock() + GOES_ON_FOR
    return {"emptied": emptying.run(until), "followed": clocks.run(until)}
