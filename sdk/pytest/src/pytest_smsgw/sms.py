"""What a test has as `sms`: the texts to its own number, behind a mark."""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from pytest_smsgw.wanted import Wanted, code_of
from smsgw import Client, SmsgwError, WaitTimeout
from smsgw.models import Message

LOOKED_AT = 50  # of the newest texts, when one did not come
NEAR_MISSES = 3
REPORTED = 10

Mode = Literal["live", "sandbox"]


class NoText(WaitTimeout):
    """The text did not come in time. Says what was waited for, since when, and which texts came nearest."""


class Mark(str):
    """A place among the texts: what comes behind it counts. `at` is when it was taken, by this machine's clock."""

    at: datetime


class Told(NamedTuple):
    """Of a text that came during a test: what it is in a line, where its trace is, and its JSON, of live empty."""

    line: str
    link: str
    json: str


class Sms:
    """The texts to `number`. A text that was waited for once is not found again."""

    def __init__(self, client: Client, number: str, mode: Mode = "sandbox") -> None:
        self.client, self.number, self.mode = client, number, mode
        self.found: set[str] = set()  # ids
        self.start = self.since = self.mark()

    def mark(self) -> Mark:
        """Let only count what comes from now on. Call it before what makes the text come."""
        self.since = Mark(self.client.messages.mark())
        self.since.at = datetime.now(UTC)
        return self.since

    def wait_for(
        self,
        *,
        sender: str | None = None,
        pattern: str | re.Pattern[str] | None = None,
        since: Mark | None = None,
        timeout: float = 30,
    ) -> Message:
        """The first text behind the latest mark, or `since`, that is as wanted.

        `pattern` is searched for in what the text says; `timeout` is in seconds. Raises NoText, and ValueError for a
        pattern or a time-out that is none.
        """
        __tracebackhide__ = True  # as everywhere here: a report begins in the test
        return self._first(Wanted(self.number, sender, compiled(pattern)), since or self.since, timeout)

    def wait_for_code(
        self,
        *,
        sender: str | None = None,
        pattern: str | re.Pattern[str] | None = None,
        since: Mark | None = None,
        timeout: float = 30,
    ) -> str:
        """The code in the first such text that has one, as it is to be typed. In sandboxes only. Raises NoText."""
        __tracebackhide__ = True
        if self.mode == "live":
            raise ValueError("live finds no codes: use wait_for, and a pattern")
        wanted = Wanted(self.number, sender, compiled(pattern), with_code=True)
        code = code_of(self._first(wanted, since or self.since, timeout))
        assert code is not None  # else it was not wanted
        return code

    def _first(self, wanted: Wanted, since: Mark, timeout: float) -> Message:
        __tracebackhide__ = True
        if not 0 <= timeout < math.inf:
            raise ValueError(f"timeout is in seconds, from 0 on, not {timeout!r}")
        coming = self.client.messages.coming(number_used=self.number, since=str(since), timeout_s=timeout)
        for message in coming:
            if message.id not in self.found and wanted.miss(message) is None:
                self.found.add(message.id)
                return message
        raise NoText(self._told(wanted, since, timeout))

    # ---- what did not come

    def _told(self, wanted: Wanted, since: Mark, timeout: float) -> str:
        """What was wanted first, since pytest's summary has room for no more than the beginning."""
        until = datetime.now(UTC)
        try:
            ours = self._newest(self.number)
            near = near_misses(ours, self._newest(), since)
        except SmsgwError as error:
            return f"{wanted.missing('text')} in {timeout:g} s to {self.number}\n  what came cannot be read: {error}"
        came = any(comes_behind(message, since) for message in ours)
        lines = [
            f"{wanted.missing('such text' if came else 'text')} in {timeout:g} s to {self.number}",
            f"looked at: what came from {since.at:%H:%M:%S} to {until:%H:%M:%S} UTC",
            self._introduced(near, since, came),
            *(f"{self._shown(message)}: {self._why(message, wanted, since)}" for message in near),
        ]
        if near:
            lines.append(f"see {self._home().format(near[0].id)}")
        return "\n  ".join(lines)

    def _newest(self, number: str | None = None) -> list[Message]:
        return self.client.messages.list(number_used=number, limit=LOOKED_AT).first().data

    def _introduced(self, near: list[Message], since: Mark, came: bool) -> str:
        if came:
            return "nearest:"
        none = f"nothing came to {self.number} since the mark"
        if not near:
            return f"{none}, nor before it"
        return f"{none}; elsewhere:" if comes_behind(near[0], since) else f"{none}; before it:"

    def _why(self, message: Message, wanted: Wanted, since: Mark) -> str:
        if message.id in self.found:
            return "the test had it before"
        if not comes_behind(message, since):
            return "it came before the mark"
        return wanted.miss(message) or "it came too late"

    def _shown(self, message: Message) -> str:
        at = f"{message.id} {message.received_at:%H:%M:%S} UTC to {message.number_used}"
        return at if self.mode == "live" else f"{at} from {message.sender_id!r}: {message.content!r}"

    # ---- for the report of a test that failed

    def report(self) -> list[Told]:
        """The texts that came to the number since the test began, oldest first."""
        newest = self._newest(self.number)
        texts = [message for message in reversed(newest) if comes_behind(message, self.start)]
        home = self._home() if texts else ""
        return [
            Told(self._shown(message), home.format(message.id), self._json(message))
            for message in texts[-REPORTED:]
        ]

    def _json(self, message: Message) -> str:
        """Without how it was routed, which is on its page. Of live none: what people wrote belongs in no report."""
        told = {name: value for name, value in message.raw.items() if name != "explanation"}
        return "" if self.mode == "live" else json.dumps(told, indent=2, ensure_ascii=False)

    def _home(self) -> str:
        """The address of a text's trace: its page where we know of which sandbox, else its receipt."""
        root = str(self.client.http.base_url).rstrip("/")
        if self.mode == "sandbox":
            try:
                for sandbox in self.client.sandboxes.list():
                    if sandbox.current:
                        return f"{root}/e/{sandbox.id}/messages/{{}}/"
            except SmsgwError:
                pass  # the key may not see them
        return f"{root}/v1/messages/{{}}/receipt"


def near_misses(ours: list[Message], newest: list[Message], since: Mark) -> list[Message]:
    """The nearest of the newest: ours behind the mark, then those to other numbers, then ours before it."""
    after = [message for message in ours if comes_behind(message, since)]
    known = {message.id for message in ours}
    others = [message for message in newest if message.id not in known and comes_behind(message, since)]
    return [*after, *others, *ours[len(after) :]][:NEAR_MISSES]


def comes_behind(message: Message, mark: Mark) -> bool:
    """Ids follow time, and a mark begins with the last one before it."""
    return message.id > mark.partition(".")[0]


def compiled(pattern: str | re.Pattern[str] | None) -> re.Pattern[str] | None:
    """Raises ValueError."""
    __tracebackhide__ = True
    try:
        return re.compile(pattern) if isinstance(pattern, str) else pattern
    except re.error as error:
        raise ValueError(f"pattern {pattern!r} is no regular expression: {error}") from None
