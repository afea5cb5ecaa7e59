"""The request that a callback makes: checked when it is saved, filled with a text's values when it is sent.

Stored as the API takes it: {"method", "path", "query": [{"name", "value"}, …], "headers": likewise, "contentType",
"body", "success"}. Scheme and host are the endpoint's URL's and have no places: no text decides where it goes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn
from urllib.parse import quote, urlsplit, urlunsplit
from xml.parsers.expat import ExpatError, ParserCreate

from django.utils.translation import gettext as _

from accounts.errors import Invalid
from delivery.expectation import Expectation, expectation_of
from delivery.filling import Filled, Unknown, Values, filled, filled_json, header, percent, plain, xml
from delivery.policy import Errors, refuse_strangers

METHODS = ("POST", "PUT", "PATCH", "GET")
JSON, FORM, XML, TEXT = CONTENT_TYPES = (
    "application/json",
    "application/x-www-form-urlencoded",
    "application/xml",
    "text/plain",
)
MOST_FIELDS = 20
LONGEST_NAME, LONGEST_PATH, LONGEST_VALUE, LONGEST_BODY = 100, 1000, 2000, 20_000

#: A text as an example; its names are those that places may have (delivery.payload).
SAMPLE: Values = {
    "id": "msg_06b1p2k4c8r1v6m0t3a5e7g9i2",
    "content": 'Votre code est 020005. « À bientôt », dit-il : "ok" & <merci>',
    "senderId": "+33639980417",
    "receivedAt": "2026-11-23T09:30:00.120Z",
    "numberUsed": "+33939980001",
    "routingTag": "one-time-code",
    "senderType": "phone",
    "senderCountry": "FR",
    "sentAt": "2026-11-23T09:29:59.000Z",
    "encoding": "gsm7",
    "segments": 1,
    "partial": False,
    "media": ["https://carrier.example/1.jpg"],
    "code": {"value": "020005", "pattern": "keyword", "confidence": 0.95, "host": None},
    "simulated": True,
}
PLACES = tuple(SAMPLE)
#: What strangers could send to break out of wherever a place stands; a template that it breaks is refused.
HOSTILE: Values = dict.fromkeys(
    PLACES, "\"'}],a=b ]]>--><!-- <x y> &amp \\ \r\n\x00\u2028{content} /../?#% é"
) | {
    "routingTag": None,
    "segments": None,
    "media": [],
    "encoding": "",
}
#: What a callback does until somebody says otherwise.
FIRST: Mapping[str, Any] = {
    "method": "POST",
    "contentType": JSON,
    "body": '{\n  "id": {id},\n  "from": {senderId},\n  "to": {numberUsed},\n  "text": {content}\n}',
}
TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}")  # RFC 9110 §5.6.2
IN_PATH = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*")  # RFC 3986 §3.3
IN_FORM = re.compile(r"[\x21-\x7e]*")
OURS = {
    "host", "content-length", "content-type", "transfer-encoding", "connection", "keep-alive", "te", "trailer",
    "upgrade", "expect", "user-agent", "authorization", "cookie",
}  # fmt: skip
OUR_PREFIXES = ("webhook-", "smsgateway-", "proxy-")


class Request(NamedTuple):
    """What is to be sent; `headers` without those that every delivery has."""

    method: str
    url: str
    headers: list[tuple[str, str]]
    body: bytes


@dataclass(frozen=True, slots=True)
class Template:
    """One checked template. An empty `content_type` goes with no body."""

    method: str
    path: Filled
    query: tuple[tuple[str, Filled], ...]
    headers: tuple[tuple[str, Filled], ...]
    content_type: str
    body: Filled
    success: Expectation

    def request(self, url: str, values: Values) -> Request:
        """The request for one text, whose fields are `values`, to the endpoint's URL."""
        base = urlsplit(url)
        path = (
            base.path.rstrip("/") + climbing_nowhere(self.path.fill(values))
            if self.path.pieces
            else base.path
        )
        pairs = [f"{quote(name, safe='')}={percent(value.fill(values))}" for name, value in self.query]
        query = "&".join(([base.query] if base.query else []) + pairs)
        headers = [(name, header(value.fill(values))) for name, value in self.headers]
        if self.content_type:
            headers.insert(0, ("Content-Type", self.content_type))
        target = urlunsplit((base.scheme, base.netloc, path, query, ""))
        return Request(self.method, target, headers, self.body.fill(values).encode())


def climbing_nowhere(path: str) -> str:
    """A text that says `..` must not lead to another resource, however it is decoded on the way."""
    return "/".join("_" if segment in (".", "..") else segment for segment in path.split("/"))


def template_of(stored: Any) -> Template:
    """The template that a saved or given object describes; raises Invalid, with pointers below /template."""
    if not isinstance(stored, Mapping):
        raise Invalid([("/template", "invalid", _("Must be an object."))])
    errors: Errors = []
    known = ("method", "path", "query", "headers", "contentType", "body", "success")
    refuse_strangers(stored, known, "", errors)
    method = one_of(stored, "method", METHODS, errors)
    content_type = "" if method == "GET" else one_of(stored, "contentType", CONTENT_TYPES, errors)
    template = Template(
        method=method,
        path=path_of(stored, errors),
        query=fields_of(stored, "query", wrong_parameter, errors),
        headers=fields_of(stored, "headers", wrong_header, errors),
        content_type=content_type + "; charset=utf-8" if content_type in (TEXT, XML) else content_type,
        body=body_of(stored, method, content_type, errors),
        success=expectation_of(stored.get("success"), errors),
    )
    if errors:
        raise Invalid([("/template" + pointer, code, text) for pointer, code, text in errors])
    return template


