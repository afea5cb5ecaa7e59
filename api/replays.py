"""/v1/replays: many deliveries sent again as one job: planned, run, watched, cancelled."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from accounts.roles import READ_MESSAGES, REPLAY
from api.deliveries import Nothing
from api.fields import Flag, Id, Input, Moment, OrNull, Stamp, Text
from api.listing import Listing, Span, listed, read, read_query
from api.paging import page_of
from api.views import ApiRequest, View, body, find, named, operation
from delivery import replays
from delivery.models import Replay
from delivery.retry import BY_CODE
from delivery.selection import MOST_COUNTED, OVER
from routing import replaying

STATES = [(state.value, state.label) for state in OVER]


class ReplayFilter(Input):
    """What is meant. With kind `recover` or `missing` an endpoint is named; `missing` takes no state and no code."""

    since = Moment(help_text="made, or for `missing` arrived, at that time or later")
    until = Moment(required=False, help_text="and before that")
    endpointId = Id("endpoint", required=False)
    state = serializers.ChoiceField(STATES, required=False, help_text="failed unless you say otherwise")
    errorCode = serializers.ChoiceField(sorted(BY_CODE), required=False)
    number = Text(required=False, max_length=16, help_text="that the texts came to")
    everything = Flag(
        default=False, help_text="for `missing`: also what routes sent elsewhere, or nowhere; with care"
    )


class NewReplay(Input):
    kind = serializers.ChoiceField(Replay.Kind.choices)
    filter = ReplayFilter()


class PlannedFilterSerializer(serializers.Serializer[Any]):
    since = serializers.DateTimeField()
    until = serializers.DateTimeField(required=False)
    endpointId = Id("endpoint", required=False)
    state = serializers.ChoiceField(STATES, required=False)
    errorCode = serializers.IntegerField(required=False)
    number = serializers.CharField(required=False)
    everything = serializers.BooleanField(required=False)


class ReplaySerializer(serializers.Serializer[Replay]):
    id = Id("replay")
    kind = serializers.ChoiceField(Replay.Kind.choices)
    filter = serializers.SerializerMethodField()
    state = serializers.ChoiceField(Replay.State.choices)
    because = OrNull(
        help_text="why it failed: endpointDisabled, endpointDeleted, or broken (by an error of ours)"
    )
    planned = serializers.IntegerField(
        help_text=f"how many it would touch, when it was planned; counted up to {MOST_COUNTED}"
    )
    plannedIsExact = serializers.BooleanField(
        source="planned_exact",
        help_text="false where there are more than planned; with planned 0, counting took too long",
    )
    queued = serializers.IntegerField(help_text="how many it made due so far")
    outcomes = serializers.SerializerMethodField(help_text="what became of these, by state")
    notSent = serializers.SerializerMethodField(
        help_text="once it is over: how many of those planned it did not make due, by why (endpointDisabled, "
        "endpointDeleted, changed, cancelled, broken); at least as many, where plannedIsExact is false"
    )
    createdAt = Stamp(source="created_at")
    startedAt = Stamp(source="started_at", allow_null=True)
    finishedAt = Stamp(source="finished_at", allow_null=True)

    @extend_schema_field(PlannedFilterSerializer)
    def get_filter(self, job: Replay) -> dict[str, str | int | bool]:
        return replays.described(job)

    def get_outcomes(self, job: Replay) -> dict[str, int]:
        return replays.report(job)

    def get_notSent(self, job: Replay) -> dict[str, int]:
        return replays.not_sent(job)


class ReplayQuery(Listing):
    shape = ReplaySerializer
    kind = serializers.ChoiceField(Replay.Kind.choices, required=False)
    state = serializers.ChoiceField(Replay.State.choices, required=False)
    createdAt = Span(source="created_at")


def named_filter(request: ApiRequest, asked: dict[str, Any]) -> dict[str, Any]:
    """The filter with the endpoint that it names; raises Invalid."""
    id = asked.pop("endpointId", None)
    if id is not None:
        present = request.environment.endpoints.filter(deleted_at=None)
        asked["endpoint"] = named(present, "endpoint", id, "/filter/endpointId")
    return asked


class Replays(View):
    @operation("listReplays", READ_MESSAGES, page_of(ReplaySerializer), query=ReplayQuery)
    def get(self, request: ApiRequest) -> Response:
        return listed(request, request.environment.replays.select_related("environment"), ReplayQuery)

    @operation(
        "createReplay", REPLAY, ReplaySerializer, status=201, body=NewReplay, conflicts=True, bulk=True
    )
    def post(self, request: ApiRequest) -> Response:
        values = body(request, NewReplay)
        filter = named_filter(request, values["filter"])
        job = replaying.plan(request.environment, request.actor, values["kind"], **filter)
        return Response(ReplaySerializer(job).data, 201)


def one(request: ApiRequest, replay_id: str) -> Replay:
    return find(request.environment.replays.all(), "replay", replay_id)


class OneReplay(View):
    @operation("readReplay", READ_MESSAGES, ReplaySerializer, query=read_query(ReplaySerializer))
    def get(self, request: ApiRequest, replay_id: str) -> Response:
        return read(request, one(request, replay_id), ReplaySerializer)

    @operation("deleteReplay", REPLAY, ReplaySerializer, conflicts=True)
    def delete(self, request: ApiRequest, replay_id: str) -> Response:
        return Response(ReplaySerializer(replays.cancel(one(request, replay_id), request.actor)).data)


class Run(View):
    @operation("runReplay", REPLAY, ReplaySerializer, status=202, body=Nothing, conflicts=True, bulk=True)
    def post(self, request: ApiRequest, replay_id: str) -> Response:
        job = one(request, replay_id)
        body(request, Nothing)
        return Response(ReplaySerializer(replays.run(job, request.actor)).data, 202)
