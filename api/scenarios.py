"""/v1/sandbox/scenarios and /v1/sandbox/runs: things that happen to whoever receives texts, and what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from accounts.ids import public
from accounts.roles import CONFIGURE, READ, READ_MESSAGES
from api import errors, holding
from api.fields import Id, Input, Stamp, Text
from api.listing import Listing, Span, listed
from api.paging import Paging, page, page_of
from api.sandboxed import SandboxView
from api.simulator import LONGEST_WAIT_S, LOOK_S
from api.views import ApiRequest, body, find, operation, query
from sandbox import copies, runs
from sandbox.judging import ABOUT, expectations
from sandbox.scenario_run import ScenarioRun
from sandbox.scenarios import SCENARIOS, Category, Scenario

ANY_NUMBER = "a number that the sandbox holds; without it, the one that it has held longest"
ANY_SENDER = "who writes, instead of the scenario's own senders"
LOOKED = {"looked": True}
UNTIL_OVER = "seconds, until the run is over or waits for a time that has not come"


@extend_schema_field(OpenApiTypes.DOUBLE)
class Seconds(serializers.Field[timedelta, Any, float, Any]):
    """A span of time."""

    def to_representation(self, value: timedelta) -> float:
        return value.total_seconds()


class ScenarioPartSerializer(serializers.Serializer[Any]):
    """One part on its way."""

    number = serializers.IntegerField()
    delaySeconds = Seconds(source="delay")


class ScenarioTextSerializer(serializers.Serializer[Any]):
    """One text as the simulator takes it."""

    senderId = serializers.CharField(source="sender")
    content = serializers.CharField(allow_blank=True)
    carrier = serializers.CharField(
        allow_null=True, help_text="null: that of the number's own channel, or `sandbox`"
    )
    parts = ScenarioPartSerializer(many=True, allow_null=True)
    count = serializers.IntegerField()
    repeats = serializers.IntegerField()
    delaySeconds = Seconds(source="delay")
    skewSeconds = Seconds(source="skew")


class ExpectationSerializer(serializers.Serializer[Any]):
    """Something that has to come of a text."""

    # What is `seen` takes no readContent: the words are the library's own, and another sender than its own is not told.
    text = serializers.IntegerField(help_text="which of the scenario's texts, from 1")
    about = serializers.ChoiceField(ABOUT)
    expected = serializers.CharField()
    seen = serializers.CharField(allow_null=True)
    passed = serializers.BooleanField(allow_null=True, help_text="null while it may still come true")


class CopiesSerializer(serializers.Serializer[copies.Copies]):
    """The scenario to take along, ready to be pasted."""

    curl = serializers.CharField()
    pytest = serializers.CharField()
    playwright = serializers.CharField()


class ScenarioSerializer(serializers.Serializer[Scenario]):
    """Something that happens to whoever receives texts."""

    name = serializers.CharField()
    category = serializers.ChoiceField(Category.choices)
    title = serializers.CharField()
    description = serializers.CharField()
    texts = ScenarioTextSerializer(many=True)
    expectations = serializers.SerializerMethodField()
    copies = serializers.SerializerMethodField()

    @extend_schema_field(ExpectationSerializer(many=True))
    def get_expectations(self, scenario: Scenario) -> list[dict[str, Any]]:
        return runs.told(expectations(scenario))

    @extend_schema_field(CopiesSerializer)
    def get_copies(self, scenario: Scenario) -> dict[str, str]:
        return copies.copies(scenario, self.context["number"])._asdict()


class RunSerializer(serializers.Serializer[ScenarioRun]):
    """One run of a scenario, as it stands now."""

    id = Id("run")
    scenario = serializers.CharField()
    numberUsed = serializers.CharField(source="number_used")
    createdAt = Stamp(source="created_at")
    state = serializers.ChoiceField(ScenarioRun.State.choices)
    dueAt = Stamp(
        source="due_at",
        allow_null=True,
        help_text="when, by the sandbox's clock, what the run waits for is due: put the clock ahead to see it now",
    )
    finishedAt = Stamp(source="finished_at", allow_null=True)
    expectations = ExpectationSerializer(many=True)
    messageIds = serializers.SerializerMethodField(help_text="of what came, the oldest first")

    def get_messageIds(self, run: ScenarioRun) -> list[str]:
        return [public("message", id) for id in run.message_ids]

    def to_representation(self, run: ScenarioRun) -> dict[str, Any]:
        """With `looked` in the context, as whoever waited found it."""
        return super().to_representation(run if "looked" in self.context else runs.look(run))


class NewRun(Input):
    numberUsed = Text(source="number_used", max_length=40, required=False, help_text=ANY_NUMBER)
    senderId = Text(source="sender_id", max_length=64, required=False, help_text=ANY_SENDER)


class NewRuns(NewRun):
    scenarios = serializers.ListField(
        child=Text(max_length=60),
        source="names",
        required=False,
        min_length=1,
        max_length=100,
        help_text="their names; all without it",
    )


class RunQuery(Listing):
    shape = RunSerializer
    scenario = serializers.CharField(required=False, max_length=60)
    createdAt = Span(source="created_at")


class RunsSerializer(serializers.Serializer[Any]):
    """The runs that were begun, in the order of the scenarios."""

    data = RunSerializer(many=True)  # type: ignore[assignment]  # the metaclass takes fields out of the class


class WaitingQuery(Input):
    wait = serializers.IntegerField(default=0, min_value=0, max_value=LONGEST_WAIT_S, help_text=UNTIL_OVER)


def scenario_of(name: str) -> Scenario:
    """Raises NotFound."""
    if name not in SCENARIOS:
        raise errors.NotFound
    return SCENARIOS[name]


def number_for(request: ApiRequest) -> dict[str, str]:
    """The context in which scenarios are shown: where their commands lead."""
    return {"number": runs.number_shown(request.environment)}


class Scenarios(SandboxView):
    @operation("listScenarios", READ, page_of(ScenarioSerializer, counted=False), query=Paging)
    def get(self, request: ApiRequest) -> Response:
        names = list(SCENARIOS)

        def fetch(after: str | None, most: int) -> Sequence[Scenario]:
            start = names.index(after) + 1 if after is not None and after in SCENARIOS else 0
            return [SCENARIOS[name] for name in names[start : start + most]]

        context = number_for(request)
        return page(request, fetch, ScenarioSerializer, lambda one: str(one.name), context=context)


class OneScenario(SandboxView):
    @operation("readScenario", READ, ScenarioSerializer)
    def get(self, request: ApiRequest, scenario_name: str) -> Response:
        shown = ScenarioSerializer(scenario_of(scenario_name), context=number_for(request))
        return Response(shown.data)


class RunsOfScenario(SandboxView):
    @operation("runScenario", CONFIGURE, RunSerializer, status=202, body=NewRun, query=WaitingQuery)
    def post(self, request: ApiRequest, scenario_name: str) -> Response:
        scenario, wait_s = scenario_of(scenario_name), query(request, WaitingQuery)["wait"]
        begun = runs.begin(request.environment, request.actor, [scenario.name], **body(request, NewRun))
        return Response(RunSerializer(waited(begun, wait_s)[0], context=LOOKED).data, 202)


class Runs(SandboxView):
    @operation("listRuns", READ_MESSAGES, page_of(RunSerializer), query=RunQuery)
    def get(self, request: ApiRequest) -> Response:
        return listed(request, request.environment.scenario_runs.select_related("environment"), RunQuery)

    @operation("runScenarios", CONFIGURE, RunsSerializer, status=202, body=NewRuns, query=WaitingQuery)
    def post(self, request: ApiRequest) -> Response:
        wait_s = query(request, WaitingQuery)["wait"]
        begun = runs.begin(request.environment, request.actor, **body(request, NewRuns))
        return Response(RunsSerializer({"data": waited(begun, wait_s)}, context=LOOKED).data, 202)


class OneRun(SandboxView):
    @operation("readRun", READ_MESSAGES, RunSerializer, query=WaitingQuery)
    def get(self, request: ApiRequest, run_id: str) -> Response:
        wait_s = query(request, WaitingQuery)["wait"]
        run = find(request.environment.scenario_runs.select_related("environment"), "run", run_id)
        return Response(RunSerializer(waited([run], wait_s)[0], context=LOOKED).data)


def waited(begun: Sequence[ScenarioRun], wait_s: float) -> Sequence[ScenarioRun]:
    """The runs, once none can go on by itself or so many seconds are over, if a place to wait is free."""
    if wait_s:
        runs.send(begun)
    holding.waited(
        wait_s,
        lambda: [runs.look(run) for run in begun],
        lambda looked: not any(run.goes_on for run in looked),
        lambda: runs.send(begun),
        holding.PLACES,
        LOOK_S,
    )
    return begun
