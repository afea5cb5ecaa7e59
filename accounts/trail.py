"""The audit trail, read: narrowed by who, what, when and from where, as outsiders see it, and written out."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Literal, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts import audit, ids
from accounts.audit import Actor
from accounts.clock import stamp
from accounts.models import AuditEntry, Environment

Form = Literal["csv", "jsonl"]

#: Entries that say who was shown content.
SEEN = ("message.read", "number_document.opened")
#: What an entry is about, where its action begins with another word than the noun.
ABOUT = {
    "member": "membership",
    "retention": "environment",
    "sandbox": "environment",
    "clock": "environment",
    "numbers": "number",
    "sso": "identity_provider",
}
ACTORS = {"user": "user", "operator": "user", "key": "key", "client": "client"}
COLUMNS = (
    "id", "at", "environment", "actorKind", "actorId", "action", "targetId", "before", "after", "requestId", "address",
    "simulated",
)  # fmt: skip
BATCH = 500
FIRST, LAST = (
    datetime(2000, 1, 1, tzinfo=UTC),
    datetime(9000, 1, 1, tzinfo=UTC),
)  # of all times that can be meant
SKEW = timedelta(minutes=1)  # between an entry's time and its id, which is made a moment later


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries somebody wants to see; what is left as it is narrows nothing.

    `actor` and `target` are public ids. `since` and `until` are by the environment's clock, `until` excluded.
    """

    organisation: bool = False  # those of the whole organisation, instead of the environment's
    seen: bool = False  # only those that say who was shown content
    action: str = ""
    actor: str = ""
    target: str = ""
    request_id: str = ""
    address: str = ""
    since: datetime | None = None
    until: datetime | None = None


class Change(NamedTuple):
    """One field of an entry, nested ones with dots; a side that says nothing of it is None."""

    field: str
    before: str | None
    after: str | None


def entries(environment: Environment, wanted: Wanted) -> QuerySet[AuditEntry]:
    """The entries that are wanted, in no order: by id they follow time."""
    if wanted.organisation:
        rows = AuditEntry.objects.filter(tenant=environment.tenant_id, environment=None)
    else:
        rows = environment.audit_entries.all()
    given = {"action": wanted.action, "request_id": wanted.request_id, "address": wanted.address}
    rows = rows.filter(**{column: value for column, value in given.items() if value})
    if wanted.seen:
        rows = rows.filter(action__in=SEEN)
    if wanted.actor:
        rows = rows.filter(actor_id__in=uuids(wanted.actor))
    if wanted.target:
        rows = rows.filter(about(wanted.target))
    return rows.filter(**between(environment, wanted))


def uuids(text: str) -> list[UUID]:
    """The UUID of a public id; none for anything else."""
    found = ids.parse_any(text)
    return [found[1]] if found else []


def about(target: str) -> Q:
    """Entries about that id; of a text also the lists in which it was shown."""
    its_own = Q(target_id__in=uuids(target))
    if ids.parse("message", target) is None:
        return its_own
    return its_own | Q(action="message.read", after__contains={"messageIds": [target]})


def between(environment: Environment, wanted: Wanted) -> dict[str, Any]:
    """Bounds of time, and of ids, along which they are found.

    Ids follow the real clock, which a sandbox's is only ever ahead of: there, no id is too early.
    """
    bounds: dict[str, Any] = {}
    if wanted.since is not None:
        since = min(max(wanted.since, FIRST), LAST)
        bounds["at__gte"] = since
        if environment.is_live or wanted.organisation:
            bounds["pk__gte"] = ids.earliest(since - SKEW)
    if wanted.until is not None:
        until = min(max(wanted.until, FIRST), LAST)
        bounds |= {"at__lt": until, "pk__lt": ids.earliest(until + SKEW)}
    return bounds


def told(entry: AuditEntry) -> dict[str, Any]:
    """An entry as the API and the exports show it."""
    return {
        "id": ids.public("audit", entry.pk),
        "at": stamp(entry.at),
        "environment": ids.public("environment", entry.environment_id) if entry.environment_id else None,
        "actorKind": entry.actor_kind,
        "actorId": actor_of(entry),
        "action": entry.action,
        "targetId": target_of(entry),
        "before": entry.before,
        "after": entry.after,
        "requestId": entry.request_id or None,
        "address": entry.address,
        "simulated": entry.environment is not None and not entry.environment.is_live,
    }


def actor_of(entry: AuditEntry) -> str | None:
    noun = ACTORS.get(entry.actor_kind)
    return ids.public(noun, entry.actor_id) if noun and entry.actor_id else None


def target_of(entry: AuditEntry) -> str | None:
    """The public id of what an entry is about; a bare UUID where its noun has none."""
    if entry.target_id is None:
        return None
    word = entry.action.partition(".")[0]
    noun = ABOUT.get(word, word)
    return ids.public(noun, entry.target_id) if noun in ids.PREFIXES else str(entry.target_id)


def changes(entry: AuditEntry) -> list[Change]:
    """What an entry says of each field, in the order of its names; of two sides only what differs."""
    before, after = flat(entry.before), flat(entry.after)
    names = sorted({*before, *after})
    return [
        Change(name, before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    ]


def flat(value: Any, name: str = "") -> dict[str, str]:
    """JSON as its leaves: a path with dots, and the value as a person reads it."""
    if isinstance(value, Mapping):
        inner = ((f"{name}.{key}" if name else key, one) for key, one in value.items())
        return {path: leaf for key, one in inner for path, leaf in flat(one, key).items()}
    if not name:
        return {}
    return {name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}


def export(environment: Environment, actor: Actor, wanted: Wanted, form: Form) -> Iterator[str]:
    """The wanted entries as CSV or JSON Lines in pieces, the newest first, read in batches while they are written.

    An export has an entry of its own, and has what was written before it.
    """
    asked = {name: str(getattr(wanted, name)) for name in Wanted.__slots__ if getattr(wanted, name)}
    if "address" in asked:
        asked["address"] = "given"
    after = {"form": form, **asked}
    entry = audit.record(actor, "audit.exported", None, environment=environment, after=after)
    rows = (told(row) for row in in_batches(entries(environment, wanted).filter(pk__lt=entry.pk)))
    return pieces(as_csv(rows) if form == "csv" else as_jsonl(rows))


def in_batches(rows: QuerySet[AuditEntry]) -> Iterator[AuditEntry]:
    last = ids.LAST
    while True:
        batch = list(rows.filter(pk__lt=last).order_by("-pk")[:BATCH])
        yield from batch
        if len(batch) < BATCH:
            return
        last = batch[-1].pk


def pieces(lines: Iterator[str]) -> Iterator[str]:
    """Many lines at once: each piece costs the server a write."""
    while piece := "".join(islice(lines, BATCH)):
        yield piece


def as_jsonl(rows: Iterator[Mapping[str, Any]]) -> Iterator[str]:
    return (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def as_csv(rows: Iterator[Mapping[str, Any]]) -> Iterator[str]:
    """No cell can be taken for a formula: each is an id, a name of ours, a time, or JSON that begins with a brace."""
    writer = csv.writer(Line())
    yield writer.writerow(COLUMNS)
    for row in rows:
        yield writer.writerow([cell(row[name]) for name in COLUMNS])


class Line:
    """What a csv writer writes to: it hands each line back."""

    def write(self, line: str) -> str:
        return line


def cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
