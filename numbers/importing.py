"""The operator's list of numbers becomes the pool: all lines of a CSV file (numbers.listing) or none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.audit import Actor
from accounts.clock import clock
from numbers.listing import Rejected, Wrong, read
from numbers.models import Assignment, Channel, Number

WRITTEN = (
    "country",
    "category",
    "region",
    "capabilities",
    "monthly_price",
    "currency",
    "channel_id",
    "withdrawn_at",
)
AT_ONCE = 5_000  # rows a statement


@dataclass(slots=True)
class Imported:
    """What an import did, or would do, by number."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)


class Known(NamedTuple):
    """The numbers that are stored already, locked, and which of them somebody holds."""

    rows: dict[str, Number]
    held: set[UUID]


@transaction.atomic
def import_numbers(
    raw: bytes, actor: Actor, *, channel: Channel | None = None, dry_run: bool = False
) -> Imported:
    """Add the numbers of a CSV file to the pool, and bring known ones up to date.

    `channel` is the operator's that brings their texts, where a line names none. A withdrawn number that is listed is
    in the pool again. Raises Rejected with every wrong field; nothing was changed then.
    """
    rows, problems = read(raw, channel, clock())
    known = known_numbers([row.number for row in rows.values()])
    problems += [wrong for line, row in rows.items() if (wrong := collision(line, row, known))]
    if problems:
        raise Rejected(sorted(problems))
    done = compared(rows.values(), known)
    if (done.created or done.updated) and not dry_run:
        write(list(rows.values()), done)
        record(actor, done)
    return done


def record(actor: Actor, done: Imported) -> None:
    """How many numbers changed; where it was only one, which."""
    after: dict[str, Any] = {"created": len(done.created), "updated": len(done.updated)}
    changed = done.created + done.updated
    one = Number.objects.get(number=changed[0]) if len(changed) == 1 else None
    if one:
        after["number"] = one.number
    audit.record(actor, "numbers.imported", one.pk if one else None, after=after)


def parts(numbers: Iterable[str]) -> Iterator[list[str]]:
    coming = iter(numbers)
    while some := list(islice(coming, AT_ONCE)):
        yield some


def known_numbers(numbers: Iterable[str]) -> Known:
    rows: dict[str, Number] = {}
    held: set[UUID] = set()
    # Always in the same order, so that two imports wait for each other instead of for ever.
    for some in parts(sorted(numbers)):
        stored = Number.objects.filter(number__in=some).order_by("number")
        rows |= {row.number: row for row in stored.select_for_update(no_key=True)}
        open_now = Assignment.objects.filter(ends_at=None, number__number__in=some)
        held.update(open_now.values_list("number_id", flat=True))
    return Known(rows, held)


def collision(line: int, row: Number, known: Known) -> Wrong | None:
    """Why a number cannot be taken over from the file, though its line is well-formed."""
    stored = known.rows.get(row.number)
    if stored is None or stored.pk not in known.held:
        return None
    if stored.channel_id is None:
        return Wrong(line, "number", _("A tenant brought this number and holds it."))
    if stored.channel_id != row.channel_id:
        return Wrong(line, "channel", _("A tenant holds this number: its channel cannot change now."))
    return None


def compared(rows: Iterable[Number], known: Known) -> Imported:
    done = Imported()
    for row in rows:
        stored = known.rows.get(row.number)
        if stored is None:
            done.created.append(row.number)
        elif all(getattr(stored, column) == getattr(row, column) for column in WRITTEN):
            done.unchanged.append(row.number)
        else:
            done.updated.append(row.number)
    return done


def write(rows: list[Number], done: Imported) -> None:
    created, updated = set(done.created), set(done.updated)
    # A number that somebody brings at this very moment stays that tenant's.
    Number.objects.bulk_create(
        [row for row in rows if row.number in created], batch_size=AT_ONCE, ignore_conflicts=True
    )
    Number.objects.bulk_create(
        [row for row in rows if row.number in updated],
        batch_size=AT_ONCE,
        update_conflicts=True,
        unique_fields=["number"],
        update_fields=[column.removesuffix("_id") for column in WRITTEN],
    )
