"""smsgateway for Python: the API, sync and async, and its webhooks. `python -m smsgw` is the command line."""

from smsgw import errors, models, webhooks
from smsgw.client import AsyncClient, Client
from smsgw.errors import (
    ApiConnectionError,
    ApiError,
    ApiTimeoutError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    ModeError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ServerError,
    SmsgwError,
    UnprocessableError,
    WaitTimeout,
    WebhookVerificationError,
)
from smsgw.unset import UNSET

__all__ = [
    "UNSET",
    "ApiConnectionError",
    "ApiError",
    "ApiTimeoutError",
    "AsyncClient",
    "AuthenticationError",
    "BadRequestError",
    "Client",
    "ConflictError",
    "ModeError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "ServerError",
    "SmsgwError",
    "UnprocessableError",
    "WaitTimeout",
    "WebhookVerificationError",
    "errors",
    "models",
    "webhooks",
]
