"""What every resource stands on: calls that answer objects, and lists that go through all pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import httpx

from smsgw.reading import Model, read
from smsgw.transport import AsyncTransport, Request, Transport, request
from smsgw.unset import UNSET, Unset

__all__ = ["UNSET", "AsyncPages", "AsyncResource", "Page", "Pages", "Resource", "Unset", "segment"]

M = TypeVar("M", bound=Model)


def segment(id: str) -> str:
    """One step of an address, whatever it is made of. Raises ValueError for none, which would be another address."""
    if id in ("", ".", ".."):
        raise ValueError(f"{id!r} is no id")
    return quote(id, safe="")


@dataclass(frozen=True)
class Page(Generic[M]):
    """Rows, and the cursor from which the next page comes; None at the end. `raw` has what else it tells."""

    data: list[M]
    next_cursor: str | None
    has_more: bool
    raw: Mapping[str, Any]


def page(kind: type[M], response: httpx.Response) -> Page[M]:
    told = response.json()
    return Page([read(kind, one) for one in told["data"]], told["nextCursor"], told["hasMore"], told)


class Pages(Generic[M]):
    """A list: iterate over it for the rows of all pages, which are asked for as they are needed."""

    def __init__(self, transport: Transport, kind: type[M], path: str, query: Mapping[str, Any]) -> None:
        self.transport, self.kind, self.path, self.query = transport, kind, path, query

    def __iter__(self) -> Iterator[M]:
        for one in self.pages():
            yield from one.data

    def pages(self) -> Iterator[Page[M]]:
        query, more = dict(self.query), True
        while more:
            one = page(self.kind, self.transport.send(request("GET", self.path, query=query)))
            yield one
            query["cursor"], more = one.next_cursor, one.has_more

    def first(self) -> Page[M]:
        return next(self.pages())


class AsyncPages(Generic[M]):
    """A list: iterate over it with `async for`."""

    def __init__(self, transport: AsyncTransport, kind: type[M], path: str, query: Mapping[str, Any]) -> None:
        self.transport, self.kind, self.path, self.query = transport, kind, path, query

    async def __aiter__(self) -> AsyncIterator[M]:
        async for one in self.pages():
            for row in one.data:
                yield row

    async def pages(self) -> AsyncIterator[Page[M]]:
        query, more = dict(self.query), True
        while more:
            one = page(self.kind, await self.transport.send(request("GET", self.path, query=query)))
            yield one
            query["cursor"], more = one.next_cursor, one.has_more

    async def first(self) -> Page[M]:
        return await anext(self.pages())


def answered(kinds: Mapping[int, type[M]], response: httpx.Response) -> M:
    kind = kinds.get(response.status_code) or next(iter(kinds.values()))
    return read(kind, response.json())


class Resource:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def _send(self, request: Request) -> httpx.Response:
        return self._transport.send(request)

    def _call(self, kinds: Mapping[int, type[M]], method: str, path: str, **given: Any) -> M:
        """The answer as the object that its status says."""
        return answered(kinds, self._send(request(method, path, **given)))

    def _nothing(self, method: str, path: str, **given: Any) -> None:
        self._send(request(method, path, **given))

    def _pages(self, kind: type[M], path: str, query: Mapping[str, Any]) -> Pages[M]:
        return Pages(self._transport, kind, path, query)


class AsyncResource:
    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def _send(self, request: Request) -> httpx.Response:
        return await self._transport.send(request)

    async def _call(self, kinds: Mapping[int, type[M]], method: str, path: str, **given: Any) -> M:
        """The answer as the object that its status says."""
        return answered(kinds, await self._send(request(method, path, **given)))

    async def _nothing(self, method: str, path: str, **given: Any) -> None:
        await self._send(request(method, path, **given))

    def _pages(self, kind: type[M], path: str, query: Mapping[str, Any]) -> AsyncPages[M]:
        return AsyncPages(self._transport, kind, path, query)
