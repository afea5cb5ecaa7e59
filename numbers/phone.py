"""Phone numbers and senders: E.164 with plus, short codes as dialled, alphanumeric names as written."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from typing import Literal

from django.utils.translation import gettext as _
from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    format_number,
    is_valid_number,
    parse,
    region_code_for_number,
)

SenderType = Literal["e164", "alphanumeric", "shortCode", "unknown"]

SEPARATORS = str.maketrans("", "", " \u00a0\u202f\t-.()/")
E164_DIGITS = range(7, 16)
SHORT_CODE_DIGITS = range(3, 7)
NO_COUNTRY = "001"  # satellite, international freephone


def normalise(text: str) -> str:
    """The same number in our one way of writing it: `0033 6…` and `336…` become `+336…`.

    What is neither an international number nor a short code comes back trimmed. National numbers (`06…`) stay:
    whose nation is not known here.
    """
    if text[:1] == "+" and text.isascii() and text[1:].isdigit():
        return text
    text = text.strip()
    bare = text.translate(SEPARATORS)
    digits = bare.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        return text
    if bare.startswith("+"):
        return bare
    for international in (digits, digits.removeprefix("00")):
        if len(international) in E164_DIGITS and international[0] != "0":
            return "+" + international
    return bare


@lru_cache(maxsize=20_000)
def in_full(text: str, country: str) -> str:
    """A number that may be a national one of `country` (ISO 3166 alpha-2): as E.164, or as it came where it is none."""
    bare = text.strip().translate(SEPARATORS)
    if not (bare.isascii() and bare.isdigit()) or len(bare) in SHORT_CODE_DIGITS:
        return text
    return nationally(bare, country, certain=_is_trunk(bare)) or text


def _is_trunk(digits: str) -> bool:
    """`06…` is a national number where `0033 6…` is not."""
    return digits[0] == "0" and digits[1:2] != "0"


def nationally(digits: str, country: str, *, certain: bool) -> str | None:
    """A national number in full. Where it may be an international one without plus, only if it cannot be that."""
    try:
        number = parse(digits, country)
        if not certain and (not is_valid_number(number) or is_valid_number(parse("+" + digits))):
            return None
    except NumberParseException:
        return None
    return format_number(number, PhoneNumberFormat.E164)


def country_of(sender: str) -> str | None:
    """The ISO 3166 alpha-2 code of the country of an E.164 number, or None: no number, or one of no country.

    Where countries share a calling code and the numbering plan does not know the number: the main country.
    """
    digits = sender[1:]
    if sender[:1] != "+" or not (digits.isascii() and digits.isdigit()):
        return None
    country = _ONLY_COUNTRY.get(digits[:2]) or _ONLY_COUNTRY.get(digits[:3])
    if country:
        return country
    return _area(digits[1:4]) if digits[:1] == "1" else _shared(digits)


def sender_type(sender: str) -> SenderType:
    """What kind of sender this is."""
    if is_e164(sender):
        return "e164"
    if sender.isascii() and sender.isdigit():
        return "shortCode" if len(sender) in SHORT_CODE_DIGITS else "unknown"
    return "alphanumeric" if any(c.isalpha() for c in sender) else "unknown"


def is_e164(text: str) -> bool:
    """Plus, then 7 to 15 digits, the first not 0."""
    digits = text[1:]
    return (
        text[:1] == "+"
        and digits.isascii()
        and digits.isdigit()
        and digits[0] != "0"
        and len(digits) in E164_DIGITS
    )


def is_fictional(number: str) -> bool:
    """Whether a regulator has set this number aside for film and fiction, so that it can reach no one."""
    if not is_e164(number):
        return False
    digits = number[1:]
    if len(digits) == 11 and digits[0] == "1":
        return digits[4:9] == "55501"  # NANPA: 555-0100 to 555-0199 of every area code
    value = int(digits)
    at = bisect_right(_FICTION_STARTS, value) - 1
    return at >= 0 and value <= FICTION[at][1]


def validate_number(text: str) -> str:
    """The number as we keep it: E.164 or a short code of 3 to 6 digits; ValueError says what is wrong, fit to show."""
    number = normalise(text)
    kind = sender_type(number)
    if kind == "shortCode":
        return number
    if kind == "e164":
        if _calling_code(number[1:]):
            return number
        raise ValueError(_("No country has this calling code."))
    if number.isascii() and number.isdigit() and number.startswith("0"):
        raise ValueError(_("Write the number in international form, with + and the country's calling code."))
    raise ValueError(
        _("Must be an international number (+ and 7 to 15 digits) or a short code of 3 to 6 digits.")
    )


def _calling_code(digits: str) -> int | None:
    """Calling codes have one to three digits, and none is the beginning of another."""
    return next((code for n in (1, 2, 3) if (code := int(digits[:n])) in COUNTRY_CODE_TO_REGION_CODE), None)


# Most senders are told apart by this table alone; phonenumbers takes 10 to 100 µs a number.
_ONLY_COUNTRY = {
    str(code): regions[0]
    for code, regions in COUNTRY_CODE_TO_REGION_CODE.items()
    if len(regions) == 1 and regions[0] != NO_COUNTRY
}


@lru_cache(maxsize=1000)
def _area(code: str) -> str | None:
    """North America: the area code alone tells the country; any valid-looking number in it serves to ask for it."""
    return _region("1" + code + "2345678"[: 10 - len(code)]) if len(code) == 3 else None


@lru_cache(maxsize=20_000)
def _shared(digits: str) -> str | None:
    """Calling codes shared elsewhere (+7, +44, +262 …), told apart by up to six digits in ways of their own."""
    return _region(digits) if len(digits) in E164_DIGITS else None


def _region(digits: str) -> str | None:
    code = _calling_code(digits)
    if code is None:
        return None
    national = digits[len(str(code)) :]
    number = PhoneNumber(
        country_code=code,
        national_number=int(national or 0),
        italian_leading_zero=national.startswith("0"),
    )
    region = region_code_for_number(number) or COUNTRY_CODE_TO_REGION_CODE[code][0]
    return None if region == NO_COUNTRY else region


#: First and last number of each range, as digits of E.164, in ascending order.
FICTION = sorted(
    [
        # France: ARCEP décision 2018-0881
        (33199000000, 33199009999),
        (33261910000, 33261919999),
        (33353010000, 33353019999),
        (33465710000, 33465719999),
        (33536490000, 33536499999),
        (33639980000, 33639989999),
        # United Kingdom: Ofcom, "Telephone numbers for use in TV and radio drama"
        (441632960000, 441632960999),
        (442079460000, 442079460999),
        (443069990000, 443069990999),
        (447700900000, 447700900999),
        (448081570000, 448081570999),
        (449098790000, 449098790999),
        # Germany: Bundesnetzagentur, Mitteilung 148/2021
        (493023125000, 493023125999),
        (494066969000, 494066969999),
        (496990009000, 496990009999),
        (498999998000, 498999998999),
        (492214710000, 492214710999),
        (4915228817386, 4915228817386),
        (491713920000, 491713920099),
        (491729980752, 491729980752),
        (4917604069000, 4917604069099),
        # Sweden: Post- och telestyrelsen
        (46701740605, 46701740699),
        # Ireland: ComReg, 020 91x xxxx
        (353209100000, 353209199999),
        # Australia: ACMA, the areas 02, 03, 07 and 08, and mobiles
        *(
            (61 * 10**9 + area * 10**8 + block, 61 * 10**9 + area * 10**8 + block + 9999)
            for area in (2, 3, 7, 8)
            for block in (55500000, 70100000)
        ),
        (61491570110, 61491570110),
        (61491570156, 61491570159),
    ]
)
_FICTION_STARTS = [start for start, _end in FICTION]