def one_of(stored: Mapping[str, Any], name: str, known: tuple[str, ...], errors: Errors) -> str:
    """The first where nothing is chosen."""
    chosen = stored.get(name, known[0])
    if chosen in known:
        return str(chosen)
    errors.append((f"/{name}", "invalid", _("Use one of: %(known)s.") % {"known": ", ".join(known)}))
    return known[0]


def text_of(stored: Mapping[str, Any], name: str, longest: int, pointer: str, errors: Errors) -> str:
    text = stored.get(name)
    if isinstance(text, str) and len(text) <= longest and "\x00" not in text:
        return text
    if text is not None:
        told = _("Must be a text of at most %(most)d characters.") % {"most": longest}
        errors.append((pointer, "invalid", told))
    return ""


def checked(make: Callable[[], Filled], pointer: str, errors: Errors) -> Filled:
    """What `make` makes; a place that names nothing is told at `pointer`."""
    try:
        return make()
    except Unknown as unknown:
        told = _("There is no field {%(name)s}. Use: %(known)s.") % {
            "name": str(unknown)[:50],
            "known": ", ".join(f"{{{name}}}" for name in PLACES),
        }
        errors.append((pointer, "unknown_placeholder", told))
    except ValueError:
        errors.append((pointer, "not_valid", _("This is not valid JSON once it is filled in.")))
    return Filled(())


def path_of(stored: Mapping[str, Any], errors: Errors) -> Filled:
    text = text_of(stored, "path", LONGEST_PATH, "/path", errors)
    path = checked(lambda: filled(text, PLACES, percent), "/path", errors)
    sound = all(IN_PATH.fullmatch(literal) for literal in path.literals) and (not text or text[0] == "/")
    if not sound or any(segment in (".", "..") for segment in text.split("/")):
        told = _("Must begin with / and hold only what a URL’s path may; put the rest into the query.")
        errors.append(("/path", "invalid", told))
    return path


def fields_of(
    stored: Mapping[str, Any], place: str, wrong: Callable[[str], str | None], errors: Errors
) -> tuple[tuple[str, Filled], ...]:
    """The [{"name", "value"}, …] of `query` or `headers`; `wrong` says what is wrong with a name."""
    chosen = stored.get(place) or []
    if not isinstance(chosen, list) or len(chosen) > MOST_FIELDS:
        told = _("Must be a list of at most %(most)d fields.") % {"most": MOST_FIELDS}
        errors.append((f"/{place}", "invalid", told))
        return ()
    pointers = [f"/{place}/{index}" for index in range(len(chosen))]
    return tuple(field_of(one, below, wrong, errors) for one, below in zip(chosen, pointers, strict=True))


def field_of(
    field: Any, below: str, wrong: Callable[[str], str | None], errors: Errors
) -> tuple[str, Filled]:
    if not isinstance(field, Mapping):
        errors.append((below, "invalid", _("Must be an object.")))
        return "", Filled(())
    refuse_strangers(field, ("name", "value"), below, errors)
    name = text_of(field, "name", LONGEST_NAME, below + "/name", errors)
    if told := wrong(name):
        errors.append((below + "/name", "invalid_name", told))
    text = text_of(field, "value", LONGEST_VALUE, below + "/value", errors)
    return name, checked(lambda: filled(text, PLACES), below + "/value", errors)


def wrong_parameter(name: str) -> str | None:
    return None if name else _("This field is required.")


def wrong_header(name: str) -> str | None:
    if not TOKEN.fullmatch(name):
        return _("This is no name of a header.")
    if name.lower() in OURS or name.lower().startswith(OUR_PREFIXES):
        return _("This header is not the template’s to set.")
    return None


def body_of(stored: Mapping[str, Any], method: str, content_type: str, errors: Errors) -> Filled:
    text = text_of(stored, "body", LONGEST_BODY, "/body", errors)
    if method == "GET":
        if text:
            errors.append(("/body", "invalid", _("A GET request has no body.")))
        return Filled(())
    before = len(errors)
    if content_type == JSON:
        body = checked(lambda: filled_json(text, PLACES), "/body", errors)
    else:
        write = {FORM: percent, XML: xml, TEXT: plain}[content_type]
        body = checked(lambda: filled(text, PLACES, write), "/body", errors)
    if len(errors) == before and (told := wrong_body(body, content_type)):
        errors.append(("/body", "not_valid", told))
    return body


def wrong_body(body: Filled, content_type: str) -> str | None:
    """What is wrong with a body, tried with an example and with what strangers may send."""
    if content_type == FORM and not all(IN_FORM.fullmatch(literal) for literal in body.literals):
        return _("Write it like a={content}&b={senderId}, without spaces or line breaks.")
    try:
        for values in (SAMPLE, HOSTILE):
            if content_type == JSON:
                json.loads(body.fill(values), parse_constant=no_constant)
            elif content_type == XML:
                read_xml(body.fill(values).encode())
    except (ValueError, RecursionError):
        return _("This is not valid JSON once it is filled in.")
    except ExpatError:
        return _(
            "This is not well-formed XML once it is filled in. Places may stand in texts and attributes."
        )
    return None


def no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def read_xml(text: bytes) -> None:
    """Raises ExpatError for what is not well-formed, declares a document type or another encoding than UTF-8."""
    parser = ParserCreate("utf-8")

    def refuse(*_: object) -> NoReturn:
        raise ExpatError

    def declared(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() != "utf-8":
            raise ExpatError

    parser.StartDoctypeDeclHandler = refuse
    parser.XmlDeclHandler = declared
    parser.Parse(text, True)
