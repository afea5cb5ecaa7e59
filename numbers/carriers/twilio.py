"""Twilio Programmable Messaging: a form, signed over the public URL and the sorted parameters.

Signatures as in the vendor's `twilio` package 9.13, `twilio/request_validator.py`. There is neither timestamp
nor nonce in them, so what keeps a repeated request from counting twice is MessageSid. A text that was not
accepted is, by default, never sent again: where the channel names its account, `fetch` asks Twilio's list of
messages for what did not arrive.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64decode, b64encode
from binascii import Error, b2a_base64
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from hashlib import sha256
from urllib.parse import quote, urlencode

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from numbers.carriers.asking import answered
from numbers.carriers.base import (
    Answer,
    CarrierRequest,
    CredentialField,
    Enquiry,
    Found,
    InboundSms,
    Refused,
    Reply,
    Unavailable,
    Unreadable,
    as_utc,
    build_sms,
    busy,
    secret_problem,
    whole,
)
from numbers.carriers.forms import MAX_FIELDS, Form, form_of

XML = "text/xml"
# Any text outside of TwiML, `OK` for one, Twilio sends back to the person as an SMS.
EMPTY_TWIML = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'
DEFAULT_PORTS = {"https": ":443", "http": ":80"}
NAMES = ("MessageSid", "From", "To", "Body")
LISTED = ("sid", "from", "to", "body")
PAGE = 100  # messages
_SID = re.compile(r"[A-Z]{2}[0-9a-f]{32}", re.ASCII)


def _key_problem(key: str) -> str | None:
    if 0 < len(key) <= 200 and key.isascii() and key.isprintable() and not set(key) & set(" ,="):
        return None
    return _("Must be 1 to 200 printable ASCII characters, without spaces, commas and equal signs.")


def _sid_problem(kind: str) -> Callable[[str], str | None]:
    def problem(sid: str) -> str | None:
        if _SID.fullmatch(sid) and sid.startswith(kind):
            return None
        return _("Must be %(kind)s and 32 hexadecimal digits.") % {"kind": kind}

    return problem


name = "twilio"
methods = frozenset({"GET", "POST"})
credentials: Mapping[str, CredentialField] = {
    "authToken": CredentialField(gettext_lazy("The auth token of your Twilio account."), secret_problem),
    "sharedKeyId": CredentialField(
        gettext_lazy("The id of the shared key your webhooks are signed with by HMAC-SHA256."),
        _key_problem,
        required=False,
        secret=False,
        needs="sharedKey",
    ),
    "sharedKey": CredentialField(
        gettext_lazy("The shared key itself. With it, requests signed by the auth token are refused."),
        secret_problem,
        required=False,
        needs="sharedKeyId",
    ),
    "accountSid": CredentialField(
        gettext_lazy(
            "The account SID. With it, we ask Twilio every few minutes for texts that did not arrive: "
            "Twilio does not send them again. You can also buy numbers."
        ),
        _sid_problem("AC"),
        required=False,
        secret=False,
    ),
    "addressSid": CredentialField(
        gettext_lazy("The address that numbers of some countries are bought with."),
        _sid_problem("AD"),
        required=False,
        secret=False,
        needs="accountSid",
    ),
    "bundleSid": CredentialField(
        gettext_lazy("The approved regulatory bundle that numbers of some countries are bought with."),
        _sid_problem("BU"),
        required=False,
        secret=False,
        needs="accountSid",
    ),
}
accepted = Answer(200, XML, EMPTY_TWIML)
deadline_s = 12.0  # Twilio gives the whole exchange 15


def try_again(retry_after: int) -> Answer:
    """Twilio turns to the number's fallback URL, or repeats where the webhook's URL ends in `#rc=5&rp=all`."""
    return busy(retry_after, XML, EMPTY_TWIML)


def verify(request: CarrierRequest, credentials: Mapping[str, str]) -> None:
    """Check X-Twilio-Signature. A channel with a shared key takes HMAC-SHA256 only: the request has no say in it."""
    given = request.headers.get("x-twilio-signature", "").encode("utf-8", "replace")
    if not given:
        raise Refused(403, "missingSignature")
    key, algorithm = _key(request, credentials)
    signed = _signed_parameters(request)
    expected = (_signature(key, algorithm, url + signed) for url in _urls(request.url))
    if not any(hmac.compare_digest(one, given) for one in expected):
        raise Refused(403, "wrongSignature")


def parse(request: CarrierRequest, credentials: Mapping[str, str]) -> list[InboundSms]:
    """One text: Twilio joins the parts before it calls."""
    raw = request.query.encode("utf-8", "replace") if request.method == "GET" else request.body
    if raw.count(b"&") >= MAX_FIELDS:
        raise Unreadable([("", f"has more than {MAX_FIELDS} fields")])
    form = form_of(raw)
    missing = [(f"/{field}", "is required") for field in NAMES if field.encode() not in form]
    if missing:
        raise Unreadable(missing)
    carrier_id, sender, recipient, content = _texts(form)
    segments = _segments(form)
    plain = _unpacked(content, segments)
    encoding = None if plain is None else "base64"
    content = content if plain is None else plain
    media = _media(form)
    return [
        build_sms(
            NAMES, carrier_id, sender, recipient, content, encoding=encoding, segments=segments, media=media
        )
    ]


def _key(request: CarrierRequest, credentials: Mapping[str, str]) -> tuple[bytes, str]:
    settings = _settings(request.headers.get("x-twilio-webhooks-signature-settings", ""))
    algorithm = settings.get("algorithm", "HMAC_SHA1").upper()
    shared_key = credentials.get("sharedKey")
    if not shared_key:
        if algorithm != "HMAC_SHA1":
            raise Refused(403, "unknownKey")
        return credentials["authToken"].encode(), "sha1"
    if algorithm != "HMAC_SHA256":
        raise Refused(403, "downgradedSignature")
    if settings.get("key") != credentials.get("sharedKeyId"):
        raise Refused(403, "unknownKey")
    return shared_key.encode(), "sha256"


def _settings(header: str) -> dict[str, str]:
    """`key=…,algorithm=HMAC_SHA256` as a mapping."""
    if not header:
        return {}
    parts = [part.partition("=") for part in header.split(",")]
    return {word.strip(): value.strip() for word, _equal, value in parts if value.strip()}


def _signed_parameters(request: CarrierRequest) -> bytes:
    """Names and values as they are signed: sorted by name, each value of a repeated name once, no separators."""
    if request.method == "GET":
        return b""
    if "bodySHA256=" in request.query:
        _check_body_hash(request)
        return b""
    if request.body.count(b"&") >= MAX_FIELDS:
        raise Refused(403, "tooManyFields")
    form = form_of(request.body)
    return b"".join(
        [
            word + values[0]
            if len(values) == 1
            else b"".join([word + value for value in sorted(set(values))])
            for word, values in sorted(form.items())
        ]
    )


def _check_body_hash(request: CarrierRequest) -> None:
    """A body that is no form is signed by its hash in the URL."""
    query = request.query.encode("utf-8", "replace")
    given = form_of(query).get(b"bodySHA256", [b""])[0]
    if not hmac.compare_digest(sha256(request.body).hexdigest().encode(), given):
        raise Refused(403, "wrongSignature")


def _signature(key: bytes, algorithm: str, signed: bytes) -> bytes:
    return b2a_base64(hmac.digest(key, signed, algorithm), newline=False)


@lru_cache(maxsize=1024)
def _urls(url: str) -> Iterable[bytes]:
    """The URL without and with the port that its scheme implies: Twilio signs now one, now the other."""
    scheme, _separator, rest = url.partition("://")
    host = rest.partition("/")[0].partition("?")[0]
    path = rest[len(host) :]
    port = DEFAULT_PORTS.get(scheme, "")
    bare = host.removesuffix(port)
    variants = [host] if host == bare and _has_port(host) else [bare, bare + port]
    return tuple(f"{scheme}://{variant}{path}".encode("utf-8", "replace") for variant in variants)


def _has_port(host: str) -> bool:
    return host.rpartition(":")[2].isdecimal() and ":" in host


def _texts(form: Form) -> list[str]:
    """The four fields as text, in the order of NAMES."""
    texts, errors = [], []
    for field in NAMES:
        try:
            texts.append(form[field.encode()][0].decode())
        except UnicodeDecodeError:
            errors.append((f"/{field}", "is not UTF-8"))
    if errors:
        raise Unreadable(errors)
    return texts


def _segments(form: Form) -> int | None:
    count = form.get(b"NumSegments", [b""])[0]
    return int(count) if count.isdigit() and len(count) < 4 else None


def _media(form: Form) -> list[str]:
    count = form.get(b"NumMedia", [b"0"])[0]
    if count == b"0" or not count.isdigit() or len(count) > 2:
        return []
    links = (form.get(b"MediaUrl%d" % number, [b""])[0] for number in range(int(count)))
    return [link.decode("utf-8", "replace") for link in links]


def _unpacked(content: str, segments: int | None) -> str | None:
    """The text inside a Body that came in base64, or None where Body is the text itself.

    Other gateways report that Twilio now and then hands over the joined Body of a concatenated SMS so; its
    documentation is silent. Taken for base64 only where nothing else is left: several segments, nothing but the
    alphabet, and inside it printable UTF-8 with a space. A token that is no such text stays as it came;
    `encoding` says where we unpacked.
    """
    if segments is None or segments < 2 or len(content) < 60 or len(content) % 4 or not content.isascii():
        return None
    try:
        text = b64decode(content, validate=True).decode()
    except (Error, UnicodeDecodeError):
        return None
    return text if " " in text and text.replace("\n", " ").replace("\r", " ").isprintable() else None


class _Listed(msgspec.Struct):
    sid: str
    sender: str = msgspec.field(name="from")
    to: str
    body: str | None = None
    direction: str = ""
    status: str = ""
    date_created: str | None = None
    segments: str | None = msgspec.field(name="num_segments", default=None)
    media: str | None = msgspec.field(name="num_media", default=None)


class _Page(msgspec.Struct):
    messages: list[msgspec.Raw]
    next: str | None = msgspec.field(name="next_page_uri", default=None)


class _Medium(msgspec.Struct):
    uri: str


class _Media(msgspec.Struct):
    media_list: list[_Medium] = []


_pages = msgspec.json.Decoder(_Page)
_listed = msgspec.json.Decoder(_Listed)
_media_lists = msgspec.json.Decoder(_Media)


def fetch(enquiry: Enquiry) -> Iterator[Found]:
    """The texts that one of the account's numbers received, newest first, without those known."""
    since = enquiry.since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    query = urlencode({"To": enquiry.number, "DateSent>": since, "PageSize": PAGE})
    path: str | None = f"{_account(enquiry)}/Messages.json?{query}"
    while path:
        page = answered(_get(enquiry, path), _pages)
        for raw in page.messages:
            if found := _found(enquiry, bytes(raw)):
                yield found
        path = page.next
        if path and not path.startswith(_account(enquiry)):
            raise Unavailable("malformedAnswer")  # our credentials go nowhere else


