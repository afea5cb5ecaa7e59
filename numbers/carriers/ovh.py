"""OVHcloud SMS: it calls nobody, so its API is asked each minute for what its virtual numbers received.

Nothing is deleted on the customer's account. Requests are signed as by the vendor's own `ovh` package 1.2,
`client.py`, with OVHcloud's time, which it tells. Whether it joins the parts of a long text it does not say.
Source: https://eu.api.ovh.com/console/?section=%2Fsms&branch=v1
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from urllib.parse import quote, urlencode

import msgspec
from django.utils.translation import gettext_lazy

from numbers.carriers.asking import answered, checked
from numbers.carriers.base import (
    CredentialField,
    Enquiry,
    Found,
    Reply,
    Unreadable,
    build_sms,
    moment,
    secret_problem,
)
from numbers.carriers.documents import decode

NAMES = ("id", "sender", "number", "message")

name = "ovh"
credentials: Mapping[str, CredentialField] = {
    "applicationKey": CredentialField(
        gettext_lazy(
            "The application key of an API token that may GET /sms/*; make one at eu.api.ovh.com/createToken."
        ),
        secret_problem,
        secret=False,
    ),
    "applicationSecret": CredentialField(
        gettext_lazy("The application secret that goes with it."), secret_problem
    ),
    "consumerKey": CredentialField(gettext_lazy("The consumer key of the token."), secret_problem),
    "serviceName": CredentialField(
        gettext_lazy("The SMS account that the numbers belong to, such as sms-ab12345-1."),
        secret_problem,
        secret=False,
    ),
}
deadline_s = 8.0


class _Incoming(msgspec.Struct):
    id: int
    sender: str
    message: str
    created_at: str | None = msgspec.field(name="creationDatetime", default=None)


_time = msgspec.json.Decoder(int)
_ids = msgspec.json.Decoder(list[int])
_incoming = msgspec.json.Decoder(_Incoming)


def fetch(enquiry: Enquiry) -> Iterator[Found]:
    """The texts to one virtual number, oldest first: a list of ids, then each of those not known."""
    ahead = _clock_ahead(enquiry)
    service = quote(enquiry.credentials["serviceName"], safe="")
    incoming = f"/sms/{service}/virtualNumbers/{quote(_dialled(enquiry.number))}/incoming"
    since = urlencode({"creationDatetime.from": enquiry.since.isoformat(timespec="seconds")})
    listed = answered(_get(enquiry, ahead, f"{incoming}?{since}"), _ids)
    for id in sorted(listed):
        if str(id) in enquiry.known:
            continue
        reply = _get(enquiry, ahead, f"{incoming}/{id}")
        if reply.status != 404:  # else its owner deleted it just now
            yield _found(checked(reply), enquiry.number)


def _dialled(number: str) -> str:
    return "00" + number[1:] if number.startswith("+") else number


def _clock_ahead(enquiry: Enquiry) -> timedelta:
    """By how much OVHcloud's clock is ahead of ours: it refuses what was signed at another time than its own."""
    reply = enquiry.call("GET", f"{enquiry.api}/auth/time", {}, b"")
    return timedelta(seconds=answered(reply, _time) - enquiry.now().timestamp())


def _get(enquiry: Enquiry, ahead: timedelta, path: str) -> Reply:
    url, signed_at = enquiry.api + path, str(int((enquiry.now() + ahead).timestamp()))
    headers = {
        "X-Ovh-Application": enquiry.credentials["applicationKey"],
        "X-Ovh-Consumer": enquiry.credentials["consumerKey"],
        "X-Ovh-Timestamp": signed_at,
        "X-Ovh-Signature": signature(enquiry.credentials, "GET", url, signed_at),
    }
    return enquiry.call("GET", url, headers, b"")


def signature(credentials: Mapping[str, str], method: str, url: str, signed_at: str) -> str:
    """Of a request without a body. The scheme is OVHcloud's own, SHA-1 and all."""
    parts = (credentials["applicationSecret"], credentials["consumerKey"], method, url, "", signed_at)
    return "$1$" + hashlib.sha1("+".join(parts).encode(), usedforsecurity=False).hexdigest()


def _found(raw: bytes, number: str) -> Found:
    try:
        text = decode(_incoming, raw)
        sent_at = moment(text.created_at)
        sms = build_sms(NAMES, str(text.id), text.sender, number, text.message, sent_at=sent_at)
    except Unreadable:
        return Found(raw, None)
    return Found(raw, sms)
