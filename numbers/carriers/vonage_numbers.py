"""Vonage sells numbers, for euros a month; what went wrong is said in the body, whatever the status.

Parameters and answers as in the vendor's `vonage-numbers` package 1.0. Vonage keeps no id of a number but itself.
Source: https://developer.vonage.com/en/api/numbers
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from numbers.carriers.base import Reply
from numbers.carriers.selling import (
    Account,
    Code,
    Kind,
    Offer,
    Order,
    Owned,
    Query,
    minor_units,
    read,
    refuse,
)
from numbers.phone import country_of

needs = ("apiKey", "apiSecret")

FORM = "application/x-www-form-urlencoded"
CURRENCY = "EUR"
KINDS: Mapping[Kind, str] = {
    "mobile": "mobile-lvn",
    "geographic": "landline",
    "tollFree": "landline-toll-free",
}
CONTAINS, EXACTLY_FROM_START = "1", "0"  # strategies of `search_pattern`
CODES: Mapping[str, Code] = {"401": "refused_credentials", "402": "insufficient_funds", "429": "carrier_busy"}
WORDS: tuple[tuple[str, Code], ...] = (
    ("address", "needs_documents"),
    ("requested from the dashboard", "needs_documents"),
    ("balance", "insufficient_funds"),
    ("fund", "insufficient_funds"),
    ("credit", "insufficient_funds"),
    ("method failed", "no_stock"),  # all that Vonage says of a number that it cannot sell
    ("available", "no_stock"),
)


class _Number(msgspec.Struct):
    msisdn: str
    country: str = ""
    cost: str | None = None
    features: list[str] = []
    url: str = msgspec.field(name="moHttpUrl", default="")


class _Numbers(msgspec.Struct):
    numbers: list[_Number] = []


class _Outcome(msgspec.Struct):
    code: str = msgspec.field(name="error-code", default="")
    label: str = msgspec.field(name="error-code-label", default="")


_numbers = msgspec.json.Decoder(_Numbers)
_outcomes = msgspec.json.Decoder(_Outcome)


def search(account: Account, query: Query) -> list[Offer]:
    if query.kind and query.kind not in KINDS:
        return []
    wanted = {"country": query.country, "features": "SMS", "size": str(query.limit)}
    if query.kind:
        wanted["type"] = KINDS[query.kind]
    if query.contains:
        wanted |= {"pattern": query.contains, "search_pattern": CONTAINS}
    reply = _request(account, "GET", "/number/search?" + urlencode(wanted))
    found = read(_checked(reply), _numbers).numbers
    return [_offer(one) for one in found[: query.limit]]


def _offer(found: _Number) -> Offer:
    able = {feature.lower() for feature in found.features}
    return Offer(
        "+" + found.msisdn,
        found.country,
        "",
        tuple(name for name in ("sms", "mms", "voice") if name in able),
        minor_units(found.cost, CURRENCY),
        CURRENCY if found.cost else "",
    )


def owned(account: Account, number: str) -> Owned | None:
    query = urlencode({"pattern": number[1:], "search_pattern": EXACTLY_FROM_START, "size": "100"})
    reply = _request(account, "GET", f"/account/numbers?{query}")
    for one in read(_checked(reply), _numbers).numbers:
        if one.msisdn == number[1:]:
            return Owned(number, one.msisdn, one.country, one.url)
    return None


def order(account: Account, order: Order) -> None:
    form = {"country": order.country, "msisdn": order.number[1:]}
    _done(_request(account, "POST", "/number/buy", form))


def point(account: Account, owned: Owned, url: str) -> None:
    """Vonage looks first whether the URL answers a probe."""
    _done(_request(account, "POST", "/number/update", {**_named(owned), "moHttpUrl": url}))


def release(account: Account, owned: Owned) -> None:
    _done(_request(account, "POST", "/number/cancel", _named(owned)))


def _named(owned: Owned) -> dict[str, str]:
    return {"country": owned.country or country_of(owned.number) or "", "msisdn": owned.ref}


def _request(account: Account, method: str, path: str, form: Mapping[str, str] | None = None) -> Reply:
    given = account.credentials
    login = b64encode(f"{given['apiKey']}:{given['apiSecret']}".encode()).decode()
    headers = {"Authorization": f"Basic {login}", "Accept": "application/json"}
    if form is None:
        return account.call(method, account.api + path, headers, b"")
    body = urlencode(form).encode()
    return account.call(method, account.api + path, headers | {"Content-Type": FORM}, body)


def _done(reply: Reply) -> None:
    """Raises unless the body, too, says success."""
    outcome = read(_checked(reply), _outcomes)
    if outcome.code != "200":
        refuse(400, _code(outcome), outcome.label)


def _checked(reply: Reply) -> Reply:
    if reply.status == 200:
        return reply
    try:
        outcome = _outcomes.decode(reply.body)
    except (msgspec.MsgspecError, ValueError):
        outcome = _Outcome()
    refuse(reply.status, _code(outcome), outcome.label)


def _code(outcome: _Outcome) -> Code | None:
    by_words = next((code for word, code in WORDS if word in outcome.label.lower()), None)
    return CODES.get(outcome.code) or by_words
