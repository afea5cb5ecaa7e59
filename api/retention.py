"""/v1/retention: for how many days an environment keeps what texts say, and what became of them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from accounts import retention
from accounts.models import Environment
from accounts.roles import MANAGE_CONSENT, READ
from api.fields import Input, Whole
from api.views import ApiRequest, View, body, operation

CONTENT = "what texts say, who sent them, and what endpoints answered"
ATTEMPTS = "attempts, and events with what was sent of them"
COLUMNS = {"contentDays": "content_kept_days", "attemptsDays": "attempts_kept_days"}


class RetentionChanges(Input):
    """Null is as the operator says."""

    contentDays = Whole(required=False, allow_null=True, help_text=CONTENT)
    attemptsDays = Whole(required=False, allow_null=True, help_text=ATTEMPTS)


class LimitsSerializer(serializers.Serializer[Any]):
    """The most that may be chosen."""

    contentDays = serializers.IntegerField(source="content")
    attemptsDays = serializers.IntegerField(source="attempts")


class RetentionSerializer(serializers.Serializer[Any]):
    contentDays = serializers.IntegerField(source="kept.content", help_text=CONTENT)
    attemptsDays = serializers.IntegerField(source="kept.attempts", help_text=ATTEMPTS)
    limits = LimitsSerializer(source="most")


def answer(environment: Environment) -> Response:
    shown = {"kept": retention.kept(environment), "most": retention.most()}
    return Response(RetentionSerializer(shown).data)


class Retention(View):
    @operation("readRetention", READ, RetentionSerializer)
    def get(self, request: ApiRequest) -> Response:
        return answer(request.environment)

    @operation("updateRetention", MANAGE_CONSENT, RetentionSerializer, body=RetentionChanges)
    def patch(self, request: ApiRequest) -> Response:
        days = {COLUMNS[name]: value for name, value in body(request, RetentionChanges).items()}
        return answer(retention.choose(request.environment, request.actor, **days))
