"""JSON from addresses that customers named, for somebody who waits: guarded, bounded and proxied as deliveries are."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.ids import uuid7
from accounts.oidc import Refused
from delivery import addresses, errand
from delivery.exchange import READ_BYTES, Job, Result
from delivery.services import resolve

DEADLINE_S = 5.0
AT_ONCE = 4  # requests to one host, of one process: people who wait for a slow one hold up nobody else
HEADERS = ("Accept: application/json", "User-Agent: smsgateway/1", "Expect:")

asking: Counter[str] = Counter()  # by host
lock = Lock()


def trouble_with(url: str) -> tuple[str, str] | None:
    """Why nothing is asked of a URL: what is true of endpoints is true here (delivery.addresses)."""
    verdict = addresses.check_url(url, allow_networks=settings.DELIVERY_ALLOW_NETWORKS, resolve=resolve)
    return (verdict.code, str(verdict.detail)) if verdict.code else None


def fetch(url: str, form: Mapping[str, str] | None = None, authorization: str = "") -> Mapping[str, Any]:
    """The JSON object at a URL, by POST where there is a form. Raises Refused. Call it outside any transaction."""
    if trouble_with(url):
        raise Refused("provider_forbidden", _("The provider lies where we send nothing."))
    with place_at(addresses.host_of(url)):
        return object_in(errand.run(job_for(url, form, authorization)))


@contextmanager
def place_at(host: str) -> Iterator[None]:
    with lock:
        if asking[host] >= AT_ONCE:
            raise Refused("provider_busy", _("Too many people sign in at this moment. Try again."))
        asking[host] += 1
    try:
        yield
    finally:
        with lock:
            asking[host] -= 1
            if not asking[host]:
                del asking[host]


def job_for(url: str, form: Mapping[str, str] | None, authorization: str) -> Job:
    headers = [*HEADERS]
    if authorization:
        headers.append(f"Authorization: {authorization}")
    if form is not None:
        headers.append("Content-Type: application/x-www-form-urlencoded")
    return Job(
        delivery=uuid7(),
        lease=uuid7(),
        endpoint=uuid7(),
        url=url,
        headers=headers,
        body=urlencode(form or {}).encode(),
        deadline_s=DEADLINE_S,
        start_by=0,
        method="GET" if form is None else "POST",
        kept_bytes=READ_BYTES,
    )


def object_in(result: Result) -> Mapping[str, Any]:
    if result.status is None or result.status >= 500:
        detail = _("Your organisation’s provider does not answer at the moment. Try again later.")
        raise Refused("provider_down", detail)
    if result.status != 200:
        raise Refused("provider_refused", _("Your organisation’s provider did not sign you in."))
    try:
        answer = json.loads(result.body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise Refused("provider_unreadable", _("The provider’s answer cannot be read."))
    return answer
