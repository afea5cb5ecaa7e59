"""Twilio sells numbers: AvailablePhoneNumbers is its stock, IncomingPhoneNumbers what an account has.

Parameters and answers as in the vendor's `twilio` package 9.13, `rest/api/v2010/account`. It tells no price there.
Source: https://www.twilio.com/docs/phone-numbers/api
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from itertools import islice
from urllib.parse import quote, urlencode

import msgspec

from numbers.carriers.base import Reply
from numbers.carriers.selling import Account, Code, Kind, Offer, Order, Owned, Query, read, refuse

needs = ("accountSid", "authToken")

FORM = "application/x-www-form-urlencoded"
KINDS: Mapping[Kind, str] = {"mobile": "Mobile", "geographic": "Local", "tollFree": "TollFree"}
#: https://www.twilio.com/docs/api/errors
CODES: Mapping[int, Code] = {
    20003: "refused_credentials",
    20005: "insufficient_funds",  # the account is suspended, which is what an empty one is
    20429: "carrier_busy",
    21421: "no_stock",
    21422: "no_stock",
    21452: "no_stock",
    **dict.fromkeys((21613, 21615, 21631, 21649, 21650, 21651), "needs_documents"),
}


class _Available(msgspec.Struct):
    phone_number: str
    iso_country: str = ""
    region: str | None = None
    locality: str | None = None
    capabilities: dict[str, bool] = {}


class _Stock(msgspec.Struct):
    available_phone_numbers: list[_Available] = []


class _Incoming(msgspec.Struct):
    sid: str
    phone_number: str
    sms_url: str | None = None


class _List(msgspec.Struct):
    incoming_phone_numbers: list[_Incoming] = []


class _Error(msgspec.Struct):
    code: int | None = None
    message: str = ""


_stocks = msgspec.json.Decoder(_Stock)
_lists = msgspec.json.Decoder(_List)
_errors = msgspec.json.Decoder(_Error)


def search(account: Account, query: Query) -> list[Offer]:
    """Twilio's stock has a list for each kind of number; without a kind, one is asked after the other."""
    kinds = [query.kind] if query.kind else list(KINDS)
    return list(islice(_stock(account, query, kinds), query.limit))


def _stock(account: Account, query: Query, kinds: list[Kind]) -> Iterator[Offer]:
    wanted = {"SmsEnabled": "true", "PageSize": str(query.limit)}
    if query.contains:
        wanted["Contains"] = query.contains
    for kind in kinds:
        if kind not in KINDS:
            continue
        path = f"/AvailablePhoneNumbers/{quote(query.country, safe='')}/{KINDS[kind]}.json"
        reply = _request(account, "GET", f"{path}?{urlencode(wanted)}")
        if reply.status != 404:  # Twilio has none of this kind in this country
            yield from map(_offer, read(_checked(reply), _stocks).available_phone_numbers)


def _offer(found: _Available) -> Offer:
    able = {name.lower() for name, enabled in found.capabilities.items() if enabled}
    return Offer(
        found.phone_number,
        found.iso_country,
        found.locality or found.region or "",
        tuple(name for name in ("sms", "mms", "voice") if name in able),
    )


def owned(account: Account, number: str) -> Owned | None:
    """Twilio looks for numbers that contain this one, so that the list is not to be trusted blindly."""
    reply = _request(account, "GET", "/IncomingPhoneNumbers.json?" + urlencode({"PhoneNumber": number}))
    for one in read(_checked(reply), _lists).incoming_phone_numbers:
        if one.phone_number == number:
            return Owned(number, one.sid, url=one.sms_url or "")
    return None


def order(account: Account, order: Order) -> None:
    form = {"PhoneNumber": order.number, "SmsUrl": order.url, "SmsMethod": "POST"}
    documents = {"AddressSid": "addressSid", "BundleSid": "bundleSid"}
    form |= {
        word: account.credentials[name] for word, name in documents.items() if name in account.credentials
    }
    _checked(_request(account, "POST", "/IncomingPhoneNumbers.json", form))


def point(account: Account, owned: Owned, url: str) -> None:
    # An application would take precedence over the number's own URL.
    form = {"SmsUrl": url, "SmsMethod": "POST", "SmsApplicationSid": ""}
    _checked(_request(account, "POST", _path(owned), form))


def release(account: Account, owned: Owned) -> None:
    reply = _request(account, "DELETE", _path(owned))
    if reply.status != 404:
        _checked(reply)


def _path(owned: Owned) -> str:
    return f"/IncomingPhoneNumbers/{quote(owned.ref, safe='')}.json"


def _request(account: Account, method: str, path: str, form: Mapping[str, str] | None = None) -> Reply:
    given = account.credentials
    login = b64encode(f"{given['accountSid']}:{given['authToken']}".encode()).decode()
    headers = {"Authorization": f"Basic {login}", "Accept": "application/json"}
    url = f"{account.api}/2010-04-01/Accounts/{quote(given['accountSid'], safe='')}{path}"
    if form is None:
        return account.call(method, url, headers, b"")
    return account.call(method, url, headers | {"Content-Type": FORM}, urlencode(form).encode())


def _checked(reply: Reply) -> Reply:
    if reply.status in (200, 201, 204):
        return reply
    try:
        error = _errors.decode(reply.body)
    except (msgspec.MsgspecError, ValueError):
        error = _Error()
    refuse(reply.status, CODES.get(error.code or 0) or _by_words(error.message), error.message)


def _by_words(words: str) -> Code | None:
    """Which documents a country wants has codes of its own; they all name what is missing."""
    wanted = any(word in words.lower() for word in ("bundle", "address", "identity"))
    return "needs_documents" if wanted else None