def _account(enquiry: Enquiry) -> str:
    return f"/2010-04-01/Accounts/{enquiry.credentials['accountSid']}"


def _get(enquiry: Enquiry, path: str) -> Reply:
    login = f"{enquiry.credentials['accountSid']}:{enquiry.credentials['authToken']}"
    headers = {"Authorization": "Basic " + b64encode(login.encode()).decode(), "Accept": "application/json"}
    return enquiry.call("GET", enquiry.api + path, headers, b"")


def _found(enquiry: Enquiry, raw: bytes) -> Found | None:
    """One line of the list; None where it is no text to us, not here yet, too old, or known."""
    try:
        listed = _listed.decode(raw)
    except msgspec.MsgspecError:
        return Found(raw, None)
    created_at = _created_at(listed)
    if listed.direction != "inbound" or listed.status == "receiving" or listed.sid in enquiry.known:
        return None
    if created_at and created_at < enquiry.since:  # Twilio looks at the day only
        return None
    try:
        return Found(raw, _listed_sms(enquiry, listed, created_at))
    except Unreadable:
        return Found(raw, None)


def _listed_sms(enquiry: Enquiry, listed: _Listed, created_at: datetime | None) -> InboundSms:
    media = _listed_media(enquiry, listed) if listed.media not in (None, "0") else ()
    return build_sms(
        LISTED,
        listed.sid,
        listed.sender,
        listed.to,
        listed.body or "",
        sent_at=created_at,
        segments=whole(listed.segments),
        media=media,
    )


def _listed_media(enquiry: Enquiry, listed: _Listed) -> list[str]:
    path = f"{_account(enquiry)}/Messages/{quote(listed.sid, safe='')}/Media.json"
    media = answered(_get(enquiry, path), _media_lists).media_list
    return [enquiry.api + medium.uri.removesuffix(".json") for medium in media]


def _created_at(listed: _Listed) -> datetime | None:
    try:
        return as_utc(parsedate_to_datetime(listed.date_created)) if listed.date_created else None
    except (ValueError, OverflowError):
        return None
