"""/v1/endpoints: where a tenant receives. The signing secret is in the answer to the creation and nowhere else."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.drainage import set_override
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from accounts.clock import clock
from accounts.models import Environment
from accounts.roles import CONFIGURE, READ
from api.endpoint_fields import AccessField, PolicyField, TemplateField
from api.fields import Flag, Id, Input, OrNull, QueryFlag, Stamp, Text, Whole
from api.listing import Listing, Present, Span, listed, read, read_query
from api.paging import page_of
from api.views import ApiRequest, View, body, find, named, operation
from delivery import kinds, secrets, services
from delivery.access_store import lies_outside
from delivery.allowlist import Allowlist
from delivery.backlog import with_backlog
from delivery.catalog import SUBSCRIBABLE
from delivery.composing import stored_policy
from delivery.condition import Condition, condition_of
from delivery.destinations import allowlist_of
from delivery.failover import with_stand_in
from delivery.kinds import ACK_WITHIN_S, OWN
from delivery.models import Endpoint, EndpointSecret, Health
from delivery.preview import preview
from routing import services as routing_services

OF_QUEUES = "of a polling endpoint retry.tries and deliverWithinSeconds only"


def subscriptions() -> serializers.ListField:
    """The events that an endpoint asks for; the services say which there are."""
    return serializers.ListField(
        child=Text(),
        required=False,
        help_text="of a webhook: events that are sent here too, see GET /v1/event-types",
    )


class Own(Input):
    """The fields that one kind has and another has not."""

    url = Text(max_length=2000, required=False, help_text="of a webhook or callback")
    payload = serializers.ChoiceField(Endpoint.Payload.choices, required=False, help_text="of a webhook")
    template = TemplateField(required=False, help_text="of a callback; replaces the whole template")
    ackWithinSeconds = Whole(
        source="ack_within_s",
        required=False,
        min_value=ACK_WITHIN_S[0],
        max_value=ACK_WITHIN_S[1],
        help_text="of a polling endpoint",
    )
    events = subscriptions()


class NewEndpoint(Own):
    kind = serializers.ChoiceField(Endpoint.Kind.choices)
    description = Text(max_length=200, default="", allow_blank=True)
    isDefault = Flag(source="is_default", default=False, help_text="takes what no route takes")
    signsWith = serializers.ChoiceField(
        Endpoint.Scheme.choices, source="signs_with", default=Endpoint.Scheme.HMAC
    )
    policy = PolicyField(required=False, help_text=OF_QUEUES)
    access = AccessField(required=False)


class EndpointChanges(Own):
    description = Text(max_length=200, required=False, allow_blank=True)
    isDefault = Flag(source="is_default", required=False)
    policy = PolicyField(required=False, help_text=f"replaces the whole policy; {OF_QUEUES}")
    failoverId = Id(
        "endpoint",
        required=False,
        allow_null=True,
        help_text="of a webhook or callback: stands in while this one is left alone, and when we disabled it",
    )
    access = AccessField(required=False, help_text="replaces all of it")
    disabled = Flag(required=False, help_text="true holds what waits; false lets it go")


class OfKind(serializers.Field[Endpoint, Any, Any, Any]):
    """What one kind of endpoint has; null for all others."""

    def __init__(self, column: str, shown: serializers.Field[Any, Any, Any, Any]) -> None:
        super().__init__(source="*", read_only=True)
        self.column = column
        shown.allow_null = True
        set_override(self, "field", shown)

    def to_representation(self, value: Endpoint) -> Any:
        return getattr(value, self.column) if self.column in OWN[value.kind] else None


class HealthSerializer(serializers.Serializer[Health]):
    """How it fares since its last success."""

    state = serializers.SerializerMethodField()
    detail = serializers.SerializerMethodField(help_text="the same in a sentence")
    failingSince = Stamp(source="failing_since", allow_null=True)
    failures = serializers.IntegerField(help_text="in a row")
    nextProbeAt = Stamp(
        source="probe_at", allow_null=True, help_text="while it is left alone: when one delivery is tried"
    )
    warnings = serializers.IntegerField(help_text="of four; then it is disabled")

    @extend_schema_field(serializers.ChoiceField(Condition.choices))
    def get_state(self, health: Health) -> str:
        return str(condition_of(health))

    def get_detail(self, health: Health) -> str:
        return str(condition_of(health).label)


class EndpointSerializer(serializers.Serializer[Endpoint]):
    id = Id("endpoint")
    kind = serializers.ChoiceField(Endpoint.Kind.choices)
    url = OrNull()
    payload = OfKind("payload", serializers.ChoiceField(Endpoint.Payload.choices))
    template = OfKind("template", TemplateField())
    ackWithinSeconds = OfKind("ack_within_s", serializers.IntegerField())
    description = serializers.CharField()
    isDefault = serializers.BooleanField(source="is_default")
    signsWith = serializers.ChoiceField(Endpoint.Scheme.choices, source="signs_with")
    policy = PolicyField()
    events = serializers.ListField(
        child=serializers.ChoiceField(SUBSCRIBABLE), help_text="what is sent here besides texts"
    )
    failoverId = Id("endpoint", source="failover_id", allow_null=True)
    divertedTo = Id(
        "endpoint",
        source="diverted_to",
        default=None,
        allow_null=True,
        help_text="where its texts go now; null: to itself, or they wait for it",
    )
    triesAfterSeconds = serializers.SerializerMethodField(
        help_text="when each try comes, in seconds after the first, where each one before fails at once"
    )
    access = AccessField(
        source="*", read_only=True, help_text="without its secrets; null where it does not open"
    )
    certificateExpiresAt = Stamp(
        source="certificate_expires_at", allow_null=True, help_text="of the client certificate"
    )
    destinationAllowed = serializers.SerializerMethodField(
        help_text="false where nothing is sent because the environment's destinations leave it out"
    )
    disabled = serializers.SerializerMethodField()
    disabledBecause = OrNull(
        source="disabled_because", help_text="person, failing, gone (it said 410) or asked"
    )
    health = serializers.SerializerMethodField()
    waiting = serializers.IntegerField(default=0, help_text="deliveries that are neither done nor failed")
    oldestUndeliveredAt = Stamp(
        source="oldest_undelivered_at",
        default=None,
        allow_null=True,
        help_text="when the oldest of these was made",
    )
    oldestUndeliveredSeconds = serializers.SerializerMethodField(help_text="its age; 0 where nothing waits")
    createdAt = Stamp(source="created_at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.allowlists: dict[UUID, Allowlist | None] = {}

    def get_triesAfterSeconds(self, endpoint: Endpoint) -> list[int]:
        return stored_policy(endpoint).tries_after_s

    def get_destinationAllowed(self, endpoint: Endpoint) -> bool:
        if endpoint.environment_id not in self.allowlists:  # one look for all rows of a list
            self.allowlists[endpoint.environment_id] = allowlist_of(endpoint.environment_id)
        return not lies_outside(endpoint, self.allowlists[endpoint.environment_id])

    @extend_schema_field(HealthSerializer)
    def get_health(self, endpoint: Endpoint) -> dict[str, Any]:
        return HealthSerializer(getattr(endpoint, "health", None) or Health(endpoint=endpoint)).data

    def get_oldestUndeliveredSeconds(self, endpoint: Endpoint) -> float:
        oldest: datetime | None = getattr(endpoint, "oldest_undelivered_at", None)
        age = (clock(endpoint.environment) - oldest).total_seconds() if oldest else 0.0
        return max(0.0, round(age, 3))

    def get_disabled(self, endpoint: Endpoint) -> bool:
        return endpoint.disabled_at is not None


class ChangedEndpointSerializer(EndpointSerializer):
    """An endpoint as saved, with what its owner should know about the URL."""

    warnings = serializers.SerializerMethodField()

    def get_warnings(self, endpoint: Endpoint) -> list[str]:
        found: list[str] = self.context["warnings"]
        return found


class CreatedEndpointSerializer(ChangedEndpointSerializer):
    """A new endpoint with its signing secret, which is shown this once; null where nothing is sent."""

    secret = serializers.SerializerMethodField(
        help_text="whsec_…, for any Standard Webhooks library; with v1a the public key, whpk_…"
    )

    def get_secret(self, endpoint: Endpoint) -> str | None:
        text: str = self.context["secret"]
        return text or None


class Rotation(Input):
    overlapSeconds = Whole(
        source="overlap_s",
        default=secrets.OVERLAP_S,
        min_value=0,
        max_value=secrets.LONGEST_OVERLAP_S,
        help_text="for how long those before go on signing beside the new one",
    )


class SecretSerializer(serializers.Serializer[EndpointSecret]):
    """A secret that signs; itself it is told when it is made and never again."""

    id = Id("secret")
    createdAt = Stamp(source="created_at")
    expiresAt = Stamp(source="expires_at", allow_null=True)


class NewSecretSerializer(SecretSerializer):
    """A new secret, shown this once."""

    secret = serializers.SerializerMethodField(help_text="whsec_…, or the public key, whpk_…")

    def get_secret(self, row: EndpointSecret) -> str:
        text: str = self.context["secret"]
        return text


class PreviewRequest(Input):
    template = TemplateField(required=False, help_text="of a callback, instead of the saved one")
    payload = serializers.ChoiceField(
        Endpoint.Payload.choices, required=False, help_text="of a webhook, instead of the saved one"
    )


class HeaderSerializer(serializers.Serializer[Any]):
    """One header of a request."""

    name = serializers.CharField()
    value = serializers.CharField()


class RequestPreviewSerializer(serializers.Serializer[Any]):
    """The request for an example text, as it would go out but for the signature's value."""

    method = serializers.CharField()
    url = serializers.CharField()
    headers = HeaderSerializer(many=True)
    body = serializers.CharField()


