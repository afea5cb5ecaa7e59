"""`messages.wait`, `coming` and `follow`: requests that are held open until a text comes, one after another."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import aclosing
from datetime import datetime
from typing import Any

import httpx

from smsgw import async_resources, resources
from smsgw.errors import WaitTimeout
from smsgw.models import Message
from smsgw.reading import read
from smsgw.retry import seconds
from smsgw.transport import TIMEOUT_S, Request, request

LONGEST_S = 60


class Wait:
    """How far one wait is. The server holds a request for a minute at most, so a longer one is several."""

    def __init__(self, query: Mapping[str, Any], timeout_s: float) -> None:
        self.timeout_s = timeout_s
        self.query = {name: value for name, value in query.items() if value is not None}
        self.until = time.monotonic() + timeout_s

    def ask(self) -> Request | None:
        """The next request; None when the time is up."""
        left = math.ceil(self.until - time.monotonic())
        if left <= 0:
            return None
        held = min(left, LONGEST_S)
        query = {**self.query, "timeout": held}
        return request("GET", "/v1/messages/wait", query=query, timeout_s=held + TIMEOUT_S)

    def over(self) -> WaitTimeout:
        """That none came. Names only: an exception ends up in logs."""
        asked = ", ".join(name for name in self.query if name != "since") or "any"
        return WaitTimeout(f"no text came in {self.timeout_s:g} s with what was asked for: {asked}")

    def came(self, response: httpx.Response) -> Message | None:
        """The text, if there is one; the next request goes on behind it, so that none is missed in between."""
        if after := response.headers.get("next-since"):
            self.query["since"] = after
        return None if response.status_code == 204 else read(Message, response.json())


class Follow:
    """How far one has read the feed."""

    def __init__(self, cursor: str | None) -> None:
        self.cursor = cursor

    def ask(self) -> Request:
        query = {"wait": LONGEST_S, "cursor": self.cursor}
        return request("GET", "/v1/feed", query=query, timeout_s=LONGEST_S + TIMEOUT_S)

    def came(self, response: httpx.Response) -> list[Message]:
        told = response.json()
        self.cursor = told["nextCursor"]
        return [read(Message, one) for one in told["data"]]


def mark() -> Request:
    """Look once, and wait for nothing."""
    return request("GET", "/v1/messages/wait", query={"timeout": 0})


def marked(response: httpx.Response) -> str:
    place: str = response.headers["next-since"]
    return place


def pause(response: httpx.Response) -> float:
    """Seconds before asking again: a server without room for one more that waits answers at once, and says so."""
    return seconds(response.headers.get("retry-after")) or 0.0


class Messages(resources.Messages):
    def wait(
        self,
        *,
        number_used: str | None = None,
        sender_id: str | None = None,
        contains: str | None = None,
        matches: str | None = None,
        since: datetime | str | None = None,
        timeout_s: float = 30,
    ) -> Message:
        """The first text that matches. `since` is a mark, a time or a message's id; left out, what comes from now on.

        Take `since` before what makes the text come, so that an earlier one does not match. Raises WaitTimeout.
        """
        wait = Wait(_query(number_used, sender_id, contains, matches, since), timeout_s)
        for message in self._coming(wait):
            return message
        raise wait.over()

    def coming(
        self,
        *,
        number_used: str | None = None,
        sender_id: str | None = None,
        contains: str | None = None,
        matches: str | None = None,
        since: datetime | str | None = None,
        timeout_s: float = 30,
    ) -> Iterator[Message]:
        """Each text that matches, as it comes, until the time is up. `since` is as for `wait`."""
        return self._coming(Wait(_query(number_used, sender_id, contains, matches, since), timeout_s))

    def mark(self) -> str:
        """The place that texts have come to: `since` there, what comes from now on counts and nothing before."""
        return marked(self._send(mark()))

    def follow(self, cursor: str | None = None) -> Iterator[Message]:
        """Texts as they come, without end, in the order of their acceptance and none left out.

        `cursor` is where to begin: a message's id, a time in RFC 3339, or where an earlier reader ended. Without it
        all come from the oldest on. Keep the id of what you are done with.
        """
        follow = Follow(cursor)
        while True:
            response = self._send(follow.ask())
            yield from follow.came(response)
            time.sleep(pause(response))

    def _coming(self, wait: Wait) -> Iterator[Message]:
        while (asked := wait.ask()) is not None:
            response = self._send(asked)
            if (message := wait.came(response)) is not None:
                yield message
            else:
                time.sleep(pause(response))


class AsyncMessages(async_resources.Messages):
    async def wait(
        self,
        *,
        number_used: str | None = None,
        sender_id: str | None = None,
        contains: str | None = None,
        matches: str | None = None,
        since: datetime | str | None = None,
        timeout_s: float = 30,
    ) -> Message:
        """As Messages.wait."""
        wait = Wait(_query(number_used, sender_id, contains, matches, since), timeout_s)
        async with aclosing(self._coming(wait)) as coming:
            async for message in coming:
                return message
        raise wait.over()

    def coming(
        self,
        *,
        number_used: str | None = None,
        sender_id: str | None = None,
        contains: str | None = None,
        matches: str | None = None,
        since: datetime | str | None = None,
        timeout_s: float = 30,
    ) -> AsyncIterator[Message]:
        """As Messages.coming."""
        return self._coming(Wait(_query(number_used, sender_id, contains, matches, since), timeout_s))

    async def mark(self) -> str:
        """As Messages.mark."""
        return marked(await self._send(mark()))

    async def follow(self, cursor: str | None = None) -> AsyncIterator[Message]:
        """As Messages.follow."""
        follow = Follow(cursor)
        while True:
            response = await self._send(follow.ask())
            for message in follow.came(response):
                yield message
            await asyncio.sleep(pause(response))

    async def _coming(self, wait: Wait) -> AsyncGenerator[Message, None]:
        while (asked := wait.ask()) is not None:
            response = await self._send(asked)
            if (message := wait.came(response)) is not None:
                yield message
            else:
                await asyncio.sleep(pause(response))


def _query(number_used: Any, sender_id: Any, contains: Any, matches: Any, since: Any) -> dict[str, Any]:
    told = {"numberUsed": number_used, "senderId": sender_id, "contains": contains, "matches": matches}
    return {**told, "since": since}
