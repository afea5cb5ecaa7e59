"""Failures as RFC 9457 problems: every answer of the API that is not a success has this one shape."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import Http404, UnreadablePostError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.exceptions import APIException, ErrorDetail
from rest_framework.response import Response
from rest_framework.views import set_rollback

from accounts.errors import Conflict, Forbidden, Invalid

log = logging.getLogger("smsgateway.api")

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5
TITLES = {
    400: gettext_lazy("The request cannot be read"),
    401: gettext_lazy("No valid API key"),
    403: gettext_lazy("Not allowed"),
    404: gettext_lazy("Not found"),
    405: gettext_lazy("Method not allowed"),
    409: gettext_lazy("Not possible at present"),
    411: gettext_lazy("The length of the body is missing"),
    413: gettext_lazy("The body is too large"),
    415: gettext_lazy("The body must be JSON"),
    422: gettext_lazy("The request has wrong fields"),
    429: gettext_lazy("Too many requests"),
    500: gettext_lazy("An error on our side"),
    503: gettext_lazy("Not available for the moment"),
}
#: DRF's words for what is wrong with a field, where ours are clearer.
FIELD_CODES = {
    "invalid": "invalid_type",
    "not_a_list": "invalid_type",
    "not_a_dict": "invalid_type",
    "null": "required",
    "blank": "required",
    "null_characters_not_allowed": "invalid_value",
    "surrogate_characters_not_allowed": "invalid_value",
}


class NotFound(exceptions.NotFound):
    """Absent, malformed, another tenant's or the other environment's: one and the same answer."""

    default_detail = gettext_lazy("There is nothing at this address for this API key.")


class LengthRequired(APIException):
    status_code = 411
    default_code = "length_required"
    default_detail = gettext_lazy("Send the body with a Content-Length instead of in chunks.")


class BadQuery(APIException):
    """A wrong query parameter."""

    status_code = 400
    default_code = "invalid_parameter"
    default_detail = gettext_lazy("A query parameter is wrong.")

    def __init__(self, parameter: str, code: str, detail: str) -> None:
        super().__init__()
        self.errors = [{"parameter": parameter, "code": code, "detail": detail}]


@dataclass(frozen=True)
class Problem:
    status: int
    code: str
    detail: str
    errors: list[dict[str, str]] = field(default_factory=list)
    headers: Mapping[str, str] = field(default_factory=dict)


def escape(name: object) -> str:
    """One step of a JSON pointer; a stranger's endless name is cut."""
    return str(name)[:100].replace("~", "~0").replace("/", "~1")


def wrong_fields(detail: Any, pointer: str = "#") -> Iterator[dict[str, str]]:
    """DRF's nested errors, one for each wrong field."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            whole = name == "non_field_errors"
            yield from wrong_fields(inner, pointer if whole else f"{pointer}/{escape(name)}")
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            leaf = isinstance(inner, ErrorDetail)
            yield from wrong_fields(inner, pointer if leaf else f"{pointer}/{index}")
    else:
        code = FIELD_CODES.get(detail.code, detail.code)
        yield {"pointer": pointer, "code": code, "detail": str(detail)}


def unprocessable(errors: list[dict[str, str]]) -> Problem:
    return Problem(422, "invalid", _("Nothing was changed: see errors for each wrong field."), errors)


def conflict(error: Conflict) -> Problem:
    errors = (
        [{"pointer": "#" + error.pointer, "code": error.code, "detail": error.detail}]
        if error.pointer
        else []
    )
    return Problem(409, error.code, error.detail, errors)


def of_framework(error: APIException) -> Problem:
    headers = {}
    if header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    code = error.get_codes()
    return Problem(
        error.status_code,
        code if isinstance(code, str) else error.default_code,
        str(error.detail),
        getattr(error, "errors", []),
        headers,
    )


def describe(error: Exception) -> Problem:
    """The problem that an exception is to the client."""
    match error:
        case exceptions.ValidationError():
            return unprocessable(list(wrong_fields(error.detail)))
        case Invalid():
            return unprocessable(
                [{"pointer": "#" + e.pointer, "code": e.code, "detail": e.detail} for e in error.errors]
            )
        case Conflict():
            return conflict(error)
        case Forbidden():
            return Problem(403, error.code, error.detail)
        case Http404():
            return of_framework(NotFound())
        case UnreadablePostError():  # the client hung up or stalled in the middle of its body
            return Problem(400, "body_incomplete", _("The body broke off."))
        case APIException():
            return of_framework(error)
        case OperationalError() | InterfaceError():
            headers = {"Retry-After": str(RETRY_AFTER_S)}
            return Problem(503, "unavailable", _("Please try again in a moment."), headers=headers)
    return Problem(500, "internal_error", _("Something broke on our side. Nothing was changed."))


def documented_at(code: str | int) -> str:
    """Where people read what a code means: one of a problem, or of a failed try (docs/errors.md)."""
    return f"{settings.PUBLIC_URL}/docs/errors/{code}"


def problem(error: Exception, context: Mapping[str, Any]) -> Response:
    """Translate any exception of a view; what nobody foresaw is logged by its place, never by its text."""
    told = describe(error)
    request = context["request"]
    request_id = request.META.get("REQUEST_ID", "")
    if told.status >= 500:
        log.error(
            "api: unexpected error", exc_info=error, extra={"requestId": request_id, "status": told.status}
        )
    set_rollback()
    body = {
        "type": documented_at(told.code),
        "title": str(TITLES.get(told.status, "")),
        "status": told.status,
        "detail": told.detail,
        "instance": request.path,
        "code": told.code,
        "errors": told.errors,
        "requestId": request_id,
    }
    return Response(body, told.status, headers=dict(told.headers), content_type=MEDIA_TYPE)
