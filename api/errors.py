"""Failures as RFC 9457 problems: every answer of the API that is not a success has this one shape."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.exceptions import APIException, ErrorDetail
from rest_framework.response import Response
from rest_framework.views import set_rollback

from accounts import problems
from accounts.errors import Conflict, Forbidden, Invalid

log = logging.getLogger("smsgateway.api")

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5
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


class TooManyWait(APIException):
    """As many requests are held open as may be."""

    status_code = 503
    default_code = "unavailable"
    default_detail = gettext_lazy("Too many requests wait already: try again in a moment.")
    wait = RETRY_AFTER_S


class TooManyRequests(APIException):
    """`wait` seconds, and there is room for one more."""

    status_code = 429
    default_code = "rate_limited"
    default_detail = gettext_lazy("This key asks more often than it may: wait as long as Retry-After says.")

    def __init__(self, wait: float) -> None:
        super().__init__()
        self.wait = wait


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
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(max(1, ceil(wait)))
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
        case BadRequest() | SuspiciousOperation():
            return Problem(400, "bad_request", _("The address or a header of the request is not acceptable."))
        case UnreadablePostError():  # the client hung up or stalled in the middle of its body
            return Problem(400, "body_incomplete", _("The body broke off."))
        case APIException():
            return of_framework(error)
        case OperationalError() | InterfaceError():
            headers = {"Retry-After": str(RETRY_AFTER_S)}
            return Problem(503, "unavailable", _("Please try again in a moment."), headers=headers)
    return Problem(500, "internal_error", _("Something broke on our side. Nothing was changed."))


def documented_at(number: int) -> str:
    """Where people read what a number means: a problem's, or that of a failed try (docs/errors.md)."""
    return f"{settings.PUBLIC_URL}/docs/errors/{number}"


def told(error: Exception, path: str, request_id: str) -> tuple[Problem, dict[str, Any]]:
    """What an exception is to the client, and the body that says so; one of ours is logged by its place alone."""
    found = describe(error)
    row = problems.of(found.code, found.status)
    if found.status >= 500:
        log.error(
            "api: unexpected error", exc_info=error, extra={"requestId": request_id, "status": found.status}
        )
    return found, {
        "type": documented_at(row.number),
        "title": str(row.title),
        "status": found.status,
        "detail": found.detail,
        "instance": path,
        "code": row.code,
        "errorCode": row.number,
        "errors": found.errors,
        "requestId": request_id,
    }


def problem(error: Exception, context: Mapping[str, Any]) -> Response:
    """Translate any exception of a view."""
    request = context["request"]
    found, body = told(error, request.path, request.META.get("REQUEST_ID", ""))
    set_rollback()
    return Response(body, found.status, headers=dict(found.headers), content_type=MEDIA_TYPE)


def outside_views(error: Exception, request: HttpRequest) -> HttpResponse:
    """The same where no view was reached, or one broke behind its own answer."""
    found, body = told(error, request.path, request.META.get("REQUEST_ID", ""))
    headers = {**found.headers, "Cache-Control": "no-store"}
    return HttpResponse(json.dumps(body), status=found.status, headers=headers, content_type=MEDIA_TYPE)
