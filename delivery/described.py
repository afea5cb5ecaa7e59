"""An endpoint's fields as the audit trail keeps them."""

from __future__ import annotations

from typing import Any

from delivery.access_store import for_trail
from delivery.models import Endpoint


def without_query(url: str) -> str:
    """The URL as the trail keeps it: what stands behind the question mark is often a token."""
    head, question, _secret = url.partition("?")
    return head + (question and "?…")


def describe(endpoint: Endpoint, name: str) -> Any:
    """One field, without what is secret in it."""
    if name == "url":
        return without_query(endpoint.url)
    if name == "template":  # its texts may hold a token
        return {part: endpoint.template.get(part) for part in ("method", "contentType")}
    if name == "failover":
        return endpoint.failover_id and str(endpoint.failover_id)
    if name == "access":
        return for_trail(endpoint)
    return endpoint.disabled_at is not None if name == "disabled" else getattr(endpoint, name)
