"""/v1/channels: the ways in. Credentials go in and are never shown again; answers name which ones are set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Environment
from accounts.roles import CONFIGURE, READ
from api.fields import Id, Input, OrNull, Stamp, Text
from api.listing import Listing, Span, listed, read, read_query
from api.paging import page_of
from api.views import ApiRequest, View, body, find, operation
from ingest.models import Line, best
from numbers import sellers, services
from numbers.carriers import CARRIERS, HTTP_CARRIERS
from numbers.carriers.base import InboundSms, Part
from numbers.models import Channel
from numbers.preview import Preview, preview

WHOLE = ("port", "answerStatus")  # credentials that may be written as numbers too
CREDENTIALS_SCHEMA = {
    "type": "object",
    "properties": {name: {"type": ["string", "integer"]} for name in WHOLE},
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

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            data = {**data, **{name: str(data[name]) for name in WHOLE if type(data.get(name)) is int}}
        return super().to_internal_value(data)


class NewChannel(Input):
    carrier = Text(max_length=30, help_text=", ".join(sorted(CARRIERS)))
    name = Text(max_length=80, default="", allow_blank=True)
    credentials = Credentials(default=dict)


class ChannelChanges(Input):
    name = Text(max_length=80, required=False, allow_blank=True)
    credentials = Credentials(required=False, help_text="replaces all of them")


class Sample(Input):
    method = serializers.ChoiceField(["POST", "GET"], default="POST")
    query = Text(max_length=8000, default="", allow_blank=True, help_text="without the question mark")
    body = Text(
        max_length=100_000,
        default="",
        allow_blank=True,
        trim_whitespace=False,
        help_text="as the sender posts it",
    )
    credentials = Credentials(required=False, help_text="to try instead of the channel's own; not kept")


class PartSerializer(serializers.Serializer[Part]):
    reference = serializers.CharField()
    total = serializers.IntegerField()
    number = serializers.IntegerField()


class ReadTextSerializer(serializers.Serializer[InboundSms]):
    """One text as it would be kept."""

    carrierMessageId = OrNull(source="carrier_id", help_text="what a repeat is known by")
    senderId = serializers.CharField(source="sender")
    numberUsed = serializers.CharField(source="recipient")
    content = serializers.CharField()
    sentAt = Stamp(
        source="sent_at", allow_null=True, help_text="null where it is not there or cannot be read"
    )
    media = serializers.ListField(child=serializers.CharField())
    part = PartSerializer(allow_null=True)


class UnreadFieldSerializer(serializers.Serializer[Any]):
    pointer = serializers.CharField(help_text="JSON pointer into the sample's body")
    detail = serializers.CharField()


class PreviewSerializer(serializers.Serializer[Preview]):
    """What the channel reads in a sample: texts, or what keeps it from reading them."""

    texts = ReadTextSerializer(many=True)
    unread = serializers.SerializerMethodField()

    @extend_schema_field(UnreadFieldSerializer(many=True))
    def get_unread(self, seen: Preview) -> list[dict[str, str]]:
        return [{"pointer": "#" + pointer, "detail": detail} for pointer, detail in seen.errors]


class LineSerializer(serializers.Serializer[Line]):
    state = serializers.ChoiceField(choices=Line.State.choices)
    reason = OrNull(help_text=", ".join(Line.Reason.values))
    since = Stamp()


class ChannelSerializer(serializers.Serializer[Channel]):
    id = Id("channel")
    carrier = serializers.CharField()
    name = serializers.CharField()
    ingestUrl = serializers.SerializerMethodField(
        help_text="where the carrier sends texts; null where we connect to the carrier (smpp)"
    )
    line = serializers.SerializerMethodField(
        help_text="how the connection to the carrier stands, of several sessions the best; null for other carriers, "
        "and before the first try"
    )
    credentialsSet = serializers.SerializerMethodField(
        help_text="names of the credentials, never their values"
    )
    sellsNumbers = serializers.SerializerMethodField(
        help_text="whether numbers can be bought through it: its carrier sells them and has the credentials for it"
    )
    createdAt = Stamp(source="created_at")

    def get_ingestUrl(self, channel: Channel) -> str | None:
        return settings.PUBLIC_INGEST_URL + channel.path if channel.carrier in HTTP_CARRIERS else None

    @extend_schema_field(LineSerializer(allow_null=True))
    def get_line(self, channel: Channel) -> dict[str, Any] | None:
        line = best(channel.lines.all())
        return LineSerializer(line).data if line else None

    def get_credentialsSet(self, channel: Channel) -> list[str]:
        return sorted(channel.credentials())

    def get_sellsNumbers(self, channel: Channel) -> bool:
        return sellers.sells(channel)


class ChannelQuery(Listing):
    shape = ChannelSerializer
    carrier = serializers.ChoiceField(sorted(CARRIERS), required=False)
    createdAt = Span(source="created_at")


def present(environment: Environment) -> QuerySet[Channel]:
    return environment.channels.filter(deleted_at=None).prefetch_related("lines")


def answer(channel: Channel, status: int = 200) -> Response:
    return Response(ChannelSerializer(channel).data, status)


class Channels(View):
    @operation("listChannels", READ, page_of(ChannelSerializer), query=ChannelQuery)
    def get(self, request: ApiRequest) -> Response:
        return listed(request, present(request.environment), ChannelQuery)

    @operation("createChannel", CONFIGURE, ChannelSerializer, status=201, body=NewChannel)
    def post(self, request: ApiRequest) -> Response:
        values = body(request, NewChannel)
        return answer(services.create_channel(request.environment, request.actor, **values), 201)


class OneChannel(View):
    def channel(self, request: ApiRequest, id: str) -> Channel:
        return find(present(request.environment), "channel", id)

    @operation("readChannel", READ, ChannelSerializer, query=read_query(ChannelSerializer))
    def get(self, request: ApiRequest, channel_id: str) -> Response:
        return read(request, self.channel(request, channel_id), ChannelSerializer)

    @operation("updateChannel", CONFIGURE, ChannelSerializer, body=ChannelChanges)
    def patch(self, request: ApiRequest, channel_id: str) -> Response:
        channel = self.channel(request, channel_id)
        changes: dict[str, Any] = body(request, ChannelChanges)
        return answer(services.update_channel(channel, request.actor, **changes))

    @operation("deleteChannel", CONFIGURE, None, status=204, conflicts=True)
    def delete(self, request: ApiRequest, channel_id: str) -> Response:
        services.delete_channel(self.channel(request, channel_id), request.actor)
        return Response(status=204)


class PreviewOfChannel(View):
    @operation("previewChannel", CONFIGURE, PreviewSerializer, body=Sample, conflicts=True)
    def post(self, request: ApiRequest, channel_id: str) -> Response:
        """What the channel would read in a request. Its signature is not asked for, and nothing is kept."""
        channel = find(present(request.environment), "channel", channel_id)
        values: dict[str, Any] = body(request, Sample)
        return Response(PreviewSerializer(preview(channel, **values)).data)
