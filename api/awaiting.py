"""/v1/messages/wait: the first message that comes and is the one that was waited for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from accounts.clock import clock
from accounts.models import Environment
from accounts.roles import READ_CONTENT, READ_MESSAGES
from api import holding
from api.errors import BadQuery
from api.feed import position_of, written
from api.fields import Input
from api.holding import HELD, LONGEST_WAIT_S, Hold, held
from api.message_fields import opened
from api.messages import MessageSerializer, readable
from api.views import ApiRequest, View, operation, query, seen_by
from inbox import feed, reading
from inbox.feed import Position
from inbox.models import Message
from numbers.phone import normalise
from routing.conditions import MAX_VALUE, compile_condition, validate_conditions
from routing.reading import Reading, Text

LOOKED_THROUGH = timedelta(hours=1)  # nobody waits for a text that came before that
LIMIT, PAGES = 200, 10  # messages read at once, and looked through in one go
CONDITIONS: Mapping[str, tuple[str, str]] = {
    "numberUsed": ("numberUsed", "equals"),
    "senderId": ("senderId", "equals"),
    "contains": ("content", "contains"),
    "matches": ("content", "matches"),
}


ABOUT_CONTENT = CONDITIONS.keys() - {"numberUsed"}


def condition(help_text: str) -> serializers.CharField:
    return serializers.CharField(required=False, max_length=MAX_VALUE, help_text=help_text)


class WaitQuery(Input):
    numberUsed = condition("the number that it comes to")
    senderId = condition("who sends it; neither case nor accents count")
    contains = condition("a part of what it says; neither case nor accents count")
    matches = condition("an RE2 pattern of what it says, whatever the case")
    since = serializers.CharField(
        required=False,
        max_length=2000,
        help_text="a time, a message's id, or Next-Since of an answer before: what came behind it counts as well, "
        "of the last hour; without it, what comes from now on",
    )
    timeout = serializers.IntegerField(
        default=30,
        min_value=0,
        max_value=LONGEST_WAIT_S,
        help_text="seconds; then the answer is 204. 0 looks once: Next-Since then is where a later wait begins",
    )


class Wait(View):
    http_method_names = ("get",)

    @operation("awaitMessage", READ_MESSAGES, MessageSerializer, query=WaitQuery, other={204: None})
    def get(self, request: ApiRequest) -> Response:
        asked, environment = query(request, WaitQuery), request.environment
        reads_content = READ_CONTENT in request.program.scopes
        if not reads_content and ABOUT_CONTENT & asked.keys():  # whether it matches would tell
            detail = _("To wait for a sender or for what a text says takes the scope readContent.")
            raise PermissionDenied(detail, "missing_scope")
        hold: Hold | None = request.META.get(HELD)
        start = hold.position if hold and hold.position else start_of(environment, asked.get("since"))
        search = Search(environment, wanted(asked), normalise(asked.get("numberUsed", "")), start)
        found, headers = held(
            request,
            holding.Texts(environment, search.wanted),
            asked["timeout"],
            search.look,
            lambda found: found is not None,
        )
        if hold is not None:
            hold.position, hold.eager = search.position, search.eager
        headers["Next-Since"] = written(environment, search.position)
        if found is None:
            return Response(status=204, headers=headers)
        if reads_content:
            reading.read(environment, request.actor, found)
        shown = MessageSerializer(readable(environment).get(pk=found), context=seen_by(request))
        return Response(shown.data, headers=headers)


@dataclass
class Search:
    """Looks for the first message behind `position` that is `wanted`, and remembers how far it came.

    `number`: only those to that one, unless it is empty. `eager`: there was too much to look through it all at once.
    """

    environment: Environment
    wanted: Callable[[Reading], bool]
    number: str
    position: Position
    eager: bool = False

    def look(self) -> UUID | None:
        self.eager = False
        for _page in range(PAGES):
            page = feed.read(self.environment.pk, self.position, LIMIT, self.number or None)
            found = self.first(page)
            if found is not None or not page.more:
                return found
        self.eager = True
        return None

    def first(self, page: feed.Page) -> UUID | None:
        rows = self.environment.messages.in_bulk(page.ids)
        for place, id in enumerate(page.ids, 1):
            reading = reading_of(opened(rows[id])) if id in rows else None
            if reading is not None and self.wanted(reading):
                self.position = page.behind(place)
                return id
        self.position = page.end
        return None


def start_of(environment: Environment, since: str | None) -> Position:
    """Where to begin. Raises BadQuery."""
    if since is None:
        return feed.newest(environment.pk)
    position, earliest = position_of(environment, "since", since), feed.since(clock() - LOOKED_THROUGH)
    return position if position.after > earliest.after else earliest


def wanted(asked: Mapping[str, Any]) -> Callable[[Reading], bool]:
    """The test that the query's conditions are. Raises BadQuery."""
    tests = []
    for parameter, (field, operator) in CONDITIONS.items():
        if parameter in asked:
            condition = {"field": field, "operator": operator, "value": asked[parameter]}
            for _pointer, code, detail in validate_conditions([condition]):
                raise BadQuery(parameter, code, detail)
            tests.append(compile_condition(condition))
    return lambda reading: all(test(reading) for test in tests)


def reading_of(message: Message) -> Reading | None:
    """What conditions read of a message; None of one that says nothing."""
    content, sender = message.content, message.sender_id
    if content is None or sender is None:
        return None
    return Reading(Text(message.number_used, sender, message.sender_country or None, content))
