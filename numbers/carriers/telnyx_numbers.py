"""Telnyx sells numbers: an order is taken at once and decided later; texts go where the messaging profile says.

Parameters and answers as in the vendor's `telnyx` package 4.189. An order carries our own reference, so that the
same purchase, tried again, finds the order of the first try. One messaging profile has one URL: the channel's.
Source: https://developers.telnyx.com/api/numbers
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode

import msgspec

from numbers.carriers.base import JSON, Reply
from numbers.carriers.selling import (
    Account,
    Code,
    Declined,
    Kind,
    Offer,
    Order,
    Owned,
    Query,
    Unfinished,
    minor_units,
    read,
    refuse,
)

needs = ("apiKey", "messagingProfileId")

LOOKS = 8  # at an order that is not decided
KINDS: Mapping[Kind, str] = {
    "mobile": "mobile",
    "geographic": "local",
    "tollFree": "toll_free",
    "nonGeographic": "national",
}
#: https://developers.telnyx.com/development/api-fundamentals/api-errors
CODES: Mapping[str, Code] = {
    "10009": "refused_credentials",
    "10010": "refused_credentials",
    "10011": "carrier_busy",
    "20100": "insufficient_funds",
}
WORDS: tuple[tuple[str, Code], ...] = (
    ("fund", "insufficient_funds"),
    ("balance", "insufficient_funds"),
    ("requirement", "needs_documents"),
    ("document", "needs_documents"),
    ("available", "no_stock"),  # and "unavailable"
)


class _Named(msgspec.Struct):
    name: str = ""


class _Cost(msgspec.Struct):
    currency: str | None = None
    monthly_cost: str | None = None


class _Region(msgspec.Struct):
    region_name: str | None = None
    region_type: str | None = None


class _Available(msgspec.Struct):
    phone_number: str
    features: list[_Named] = []
    cost_information: _Cost | None = None
    region_information: list[_Region] = []


class _Stock(msgspec.Struct):
    data: list[_Available] = []


class _Order(msgspec.Struct):
    id: str
    status: str = ""
    customer_reference: str | None = None
    requirements_met: bool | None = None


class _OneOrder(msgspec.Struct):
    data: _Order


class _Orders(msgspec.Struct):
    data: list[_Order] = []


class _Number(msgspec.Struct):
    id: str
    phone_number: str


class _Numbers(msgspec.Struct):
    data: list[_Number] = []


class _Error(msgspec.Struct):
    code: str = ""
    title: str = ""
    detail: str = ""


class _Errors(msgspec.Struct):
    errors: list[_Error] = []


_stocks = msgspec.json.Decoder(_Stock)
_one_order = msgspec.json.Decoder(_OneOrder)
_orders = msgspec.json.Decoder(_Orders)
_numbers = msgspec.json.Decoder(_Numbers)
_errors = msgspec.json.Decoder(_Errors)


def search(account: Account, query: Query) -> list[Offer]:
    wanted = {
        "filter[country_code]": query.country,
        "filter[features][]": "sms",
        "filter[limit]": str(query.limit),
    }
    if query.contains:
        wanted["filter[phone_number][contains]"] = query.contains
    if query.kind:
        wanted["filter[phone_number_type]"] = KINDS[query.kind]
    reply = _request(account, "GET", "/available_phone_numbers?" + urlencode(wanted))
    try:
        found = read(_checked(reply), _stocks).data
    except Declined as no:
        if no.code == "no_stock":  # Telnyx calls an empty search an error
            return []
        raise
    return [_offer(one, query.country) for one in found[: query.limit]]


def _offer(found: _Available, country: str) -> Offer:
    cost = found.cost_information or _Cost()
    currency = cost.currency or ""
    able = {feature.name for feature in found.features}
    places = [
        region.region_name for region in found.region_information if region.region_type != "country_code"
    ]
    return Offer(
        found.phone_number,
        country,
        next((place for place in places if place), ""),
        tuple(name for name in ("sms", "mms", "voice") if name in able),
        minor_units(cost.monthly_cost, currency),
        currency,
    )


def owned(account: Account, number: str) -> Owned | None:
    reply = _request(account, "GET", "/phone_numbers?" + urlencode({"filter[phone_number]": number}))
    for one in read(_checked(reply), _numbers).data:
        if one.phone_number == number:
            return Owned(number, one.id)
    return None


def order(account: Account, order: Order) -> None:
    """Find or place the order, and look at it for a while. A wrong messaging profile is told before it costs."""
    _point_profile(account, order.url)
    placed = _order_of(account, order.reference) or _placed(account, order)
    for _look in range(LOOKS):
        if placed.status == "success":
            return
        _still_hopeful(placed)
        account.pause()
        path = f"/number_orders/{quote(placed.id, safe='')}"
        placed = read(_checked(_request(account, "GET", path)), _one_order).data
    if placed.status != "success":
        _still_hopeful(placed)
        raise Unfinished


def _order_of(account: Account, reference: str) -> _Order | None:
    query = urlencode({"filter[customer_reference]": reference})
    orders = read(_checked(_request(account, "GET", f"/number_orders?{query}")), _orders).data
    ours = (order for order in orders if order.customer_reference == reference and order.status != "failure")
    return next(ours, None)


def _placed(account: Account, order: Order) -> _Order:
    body = {
        "phone_numbers": [{"phone_number": order.number}],
        "messaging_profile_id": account.credentials["messagingProfileId"],
        "customer_reference": order.reference,
    }
    return read(_checked(_request(account, "POST", "/number_orders", body)), _one_order).data


def _still_hopeful(order: _Order) -> None:
    if order.status == "failure":
        raise Declined("no_stock")
    if order.requirements_met is False:
        raise Declined("needs_documents", f"Telnyx order {order.id} waits for its regulatory requirements.")


def point(account: Account, owned: Owned, url: str) -> None:
    _point_profile(account, url)
    body = {"messaging_profile_id": account.credentials["messagingProfileId"]}
    _checked(_request(account, "PATCH", f"/phone_numbers/{quote(owned.ref, safe='')}/messaging", body))


def _point_profile(account: Account, url: str) -> None:
    profile = quote(account.credentials["messagingProfileId"], safe="")
    body = {"webhook_url": url, "webhook_api_version": "2"}
    _checked(_request(account, "PATCH", f"/messaging_profiles/{profile}", body))


def release(account: Account, owned: Owned) -> None:
    reply = _request(account, "DELETE", f"/phone_numbers/{quote(owned.ref, safe='')}")
    if reply.status != 404:
        _checked(reply)


def _request(account: Account, method: str, path: str, document: object = None) -> Reply:
    headers = {"Authorization": f"Bearer {account.credentials['apiKey']}", "Accept": JSON}
    if document is None:
        return account.call(method, account.api + path, headers, b"")
    return account.call(
        method, account.api + path, headers | {"Content-Type": JSON}, msgspec.json.encode(document)
    )


def _checked(reply: Reply) -> Reply:
    if reply.status in (200, 201, 204):
        return reply
    try:
        errors = _errors.decode(reply.body).errors
    except (msgspec.MsgspecError, ValueError):
        errors = []
    words = "; ".join(f"{error.title}: {error.detail}" for error in errors)
    code = next((CODES[error.code] for error in errors if error.code in CODES), None)
    refuse(reply.status, code or _by_words(reply.status, words), words)


def _by_words(status: int, words: str) -> Code | None:
    if status not in (400, 404, 409, 422):
        return None
    return next((code for word, code in WORDS if word in words.lower()), None)
