"""/v1/issues: how endpoints fail, and what to do about it."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.response import Response

from accounts.roles import READ_MESSAGES, REPLAY
from api.errors import documented_at
from api.fields import Id, Input, Stamp
from api.listing import IdOf, Listing, Span, listed, read, read_query
from api.paging import page_of
from api.views import ApiRequest, View, body, find, operation
from delivery import issues
from delivery.models import Issue
from delivery.retry import BY_CODE


class IssueChanges(Input):
    state = serializers.ChoiceField(
        Issue.State.choices, help_text="a resolved one opens by itself when the endpoint fails so again"
    )


class IssueSerializer(serializers.Serializer[Issue]):
    id = Id("issue")
    endpointId = Id("endpoint", source="endpoint_id")
    errorCode = serializers.IntegerField(source="error_code")
    cause = serializers.SerializerMethodField(help_text="in a sentence")
    remedy = serializers.SerializerMethodField(help_text="what to do, in a sentence")
    documentedAt = serializers.SerializerMethodField(help_text="a page about this code, for people")
    state = serializers.ChoiceField(Issue.State.choices)
    count = serializers.IntegerField(help_text="failed tries so far")
    firstSeenAt = Stamp(source="first_seen")
    lastSeenAt = Stamp(source="last_seen")
    openedAt = Stamp(source="opened_at", help_text="the last time")
    resolvedAt = Stamp(source="resolved_at", allow_null=True)
    lastDeliveryId = Id("delivery", source="last_delivery")

    def get_cause(self, issue: Issue) -> str:
        return str(BY_CODE[issue.error_code].explanation)

    def get_remedy(self, issue: Issue) -> str:
        return str(BY_CODE[issue.error_code].remedy)

    def get_documentedAt(self, issue: Issue) -> str:
        return documented_at(issue.error_code)


class IssueQuery(Listing):
    shape = IssueSerializer
    state = serializers.ChoiceField(Issue.State.choices, required=False)
    endpointId = IdOf("endpoint", source="endpoint")
    errorCode = serializers.ChoiceField(sorted(BY_CODE), source="error_code", required=False)
    lastSeenAt = Span(source="last_seen")


class Issues(View):
    @operation("listIssues", READ_MESSAGES, page_of(IssueSerializer), query=IssueQuery)
    def get(self, request: ApiRequest) -> Response:
        return listed(request, request.environment.issues.all(), IssueQuery)


class OneIssue(View):
    @operation("readIssue", READ_MESSAGES, IssueSerializer, query=read_query(IssueSerializer))
    def get(self, request: ApiRequest, issue_id: str) -> Response:
        return read(request, find(request.environment.issues.all(), "issue", issue_id), IssueSerializer)

    @operation("updateIssue", REPLAY, IssueSerializer, body=IssueChanges)
    def patch(self, request: ApiRequest, issue_id: str) -> Response:
        issue = find(request.environment.issues.all(), "issue", issue_id)
        changed = issues.change(issue, request.actor, body(request, IssueChanges)["state"])
        return Response(IssueSerializer(changed).data)
