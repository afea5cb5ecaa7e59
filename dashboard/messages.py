"""Messages newest first, and one message with its story from the carrier to the receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render

from accounts.encryption import Unsealable
from accounts.roles import READ_CONTENT, READ_MESSAGES
from dashboard import checklist, trace
from dashboard.page import PageRequest, can, find, page
from dashboard.paging import slice_of
from delivery.status import with_status
from inbox.models import Message


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as this person may see it: `content` and `sender` are None where erased or hidden from their role."""

    message: Message
    status: str
    content: str | None
    sender: str | None
    media: Sequence[str] = ()
    broken: bool = False  # stored, but its key is gone or it was altered


def shown(request: PageRequest, message: Message) -> Shown:
    status: str = message.status  # type: ignore[attr-defined]  # annotated by with_status
    if not can(request, READ_CONTENT):
        return Shown(message, status, None, None)
    try:
        return Shown(message, status, message.content, message.sender_id, message.media)
    except Unsealable:
        return Shown(message, status, None, None, broken=True)


@page(get=READ_MESSAGES)
def index(request: PageRequest) -> HttpResponse:
    """`?number=+33…` narrows to one number."""
    rows = with_status(request.environment.messages.select_related("number"))
    number = request.GET.get("number", "")
    if number:
        rows = rows.filter(number_used=number.replace("\0", "")[:16])
    part = slice_of(rows, request, "message")
    context = {
        "slice": part,
        "rows": [shown(request, message) for message in part.rows],
        "labels": labels(request, part.rows),
        "number": number,
        "curl": "" if part.rows else checklist.curl(request),
    }
    return render(request, "messages.html", context)


def labels(request: PageRequest, messages: list[Message]) -> dict[object, str]:
    """What the environment calls the numbers of these messages, by number id."""
    held = request.environment.assignments.filter(number__in={message.number_id for message in messages})
    return dict(held.order_by("pk").values_list("number_id", "label"))


@page(get=READ_MESSAGES)
def one(request: PageRequest, message_id: str) -> HttpResponse:
    message = find(with_status(request.environment.messages.select_related("channel")), "message", message_id)
    if not isinstance(message, Message):
        raise Http404
    context = {
        "shown": shown(request, message),
        "message": message,
        "label": labels(request, [message]).get(message.number_id, ""),
        "trace": trace.of(message, with_answers=can(request, READ_CONTENT)),
    }
    return render(request, "message.html", context)
