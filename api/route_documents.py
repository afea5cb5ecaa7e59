"""/v1/routes/…: all routes at once as a document that can be checked, exported and imported, and its versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from accounts import ids, trail
from accounts.errors import Conflict, Invalid
from accounts.roles import CONFIGURE, READ
from api.deliveries import Nothing
from api.endpoints import present
from api.fields import ACTOR_KINDS, Id, Input, QueryFlag, Stamp, Text
from api.listing import Listing, asked_of, listed, read, read_query
from api.paging import page_of
from api.parsers import FileJSONParser
from api.routes import MAX_ENDPOINTS, Conditions, ShownConditionSerializer
from api.views import ApiRequest, View, body, find, operation, seen_by
from delivery.models import Endpoint
from routing import documents, versions
from routing.documents import Change, Entry
from routing.models import Route, RouteVersion
from routing.services import MAX_ROUTES


class ImportedRoute(Input):
    id = Id("route", required=False, help_text="of the route that this is; left out, it is a new one")
    name = Text(max_length=80)
    conditions = Conditions(default=list)
    action = serializers.ChoiceField(Route.Action.choices, default=Route.Action.DELIVER)
    endpointIds = serializers.ListField(child=Id("endpoint"), max_length=MAX_ENDPOINTS, default=list)
    routingTag = Text(source="routing_tag", max_length=80, default="", allow_blank=True)


def imported(**more: Any) -> serializers.ListField:
    """The routes of a body, in the order in which they are asked."""
    return serializers.ListField(child=ImportedRoute(), max_length=MAX_ROUTES, **more)


class RouteImport(Input):
    routes = imported(help_text="in the order in which they are asked")


class DryRun(Input):
    dryRun = QueryFlag(default=False, help_text="true: tell what would change, and change nothing")


# ---- answers


class RouteEntrySerializer(serializers.Serializer[Any]):
    """A route as a document has it."""

    id = serializers.CharField()
    name = serializers.CharField()
    conditions = ShownConditionSerializer(many=True)
    action = serializers.ChoiceField(Route.Action.choices)
    endpointIds = serializers.ListField(child=Id("endpoint"))
    routingTag = serializers.CharField()


class RouteDocumentSerializer(serializers.Serializer[Any]):
    """All routes, in the order in which they are asked; POST and PUT take it as it is."""

    routes = RouteEntrySerializer(many=True)


class RouteChangeSerializer(serializers.Serializer[Change]):
    change = serializers.ChoiceField(["created", "updated", "moved", "deleted"], source="kind")
    id = Id("route")
    name = serializers.CharField()
    before = RouteEntrySerializer(allow_null=True)
    after = RouteEntrySerializer(allow_null=True)


class RouteDifferenceSerializer(serializers.Serializer[Any]):
    """What changes, route by route; what is not named stays as it is."""

    dryRun = serializers.BooleanField()
    changes = RouteChangeSerializer(many=True)


class RouteFindingSerializer(serializers.Serializer[Any]):
    pointer = serializers.CharField(help_text="JSON pointer into the body")
    code = serializers.CharField()
    detail = serializers.CharField()


class RouteValidationSerializer(serializers.Serializer[Any]):
    """Whether an import would take the document."""

    valid = serializers.BooleanField()
    errors = RouteFindingSerializer(many=True)  # type: ignore[assignment]
    warnings = RouteFindingSerializer(many=True)


class RouteVersionSerializer(serializers.Serializer[RouteVersion]):
    id = Id("route_version")
    number = serializers.IntegerField()
    createdAt = Stamp(source="created_at")
    by = serializers.ChoiceField(ACTOR_KINDS, source="actor_kind")
    byId = serializers.SerializerMethodField(help_text="of the person, key or OAuth client")
    count = serializers.SerializerMethodField(help_text="of routes")

    def get_byId(self, version: RouteVersion) -> str | None:
        noun = trail.ACTORS.get(version.actor_kind)
        return ids.public(noun, version.actor_id) if noun and version.actor_id else None

    def get_count(self, version: RouteVersion) -> int:
        return len(version.routes)


class WholeRouteVersionSerializer(RouteVersionSerializer):
    """A version with its routes."""

    routes = serializers.SerializerMethodField()

    @extend_schema_field(RouteEntrySerializer(many=True))
    def get_routes(self, version: RouteVersion) -> list[Any]:
        return [RouteEntrySerializer(told(route), context=self.context).data for route in version.routes]


class RouteVersionQuery(Listing):
    shape = RouteVersionSerializer
    by = "-number"


# ---- reading bodies


def entries_of(request: ApiRequest, given: Sequence[dict[str, Any]]) -> list[Entry]:
    """The routes of a body, with the endpoints that they name. Raises Invalid."""
    wanted = {id for entry in given for text in entry["endpointIds"] if (id := ids.parse("endpoint", text))}
    known = present(request.environment).in_bulk(wanted)
    errors: list[tuple[str, str, str]] = []
    entries = []
    for at, entry in enumerate(given):
        endpoints = endpoints_of(entry.pop("endpointIds"), known, f"/routes/{at}/endpointIds", errors)
        id = entry.pop("id", None)
        parsed = ids.parse("route", id) if id is not None else None
        if id is not None and parsed is None:
            errors.append((f"/routes/{at}/id", "unknown_id", unknown()))
        entries.append(Entry(id=parsed, endpoints=endpoints, **entry))
    if errors:
        raise Invalid(errors)
    return entries


def endpoints_of(
    wanted: list[str], known: Mapping[UUID, Endpoint], pointer: str, errors: list[tuple[str, str, str]]
) -> list[Endpoint]:
    found = []
    for at, text in enumerate(wanted):
        id = ids.parse("endpoint", text)
        if id is None or id not in known:
            errors.append((f"{pointer}/{at}", "unknown_id", unknown()))
        else:
            found.append(known[id])
    return found


def unknown() -> str:
    return _("This environment has nothing with this id.")


def told(route: dict[str, Any]) -> dict[str, Any]:
    """A route of a stored document with the ids that outsiders know."""
    return route | {
        "id": ids.public("route", UUID(route["id"])),
        "endpointIds": [UUID(id) for id in route["endpointIds"]],
    }


def difference(request: ApiRequest, changes: Sequence[Change], dry_run: bool) -> Response:
    rows = [
        change._replace(
            before=told(change.before) if change.before else None,
            after=told(change.after) if change.after else None,
        )
        for change in changes
    ]
    answer = RouteDifferenceSerializer({"dryRun": dry_run, "changes": rows}, context=seen_by(request))
    return Response(answer.data)


# ---- the resources


class Export(View):
    @operation("exportRoutes", READ, RouteDocumentSerializer)
    def get(self, request: ApiRequest) -> Response:
        routes = [told(route) for route in versions.document(request.environment)]
        return Response(RouteDocumentSerializer({"routes": routes}, context=seen_by(request)).data)


class Import(View):
    http_method_names = ("put",)
    parser_classes = (FileJSONParser,)

    @operation(
        "importRoutes", CONFIGURE, RouteDifferenceSerializer, body=RouteImport, query=DryRun, conflicts=True
    )
    def put(self, request: ApiRequest) -> Response:
        """Replaces all routes by those of the document, all or none."""
        dry_run = asked_of(request, DryRun)["dryRun"]
        entries = entries_of(request, body(request, RouteImport)["routes"])
        changes = documents.put(request.environment, request.actor, entries, dry_run=dry_run)
        return difference(request, changes, dry_run)


class Validate(View):
    parser_classes = (FileJSONParser,)

    @operation("validateRoutes", READ, RouteValidationSerializer, body=RouteImport)
    def post(self, request: ApiRequest) -> Response:
        """What is wrong with a document in its parts; one that cannot be read answers 422."""
        given = body(request, RouteImport)["routes"]
        errors, entries = [], []
        try:
            entries = entries_of(request, given)
            documents.put(request.environment, request.actor, entries, dry_run=True)
        except Invalid as invalid:
            errors = [
                {"pointer": "#" + e.pointer, "code": e.code, "detail": e.detail} for e in invalid.errors
            ]
        except Conflict as conflict:
            errors = [{"pointer": "#/routes", "code": conflict.code, "detail": conflict.detail}]
        detail = _("It is never asked: an earlier route takes every text.")
        warnings = [
            {"pointer": f"#/routes/{at}", "code": "never_asked", "detail": detail}
            for at in documents.never_asked(entries)
        ]
        answer = {"valid": not errors, "errors": errors, "warnings": warnings}
        return Response(RouteValidationSerializer(answer).data)


class Versions(View):
    @operation("listRouteVersions", READ, page_of(RouteVersionSerializer), query=RouteVersionQuery)
    def get(self, request: ApiRequest) -> Response:
        return listed(request, request.environment.route_versions.all(), RouteVersionQuery)


def version_of(request: ApiRequest, id: str) -> RouteVersion:
    return find(request.environment.route_versions.all(), "route_version", id)


class OneVersion(View):
    @operation(
        "readRouteVersion", READ, WholeRouteVersionSerializer, query=read_query(WholeRouteVersionSerializer)
    )
    def get(self, request: ApiRequest, route_version_id: str) -> Response:
        return read(request, version_of(request, route_version_id), WholeRouteVersionSerializer)


class Restore(View):
    @operation(
        "restoreRouteVersion",
        CONFIGURE,
        RouteDifferenceSerializer,
        body=Nothing,
        query=DryRun,
        conflicts=True,
    )
    def post(self, request: ApiRequest, route_version_id: str) -> Response:
        version = version_of(request, route_version_id)
        dry_run = asked_of(request, DryRun)["dryRun"]
        body(request, Nothing)
        return difference(request, documents.restore(version, request.actor, dry_run=dry_run), dry_run)
