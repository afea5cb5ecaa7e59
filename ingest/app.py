"""The front door: a bare ASGI application, one process, no Django request stack.

    POST /in/<carrier>/<channel token>
      verify → parse → resolve → match → commit (with whatever else waits) → answer → ring

Run it under one-process uvicorn: `python -m uvicorn ingest.app:app`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_plus

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smsgateway.settings")
django.setup()

from django.conf import settings  # noqa: E402
from prometheus_client import generate_latest  # noqa: E402

from accounts import process  # noqa: E402
from accounts.proxies import client_address  # noqa: E402
from ingest import metrics  # noqa: E402
from ingest.batch import TryAgain, Unstorable  # noqa: E402
from ingest.configuration import ChannelView  # noqa: E402
from ingest.documents import Documents  # noqa: E402
from ingest.intake import Intake  # noqa: E402
from numbers.calling import Unanswered  # noqa: E402
from numbers.carriers import HTTP_CARRIERS, acknowledgement, is_secret  # noqa: E402
from numbers.carriers.base import (  # noqa: E402
    JSON,
    Answer,
    CarrierRequest,
    HttpCarrier,
    Refused,
    Unreadable,
    Wanted,
)

log = logging.getLogger("smsgateway.door")

RETRY_AFTER_S = 5
MOST_FETCHED = 2  # documents a request, such as a certificate and a confirmation
BODY_WITHIN_S = 10  # a carrier sends it at once; whoever does not may not keep its place here
NOT_FOUND = Answer(404, JSON, b'{"title":"Not found","status":404}')
NO_SUCH_METHOD = Answer(405, JSON, b'{"title":"Method not allowed","status":405}')
TOO_SLOW = Answer(408, JSON, b'{"title":"The body came too slowly","status":408}')
TOO_LARGE = Answer(413, JSON, b'{"title":"The body is too large","status":413}')
OK = Answer(200, JSON, b'{"status":"ok"}')
NOT_READY = Answer(503, JSON, b'{"status":"not ready"}')

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class TooLarge(Exception):
    """The body exceeds INGEST_MAX_BODY; the rest of it was not read."""


class Door:
    """What the front door asks of its carriers, around the intake."""

    def __init__(self) -> None:
        self.intake = Intake()
        self.documents = Documents()

    async def receive_sms(self, channel: ChannelView, request: CarrierRequest) -> Answer:
        """One request of a carrier, from its raw bytes to the answer that it expects."""
        carrier, credentials = HTTP_CARRIERS[channel.carrier.name], channel.credentials
        if credentials is None:
            return self.ask_again(carrier)
        try:
            carrier.verify(request, credentials)
        except Refused as refused:
            metrics.refused.labels(carrier.name, refused.reason).inc()
            body = b'{"title":"Refused","reason":"%b"}' % refused.reason.encode()
            return Answer(refused.status, JSON, body, refused.headers)
        except Wanted as wanted:
            return await self.receive_with(wanted, channel, request)
        try:
            return await self.keep(channel, request, credentials)
        except Wanted as wanted:
            return await self.receive_with(wanted, channel, request)
        except (TryAgain, OSError):
            return self.ask_again(carrier)

    async def receive_with(self, wanted: Wanted, channel: ChannelView, request: CarrierRequest) -> Answer:
        """The same request from its beginning, with one document more."""
        carrier = HTTP_CARRIERS[channel.carrier.name]
        try:
            if len(request.fetched) >= MOST_FETCHED:
                raise Unanswered("tooMany")
            fetched = {**request.fetched, wanted.url: await self.documents.get(wanted)}
        except Unanswered as unanswered:
            extra = {"carrier": carrier.name, "channel": str(channel.id), "reason": unanswered.reason}
            log.warning("a document of the carrier's cannot be had", extra=extra)
            return self.ask_again(carrier)
        return await self.receive_sms(channel, replace(request, fetched=fetched))

    def ask_again(self, carrier: HttpCarrier) -> Answer:
        metrics.try_again.labels(carrier.name).inc()
        return carrier.try_again(RETRY_AFTER_S)

    async def keep(
        self, channel: ChannelView, request: CarrierRequest, credentials: Mapping[str, str]
    ) -> Answer:
        """Store what an authenticated request brought; raises TryAgain."""
        carrier, at = HTTP_CARRIERS[channel.carrier.name], request.received_at
        try:
            texts = carrier.parse(request, credentials)
            await self.intake.take(channel, texts, at, carrier.deadline_s)
        except Unreadable as unreadable:
            await self.intake.keep_unreadable(channel, raw(request, channel), at, carrier.deadline_s)
            return unreadable_answer(unreadable)
        except Unstorable:
            # The parsers refuse what we know the database to refuse, so this one is new: keep it to learn.
            await self.intake.keep_unreadable(channel, raw(request, channel), at, carrier.deadline_s)
            return unreadable_answer(Unreadable([("", "holds characters that cannot be stored")]))
        return acknowledgement(carrier, credentials)


def raw(request: CarrierRequest, channel: ChannelView) -> bytes:
    """The request as it came, without its headers and without a secret of the channel in its query."""
    secrets = {text for name, text in (channel.credentials or {}).items() if is_secret(channel.carrier, name)}
    query = "&".join(
        field for field in request.query.split("&") if unquote_plus(field.partition("=")[2]) not in secrets
    )
    return json.dumps({"method": request.method, "query": query}).encode() + b"\n" + request.body


def unreadable_answer(unreadable: Unreadable) -> Answer:
    errors = [{"pointer": "#" + pointer, "detail": detail} for pointer, detail in unreadable.errors]
    body = {"title": "The request cannot be read", "status": unreadable.status, "errors": errors}
    return Answer(unreadable.status, "application/problem+json", json.dumps(body).encode())


async def read_body(receive: Receive, headers: Mapping[str, str]) -> bytes:
    """The whole body; raises TooLarge as soon as it is known to be, and ConnectionError when the client left."""
    announced, most = headers.get("content-length", ""), settings.INGEST_MAX_BODY
    if announced.isdecimal() and int(announced) > most:
        raise TooLarge
    chunks, size = [], 0
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise ConnectionError
        chunks.append(event.get("body", b""))
        size += len(chunks[-1])
        if size > most:
            raise TooLarge
        if not event.get("more_body"):
            return b"".join(chunks)


async def body_in_time(receive: Receive, headers: Mapping[str, str]) -> bytes:
    """The whole body, likewise, or TimeoutError."""
    # Most bodies came with their headers, and a timer for each would cost a twentieth of the door's time.
    request = getattr(receive, "__self__", None)  # uvicorn's
    if not getattr(request, "more_body", True):
        return await read_body(receive, headers)
    async with asyncio.timeout(BODY_WITHIN_S):
        return await read_body(receive, headers)


def header_map(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in raw}


async def ingest(door: Door, scope: Scope, receive: Receive) -> Answer:
    parts = scope["path"].split("/")
    channel = door.intake.configuration.channels.get(parts[3]) if len(parts) == 4 else None
    carrier = HTTP_CARRIERS.get(channel.carrier.name) if channel else None
    if channel is None or carrier is None or carrier.name != parts[2]:
        # Before the first load nothing is known: a carrier must not take that for "no such channel".
        return NOT_FOUND if door.intake.configuration.loaded.is_set() else NOT_READY
    if scope["method"] not in carrier.methods:
        return NO_SUCH_METHOD
    headers = header_map(scope["headers"])
    try:
        body = await body_in_time(receive, headers)
    except TooLarge:
        return TOO_LARGE
    except TimeoutError:
        return TOO_SLOW
    query = scope["query_string"].decode("latin-1")
    url = settings.PUBLIC_INGEST_URL + channel.path + ("?" + query if query else "")
    now = datetime.now(UTC)
    client = client_address((scope.get("client") or ("",))[0], headers.get("x-forwarded-for", ""))
    request = CarrierRequest(scope["method"], url, headers, body, query, now, client)
    return await door.receive_sms(channel, request)


def page(door: Door, path: str) -> Answer:
    if path == "/healthz":
        return OK
    if path == "/readyz":
        return OK if door.intake.ready() else NOT_READY
    if path == "/metrics":
        return Answer(200, "text/plain; version=0.0.4; charset=utf-8", generate_latest(metrics.registry))
    return NOT_FOUND


async def reply(send: Send, answer: Answer) -> None:
    headers = [(b"content-type", answer.content_type.encode())] if answer.body else []
    if answer.status != 204:  # which has no length
        headers.append((b"content-length", str(len(answer.body)).encode()))
    headers += [(name.lower().encode(), value.encode()) for name, value in answer.headers.items()]
    if answer is TOO_LARGE or answer is TOO_SLOW:
        headers.append((b"connection", b"close"))  # the rest of the body stays unread
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def lifespan(door: Door, receive: Receive, send: Send) -> None:
    while True:
        event = await receive()
        if event["type"] == "lifespan.startup":
            process.prepare()
            await door.intake.start()
            await send({"type": "lifespan.startup.complete"})
        else:
            await door.intake.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return


class App:
    """The ASGI callable. The door itself is made when the server's loop runs."""

    def __init__(self) -> None:
        self.door: Door | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.door is None:
            self.door = Door()
        if scope["type"] == "lifespan":
            await lifespan(self.door, receive, send)
        elif scope["type"] == "http":
            await self.answer(self.door, scope, receive, send)

    async def answer(self, door: Door, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope["path"].startswith("/in/"):
                answer = await ingest(door, scope, receive)
            else:
                answer = page(door, scope["path"])
        except ConnectionError:
            return
        except Exception:
            # A fault of ours: the carrier keeps the text and comes again.
            log.exception("door")
            answer = Answer(503, JSON, b'{"status":"tryAgain"}', {"Retry-After": str(RETRY_AFTER_S)})
        await reply(send, answer)


app = App()
