"""`messages.wait` and `messages.follow`: requests that are held open until a text comes, one after another."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Iterator, Mapping
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

    def ask(self) -> Request:
        """Raises WaitTimeout when the time is up."""
        left = math.ceil(self.until - time.monotonic())
        if left <= 0:
            raise WaitTimeout(
                f"no text came in {self.timeout_s:g} s with what was asked for: {', '.join(self.asked)}"
            )
        held = min(left, LONGEST_S)
        query = {**self.query, "timeout": held}
        return request("GET", "/v1/messages/wait", query=query, timeout_s=held + TIMEOUT_S)

    @property
    def asked(self) -> list[str]:
        """Names only: an exception ends up in logs."""
        return [name for name in self.query if name != "since"] or ["any"]

    def came(self, response: httpx.Response) -> Message | None:
        """The text, or what the next request goes on from, so that none is missed in between."""
        if response.status_code != 204:
            return read(Message, response.json())
        if after := response.headers.get("next-since"):
            self.query["since"] = after
        return None


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
        """The first text that matches. `since` is a time or a message's id; left out, only what comes from now on.

        Take `since` before what makes the text come, so that an earlier one does not match. Raises WaitTimeout.
        """
        wait = Wait(_query(number_used, sender_id, contains, matches, since), timeout_s)
        while True:
            response = self._send(wait.ask())
            if (message := wait.came(response)) is not None:
                return message
            time.sleep(pause(response))

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
        while True:
            response = await self._send(wait.ask())
            if (message := wait.came(response)) is not None:
                return message
            await asyncio.sleep(pause(response))

    async def follow(self, cursor: str | None = None) -> AsyncIterator[Message]:
        """As Messages.follow."""
        follow = Follow(cursor)
        while True:
            response = await self._send(follow.ask())
            for message in follow.came(response):
                yield message
            await asyncio.sleep(pause(response))


def _query(number_used: Any, sender_id: Any, contains: Any, matches: Any, since: Any) -> dict[str, Any]:
    told = {"numberUsed": number_used, "senderId": sender_id, "contains": contains, "matches": matches}
    return {**told, "since": since}
