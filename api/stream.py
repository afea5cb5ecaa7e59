"""/v1/messages/stream: each message as it comes, as server-sent events (HTML Living Standard §9.2).

    retry: 3000
    id: msg_…                 where the stream begins, so that who loses it before the first message misses none

    id: msg_…                 the position behind this message, which Last-Event-ID brings back (inbox.feed.written)
    data: {"id":"msg_…",…}    as GET /v1/messages/{id} shows it

api.waiting keeps the stream open. Where no proxy leads there, web answers with what comes first and ends: the client
comes again by itself, from where it was.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers

from accounts import keyring
from accounts.ids import public
from accounts.models import Environment
from accounts.roles import READ_CONTENT, READ_MESSAGES
from api import holding
from api.authentication import credentials_of
from api.feed import messages_of, position_of, written
from api.fields import Input
from api.holding import HELD, Hold, held
from api.messages import MessageSerializer
from api.views import ApiRequest, View, operation, query
from inbox import feed, reading
from inbox.feed import Page, Position
from inbox.models import Message

MEDIA_TYPE = "text/event-stream"
RETRY_MS = 3000
LIMIT = 200  # messages read at once
AT_WEB_S, AGAIN_MS = (
    20,
    1000,
)  # that web waits for a first one; after which it is asked again where it could not
LAST = "Last-Event-ID"


class Batch(NamedTuple):
    """Messages that came together, each as the stream has it, and the position behind all of them."""

    end: Position
    events: Sequence[tuple[UUID, bytes]]
    more: bool


class StreamQuery(Input):
    since = serializers.CharField(
        required=False,
        max_length=2000,
        help_text=f"a time, a message's id, or what {LAST} would say, which precedes it; "
        "without either, what comes from now on",
    )


class Stream(View):
    http_method_names = ("get",)

    @extend_schema(
        parameters=[
            OpenApiParameter(LAST, str, OpenApiParameter.HEADER, description="id of the last event that came")
        ]
    )
    @operation("streamMessages", READ_MESSAGES, str, query=StreamQuery, media=[MEDIA_TYPE])
    def get(self, request: ApiRequest) -> HttpResponse:
        asked, environment = query(request, StreamQuery), request.environment
        start = start_of(request, environment, asked.get("since"))
        reads_content = READ_CONTENT in request.program.scopes
        hold: Hold | None = request.META.get(HELD)
        if hold is not None:
            hold.on = holding.Stream(
                environment, request.actor, credentials_of(request), reads_content, start
            )
            hold.environment = environment.pk
            return answer(RETRY_MS, at(environment, start))
        page, headers = held(
            request,
            holding.Texts(environment, lambda reading: True),
            AT_WEB_S,
            lambda: feed.read(environment.pk, start, LIMIT),
            lambda page: page.ids,
        )
        batch = batch_of(environment, page, messages_of(page.ids), reads_content)
        if reads_content:
            reading.listed(environment, request.actor, [public("message", id) for id, _event in batch.events])
        events = [event for _id, event in batch.events]
        retry_ms = AGAIN_MS if "Retry-After" in headers else 0
        return answer(retry_ms, at(environment, start), *events, at(environment, batch.end))


def answer(retry_ms: int, *events: bytes) -> HttpResponse:
    response = HttpResponse(b"retry: %d\n" % retry_ms + b"".join(events), content_type=MEDIA_TYPE)
    response["X-Accel-Buffering"] = "no"  # whatever proxy stands in front
    return response


def at(environment: Environment, position: Position) -> bytes:
    """An event without data, which tells nobody anything but where the stream is."""
    return b"id: %b\n\n" % written(environment, position).encode()


def start_of(request: ApiRequest, environment: Environment, since: str | None) -> Position:
    """Where the stream goes on. Raises BadQuery."""
    if last := request.headers.get(LAST):
        return position_of(environment, LAST, last)
    return feed.newest(environment.pk) if since is None else position_of(environment, "since", since)


def look(environment: Environment, start: Position, reads_content: bool) -> Batch:
    """What there is behind `start`, at most about LIMIT."""
    page = feed.read(environment.pk, start, LIMIT)
    return batch_of(environment, page, messages_of(page.ids), reads_content)


def batch_of(
    environment: Environment, page: Page, messages: Mapping[UUID, Message], reads_content: bool
) -> Batch:
    """A page as events. Behind late messages there is no position but behind the last; the others have no id."""
    key = keyring.of(environment.tenant_id)
    events = []
    for place, id in enumerate(page.ids, 1):
        if id not in messages:
            continue
        shown = MessageSerializer(messages[id], context={"reads_content": reads_content}).data
        event = b"data: " + json.dumps(shown, ensure_ascii=False).encode()
        if place >= len(page.late):
            event = f"id: {feed.written(page.behind(place), environment.pk, key)}\n".encode() + event
        events.append((id, event + b"\n\n"))
    return Batch(page.end, events, page.more)
