"""/v1/audit-entries: who changed what, who saw which content, when and from where; as a list and as a file."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.drainage import set_override
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts import ids, trail
from accounts.models import AuditEntry
from accounts.roles import READ_AUDIT
from api.audit_fields import AUDITED
from api.errors import BadQuery
from api.fields import ACTOR_KINDS, Input, Moment, Raw, Stamp, Text
from api.listing import Listing, listed
from api.paging import page_of
from api.views import ApiRequest, View, operation, query
from delivery.finding import Found

MEDIA_TYPES = {"jsonl": "application/x-ndjson", "csv": "text/csv"}


class AnyId(Text):
    """A public id of whatever noun."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        set_override(self, "field", {"type": "string", "pattern": "^[a-z]+_[0-9a-v]{26}$"})

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if ids.parse_any(text) is None:
            raise ValidationError(_("This is no id."), "invalid_value")
        return text


class Filters(Input):
    action = Text(required=False, max_length=60, help_text="such as endpoint.updated")
    actor = AnyId(help_text="id of a person, key or OAuth client")
    target = AnyId(help_text="what was changed or seen; of a message also the lists that showed it")
    requestId = Text(required=False, max_length=40)
    address = serializers.IPAddressField(required=False)
    seen = serializers.ChoiceField(
        ["true"], required=False, help_text="only who was shown what texts or documents say"
    )
    organisation = serializers.ChoiceField(
        ["true"], required=False, help_text="what concerns all environments; live keys only"
    )

    def get_fields(self) -> dict[str, Any]:
        """The bounds of time too, whose names Python does not allow."""
        bounds = {"at[gte]": Moment(required=False), "at[lt]": Moment(required=False)}
        return super().get_fields() | bounds


class ExportQuery(Filters):
    format = serializers.ChoiceField(list(MEDIA_TYPES), default="jsonl", help_text="JSON Lines, or CSV")


class Fields(Raw):
    """Changed fields and their values (api.audit_fields); no secrets, no personal data."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, allow_null=True, **kwargs)
        set_override(self, "field", AUDITED)


class AuditEntrySerializer(serializers.Serializer[AuditEntry]):
    id = serializers.CharField()
    at = Stamp()
    environment = serializers.CharField(allow_null=True, help_text="null for the whole organisation's")
    actorKind = serializers.ChoiceField(ACTOR_KINDS)
    actorId = serializers.CharField(allow_null=True)
    action = serializers.CharField(help_text="noun.verb")
    targetId = serializers.CharField(allow_null=True)
    before = Fields()
    after = Fields()
    requestId = serializers.CharField(allow_null=True, help_text="of the request that did it")
    address = serializers.CharField(allow_null=True, help_text="from which it was asked")
    simulated = serializers.BooleanField(help_text="whether it is of a sandbox")

    def to_representation(self, entry: AuditEntry) -> dict[str, Any]:
        return {name: value for name, value in trail.told(entry).items() if name in self.fields}


class AuditQuery(Filters, Listing):
    shape = AuditEntrySerializer


def wanted(request: ApiRequest, asked: dict[str, Any]) -> trail.Wanted:
    """What the query asks for. Raises BadQuery where a sandbox's key asks for what is not its environment's."""
    if "organisation" in asked and not request.environment.is_live:
        detail = _("What concerns the whole organisation is read with a key of live.")
        raise BadQuery("organisation", "live_only", detail)
    return trail.Wanted(
        organisation="organisation" in asked,
        seen="seen" in asked,
        action=asked.get("action", ""),
        actor=asked.get("actor", ""),
        target=asked.get("target", ""),
        request_id=asked.get("requestId", ""),
        address=asked.get("address", ""),
        since=asked.get("at[gte]"),
        until=asked.get("at[lt]"),
    )


def search(request: ApiRequest, **asked: Any) -> Found[AuditEntry]:
    return Found((trail.entries(request.environment, wanted(request, asked)),))


class AuditEntries(View):
    @operation("listAuditEntries", READ_AUDIT, page_of(AuditEntrySerializer), query=AuditQuery)
    def get(self, request: ApiRequest) -> Response:
        return listed(request, partial(search, request), AuditQuery)


class Export(View):
    @operation(
        "exportAuditEntries",
        READ_AUDIT,
        OpenApiTypes.STR,
        query=ExportQuery,
        media=tuple(MEDIA_TYPES.values()),
    )
    def get(self, request: ApiRequest) -> HttpResponseBase:
        """Everything that the filters let through, in one answer, the newest first."""
        asked = query(request, ExportQuery)
        form = asked["format"]
        pieces = trail.export(request.environment, request.actor, wanted(request, asked), form)
        return StreamingHttpResponse(pieces, content_type=MEDIA_TYPES[form])
