"""A list of numbers as operators and carriers write it: CSV, with `,` or `;`, in UTF-8, quoted where need be.

Columns, in any order: `number` (E.164, a short code, or with `country` as dialled at home, from 0 on), `country`,
`category`, `region`, `capabilities` ("sms mms"), `monthlyPrice` (whole minor units: 150 is 1.50), `currency` (ISO 4217)
and `channel` (the operator's, "chn_…"). Only `number` must be there; what is empty the numbering plan tells.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from uuid import UUID

from django.utils.translation import gettext as _
from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    NumberParseException,
    PhoneNumberFormat,
    format_number,
    parse,
)

from accounts import ids
from numbers import phone, plan, pool
from numbers.models import Channel, Number
from numbers.plan import Capability, Category

if TYPE_CHECKING:
    from _csv import Reader

T = TypeVar("T")

COLUMNS = ("number", "country", "category", "region", "capabilities", "monthlyPrice", "currency", "channel")
BY_LOWER_CASE = {name.lower(): name for name in COLUMNS}
MAX_LINES = 100_000
MAX_PRICE = 2**31 - 1
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
CURRENCY = re.compile(r"[A-Z]{3}")


class Wrong(NamedTuple):
    """What is wrong with one field of the file; the header is line 1, and column "" the line as a whole."""

    line: int
    column: str
    detail: str


class Rejected(Exception):
    """The file is not as it must be, field by field."""

    def __init__(self, problems: list[Wrong]) -> None:
        self.problems = problems
        super().__init__(f"{len(problems)} wrong fields")


class Unfit(Exception):
    """Why one value cannot be taken, fit to show."""


@dataclass(slots=True)
class Line:
    """The fields of one line by column, and what was found wrong with them."""

    at: int
    values: dict[str, str]
    problems: list[Wrong] = field(default_factory=list)

    def take(self, column: str, convert: Callable[[str], T], otherwise: T) -> T:
        """The value of a field; `otherwise` where it is empty or wrong."""
        text = self.values.get(column, "").strip()
        try:
            return convert(text) if text else otherwise
        except Unfit as error:
            self.wrong(column, str(error))
            return otherwise

    def wrong(self, column: str, detail: str) -> None:
        self.problems.append(Wrong(self.at, column, detail))


def read(raw: bytes, channel: Channel | None, now: datetime) -> tuple[dict[int, Number], list[Wrong]]:
    """The numbers that a file describes, by line and not stored, and all that is wrong with its fields.

    Raises Rejected where the file as a whole is unusable.
    """
    channels = {row.pk: row for row in Channel.objects.filter(environment=None, deleted_at=None)}
    rows: dict[int, Number] = {}
    problems: list[Wrong] = []
    seen: dict[str, int] = {}
    for line in lines(raw):
        row = described(line, channels, channel, now)
        first = seen.setdefault(row.number, line.at)
        if row.number and first != line.at:
            line.wrong("number", _("The same number stands in line %(line)s.") % {"line": first})
        rows[line.at] = row
        problems += line.problems
    return rows, problems


def lines(raw: bytes) -> Iterator[Line]:
    """Each line that is not empty. Raises Rejected."""
    reader = table(raw)
    try:
        header = [BY_LOWER_CASE.get(name.strip().lower(), name.strip()) for name in next(reader, [])]
        check_header(header)
        at = reader.line_num + 1
        for count, fields in enumerate(reader, 1):
            if count > MAX_LINES:
                detail = _("A file may have %(most)s numbers at most.") % {"most": MAX_LINES}
                raise Rejected([Wrong(at, "", detail)])
            if any(fields):
                yield line_of(at, header, fields)
            at = reader.line_num + 1
    except csv.Error:
        raise Rejected([Wrong(reader.line_num, "", _("A quotation mark is out of place."))]) from None


def table(raw: bytes) -> Reader:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = raw[: error.start].count(b"\n") + 1
        raise Rejected([Wrong(at, "", _("The file must be in UTF-8."))]) from None
    head = text.partition("\n")[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def check_header(header: list[str]) -> None:
    """Raises Rejected."""
    known = ", ".join(COLUMNS)
    problems = [
        Wrong(1, name, _("There is no such column; use: %(known)s.") % {"known": known})
        for name in header
        if name not in COLUMNS
    ]
    problems += [
        Wrong(1, name, _("This column is there twice.")) for name in COLUMNS if header.count(name) > 1
    ]
    if "number" not in header:
        problems.append(Wrong(1, "number", _("This column is missing.")))
    if problems:
        raise Rejected(problems)


def line_of(at: int, header: list[str], fields: list[str]) -> Line:
    line = Line(at, dict(zip(header, fields, strict=False)))
    if len(fields) != len(header):
        line.wrong("", _("This line has another number of fields than the header."))
    return line


def described(line: Line, channels: dict[UUID, Channel], channel: Channel | None, now: datetime) -> Number:
    """The number that a line describes; what is wrong is noted in the line."""
    country = line.take("country", country_code, "")
    number = line.take("number", lambda text: e164(text, country), "")
    if not line.values.get("number", "").strip():
        line.wrong("number", _("This field is required."))
    facts = pool.facts(number) if number else {}
    row = Number(
        number=number,
        country=country or facts.get("country", ""),
        category=line.take("category", category, facts.get("category", Category.OTHER)).value,
        region=line.take("region", slug, facts.get("region", "")),
        capabilities=line.take("capabilities", capabilities, [Capability.SMS.value]),
        monthly_price=line.take("monthlyPrice", price, None),
        currency=line.take("currency", currency, ""),
        channel=line.take("channel", lambda text: operators(text, channels), channel),
        created_at=now,
    )
    check(line, row, facts.get("country", ""))
    return row


def check(line: Line, row: Number, told: str) -> None:
    """Note what does not go together; `told` is the country that the number itself tells."""
    if row.monthly_price is None:
        row.currency = ""
    elif not row.currency and not line.values.get("currency", "").strip():
        line.wrong("currency", _("A price needs a currency."))
    if row.channel is None and not line.values.get("channel", "").strip():
        line.wrong("channel", _("Name the operator's channel that brings the texts."))
    if told and row.country != told and row.country not in neighbours(row.number):
        line.wrong("country", _("The number is of another country: %(country)s.") % {"country": told})


def neighbours(number: str) -> tuple[str, ...]:
    """The countries that share the calling code of an E.164 number."""
    return COUNTRY_CODE_TO_REGION_CODE.get(parse(number).country_code or 0, ())


def country_code(text: str) -> str:
    if text.upper() not in plan.COUNTRIES:
        raise Unfit(_("Must be a country's code of two capital letters, as in FR."))
    return text.upper()


def e164(text: str, country: str) -> str:
    """The number as we keep it. National numbers need their country, since whose 0 it is nobody could tell."""
    try:
        if text.startswith("0") and not text.startswith("00") and country:
            text = format_number(parse(text, country), PhoneNumberFormat.E164)
        number = phone.validate_number(text)
    except NumberParseException:
        raise Unfit(_("This is no number of that country.")) from None
    except ValueError as error:
        raise Unfit(str(error)) from None
    if phone.is_fictional(number):
        raise Unfit(_("Numbers reserved for fiction belong in a sandbox."))
    if problem := plan.problem(number, phone.country_of(number) or ""):
        raise Unfit(problem)
    return number


def category(text: str) -> Category:
    if text not in Category.values:
        raise Unfit(_("Use one of: %(known)s.") % {"known": ", ".join(Category.values)})
    return Category(text)


def slug(text: str) -> str:
    if not SLUG.fullmatch(text) or len(text) > 40:
        raise Unfit(_("Use up to 40 small letters, digits and hyphens, as in ile-de-france."))
    return text


def capabilities(text: str) -> list[str]:
    """In one order, whatever the file's."""
    named = set(re.split(r"[\s,;|+/]+", text.lower())) - {""}
    if not named or named - set(Capability.values):
        raise Unfit(_("Use one or more of: %(known)s.") % {"known": " ".join(Capability.values)})
    return [value for value in Capability.values if value in named]


def price(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= MAX_PRICE):
        raise Unfit(_("Must be a whole number of the currency's minor unit: 150 is 1.50."))
    return int(text)


def currency(text: str) -> str:
    if not CURRENCY.fullmatch(text.upper()):
        raise Unfit(_("Must be a currency's code of three letters, as in EUR."))
    return text.upper()


def operators(text: str, channels: dict[UUID, Channel]) -> Channel:
    id = ids.parse("channel", text)
    if id is None or id not in channels:
        raise Unfit(_("The operator has no such channel."))
    return channels[id]
