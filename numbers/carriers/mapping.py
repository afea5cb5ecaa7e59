"""Where a system of the customer's own writes what in its JSON, form or query: settings of a generic channel."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from numbers import udh
from numbers.carriers.base import (
    CarrierRequest,
    CredentialField,
    InboundSms,
    Part,
    Unreadable,
    build_sms,
    moment,
    text_problem,
    whole,
)
from numbers.carriers.documents import loads
from numbers.carriers.forms import Form, bounded_form, query_of
from numbers.carriers.octets import part_of_text, spelled
from numbers.carriers.paths import OCTETS, FormItem, Item, JsonItem, found, pointer_to, steps_of
from numbers.carriers.rules import country_problem, one_of
from numbers.phone import in_full

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

KINDS = ("json", "form", "query")
CHARSETS = ("utf-8", "iso-8859-1", "iso-8859-15", "windows-1252")
#: What a sender may call the charset of one text → how it is decoded.
NAMED_CHARSETS = {
    "US-ASCII": "ascii",
    "UTF-8": "utf-8",
    "ISO-8859-1": "iso-8859-1",
    "ISO-8859-15": "iso-8859-15",
    "WINDOWS-1252": "windows-1252",
    "UTF-16BE": "utf-16-be",
    "8-BIT": OCTETS,
    "BINARY": OCTETS,
}
WHOLE_BODY = "."  # for listField: the body itself is the list
MAX_PATH = 120  # characters
RFC3339, UNIX, UNIX_MS = "rfc3339", "unix", "unixMs"
UNIX_TIME = re.compile(r"\d{1,16}(?:\.\d{1,9})?")
EXAMPLE = "%d/%m/%Y %H:%M:%S"
SAMPLE = datetime(2026, 11, 23, 21, 34, 56, tzinfo=UTC)
MAX_REFERENCE = 64
MOST_PARTS = 255
#: What a text has → where it stands unless the channel says otherwise.
DEFAULTS = {
    "fromField": "from",
    "toField": "to",
    "textField": "text",
    "idField": "id",
    "sentAtField": "sentAt",
}


def _name_problem(text: str) -> str | None:
    if 0 < len(text) <= MAX_PATH and text.isprintable() and text == text.strip():
        return None
    return _("Must be 1 to %(most)d printable characters, without spaces around.") % {"most": MAX_PATH}


def _path_problem(path: str) -> str | None:
    try:
        steps_of(path)
    except ValueError as problem:
        return str(problem)
    return None


def _is_json(given: Mapping[str, str]) -> bool:
    return given.get("bodyKind", "json") == "json"


def _path_beside(name: str) -> Callable[[Mapping[str, str]], str | None]:
    return lambda given: _path_problem(given[name]) if _is_json(given) else None


def _list_beside(given: Mapping[str, str]) -> str | None:
    if not _is_json(given):
        return _("Only JSON holds lists of texts.")
    return None if given["listField"] == WHOLE_BODY else _path_problem(given["listField"])


def _charset_beside(given: Mapping[str, str]) -> str | None:
    return _("JSON is UTF-8: this is for forms and queries.") if _is_json(given) else None


def _zone_problem(name: str) -> str | None:
    return None if name in available_timezones() else _("Must be a time zone’s name, such as Europe/Paris.")


def _zone_beside(given: Mapping[str, str]) -> str | None:
    unix = given.get("sentAtFormat") in (UNIX, UNIX_MS)
    return _("A Unix time is in no zone: leave this away.") if unix else None


def _format_problem(pattern: str) -> str | None:
    """Whether a pattern gives a time back as it was, to the minute."""
    if pattern in (RFC3339, UNIX, UNIX_MS):
        return None
    if "%" not in pattern or len(pattern) > 64 or not pattern.isprintable():
        return _("Must be rfc3339, unix, unixMs or a pattern such as %(example)s.") % {"example": EXAMPLE}
    if "%Y" in pattern or "%y" in pattern:  # without a year, strptime itself warns
        read = moment(_written(pattern), pattern)
        if read and abs((read - SAMPLE).total_seconds()) < 60:
            return None
    return _("Must tell year, month, day, hour and minute, in the letters of strptime.")


def _written(pattern: str) -> str | None:
    try:
        return SAMPLE.strftime(pattern)
    except ValueError:
        return None


SECTION = gettext_lazy("Where the fields are")


def _setting(
    about: StrOrPromise,
    problem: Callable[[str], str | None],
    beside: Callable[[Mapping[str, str]], str | None] | None = None,
    needs: str | None = None,
    choices: tuple[str, ...] = (),
) -> CredentialField:
    return CredentialField(
        about,
        problem,
        required=False,
        secret=False,
        needs=needs,
        choices=choices,
        section=SECTION,
        beside=beside,
    )


def _path(name: str, about: StrOrPromise, needs: str | None = None) -> tuple[str, CredentialField]:
    return name, _setting(about, _name_problem, _path_beside(name), needs)


credentials: Mapping[str, CredentialField] = {
    "bodyKind": _setting(
        gettext_lazy("How the sender writes: json by default, form, or query for a GET."),
        one_of(*KINDS),
        choices=KINDS,
    ),
    "charset": _setting(
        gettext_lazy(
            "The charset of a form or query: utf-8 by default, iso-8859-1, iso-8859-15, windows-1252."
        ),
        one_of(*CHARSETS),
        _charset_beside,
        choices=CHARSETS,
    ),
    "charsetField": _setting(
        gettext_lazy("The field that names the charset of each text, where they differ."),
        _name_problem,
        _charset_beside,
    ),
    "listField": _setting(
        gettext_lazy(
            "Where several texts come at once: the path to their list, such as `data.messages`, or `.` where the "
            "body itself is the list. The paths below then begin at each text."
        ),
        _name_problem,
        _list_beside,
    ),
    **dict(
        [
            _path(
                "fromField", gettext_lazy("The path to the sender, such as `data.from`; `from` by default.")
            ),
            _path("toField", gettext_lazy("The path to the number that was written to; `to` by default.")),
            _path("textField", gettext_lazy("The path to the text; `text` by default.")),
            _path("idField", gettext_lazy("The path to what a repeat is known by; `id` by default.")),
            _path("sentAtField", gettext_lazy("The path to when it was sent; `sentAt` by default.")),
            _path(
                "mediaField", gettext_lazy("The path to a link, or to a list of links, to what came with it.")
            ),
            _path(
                "partReferenceField",
                gettext_lazy("Where parts of long texts come one by one: the path to what the parts share."),
                "partTotalField",
            ),
            _path("partTotalField", gettext_lazy("The path to how many parts there are."), "partNumberField"),
            _path(
                "partNumberField",
                gettext_lazy("The path to which part it is, from 1."),
                "partReferenceField",
            ),
        ]
    ),
    "sentAtFormat": _setting(
        gettext_lazy(
            "How the time is written: rfc3339 by default, unix (seconds), unixMs, or a pattern in the letters of "
            "strptime, such as `%Y-%m-%dT%H:%M:%S`."
        ),
        _format_problem,
    ),
    "sentAtZone": _setting(
        gettext_lazy("The time zone of times that name none, such as `Europe/Paris`; UTC by default."),
        _zone_problem,
        _zone_beside,
    ),
    "defaultCountry": _setting(
        gettext_lazy("The country, such as FR, whose numbers come without calling code."), country_problem
    ),
}


def parse(
    request: CarrierRequest, credentials: Mapping[str, str], fallback_id: str | None = None
) -> list[InboundSms]:
    """The texts of a request by the channel's mapping; `fallback_id` stands in where they have no id."""
    texts = []
    for place, item in enumerate(_items(request, credentials)):
        known = f"{fallback_id}:{place}" if fallback_id and "listField" in credentials else fallback_id
        texts.append(_sms(item, credentials, known))
    return texts


