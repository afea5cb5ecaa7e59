"""/v1/channels: the ways in. Credentials go in and are never shown again; answers name which ones are set."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Environment
from api.fields import Id, Input, Stamp, Text
from api.paging import Paging, page_of, paged
from api.views import ApiRequest, View, body, find, operation
from numbers import services
from numbers.carriers import CARRIERS
from numbers.models import Channel

CREDENTIALS_SCHEMA = {
    "type": "object",
    "additionalProperties": {"type": "string"},
    "description": "; ".join(
        f"{carrier}: {', '.join(module.credentials) or 'none'}"
        for carrier, module in sorted(CARRIERS.items())
    ),
}


@extend_schema_field(CREDENTIALS_SCHEMA)
class Credentials(serializers.DictField):
    """Each carrier knows its own; numbers.services asks it."""

    child = Text(max_length=4000, trim_whitespace=False)


class NewChannel(Input):
    carrier = Text(max_length=30, help_text=", ".join(sorted(CARRIERS)))
    name = Text(max_length=80, default="", allow_blank=True)
    credentials = Credentials(default=dict)


class ChannelChanges(Input):
    name = Text(max_length=80, required=False, allow_blank=True)
    credentials = Credentials(required=False, help_text="replaces all of them")


class ChannelSerializer(serializers.Serializer[Channel]):
    id = Id("channel")
    carrier = serializers.CharField()
    name = serializers.CharField()
    ingestUrl = serializers.SerializerMethodField()
    credentialsSet = serializers.SerializerMethodField(
        help_text="names of the credentials, never their values"
    )
    createdAt = Stamp(source="created_at")

    def get_ingestUrl(self, channel: Channel) -> str:
        return f"{settings.PUBLIC_INGEST_URL}{channel.path}"

    def get_credentialsSet(self, channel: Channel) -> list[str]:
        return sorted(channel.credentials())


def present(environment: Environment) -> QuerySet[Channel]:
    return environment.channels.filter(deleted_at=None)


def answer(channel: Channel, status: int = 200) -> Response:
    return Response(ChannelSerializer(channel).data, status)


class Channels(View):
    @operation("listChannels", page_of(ChannelSerializer), query=Paging)
    def get(self, request: ApiRequest) -> Response:
        return paged(request, present(request.environment), ChannelSerializer)

    @operation("createChannel", ChannelSerializer, status=201, body=NewChannel)
    def post(self, request: ApiRequest) -> Response:
        values = body(request, NewChannel)
        return answer(services.create_channel(request.environment, request.actor, **values), 201)


class OneChannel(View):
    def channel(self, request: ApiRequest, id: str) -> Channel:
        return find(present(request.environment), "channel", id)

    @operation("readChannel", ChannelSerializer)
    def get(self, request: ApiRequest, channel_id: str) -> Response:
        return answer(self.channel(request, channel_id))

    @operation("updateChannel", ChannelSerializer, body=ChannelChanges)
    def patch(self, request: ApiRequest, channel_id: str) -> Response:
        channel = self.channel(request, channel_id)
        changes: dict[str, Any] = body(request, ChannelChanges)
        return answer(services.update_channel(channel, request.actor, **changes))

    @operation("deleteChannel", None, status=204, conflicts=True)
    def delete(self, request: ApiRequest, channel_id: str) -> Response:
        services.delete_channel(self.channel(request, channel_id), request.actor)
        return Response(status=204)
