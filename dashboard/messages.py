"""Messages newest first, and one message with its story from the carrier to the receipt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.encryption import Unsealable
from accounts.roles import CONFIGURE, READ_CONTENT, READ_MESSAGES
from dashboard import checklist, trace
from dashboard.page import PageRequest, actor, back, can, find, page
from dashboard.paging import slice_of
from delivery.status import with_status
from inbox import reading
from inbox.models import Message
from sandbox import quarantine


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as this person may see it: `content` and `sender` are None where erased or hidden from their role."""

    message: Message
    status: str
    content: str | None
    sender: str | None
    media: Sequence[str] = ()
    broken: bool = False  # stored, but its key is gone or it was altered
    releasable: bool = False  # kept back because of its sender, and they may let it go


def shown(request: PageRequest, message: Message) -> Shown:
    status: str = message.status  # type: ignore[attr-defined]  # annotated by with_status
    if not can(request, READ_CONTENT):
        return Shown(message, status, None, None)
    try:
        return Shown(
            message,
            status,
            message.content,
            message.sender_id,
            message.media,
            releasable=may_release(request, message),
        )
    except Unsealable:
        return Shown(message, status, None, None, broken=True)


def may_release(request: PageRequest, message: Message) -> bool:
    return not request.environment.is_live and can(request, CONFIGURE) and quarantine.keeps(message)


@page(get=READ_MESSAGES)
def index(request: PageRequest) -> HttpResponse:
    """`?number=+33…` narrows to one number."""
    rows = with_status(request.environment.messages.select_related("number"))
    number = request.GET.get("number", "")
    if number:
        rows = rows.filter(number_used=number.replace("\0", "")[:16])
    part = slice_of(rows, request, "message")
    listed = [shown(request, message) for message in part.rows]
    note(request, listed)
    context = {
        "slice": part,
        "rows": listed,
        "labels": labels(request, part.rows),
        "number": number,
        "curl": "" if part.rows else checklist.curl(request),
    }
    return render(request, "messages.html", context)


def note(request: PageRequest, listed: Iterable[Shown]) -> None:
    """Write down whose texts this person is shown."""
    told = [row.message.pk for row in listed if row.content is not None]
    reading.watched(request.environment, actor(request), told)


def labels(request: PageRequest, rows: list[Message]) -> dict[object, str]:
    """What the environment calls the numbers of these messages, by number id."""
    held = request.environment.assignments.filter(number__in={message.number_id for message in rows})
    return dict(held.order_by("pk").values_list("number_id", "label"))


@page(get=READ_MESSAGES)
def one(request: PageRequest, message_id: str) -> HttpResponse:
    message = find(with_status(request.environment.messages.select_related("channel")), "message", message_id)
    if not isinstance(message, Message):
        raise Http404
    told = shown(request, message)
    note(request, [told])
    context = {
        "shown": told,
        "message": message,
        "label": labels(request, [message]).get(message.number_id, ""),
        "trace": trace.of(message, with_answers=can(request, READ_CONTENT)),
    }
    return render(request, "message.html", context)


@page(post=CONFIGURE, sandbox_only=True)
def release(request: PageRequest, message_id: str) -> HttpResponse:
    """Let go what is kept back because of its sender."""
    message = find(request.environment.messages.all(), "message", message_id)
    match quarantine.release_one(request.environment, actor(request), message.pk):
        case None:
            messages.info(request, _("This text is not kept back any more."))
        case Message.State.QUARANTINED:
            messages.info(request, _("Another of your routes keeps this text back."))
        case _state:
            messages.success(request, _("The text is released: it goes where your other routes send it."))
    return back(request, "messages")
