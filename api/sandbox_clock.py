"""/v1/sandbox/clock: what time it is in the caller's sandbox, and putting that time ahead."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import Any

from django.utils.dateparse import parse_duration
from django.utils.duration import duration_iso_string
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.errors import Invalid
from accounts.roles import CONFIGURE, READ
from api import holding
from api.fields import Input, Moment, Stamp
from api.sandboxed import SandboxView
from api.views import ApiRequest, body, operation, query
from sandbox import clocks
from sandbox.clocks import State

LONGEST_WAIT_S = 30
LOOK_S = 0.02
#: No more of the web process's threads wait for a clock at once: whoever comes then is answered as things stand.
PLACES = threading.BoundedSemaphore(2)
SPAN = re.compile(r"P(?=.)(\d{1,6}D)?(T(?=.)(\d{1,8}H)?(\d{1,8}M)?(\d{1,9}S)?)?", re.ASCII)


@extend_schema_field({"type": "string", "format": "duration"})
class Span(serializers.Field[timedelta, Any, str, Any]):
    """An ISO 8601 duration of days, hours, minutes and seconds."""

    def to_internal_value(self, data: Any) -> timedelta:
        if not isinstance(data, str):
            raise ValidationError(_("Not a valid string."), "invalid")
        span = parse_duration(data) if SPAN.fullmatch(data) else None
        if span is None:
            detail = _("Must be an ISO 8601 duration, such as PT28H or P1DT30M.")
            raise ValidationError(detail, "invalid_value")
        return span

    def to_representation(self, value: timedelta) -> str:
        return duration_iso_string(value)


class NewTime(Input):
    """One of the two; both lead ahead."""

    advanceBy = Span(source="by", required=False, help_text="such as PT28H")
    to = Moment(required=False)


class ClockQuery(Input):
    wait = serializers.IntegerField(
        required=False,
        default=0,
        min_value=0,
        max_value=LONGEST_WAIT_S,
        help_text="seconds to wait for `ready`; the answer says how things stand when they are over",
    )


class ClockSerializer(serializers.Serializer[State]):
    now = Stamp(help_text="what the sandbox's clock shows")
    aheadBy = Span(source="ahead", help_text="of the real time, as an ISO 8601 duration")
    status = serializers.SerializerMethodField(help_text="ready: all that became due by now is done")

    @extend_schema_field(serializers.ChoiceField(clocks.STATUSES))
    def get_status(self, state: State) -> str:
        return "ready" if state.ready else "advancing"


def waited(request: ApiRequest) -> Response:
    """How the clock stands, once it is ready or the time that the request gives it is over."""
    wait_s = query(request, ClockQuery)["wait"]
    state, _placed = holding.waited(
        wait_s,
        lambda: clocks.look(request.environment),
        lambda state: state.ready,
        lambda: None,
        PLACES,
        LOOK_S,
    )
    return Response(ClockSerializer(state).data)


class Clock(SandboxView):
    @operation("readSandboxClock", READ, ClockSerializer, query=ClockQuery)
    def get(self, request: ApiRequest) -> Response:
        return waited(request)

    @operation("advanceSandboxClock", CONFIGURE, ClockSerializer, body=NewTime, query=ClockQuery)
    def post(self, request: ApiRequest) -> Response:
        asked = body(request, NewTime)
        query(request, ClockQuery)  # what is wrong with it is said before anything moves
        if len(asked) != 1:
            raise Invalid([("/advanceBy", "required", _("Give either advanceBy or to."))])
        clocks.move(request.environment, request.actor, **asked)
        return waited(request)
