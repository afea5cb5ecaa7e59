"""/v1/feed: messages in the order of their acceptance, a page at a time, each acknowledged by asking for the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from accounts import keyring
from accounts.ids import public
from accounts.models import Environment
from accounts.roles import READ_CONTENT, READ_MESSAGES
from api import holding
from api.errors import BadQuery
from api.fields import Input
from api.holding import LONGEST_WAIT_S, held
from api.messages import MessageSerializer
from api.paging import MAX_LIMIT
from api.views import ApiRequest, View, operation, query, seen_by
from delivery.status import with_status
from inbox import feed, reading
from inbox.feed import Position
from inbox.models import Message


class FeedQuery(Input):
    cursor = serializers.CharField(
        required=False,
        max_length=2000,
        help_text="nextCursor of the answer before; or a time, or the id of a message, to begin behind; "
        "without it the feed begins with the oldest message",
    )
    limit = serializers.IntegerField(
        default=MAX_LIMIT,
        min_value=1,
        max_value=MAX_LIMIT,
        help_text="of what is new; what was accepted late comes on top",
    )
    wait = serializers.IntegerField(
        default=0, min_value=0, max_value=LONGEST_WAIT_S, help_text="seconds to wait for a first message"
    )


class FeedSerializer(serializers.Serializer[Any]):
    """Messages that were not in an answer before, the oldest first."""

    data = MessageSerializer(many=True)  # type: ignore[assignment]  # the metaclass takes fields out of the class
    nextCursor = serializers.CharField(help_text="ask with it once you are done with these")
    hasMore = serializers.BooleanField(help_text="more is there already")


class Feed(View):
    http_method_names = ("get",)

    @operation("readFeed", READ_MESSAGES, FeedSerializer, query=FeedQuery)
    def get(self, request: ApiRequest) -> Response:
        asked, environment = query(request, FeedQuery), request.environment
        start = position_of(environment, "cursor", asked["cursor"]) if "cursor" in asked else Position()
        page, headers = held(
            request,
            holding.Texts(environment, lambda reading: True),
            asked["wait"],
            lambda: feed.read(environment.pk, start, asked["limit"]),
            lambda page: page.ids,
        )
        rows = messages_of(page.ids)
        if READ_CONTENT in request.program.scopes:
            reading.listed(environment, request.actor, [public("message", id) for id in rows])
        context = seen_by(request)
        answer = {
            "data": [MessageSerializer(row, context=context).data for row in rows.values()],
            "nextCursor": written(environment, page.end),
            "hasMore": page.more,
        }
        return Response(answer, headers=headers)


def position_of(environment: Environment, parameter: str, text: str) -> Position:
    """What a query parameter names: a cursor, a message's id or a time by the environment's clock. Raises BadQuery."""
    position = feed.position_of(text, environment)
    if position is None:
        position = position_at(environment, text)
    if position is None:
        detail = _("Must be a cursor of this environment, a message's id, or a time with its zone.")
        raise BadQuery(parameter, "invalid_value", detail)
    return position


def position_at(environment: Environment, text: str) -> Position | None:
    try:
        at = parse_datetime(text)
        return None if at is None or at.tzinfo is None else feed.since(at - environment.clock_offset)
    except (ValueError, OverflowError):  # the 30th of February; or the year 1
        return None


def written(environment: Environment, position: Position) -> str:
    """A position as outsiders get it."""
    return feed.written(position, environment.pk, keyring.of(environment.tenant_id))


def messages_of(ids: Sequence[UUID]) -> Mapping[UUID, Message]:
    """Those messages in that order, each with its status."""
    found = with_status(Message.objects.select_related("why")).in_bulk(ids)
    return {id: found[id] for id in ids if id in found}
