"""What has to come of a scenario's texts beside what came: pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from inbox import codes
from sandbox.scenarios import Scenario, Text

About = Literal["messages", "order", "content", "sender", "partial", "code", "host", "sentAfter", "delivered"]
ABOUT: tuple[About, ...] = (
    "messages", "order", "content", "sender", "partial", "code", "host", "sentAfter", "delivered",
)  # fmt: skip
Outcome = Literal["noEndpoint", "queued", "delivered", "pending", "failed"]
#: What a text's deliveries may come to that is as it should be: it is wherever the routes send it.
THERE: frozenset[Outcome] = frozenset({"noEndpoint", "queued", "delivered"})
PRECISELY = timedelta(seconds=10)  # as carriers tell times, and as requests follow each other


class Came(NamedTuple):
    """A message, as far as it is judged."""

    carrier_id: str
    content: str | None  # None: it cannot be read any more
    sender: str | None  # the scenario's own, where it is that
    partial: bool
    sent_at: datetime | None
    outcome: Outcome


class Verdict(NamedTuple):
    """One expectation. `passed` is None while it may still come true."""

    text: int  # of the scenario's, from 1
    about: About
    expected: str
    seen: str | None
    passed: bool | None


class Seen(NamedTuple):
    """What came of one text of a scenario."""

    sent: Sequence[str]  # the carrier's ids in the order in which they went out
    came: Sequence[Came]  # the oldest first


NOTHING_YET = Seen((), ())


def judge(scenario: Scenario, seen: Sequence[Seen], *, final: bool) -> list[Verdict]:
    """Each expectation. Where the look is `final`, what has not come will not."""
    verdicts = []
    for at, text in enumerate(scenario.texts):
        before = seen[at - 1].came if at else ()
        for about, expected, found in beside(text, seen[at], before):
            right = found == expected or (about == "delivered" and found in THERE)
            right = right and len(seen[at].came) >= text.count
            passed = True if right else False if final else None
            verdicts.append(Verdict(at + 1, about, expected, found, passed))
    return verdicts


def expectations(scenario: Scenario) -> list[Verdict]:
    """What a scenario expects, before anything was sent."""
    return judge(scenario, [NOTHING_YET] * len(scenario.texts), final=False)


def beside(text: Text, seen: Seen, before: Sequence[Came]) -> Iterator[tuple[About, str, str | None]]:
    """(what it is about, what is expected, what is there) of each expectation of a text."""
    came = seen.came
    yield "messages", str(text.count), str(len(came))
    if text.count > 1:
        yield "order", "asSent", None if not came else "asSent" if in_order(seen) else "another"
    for about, expected, read in each(text):
        yield about, expected, odd_one(came, expected, read)
    if text.sent_after is not None:
        yield "sentAfter", spoken(text.sent_after), later(came, before, text.sent_after)
    yield "delivered", "delivered", worst(came)


def each(text: Text) -> Iterator[tuple[About, str, Callable[[Came], str]]]:
    """What is expected of each message that a text becomes, and how it is read off one."""
    yield "content", text.arriving, lambda one: "" if one.content is None else one.content
    yield "sender", text.sender, lambda one: one.sender or "another"
    if text.parts is not None:
        yield "partial", str(text.partial).lower(), lambda one: str(one.partial).lower()
    yield "code", text.code or "none", lambda one: code_in(one)[0] or "none"
    if text.host is not None:
        yield "host", text.host, lambda one: code_in(one)[1] or "none"


def odd_one(came: Sequence[Came], expected: str, read: Callable[[Came], str]) -> str | None:
    """What the first message says that says something else, or what all say."""
    found = [read(one) for one in came]
    return next((one for one in found if one != expected), found[0] if found else None)


def code_in(one: Came) -> tuple[str | None, str | None]:
    """The code in a text and the host that it is bound to."""
    code = codes.extract(one.content or "")
    return (code.value, code.host) if code else (None, None)


def in_order(seen: Seen) -> bool:
    places = [seen.sent.index(one.carrier_id) for one in seen.came if one.carrier_id in seen.sent]
    return places == sorted(places)


def later(came: Sequence[Came], before: Sequence[Came], expected: timedelta) -> str | None:
    """By how much a text was sent later than the one before, as their carriers say; near enough is as expected."""
    if not (came and before and came[0].sent_at and before[0].sent_at):
        return None
    found = came[0].sent_at - before[0].sent_at
    return spoken(expected if abs(found - expected) <= PRECISELY else found)


def spoken(span: timedelta) -> str:
    return f"{span.total_seconds():+.0f} s"


def worst(came: Sequence[Came]) -> Outcome | None:
    """What came of the deliveries: of the message with which it went worst."""
    order: tuple[Outcome, ...] = ("failed", "pending", "queued", "noEndpoint", "delivered")
    return min((one.outcome for one in came), key=order.index, default=None)
