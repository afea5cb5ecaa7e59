"""/v1/endpoints: where a tenant receives. The signing secret is in the answer to the creation and nowhere else."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.drainage import set_override
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Environment
from api.fields import Flag, Id, Input, OrNull, Raw, Stamp, Text, Whole
from api.paging import Paging, page_of, paged
from api.views import ApiRequest, View, body, find, named, operation
from delivery import secrets, services
from delivery.access import AUTH_METHODS, LONGEST, LONGEST_NAME, LONGEST_PEM, MOST_HEADERS
from delivery.access_store import lies_outside, shown_access
from delivery.allowlist import Allowlist
from delivery.composing import stored_policy
from delivery.destinations import allowlist_of
from delivery.models import Endpoint, EndpointSecret
from delivery.policy import (
    DEADLINES_S,
    IN_FLIGHT,
    LONGEST_PAUSE_S,
    MOST_TRIES,
    ON_FAILURE,
    ORDER_WAITS_S,
    RATES,
    TREATMENTS,
    WITHIN_S,
)
from routing import services as routing_services


def between(low: int, high: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": low, "maximum": high}


def shape(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties}


RATE = {"type": "number", "minimum": RATES[0], "maximum": RATES[1]}
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
    maxInFlight=between(*IN_FLIGHT) | {"description": "requests at once, in one worker process"},
    ratePerSecond=RATE | {"description": "requests a second"},
    drain=shape(
        ratePerSecond=RATE | {"description": "of what piled up; 100 unless chosen"},
        newestFirst={"type": "boolean"},
    ),
    ordered=shape(
        waitSeconds=between(*ORDER_WAITS_S)
        | {"description": "how long a text waits at most for earlier ones of its sender; 600 unless chosen"}
    )
    | {"description": "texts of one sender come one after another"},
)


class PolicyField(Raw):
    """How tries are made; what is absent is as documented (docs/webhooks.md)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        set_override(self, "field", POLICY)


def text(longest: int, **more: Any) -> dict[str, Any]:
    return {"type": "string", "maxLength": longest} | more


def secret(longest: int = LONGEST) -> dict[str, Any]:
    told = "null in answers; null or absent keeps what an otherwise same entry had"
    return {"type": ["string", "null"], "maxLength": longest, "description": told}


ACCESS = shape(
    headers={
        "type": "array",
        "maxItems": MOST_HEADERS,
        "items": shape(name=text(LONGEST_NAME), value=secret(), secret={"type": "boolean", "default": True}),
    },
    basic=shape(username=text(LONGEST), password=secret()),
    bearer=shape(token=secret()),
    oauth2=shape(
        tokenUrl=text(2000, format="uri"),
        clientId=text(LONGEST),
        clientSecret=secret(),
        scope=text(LONGEST),
        audience=text(LONGEST),
        authMethod={"type": "string", "enum": list(AUTH_METHODS), "default": AUTH_METHODS[0]},
    ),
    clientCertificate=shape(
        certificate=text(LONGEST_PEM, description="PEM, the client's own first"), key=secret(LONGEST_PEM)
    ),
    caCertificate=text(LONGEST_PEM, description="PEM; issuers to trust instead of the public ones"),
)


class AccessField(Raw):
    """What is sent along: headers, one of basic, bearer and oauth2, certificates (docs/webhooks.md)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        answer = {"type": ["object", "null"]} if self.read_only else {}
        set_override(self, "field", ACCESS | answer)

    def to_representation(self, value: Any) -> Any:
        return shown_access(value)


class NewEndpoint(Input):
    kind = serializers.ChoiceField(Endpoint.Kind.choices)
    url = Text(max_length=2000)
    description = Text(max_length=200, default="", allow_blank=True)
    isDefault = Flag(source="is_default", default=False, help_text="takes what no route takes")
    signsWith = serializers.ChoiceField(
        Endpoint.Scheme.choices, source="signs_with", default=Endpoint.Scheme.HMAC
    )
    policy = PolicyField(required=False)
    access = AccessField(required=False)


class EndpointChanges(Input):
    url = Text(max_length=2000, required=False)
    description = Text(max_length=200, required=False, allow_blank=True)
    isDefault = Flag(source="is_default", required=False)
    policy = PolicyField(required=False, help_text="replaces the whole policy")
    failoverId = Id(
        "endpoint", required=False, allow_null=True, help_text="stands in while this one is left alone"
    )
    access = AccessField(required=False, help_text="replaces all of it")
    disabled = Flag(required=False, help_text="true holds what waits; false lets it go")


class EndpointSerializer(serializers.Serializer[Endpoint]):
    id = Id("endpoint")
    kind = serializers.ChoiceField(Endpoint.Kind.choices)
    url = serializers.CharField()
    description = serializers.CharField()
    isDefault = serializers.BooleanField(source="is_default")
    signsWith = serializers.ChoiceField(Endpoint.Scheme.choices, source="signs_with")
    policy = PolicyField()
    failoverId = Id("endpoint", source="failover_id", allow_null=True)
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
    disabledBecause = OrNull(source="disabled_because", help_text="person, gone (it said 410) or asked")
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
    return environment.endpoints.filter(deleted_at=None)


class Endpoints(View):
    @operation("listEndpoints", page_of(EndpointSerializer), query=Paging)
    def get(self, request: ApiRequest) -> Response:
        return paged(request, present(request.environment), EndpointSerializer)

    @operation("createEndpoint", CreatedEndpointSerializer, status=201, body=NewEndpoint)
    def post(self, request: ApiRequest) -> Response:
        values = body(request, NewEndpoint)
        del values["kind"]  # there is one kind so far
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
        endpoint, changes = self.endpoint(request, endpoint_id), body(request, EndpointChanges)
        if "failoverId" in changes:
            id = changes.pop("failoverId")
            others = present(request.environment)
            changes["failover"] = None if id is None else named(others, "endpoint", id, "/failoverId")
        warnings = services.update_endpoint(endpoint, request.actor, **changes)
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
