"""Fields that take exactly what they say, and answers in the API's own forms."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.drainage import set_override
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from accounts import ids
from accounts.clock import stamp
from numbers.carriers.selling import Offer
from numbers.models import Number

#: Who does something (accounts.audit.ActorKind).
ACTOR_KINDS = ["user", "key", "client", "operator", "system"]


# What a client may send: the declared fields and no other. No docstring: the API's description would repeat it.
class Input(serializers.Serializer[Any]):
    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        for field in (getattr(one, "child", one) for one in fields.values()):
            if isinstance(field, serializers.ChoiceField):
                known = {"known": ", ".join(map(str, field.choices))}
                field.error_messages["invalid_choice"] = _("Use one of: %(known)s.") % known
        return fields

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        errors: dict[str, Any] = {}
        if isinstance(data, Mapping):
            strange = ErrorDetail(_("There is no such field."), "unknown_field")
            errors = {str(name): [strange] for name in data if name not in self.fields}
        try:
            values: dict[str, Any] = super().to_internal_value(data)
        except ValidationError as error:
            raise ValidationError({**error.detail, **errors}) from None  # type: ignore[dict-item]
        if errors:
            raise ValidationError(errors)
        return values


class Text(serializers.CharField):
    """A string; DRF's own field would take a number for its digits."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field({"type": "string", "contentEncoding": "base64"})
class Base64(Text):
    """A file, as RFC 4648 base64 with padding and nothing else."""

    def to_internal_value(self, data: Any) -> bytes:  # type: ignore[override]
        try:
            return b64decode(super().to_internal_value(data), validate=True)
        except ValueError:
            raise ValidationError(_("Must be base64."), "invalid_value") from None


class Flag(serializers.BooleanField):
    """true or false; DRF's own field would take "yes" and 1."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class QueryFlag(serializers.BooleanField):
    """The same as a query parameter, which is text."""

    TRUE_VALUES = {"true"}
    FALSE_VALUES = {"false"}


class Whole(serializers.IntegerField):
    """A whole number; DRF's own field would take "1" and true."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return data


class Real(serializers.FloatField):
    """A number; DRF's own field would take "1" and true."""

    def to_internal_value(self, data: Any) -> float:
        if not isinstance(data, int | float) or isinstance(data, bool) or not isfinite(data):
            self.fail("invalid")
        return float(data)


class Raw(serializers.Field[Any, Any, Any, Any]):
    """JSON that passes as it is; whoever uses it says in the documentation what it is."""

    def to_internal_value(self, data: Any) -> Any:
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class Id(serializers.Field[Any, Any, str, Any]):
    """A public id of one noun. As input it stays text: whether it names something is for whoever looks it up."""

    def __init__(self, noun: str, **kwargs: Any) -> None:
        self.noun = noun
        super().__init__(**kwargs)
        pattern = f"^{ids.PREFIXES[noun]}_[0-9a-v]{{26}}$"
        set_override(self, "field", {"type": "string", "pattern": pattern})

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise ValidationError(_("Not a valid string."), "invalid")
        return data

    def to_representation(self, value: UUID) -> str:
        return ids.public(self.noun, value)


class Moment(serializers.DateTimeField):
    """RFC 3339 with a zone; DRF's own field would take a number or a day."""

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str):
            self.fail("invalid", format="RFC 3339")
        return super().to_internal_value(value)


@extend_schema_field(OpenApiTypes.DATETIME)
class Stamp(serializers.Field[datetime, Any, str | None, Any]):
    """An instant as the API shows it: RFC 3339, UTC, milliseconds."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: datetime) -> str | None:
        return stamp(value)


class OfContent(serializers.CharField):
    """What a text says or who sent it: null for who may not read that. Who gives no context (seen_by) shows nothing."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, read_only=True, **kwargs)

    def get_attribute(self, instance: Any) -> Any:
        return super().get_attribute(instance) if self.context.get("reads_content") else None


class OrNull(serializers.CharField):
    """A text that is null where we keep none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, read_only=True, **kwargs)

    def to_representation(self, value: Any) -> Any:
        return value or None


class MoneySerializer(serializers.Serializer[Any]):
    """An amount of money."""

    amount = serializers.IntegerField(help_text="in the currency's minor unit: 150 is 1.50")
    currency = serializers.CharField(help_text="ISO 4217")


@extend_schema_field(MoneySerializer(allow_null=True))
class Price(serializers.Field[Number | Offer, Any, Any, Any]):
    """What a number costs a month; null where no price is agreed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: Number | Offer) -> dict[str, Any] | None:
        if value.monthly_price is None:
            return None
        return {"amount": value.monthly_price, "currency": value.currency}
