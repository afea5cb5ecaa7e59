"""Requests to the API: with the key, again where that helps, and problems as exceptions. Sync and async."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import httpx

from smsgw.errors import ApiConnectionError, ApiTimeoutError, api_error
from smsgw.retry import Retry
from smsgw.unset import UNSET

try:
    VERSION = version("smsgateway-sdk")
except PackageNotFoundError:  # run from its source
    VERSION = "0"

TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Request:
    """One call, as it is sent at each try."""

    method: str
    path: str
    query: Mapping[str, str]
    content: bytes | None
    headers: Mapping[str, str]
    timeout_s: float | None = None


def request(
    method: str,
    path: str,
    *,
    query: Mapping[str, Any] | None = None,
    body: Mapping[str, Any] | None = None,
    idempotency_key: str | None = None,
    timeout_s: float | None = None,
) -> Request:
    """A POST has a key by which the server knows a repeat, so that a second try does nothing twice."""
    headers = {}
    if method == "POST":
        headers["Idempotency-Key"] = idempotency_key or str(uuid.uuid4())
    content = None
    if body is not None:
        headers["Content-Type"] = "application/json"
        content = json.dumps(given(body), default=stamp).encode()
    told = {name: text(value) for name, value in (query or {}).items() if value is not None}
    return Request(method, path, told, content, headers, timeout_s)


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not UNSET}


def text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ",".join(text(one) for one in value)
    return stamp(value) if isinstance(value, datetime) else str(value)


def stamp(value: Any) -> str:
    """RFC 3339. Raises TypeError for a time without a zone, which could be any."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise TypeError(f"{value!r} cannot be sent: only JSON and times with a zone can")
    return value.isoformat()


def headers(key: str) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {key}",
        "Accept": "application/json",
        "User-Agent": f"smsgateway-sdk-python/{VERSION}",
    }


@dataclass
class Tries:
    """How one call fares. `address` is where the API is."""

    retry: Retry
    address: str
    made: int = 0

    def after(self, response: httpx.Response) -> float | None:
        """Seconds until the next try; None where the answer is one. Raises ApiError where no try is left."""
        self.made += 1
        if response.is_success:
            return None
        pause = self.retry.pause(self.made, response.status_code, response.headers)
        if pause is None:
            raise api_error(response.status_code, response.headers, problem(response))
        return pause

    def broken(self, error: httpx.TransportError) -> float:
        """The same where no answer came. Raises ApiConnectionError."""
        self.made += 1
        pause = self.retry.pause(self.made, None, {})
        if pause is None:
            timed_out = isinstance(error, httpx.TimeoutException)
            kind = ApiTimeoutError if timed_out else ApiConnectionError
            raise kind(self.unanswered(error)) from error
        return pause

    def unanswered(self, error: httpx.TransportError) -> str:
        tries = "1 try" if self.made == 1 else f"{self.made} tries"
        return (
            f"{self.address} does not answer ({str(error) or type(error).__name__}, after {tries}):"
            " is the gateway running? SMSGATEWAY_URL says where."
        )


def address(url: httpx.URL) -> str:
    """As it may be shown: without a user's name and password."""
    return f"{url.scheme}://{url.netloc.decode()}{url.path}".rstrip("/")


def problem(response: httpx.Response) -> Mapping[str, Any]:
    try:
        told = response.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


class Transport:
    def __init__(self, http: httpx.Client, retry: Retry) -> None:
        self.http, self.retry = http, retry

    def send(self, request: Request) -> httpx.Response:
        tries = Tries(self.retry, address(self.http.base_url))
        while True:
            try:
                response = self.http.request(**_arguments(request))
                pause = tries.after(response)
            except httpx.TransportError as error:
                pause = tries.broken(error)
            if pause is None:
                return response
            time.sleep(pause)


class AsyncTransport:
    def __init__(self, http: httpx.AsyncClient, retry: Retry) -> None:
        self.http, self.retry = http, retry

    async def send(self, request: Request) -> httpx.Response:
        tries = Tries(self.retry, address(self.http.base_url))
        while True:
            try:
                response = await self.http.request(**_arguments(request))
                pause = tries.after(response)
            except httpx.TransportError as error:
                pause = tries.broken(error)
            if pause is None:
                return response
            await asyncio.sleep(pause)


def _arguments(request: Request) -> dict[str, Any]:
    timeout = {} if request.timeout_s is None else {"timeout": request.timeout_s}
    return {
        "method": request.method,
        "url": request.path,
        "params": request.query,
        "content": request.content,
        "headers": request.headers,
        **timeout,
    }
