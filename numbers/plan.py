"""What numbering plans say of a number: its category and region, who may not hold it, how long it rests. Pure.

France: ARCEP décision 2022-1583 of 1 September 2022, the national numbering plan, which its overseas departments
and collectivities share under calling codes of their own. Elsewhere phonenumbers' metadata tell the category.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from phonenumbers import SUPPORTED_REGIONS, NumberParseException, PhoneNumberType, number_type, parse

from numbers import phone


class Category(models.TextChoices):
    """What kind of number it is."""

    PLATFORM = "platform", gettext_lazy("platform")  # France: for messages with a technical platform
    VERIFIED = "verified", gettext_lazy("verified")  # France: for automatic calls, of verified callers
    MOBILE = "mobile", gettext_lazy("mobile")
    GEOGRAPHIC = "geographic", gettext_lazy("geographic")
    NON_GEOGRAPHIC = "nonGeographic", gettext_lazy("non-geographic")
    TOLL_FREE = "tollFree", gettext_lazy("toll-free")
    PREMIUM = "premium", gettext_lazy("premium rate")
    MACHINE = "machine", gettext_lazy("machine to machine")
    SHORT_CODE = "shortCode", gettext_lazy("short code")
    OTHER = "other", gettext_lazy("other")


class Capability(models.TextChoices):
    """What a number can do besides being called a number."""

    SMS = "sms", gettext_lazy("SMS")
    MMS = "mms", gettext_lazy("MMS")
    VOICE = "voice", gettext_lazy("voice")


COUNTRIES = frozenset(SUPPORTED_REGIONS)  # ISO 3166-1 alpha-2
FRENCH = frozenset({"FR", "GP", "GF", "MQ", "RE", "YT", "PM", "BL", "MF"})
AMERICAN = frozenset({"US", "PR", "GU", "VI", "AS", "MP"})
FRENCH_CODES = ("33", "262", "508", "590", "594", "596")  # France, then overseas

# After the calling code, hence without the leading 0.
PLATFORM_METROPOLE = ("937", "938", "939")
PLATFORM_OVERSEAS = ("9475", "9476", "9477", "9478", "9479")
VERIFIED = ("162", "163", "270", "271", "377", "378", "424", "425", "568", "569", "948", "949")
MACHINE = "700"
MACHINE_DIGITS = 13  # 14 as dialled at home
ZONES = {
    "1": "ile-de-france",
    "2": "nord-ouest",
    "3": "nord-est",
    "4": "sud-est",
    "5": "sud-ouest",
}
OVERSEAS = {
    "GP": "guadeloupe",
    "GF": "guyane",
    "MQ": "martinique",
    "RE": "la-reunion",
    "YT": "mayotte",
    "PM": "saint-pierre-et-miquelon",
    "BL": "saint-barthelemy",
    "MF": "saint-martin",
}

TYPES: Mapping[int, Category] = {
    PhoneNumberType.FIXED_LINE: Category.GEOGRAPHIC,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: Category.GEOGRAPHIC,  # North America does not tell them apart
    PhoneNumberType.MOBILE: Category.MOBILE,
    PhoneNumberType.TOLL_FREE: Category.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE: Category.PREMIUM,
    PhoneNumberType.SHARED_COST: Category.NON_GEOGRAPHIC,
    PhoneNumberType.VOIP: Category.NON_GEOGRAPHIC,
    PhoneNumberType.UAN: Category.NON_GEOGRAPHIC,
    PhoneNumberType.PERSONAL_NUMBER: Category.NON_GEOGRAPHIC,
}

#: ARCEP 2022-1583 §2.2.6: at least 45 days (at most 120); 47 CFR 52.15(f)(1)(ii): at least 45 days.
LEAST_AGING: Mapping[str, timedelta] = dict.fromkeys(FRENCH | AMERICAN, timedelta(days=45))
LEAST_AGING_ANYWHERE = timedelta(hours=72)


def category_of(number: str) -> Category:
    """The category of an E.164 number or short code."""
    if phone.sender_type(number) == "shortCode":
        return Category.SHORT_CODE
    return french_category(french_digits(number)) or known_category(number)


def french_digits(number: str) -> str:
    """A French number as it is dialled at home, but for the 0 in front; empty for a number of another plan."""
    code = next((code for code in FRENCH_CODES if number.startswith(f"+{code}")), None)
    return number[1 + len(code) :] if code else ""


def french_category(digits: str) -> Category | None:
    """What the French plan says itself; None where phonenumbers knows it as well."""
    if digits.startswith(PLATFORM_METROPOLE + PLATFORM_OVERSEAS):
        return Category.PLATFORM
    if digits.startswith(VERIFIED):
        return Category.VERIFIED
    if digits.startswith(MACHINE) and len(digits) == MACHINE_DIGITS:
        return Category.MACHINE
    # phonenumbers does not know the blocks that are not in use yet, and those of fiction.
    return Category.MOBILE if digits.startswith(("6", "7")) and len(digits) == 9 else None


def known_category(number: str) -> Category:
    try:
        return TYPES.get(number_type(parse(number)), Category.OTHER)
    except NumberParseException:
        return Category.OTHER


def region_of(number: str) -> str:
    """The region that a French number of five zones or of overseas tells, as a slug; empty where it tells none."""
    if number.startswith("+33"):
        digits = french_digits(number)
        return "outre-mer" if digits.startswith(PLATFORM_OVERSEAS) else ZONES.get(digits[:1], "")
    return OVERSEAS.get(phone.country_of(number) or "", "")


def problem(number: str, country: str) -> str | None:
    """Why a platform such as this one may not receive texts on the number, fit to show; None when it may.

    France keeps 06 and 07 for communication between people since 1 January 2023, and the long numbers under 0700
    for machines (ARCEP 2022-1583).
    """
    if country not in FRENCH:
        return None
    match category_of(number):
        case Category.MOBILE:
            return _("French mobile numbers are for communication between people, not for a platform.")
        case Category.MACHINE:
            return _("French numbers of 14 digits are for communication between machines.")
    return None


def aging(country: str) -> timedelta:
    """How long a released number rests before somebody else may hold it."""
    wanted = timedelta(days=settings.NUMBER_AGING_DAYS)
    return max(wanted, LEAST_AGING.get(country, LEAST_AGING_ANYWHERE), LEAST_AGING_ANYWHERE)