def _items(request: CarrierRequest, credentials: Mapping[str, str]) -> Iterator[Item]:
    kind = credentials.get("bodyKind", "json")
    if kind != "json":
        raw = query_of(request) if kind == "query" else request.body
        yield _form_item(bounded_form(raw), credentials)
        return
    document, path = loads(request.body), credentials.get("listField")
    if path is None:
        yield JsonItem(document, "")
        return
    steps = () if path == WHOLE_BODY else steps_of(path)
    values, at = found(document, steps), pointer_to(steps)
    if not isinstance(values, list):
        raise Unreadable([(at, "is required" if values is None else "must be a list")])
    for place, value in enumerate(values):
        yield JsonItem(value, f"{at}/{place}")


def _form_item(form: Form, credentials: Mapping[str, str]) -> FormItem:
    charset, path = credentials.get("charset", "utf-8"), credentials.get("charsetField")
    item = FormItem(form, charset)
    named = item.told(path).upper() if path else ""
    if not (path and named):
        return item
    if named not in NAMED_CHARSETS:
        raise Unreadable([(item.pointer(path), f"must be one of {', '.join(NAMED_CHARSETS)}")])
    return FormItem(form, charset, {credentials.get("textField", "text"): NAMED_CHARSETS[named]})


def _sms(item: Item, credentials: Mapping[str, str], fallback_id: str | None) -> InboundSms:
    paths = {name: credentials.get(name, path) for name, path in DEFAULTS.items()}
    needed = [paths[name] for name in ("fromField", "toField", "textField")]
    sender, recipient, content = _required(item, needed)
    country = credentials.get("defaultCountry")
    if country:
        sender, recipient = in_full(sender, country), in_full(recipient, country)
    part = _part(item, credentials, content)
    media = credentials.get("mediaField")
    names = [item.pointer(path).removeprefix("/") for path in (paths["idField"], *needed)]
    return build_sms(
        (names[0], names[1], names[2], names[3]),
        item.text(paths["idField"]) or fallback_id,
        sender,
        recipient,
        spelled(part) if part else content,
        sent_at=_sent_at(item.told(paths["sentAtField"]), credentials),
        media=item.texts(media) if media else (),
        part=part,
    )


