"""Stand-ins for the carriers that sell numbers, on a real socket: a stock, an account, and all that goes wrong there.

tests/test_number_sellers.py has the vendors' own clients buy in them.
"""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar
from urllib.parse import parse_qs, urlsplit

from tests.live import Receiver, Request, receiving

Response = tuple[int, dict[str, str], bytes]
Fields = dict[str, str]


def answer(status: int, document: object = None) -> Response:
    if document is None:
        return status, {}, b""
    return status, {"Content-Type": "application/json"}, json.dumps(document).encode()


@dataclass
class Ware:
    """A number for sale, or one of the account's."""

    number: str
    country: str = "FR"
    kind: str = "mobile"  # as we name kinds
    place: str = "Paris"
    price: str = "0.90"
    able: tuple[str, ...] = ("sms", "voice")
    ref: str = ""
    url: str = ""


@dataclass
class Shop:
    """What all of them have. Numbers in `papers` are sold to nobody without documents."""

    credentials: ClassVar[dict[str, str]]
    stock: dict[str, Ware] = field(default_factory=dict)
    account: dict[str, Ware] = field(default_factory=dict)
    papers: set[str] = field(default_factory=set)
    broke: bool = False  # the account has no money
    failing: int = 0  # requests that end in a 500, without having done anything
    busy: int = 0  # requests that end in a 429
    silent: str = ""  # requests whose path contains this are carried out, and not answered
    lost: str = ""  # the same of requests that are not even carried out
    sales: list[str] = field(default_factory=list)  # each order that cost money
    waiting: threading.Event = field(default_factory=threading.Event)
    receiver: Receiver = field(default_factory=Receiver)

    @property
    def url(self) -> str:
        return self.receiver.url

    def offer(self, number: str, **about: Any) -> Ware:
        return self.stock.setdefault(number, Ware(number, **about))

    def asked(self, method: str, part: str = "") -> list[Request]:
        return [r for r in self.receiver.requests if r.method == method and part in r.path]

    def behave(self, request: Request) -> Response:
        if self.failing:
            self.failing -= 1
            return answer(500, {"message": "Internal server error"})
        if self.lost and self.lost in f"{request.method} {request.path}":
            self.waiting.wait(20)
            return answer(503)
        if self.busy:
            self.busy -= 1
            return self.too_many()
        answered = self.serve(request)
        if self.silent and self.silent in f"{request.method} {request.path}":
            self.waiting.wait(20)
        return answered

    def serve(self, request: Request) -> Response:
        raise NotImplementedError

    def too_many(self) -> Response:
        raise NotImplementedError

    def sell(self, number: str) -> Ware:
        self.sales.append(number)
        ware = self.account[number] = self.stock.pop(number)
        return ware

    def found(self, country: str, kind: str | None, contains: str, limit: int) -> list[Ware]:
        return [
            ware
            for ware in self.stock.values()
            if ware.country == country
            and kind in (None, ware.kind)
            and contains in ware.number
            and "sms" in ware.able
        ][:limit]


ShopKind = TypeVar("ShopKind", bound=Shop)


def query_of(request: Request) -> Fields:
    return {name: values[0] for name, values in parse_qs(urlsplit(request.path).query).items()}


def form_of(request: Request) -> Fields:
    pairs = parse_qs(request.body.decode(), keep_blank_values=True)
    return {name: values[0] for name, values in pairs.items()}


def basic(name: str, password: str) -> str:
    return "Basic " + b64encode(f"{name}:{password}".encode()).decode()


@contextmanager
def open_shop(kind: type[ShopKind]) -> Iterator[ShopKind]:
    with receiving() as receiver:
        shop = kind(receiver=receiver)
        receiver.behave = shop.behave
        try:
            yield shop
        finally:
            shop.waiting.set()
