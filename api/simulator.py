"""/v1/sandbox/messages: texts as a carrier would bring them, sent through the door."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from accounts.ids import public
from accounts.roles import CONFIGURE, READ_MESSAGES
from api import holding
from api.deliveries import Nothing
from api.fields import Id, Input, Moment, Real, Stamp, Text, Whole
from api.sandboxed import SandboxView
from api.views import ApiRequest, body, find, operation, query
from sandbox import magic, quarantine, sending, simulator
from sandbox.dialects import DIALECTS
from sandbox.simulation import SimulatedText, Simulation
from sandbox.simulator import Order, PartSent

LONGEST_WAIT_S = 10
LATEST_S = simulator.LATEST_DELAY.total_seconds()
LOOK_S = 0.1
IN_PARTS = ", ".join(name for name, dialect in DIALECTS.items() if dialect.hands_over_parts)


class SentPart(Input):
    number = Whole(min_value=1, max_value=255, help_text="which part, from 1")
    delaySeconds = Real(
        source="delay_s",
        default=0,
        min_value=0,
        max_value=LATEST_S,
        help_text="how much later than the text it comes",
    )


class NewSimulation(Input):
    numberUsed = Text(source="number_used", max_length=40, help_text="a number that the sandbox holds")
    senderId = Text(
        source="sender_id",
        max_length=64,
        help_text="any: a number, a short code, a name; "
        f"those from {magic.TABLE[0].number} to {magic.TABLE[-1].number} make us misbehave",
    )
    content = Text(max_length=10_000, allow_blank=True, trim_whitespace=False)
    carrier = Text(
        required=False,
        max_length=30,
        help_text=f"in whose dialect: {', '.join(DIALECTS)}. Without it, that of the number's own channel",
    )
    parts = serializers.ListField(
        child=SentPart(),
        required=False,
        max_length=simulator.MOST_TEXTS,
        help_text="the parts of a long text in the order in which they come: one that is missing is lost, one that "
        f"is named twice comes twice. Only where the carrier does not join them itself ({IN_PARTS})",
    )
    sentAt = Moment(
        source="sent_at", required=False, help_text="what the carrier says, by the sandbox's clock"
    )
    skewSeconds = Real(
        source="skew_s",
        default=0,
        min_value=-LATEST_S,
        max_value=LATEST_S,
        help_text="by how much the carrier's clock is ahead",
    )
    count = Whole(default=1, min_value=1, max_value=simulator.MOST_TEXTS, help_text="how many such texts")
    ratePerSecond = Real(
        source="per_second",
        required=False,
        min_value=0.01,
        max_value=simulator.FASTEST,
        help_text="all at once without it",
    )
    delaySeconds = Real(
        source="delay_s",
        default=0,
        min_value=0,
        max_value=LATEST_S,
        help_text="by the sandbox's clock",
    )
    repeats = Whole(
        default=0, min_value=0, max_value=simulator.MOST_REPEATS, help_text="how often the same comes again"
    )
    carrierMessageId = Text(
        source="carrier_message_id", required=False, max_length=64, help_text="instead of a new one"
    )


class WaitingQuery(Input):
    wait = serializers.IntegerField(
        default=0,
        min_value=0,
        max_value=LONGEST_WAIT_S,
        help_text="seconds, until all that is whole has arrived",
    )


class SimulatedTextSerializer(serializers.Serializer[SimulatedText]):
    carrierMessageId = serializers.CharField(source="carrier_message_id")
    part = serializers.IntegerField(allow_null=True)
    parts = serializers.IntegerField(allow_null=True)
    dueAt = Stamp(source="due_at")
    state = serializers.ChoiceField(SimulatedText.State.choices)
    answer = serializers.IntegerField(
        allow_null=True,
        help_text="the HTTP status of the last request; by smpp what its command_status comes to",
    )
    tries = serializers.IntegerField()
    messageId = serializers.SerializerMethodField(help_text="null while, or because, it is no message")

    def get_messageId(self, text: SimulatedText) -> str | None:
        found: UUID | None = self.context["messages"].get(text.carrier_message_id)
        return public("message", found) if found else None


class SimulationSerializer(serializers.Serializer[Simulation]):
    """What the simulator sends, one request of the carrier after the other."""

    id = Id("simulation")
    numberUsed = serializers.CharField(source="number_used")
    channelId = Id("channel", source="channel_id")
    carrier = serializers.CharField(source="channel.carrier")
    createdAt = Stamp(source="created_at")
    messageIds = serializers.SerializerMethodField(help_text="of what has arrived so far, the oldest first")
    texts = serializers.SerializerMethodField()

    def get_messageIds(self, simulation: Simulation) -> list[str]:
        return [public("message", id) for id in sorted(set(self.context["messages"].values()))]

    @extend_schema_field(SimulatedTextSerializer(many=True))
    def get_texts(self, simulation: Simulation) -> Any:
        return SimulatedTextSerializer(self.context["texts"], many=True, context=self.context).data


class Simulations(SandboxView):
    @operation(
        "simulateMessages",
        CONFIGURE,
        SimulationSerializer,
        status=202,
        body=NewSimulation,
        query=WaitingQuery,
        conflicts=True,
    )
    def post(self, request: ApiRequest) -> Response:
        wait_s = query(request, WaitingQuery)["wait"]
        order = order_of(body(request, NewSimulation))
        simulation = simulator.simulate(request.environment, request.actor, order)
        sending.send_due(simulation.pk, 0)
        return Response(told(simulation, wait_s), 202)


class OneSimulation(SandboxView):
    @operation("readSimulation", READ_MESSAGES, SimulationSerializer, query=WaitingQuery)
    def get(self, request: ApiRequest, simulation_id: str) -> Response:
        wait_s = query(request, WaitingQuery)["wait"]
        return Response(told(one(request, simulation_id), wait_s))


class Release(SandboxView):
    @operation("releaseSimulation", CONFIGURE, SimulationSerializer, body=Nothing)
    def post(self, request: ApiRequest, simulation_id: str) -> Response:
        body(request, Nothing)
        simulation = one(request, simulation_id)
        messages = sending.messages_of(simulation, list(simulation.texts.all()))
        quarantine.release(request.environment, request.actor, simulation.pk, set(messages.values()))
        return Response(told(simulation, 0))


def one(request: ApiRequest, simulation_id: str) -> Simulation:
    rows = request.environment.simulations.select_related("channel")
    return find(rows, "simulation", simulation_id)


def order_of(asked: dict[str, Any]) -> Order:
    """The body as the simulator takes it."""
    parts, skew_s, delay_s = asked.pop("parts", None), asked.pop("skew_s"), asked.pop("delay_s")
    sent = parts and [PartSent(part["number"], timedelta(seconds=part["delay_s"])) for part in parts]
    return Order(**asked, parts=sent, skew=timedelta(seconds=skew_s), delay=timedelta(seconds=delay_s))


def told(simulation: Simulation, wait_s: float) -> dict[str, Any]:
    """The simulation as it stands, or as soon as it is settled within so many seconds, if a place to wait is free."""

    def look() -> tuple[list[SimulatedText], dict[str, UUID]]:
        texts = list(simulation.texts.all())
        return texts, sending.messages_of(simulation, texts)

    (texts, messages), _placed = holding.waited(
        wait_s,
        look,
        lambda found: sending.is_settled(*found),
        lambda: sending.send_due(simulation.pk, 0),
        holding.PLACES,
        LOOK_S,
    )
    shown = SimulationSerializer(simulation, context={"texts": texts, "messages": messages})
    return dict(shown.data)