def _required(item: Item, paths: list[str]) -> list[str]:
    """The texts at these paths; Unreadable names each that is not there."""
    found, errors = [], []
    for path in paths:
        try:
            text = item.text(path)
        except Unreadable as unreadable:
            errors += unreadable.errors
            continue
        if text is None:
            errors.append((item.pointer(path), "is required"))
        else:
            found.append(text)
    if errors:
        raise Unreadable(errors)
    return found


def _part(item: Item, credentials: Mapping[str, str], content: str) -> Part | None:
    """The part that it is of a longer text; a text whose place makes no sense counts as whole."""
    if "partReferenceField" not in credentials:
        return None
    reference = item.told(credentials["partReferenceField"])
    total = whole(item.told(credentials["partTotalField"]), MOST_PARTS)
    number = whole(item.told(credentials["partNumberField"]), MOST_PARTS)
    if (
        total is None
        or number is None
        or total == 1
        or not reference
        or text_problem(reference, MAX_REFERENCE)
    ):
        return None
    place = udh.place(reference, total, number)
    return part_of_text(place, content) if place else None


def _sent_at(text: str, credentials: Mapping[str, str]) -> datetime | None:
    """When it was sent, as UTC; None where that cannot be read, for the text matters more."""
    kind = credentials.get("sentAtFormat", RFC3339)
    if kind in (UNIX, UNIX_MS):
        return _unix(text, 1000 if kind == UNIX_MS else 1)
    zone = ZoneInfo(credentials.get("sentAtZone", "UTC"))
    return moment(text, None if kind == RFC3339 else kind, zone)


def _unix(text: str, per_second: int) -> datetime | None:
    if not UNIX_TIME.fullmatch(text):
        return None
    try:
        return datetime.fromtimestamp(float(text) / per_second, UTC)
    except (ValueError, OverflowError, OSError):
        return None
