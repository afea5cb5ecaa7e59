"""What can go wrong, each with what a caller needs to decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class SmsgwError(Exception):
    """Anything that this package raises."""


class ModeError(SmsgwError, ValueError):
    """The key is of the other environment than the one that the client was made for."""


class ApiConnectionError(SmsgwError):
    """No answer came: no connection, or it broke. The last cause is `__cause__`."""


class ApiTimeoutError(ApiConnectionError):
    """No answer came in time."""


class WaitTimeout(SmsgwError, TimeoutError):
    """No text came that was waited for."""


class WebhookVerificationError(SmsgwError, ValueError):
    """A request is not the gateway's, was changed on the way, or is too old. Answer it 401."""


@dataclass(frozen=True)
class WrongField:
    """One wrong field of what was sent: a JSON pointer into the body, or the name of a query parameter."""

    code: str
    detail: str
    pointer: str | None = None
    parameter: str | None = None


class ApiError(SmsgwError):
    """The API answered with a problem (RFC 9457). `code` and `error_code`, its number, say which, and never change."""

    def __init__(self, status: int, headers: Mapping[str, str], problem: Mapping[str, Any]) -> None:
        self.status, self.headers, self.problem = status, headers, problem
        self.code = str(problem.get("code", ""))
        self.error_code: int | None = problem.get("errorCode")
        self.title = str(problem.get("title", ""))
        self.detail = str(problem.get("detail", ""))
        self.type = str(problem.get("type", ""))
        self.request_id = str(problem.get("requestId") or headers.get("request-id", ""))
        self.errors = tuple(_wrong_field(one) for one in problem.get("errors", ()))
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        told = self.detail or self.title or "no problem document"
        fields = (f"{one.pointer or one.parameter}: {one.detail}" for one in self.errors)
        *before, last = told, *fields
        sentence = "; ".join([*(one.removesuffix(".") for one in before), last])
        code, request = self.code and f" {self.code}", self.request_id and f" ({self.request_id})"
        return f"{self.status}{code}: {sentence}{request}"

    @property
    def retry_after(self) -> str | None:
        """The header, as it came: seconds, or a date."""
        return self.headers.get("retry-after")


class BadRequestError(ApiError):
    """400"""


class AuthenticationError(ApiError):
    """401: no key, or one that is not valid any more."""


class PermissionDeniedError(ApiError):
    """403: the key may not do this."""


class NotFoundError(ApiError):
    """404: nothing of this environment has that id."""


class ConflictError(ApiError):
    """409"""


class UnprocessableError(ApiError):
    """422: `errors` names the fields."""


class RateLimitError(ApiError):
    """429, after as many tries as the client makes."""


class ServerError(ApiError):
    """5xx, after as many tries as the client makes."""


KINDS: Mapping[int, type[ApiError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableError,
    429: RateLimitError,
}


def api_error(status: int, headers: Mapping[str, str], problem: Mapping[str, Any]) -> ApiError:
    kind = ServerError if status >= 500 else KINDS.get(status, ApiError)
    return kind(status, headers, problem)


def _wrong_field(told: Mapping[str, Any]) -> WrongField:
    return WrongField(
        str(told.get("code", "")), str(told.get("detail", "")), told.get("pointer"), told.get("parameter")
    )
