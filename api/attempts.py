"""What an attempt looks like; it is read below its delivery."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import Id, OfContent, OrNull, Stamp
from delivery import retry
from delivery.models import Attempt


class AttemptErrorSerializer(serializers.Serializer[Any]):
    code = serializers.IntegerField(help_text="5101 and up")
    word = serializers.CharField(help_text="the same for people who read code")
    detail = serializers.CharField(source="explanation")


@extend_schema_field(float)
class Milliseconds(serializers.Field[float, Any, float, Any]):
    """Stored in microseconds."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, read_only=True, **kwargs)

    def to_representation(self, value: float) -> float:
        return value / 1000


class TimingsSerializer(serializers.Serializer[Attempt]):
    """Milliseconds from the start of the attempt to the end of each phase; null where it did not get there."""

    dns = Milliseconds(source="dns_us")
    connect = Milliseconds(source="connect_us")
    tls = Milliseconds(source="tls_us")
    firstByte = Milliseconds(source="first_byte_us")
    total = Milliseconds(source="total_us")


class AttemptSerializer(serializers.Serializer[Attempt]):
    id = Id("attempt")
    deliveryId = Id("delivery", source="delivery_id")
    number = serializers.IntegerField(help_text="1 is the first since creation or the last replay")
    startedAt = Stamp(source="started_at")
    status = serializers.IntegerField(allow_null=True, help_text="HTTP status of the answer")
    error = serializers.SerializerMethodField()
    address = OrNull(help_text="the IP address that was connected to")
    timings = TimingsSerializer(source="*")
    response = OfContent(help_text="the first bytes of the answer's body; null without the scope readContent")

    @extend_schema_field(AttemptErrorSerializer(allow_null=True))
    def get_error(self, attempt: Attempt) -> dict[str, Any] | None:
        if attempt.error_code is None:
            return None
        return AttemptErrorSerializer(retry.BY_CODE.get(attempt.error_code, retry.ERRORS["other"])).data
