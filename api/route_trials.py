"""/v1/routes/dry-run: what routes would do with a text, and what would change for those that came."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from accounts import ids
from accounts.errors import Invalid
from accounts.roles import READ_CONTENT
from api.fields import Id, Input, OrNull, Text, Whole
from api.message_fields import Explanation
from api.parsers import FileJSONParser
from api.route_documents import entries_of, imported
from api.views import ApiRequest, View, body, named, operation
from inbox import reading
from inbox.models import Message
from routing import documents, trial
from routing.models import Route
from routing.trial import KEPT, MOST_TEXTS, Comparison, Example, Outcome, Ways

ACTIONS = [*Route.Action.values, KEPT]


class SampleText(Input):
    numberUsed = Text(source="number_used", max_length=40)
    senderId = Text(source="sender_id", max_length=40)
    content = Text(max_length=4000, allow_blank=True, trim_whitespace=False)


# One of text, messageId and last.
class RouteTrialRequest(Input):
    routes = imported(required=False, help_text="to try; left out, those in force")
    text = SampleText(required=False)
    messageId = Id("message", required=False)
    last = Whole(min_value=1, max_value=MOST_TEXTS, required=False, help_text="so many texts, the newest")


class RouteOutcomeSerializer(serializers.Serializer[Outcome]):
    """Where a text goes."""

    routeId = Id(
        "route", source="route", allow_null=True, help_text="null where no route, or a new one, takes it"
    )
    routeName = OrNull(source="name")
    action = serializers.CharField(help_text=f"{', '.join(ACTIONS)}: no route takes it, it waits to be read")
    routingTag = OrNull(source="routing_tag")
    endpointIds = serializers.SerializerMethodField(help_text="null where nobody knows any more")

    @extend_schema_field(serializers.ListField(child=Id("endpoint"), allow_null=True))
    def get_endpointIds(self, outcome: Outcome) -> list[str] | None:
        if outcome.endpoints is None:
            return None
        return sorted(ids.public("endpoint", one) for one in outcome.endpoints)


class RouteDecisionSerializer(RouteOutcomeSerializer):
    """Where a text would go, and why."""

    explanation = Explanation(help_text="each earlier route, and why it did not take the text")


class RouteTrialExampleSerializer(serializers.Serializer[Example]):
    """A text that would go elsewhere."""

    messageId = Id("message", source="message")
    before = RouteOutcomeSerializer()
    after = RouteOutcomeSerializer()


class TakenByRouteSerializer(serializers.Serializer[Any]):
    """How many of the texts a route takes; without id and name, none does."""

    routeId = Id("route", source="route", allow_null=True)
    routeName = OrNull(source="name")
    count = serializers.IntegerField()


class RouteComparisonSerializer(serializers.Serializer[Comparison]):
    """Routes to try against those in force; those in force against what became of the texts."""

    looked = serializers.IntegerField()
    unreadable = serializers.IntegerField(help_text="erased, or no longer to be opened")
    changed = serializers.IntegerField(help_text="that would go elsewhere")
    taken = serializers.SerializerMethodField()
    examples = RouteTrialExampleSerializer(many=True, help_text="the newest of the changed")

    @extend_schema_field(TakenByRouteSerializer(many=True))
    def get_taken(self, found: Comparison) -> list[Any]:
        rows = [
            {"route": route, "name": name, "count": count}
            for (route, name), count in found.taken.most_common()
        ]
        return [TakenByRouteSerializer(row).data for row in rows]


class RouteTrialSerializer(serializers.Serializer[Any]):
    """What routes do: with one text (decision), with stored ones (comparison), or both."""

    decision = RouteDecisionSerializer(allow_null=True)
    comparison = RouteComparisonSerializer(allow_null=True)


class Try(View):
    parser_classes = (FileJSONParser,)

    # Which texts a route takes tells what they say, also where no answer shows them.
    @operation("tryRoutes", READ_CONTENT, RouteTrialSerializer, body=RouteTrialRequest, conflicts=True)
    def post(self, request: ApiRequest) -> Response:
        """What routes would do. Nothing is sent and nothing is kept."""
        asked = body(request, RouteTrialRequest)
        only_one(asked)
        before, after = ways(request, asked)
        if "text" in asked:
            return tried(after.of(trial.text_of(**asked["text"])), None)
        if "last" in asked:
            found = trial.compare(trial.latest(request.environment, asked["last"]), before, after)
            named_in = [ids.public("message", example.message) for example in found.examples]
            reading.listed(request.environment, request.actor, named_in)
            return tried(None, found)
        message: Message = named(
            request.environment.messages.all(), "message", asked["messageId"], "/messageId"
        )
        text = trial.read(message)
        if text is not None:
            reading.read(request.environment, request.actor, message.pk)
        return tried(after.of(text) if text else None, trial.compare([message], before, after))


def ways(request: ApiRequest, asked: dict[str, Any]) -> tuple[Ways | None, Ways]:
    """What to compare with, where it is not what became of the texts; and what to try."""
    in_force = trial.in_force(request.environment)
    if "routes" not in asked:
        return None, in_force
    entries = entries_of(request, asked["routes"])
    documents.put(request.environment, request.actor, entries, dry_run=True)
    return in_force, trial.proposed(request.environment, entries)


def only_one(asked: dict[str, Any]) -> None:
    given = [name for name in ("text", "messageId", "last") if name in asked]
    if len(given) != 1:
        detail = _("Give exactly one of text, messageId and last.")
        raise Invalid([(f"/{given[1]}" if given else "/text", "one_of", detail)])


def tried(decision: Outcome | None, comparison: Comparison | None) -> Response:
    return Response(RouteTrialSerializer({"decision": decision, "comparison": comparison}).data)
