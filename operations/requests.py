"""The log of API requests: written when the answer is out, searched by developers, gone after some days."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import Error
from django.db.models import QuerySet

from accounts.audit import Actor
from accounts.clock import clock
from accounts.ids import earliest
from accounts.models import Environment
from operations.models import LoggedRequest

log = logging.getLogger("smsgateway.api")


def note(environment: Environment, actor: Actor, **columns: Any) -> None:
    """Write one of a key or client down. The answer is out already, so that a failure costs this line only."""
    try:
        LoggedRequest.objects.create(
            environment=environment,
            at=clock(environment),
            request_id=actor.request_id,
            actor_kind=actor.kind,
            actor_id=actor.id,  # type: ignore[misc]  # programs have one
            **columns,
        )
    except Error as error:
        log.warning("api: request not logged", extra={"reason": type(error).__name__})


def search(environment: Environment, *, refused: bool = False, **wanted: Any) -> QuerySet[LoggedRequest]:
    """Those of an environment that match the look-ups `wanted`; `refused`: only those that failed."""
    rows = LoggedRequest.objects.filter(environment=environment, **wanted)
    return rows.filter(status__gte=400) if refused else rows


def forgettable() -> QuerySet[LoggedRequest]:
    """Those that were kept long enough. Ids are made by our own clock, not by a sandbox's that runs ahead."""
    return LoggedRequest.objects.filter(
        pk__lt=earliest(clock() - timedelta(days=settings.API_REQUESTS_KEPT_DAYS))
    )