class EndpointQuery(Listing):
    shape = EndpointSerializer
    kind = serializers.ChoiceField(Endpoint.Kind.choices, required=False)
    isDefault = QueryFlag(source="is_default", required=False)
    disabled = Present(source="disabled_at")
    createdAt = Span(source="created_at")


class SecretQuery(Listing):
    shape = SecretSerializer


def present(environment: Environment) -> QuerySet[Endpoint]:
    return readable(environment.endpoints.filter(deleted_at=None))


def readable(endpoints: QuerySet[Endpoint]) -> QuerySet[Endpoint]:
    """With what answers tell beside their columns."""
    return with_stand_in(with_backlog(endpoints.select_related("health")))


class Endpoints(View):
    @operation("listEndpoints", READ, page_of(EndpointSerializer), query=EndpointQuery)
    def get(self, request: ApiRequest) -> Response:
        return listed(request, present(request.environment), EndpointQuery)

    @operation("createEndpoint", CONFIGURE, CreatedEndpointSerializer, status=201, body=NewEndpoint)
    def post(self, request: ApiRequest) -> Response:
        new = services.create_endpoint(request.environment, request.actor, **body(request, NewEndpoint))
        told = {"warnings": new.warnings, "secret": new.secret}
        return Response(CreatedEndpointSerializer(new.endpoint, context=told).data, 201)


