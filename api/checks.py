"""/v1/endpoints/{id}/check: whether the receiver's code takes what is ours and refuses what is not."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from accounts.roles import CONFIGURE
from api.deliveries import Nothing
from api.endpoints import present
from api.views import ApiRequest, View, body, find, operation
from delivery import checking
from delivery.checking import PROBES, Finding

NAMES = [(probe.name, probe.name) for probe in PROBES]


class FindingSerializer(serializers.Serializer[Finding]):
    request = serializers.ChoiceField(NAMES, source="probe.name")
    description = serializers.CharField(source="probe.what")
    status = serializers.IntegerField(allow_null=True, help_text="of the answer")
    error = serializers.SerializerMethodField(help_text="why there was no answer")
    milliseconds = serializers.SerializerMethodField()
    right = serializers.BooleanField(allow_null=True, help_text="null where no answer came")
    verdict = serializers.CharField(help_text="the same in a sentence")

    def get_error(self, finding: Finding) -> str | None:
        return str(finding.error.explanation) if finding.error else None

    def get_milliseconds(self, finding: Finding) -> int:
        return finding.took_us // 1000


class CheckSerializer(serializers.Serializer[Any]):
    """What came of the four requests, in the order in which they were sent."""

    right = serializers.BooleanField(help_text="all four were")
    findings = FindingSerializer(many=True)


class Check(View):
    @operation("checkEndpoint", CONFIGURE, CheckSerializer, body=Nothing, conflicts=True)
    def post(self, request: ApiRequest, endpoint_id: str) -> Response:
        endpoint = find(present(request.environment), "endpoint", endpoint_id)
        body(request, Nothing)
        findings = checking.check(endpoint, request.actor)
        right = all(finding.right for finding in findings)
        return Response(CheckSerializer({"right": right, "findings": findings}).data)
