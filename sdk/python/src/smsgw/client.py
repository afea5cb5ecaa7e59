"""The two clients: the same resources, one that blocks and one to await."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Literal

import httpx

from smsgw import async_resources, resources
from smsgw.errors import ModeError
from smsgw.retry import Retry
from smsgw.transport import TIMEOUT_S, AsyncTransport, Transport, headers, request
from smsgw.waiting import AsyncMessages, Messages

Mode = Literal["live", "sandbox"]
PREFIXES: Mapping[str, Mode] = {"sk_live_": "live", "sk_test_": "sandbox"}


def configured(value: str | None, variable: str, argument: str) -> str:
    found = value or os.environ.get(variable)
    if not found:
        raise ValueError(f"give {argument}=, or set {variable}")
    return found


def guard(key: str, mode: Mode | None) -> None:
    """Raises ModeError: a test with a live key, or production with one of the sandbox, stops before it asks."""
    if mode not in (None, "live", "sandbox"):
        raise ValueError(f"mode is live or sandbox, not {mode!r}")
    of = next((kind for prefix, kind in PREFIXES.items() if key.startswith(prefix)), None)
    if mode is not None and of != mode:
        raise ModeError(
            f"this client is for {mode}, and its key is {f'for {of}' if of else 'of neither mode'}"
        )


class Client(resources.Resources):
    """`key` and `base_url` come from SMSGATEWAY_API_KEY and SMSGATEWAY_URL where they are not given.

    With `mode`, a key of the other environment is refused. `retries` is how often a request is sent again after
    429, 5xx or no answer. `http` replaces the HTTP client, for a proxy, certificates or tests.
    """

    messages: Messages

    def __init__(
        self,
        key: str | None = None,
        base_url: str | None = None,
        *,
        mode: Mode | None = None,
        retries: int = 2,
        timeout_s: float = TIMEOUT_S,
        http: httpx.Client | None = None,
    ) -> None:
        key = configured(key, "SMSGATEWAY_API_KEY", "key")
        guard(key, mode)
        url = configured(base_url, "SMSGATEWAY_URL", "base_url")
        self.http = http or httpx.Client(timeout=timeout_s)
        self.http.base_url = httpx.URL(url)
        self.http.headers.update(headers(key))
        self.transport = Transport(self.http, Retry(retries))
        super().__init__(self.transport)
        self.messages = Messages(self.transport)

    def request(self, method: str, path: str, **given: Any) -> httpx.Response:
        """Any address of the API, such as one that this version does not know: `query`, `body`, `idempotency_key`."""
        return self.transport.send(request(method, path, **given))

    def close(self) -> None:
        self.http.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncClient(async_resources.Resources):
    """As Client, to await."""

    messages: AsyncMessages

    def __init__(
        self,
        key: str | None = None,
        base_url: str | None = None,
        *,
        mode: Mode | None = None,
        retries: int = 2,
        timeout_s: float = TIMEOUT_S,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        key = configured(key, "SMSGATEWAY_API_KEY", "key")
        guard(key, mode)
        url = configured(base_url, "SMSGATEWAY_URL", "base_url")
        self.http = http or httpx.AsyncClient(timeout=timeout_s)
        self.http.base_url = httpx.URL(url)
        self.http.headers.update(headers(key))
        self.transport = AsyncTransport(self.http, Retry(retries))
        super().__init__(self.transport)
        self.messages = AsyncMessages(self.transport)

    async def request(self, method: str, path: str, **given: Any) -> httpx.Response:
        """As Client.request."""
        return await self.transport.send(request(method, path, **given))

    async def aclose(self) -> None:
        await self.http.aclose()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
