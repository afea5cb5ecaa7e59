"""/v1/endpoints: where a tenant receives. The signing secret is in the answer to the creation and nowhere else."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.drainage import set_override
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Environment
from api.fields import Flag, Id, Input, OrNull, Raw, Stamp, Text, Whole
from api.paging import Paging, page_of, paged
from api.views import ApiRequest, View, body, find, operation
from delivery import secrets, services
from delivery.backlog import with_backlog
from delivery.catalog import SUBSCRIBABLE
from delivery.composing import stored_policy
from delivery.models import Endpoint, EndpointSecret
from delivery.policy import DEADLINES_S, LONGEST_PAUSE_S, MOST_TRIES, ON_FAILURE, TREATMENTS, WITHIN_S
from routing import services as routing_services


def between(low: int, high: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": low, "maximum": high}


def shape(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties}


POLICY = shape(
    retry={
        "oneOf": [
            shape(
                delaysSeconds={
                    "type": "array",
                    "maxItems": MOST_TRIES - 1,
                    "items": between(1, LONGEST_PAUSE_S),
                    "description": "the pause before each try after the first",
                }
            ),
            shape(
                firstSeconds=between(1, LONGEST_PAUSE_S),
                factor={"type": "number", "minimum": 1, "maximum": 10},
                longestSeconds=between(1, LONGEST_PAUSE_S),
                tries=between(1, MOST_TRIES),
            ),
        ]
    },
    deadlineSeconds=between(*DEADLINES_S) | {"description": "for one try, answer included"},
    deliverWithinSeconds=between(*WITHIN_S)
    | {"description": "from the text's arrival; later it is worthless"},
    onFailure=shape(
        **{
            name: {"type": "string", "enum": [*TREATMENTS, *(["disable"] if name == "410" else [])]}
            for name in ON_FAILURE
        }
    ),
)


class PolicyField(Raw):
    """How tries are made; what is absent is as documented (docs/webhooks.md)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        set_override(self, "field", POLICY)


def subscriptions() -> serializers.ListField:
    """The events that an endpoint asks for; the services say which there are."""
    return serializers.ListField(
        child=Text(), required=False, help_text="events that are sent here too: GET /v1/event-types"
    )


class NewEndpoint(Input):
    kind = serializers.ChoiceField(Endpoint.Kind.choices)
    url = Text(max_length=2000)
    description = Text(max_length=200, default="", allow_blank=True)
    isDefault = Flag(source="is_default", default=False, help_text="takes what no route takes")
    signsWith = serializers.ChoiceField(
        Endpoint.Scheme.choices, source="signs_with", default=Endpoint.Scheme.HMAC
    )
    policy = PolicyField(required=False)
    events = subscriptions()


class EndpointChanges(Input):
    url = Text(max_length=2000, required=False)
    description = Text(max_length=200, required=False, allow_blank=True)
    isDefault = Flag(source="is_default", required=False)
    policy = PolicyField(required=False, help_text="replaces the whole policy")
    events = subscriptions()
    disabled = Flag(required=False, help_text="true holds what waits; false lets it go")


class EndpointSerializer(serializers.Serializer[Endpoint]):
    id = Id("endpoint")
    kind = serializers.ChoiceField(Endpoint.Kind.choices)
    url = serializers.CharField()
    description = serializers.CharField()
    isDefault = serializers.BooleanField(source="is_default")
    signsWith = serializers.ChoiceField(Endpoint.Scheme.choices, source="signs_with")
    policy = PolicyField()
    events = serializers.ListField(
        child=serializers.ChoiceField(SUBSCRIBABLE), help_text="what is sent here besides texts"
    )
    triesAfterSeconds = serializers.SerializerMethodField(
        help_text="when each try comes, in seconds after the first, where each one before fails at once"
    )
    disabled = serializers.SerializerMethodField()
    disabledBecause = OrNull(
        source="disabled_because", help_text="person, failing, gone (it said 410) or asked"
    )
    waiting = serializers.IntegerField(default=0, help_text="deliveries that are neither done nor failed")
    oldestUndeliveredAt = Stamp(
        source="oldest_undelivered_at", default=None, help_text="when the oldest of these was made"
    )
    createdAt = Stamp(source="created_at")

    def get_triesAfterSeconds(self, endpoint: Endpoint) -> list[int]:
        return stored_policy(endpoint).tries_after_s

    def get_disabled(self, endpoint: Endpoint) -> bool:
        return endpoint.disabled_at is not None


