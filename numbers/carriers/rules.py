"""What may stand in a credential: for the `problem` of a CredentialField."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.utils.translation import gettext as _
from phonenumbers import SUPPORTED_REGIONS

HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")


def one_of(*known: str) -> Callable[[str], str | None]:
    def problem(value: str) -> str | None:
        return None if value in known else _("Must be one of %(known)s.") % {"known": ", ".join(known)}

    return problem


def whole_number(allowed: range) -> Callable[[str], str | None]:
    def problem(value: str) -> str | None:
        if value.isascii() and value.isdigit() and len(value) < 6 and int(value) in allowed:
            return None
        bounds = {"low": allowed.start, "high": allowed.stop - 1}
        return _("Must be a whole number from %(low)d to %(high)d.") % bounds

    return problem


def ascii_text(most: int) -> Callable[[str], str | None]:
    def problem(value: str) -> str | None:
        if 0 < len(value) <= most and value.isascii() and value.isprintable():
            return None
        return _("Must be 1 to %(most)d printable ASCII characters.") % {"most": most}

    return problem


def country_problem(code: str) -> str | None:
    return None if code in SUPPORTED_REGIONS else _("Must be a country's code of two letters, such as FR.")


def header_problem(name: str) -> str | None:
    return None if HEADER_NAME.fullmatch(name) else _("Must be the name of an HTTP header, such as X-Token.")