class OneEndpoint(View):
    def endpoint(self, request: ApiRequest, id: str) -> Endpoint:
        return find(present(request.environment), "endpoint", id)

    @operation("readEndpoint", READ, EndpointSerializer, query=read_query(EndpointSerializer))
    def get(self, request: ApiRequest, endpoint_id: str) -> Response:
        return read(request, self.endpoint(request, endpoint_id), EndpointSerializer)

    @operation("updateEndpoint", CONFIGURE, ChangedEndpointSerializer, body=EndpointChanges)
    def patch(self, request: ApiRequest, endpoint_id: str) -> Response:
        endpoint, changes = self.endpoint(request, endpoint_id), body(request, EndpointChanges)
        if "failoverId" in changes:
            id = changes.pop("failoverId")
            others = present(request.environment)
            changes["failover"] = None if id is None else named(others, "endpoint", id, "/failoverId")
        warnings = services.update_endpoint(endpoint, request.actor, **changes)
        endpoint = self.endpoint(
            request, endpoint_id
        )  # what waits, and where it goes, follows from the change
        return Response(ChangedEndpointSerializer(endpoint, context={"warnings": warnings}).data)

    @operation("deleteEndpoint", CONFIGURE, None, status=204, conflicts=True)
    def delete(self, request: ApiRequest, endpoint_id: str) -> Response:
        routing_services.delete_endpoint(self.endpoint(request, endpoint_id), request.actor)
        return Response(status=204)


class PreviewOfEndpoint(View):
    @operation("previewEndpoint", CONFIGURE, RequestPreviewSerializer, body=PreviewRequest, conflicts=True)
    def post(self, request: ApiRequest, endpoint_id: str) -> Response:
        endpoint = find(present(request.environment), "endpoint", endpoint_id)
        given = body(request, PreviewRequest)
        kinds.check(endpoint.kind, given)
        shown = preview(endpoint, **given)
        headers = [{"name": name, "value": value} for name, value in shown.headers]
        return Response(shown._asdict() | {"headers": headers})


class Secrets(View):
    @operation("listEndpointSecrets", READ, page_of(SecretSerializer), query=SecretQuery)
    def get(self, request: ApiRequest, endpoint_id: str) -> Response:
        endpoint = find(present(request.environment), "endpoint", endpoint_id)
        return listed(request, secrets.live(endpoint), SecretQuery)

    @operation(
        "createEndpointSecret", CONFIGURE, NewSecretSerializer, status=201, body=Rotation, conflicts=True
    )
    def post(self, request: ApiRequest, endpoint_id: str) -> Response:
        endpoint = find(present(request.environment), "endpoint", endpoint_id)
        row, secret = secrets.rotate(endpoint, request.actor, **body(request, Rotation))
        told = {"secret": secrets.shown(secret)}
        return Response(NewSecretSerializer(row, context=told).data, 201)


class OneSecret(View):
    @operation("readEndpointSecret", READ, SecretSerializer, query=read_query(SecretSerializer))
    def get(self, request: ApiRequest, endpoint_id: str, secret_id: str) -> Response:
        endpoint = find(present(request.environment), "endpoint", endpoint_id)
        return read(request, find(secrets.live(endpoint), "secret", secret_id), SecretSerializer)

    @operation("deleteEndpointSecret", CONFIGURE, None, status=204, conflicts=True)
    def delete(self, request: ApiRequest, endpoint_id: str, secret_id: str) -> Response:
        endpoint = find(present(request.environment), "endpoint", endpoint_id)
        secrets.withdraw(find(secrets.live(endpoint), "secret", secret_id), request.actor)
        return Response(status=204)