class ChangedEndpointSerializer(EndpointSerializer):
    """An endpoint as saved, with what its owner should know about the URL."""

    warnings = serializers.SerializerMethodField()

    def get_warnings(self, endpoint: Endpoint) -> list[str]:
        found: list[str] = self.context["warnings"]
        return found


class CreatedEndpointSerializer(ChangedEndpointSerializer):
    """A new endpoint with its signing secret, which is shown this once."""

    secret = serializers.SerializerMethodField(
        help_text="whsec_…, for any Standard Webhooks library; with v1a the public key, whpk_…"
    )

    def get_secret(self, endpoint: Endpoint) -> str:
        text: str = self.context["secret"]
        return text


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


def present(environment: Environment) -> QuerySet[Endpoint]:
    return with_backlog(environment.endpoints.filter(deleted_at=None))


class Endpoints(View):
    @operation("listEndpoints", page_of(EndpointSerializer), query=Paging)
    def get(self, request: ApiRequest) -> Response:
        return paged(request, present(request.environment), EndpointSerializer)

    @operation("createEndpoint", CreatedEndpointSerializer, status=201, body=NewEndpoint)
    def post(self, request: ApiRequest) -> Response:
        values = body(request, NewEndpoint)
        del values["kind"]  # there is one kind so far
        values["subscribed"] = values.pop("events", [])
        new = services.create_endpoint(request.environment, request.actor, **values)
        told = {"warnings": new.warnings, "secret": new.secret}
        return Response(CreatedEndpointSerializer(new.endpoint, context=told).data, 201)


class OneEndpoint(View):
    def endpoint(self, request: ApiRequest, id: str) -> Endpoint:
        return find(present(request.environment), "endpoint", id)

    @operation("readEndpoint", EndpointSerializer)
    def get(self, request: ApiRequest, endpoint_id: str) -> Response:
        return Response(EndpointSerializer(self.endpoint(request, endpoint_id)).data)

    @operation("updateEndpoint", ChangedEndpointSerializer, body=EndpointChanges)
    def patch(self, request: ApiRequest, endpoint_id: str) -> Response:
        endpoint = self.endpoint(request, endpoint_id)
        warnings = services.update_endpoint(endpoint, request.actor, **body(request, EndpointChanges))
        return Response(ChangedEndpointSerializer(endpoint, context={"warnings": warnings}).data)

    @operation("deleteEndpoint", None, status=204, conflicts=True)
    def delete(self, request: ApiRequest, endpoint_id: str) -> Response:
        routing_services.delete_endpoint(self.endpoint(request, endpoint_id), request.actor)
        return Response(status=204)


class Secrets(View):
    @operation("listEndpointSecrets", page_of(SecretSerializer), query=Paging)
    def get(self, request: ApiRequest, endpoint_id: str) -> Response:
        endpoint = find(present(request.environment), "endpoint", endpoint_id)
        return paged(request, secrets.live(endpoint), SecretSerializer)

    @operation("createEndpointSecret", NewSecretSerializer, status=201, body=Rotation, conflicts=True)
    def post(self, request: ApiRequest, endpoint_id: str) -> Response:
        endpoint = find(present(request.environment), "endpoint", endpoint_id)
        row, secret = secrets.rotate(endpoint, request.actor, **body(request, Rotation))
        told = {"secret": secrets.shown(secret)}
        return Response(NewSecretSerializer(row, context=told).data, 201)


class OneSecret(View):
    @operation("deleteEndpointSecret", None, status=204, conflicts=True)
    def delete(self, request: ApiRequest, endpoint_id: str, secret_id: str) -> Response:
        endpoint = find(present(request.environment), "endpoint", endpoint_id)
        secrets.withdraw(find(secrets.live(endpoint), "secret", secret_id), request.actor)
        return Response(status=204)
