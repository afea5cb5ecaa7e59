"""What a model declares about the personal data in it; compliance finds that data by walking these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["none", "account", "content", "evidence"]


@dataclass(frozen=True, slots=True)
class PersonalData:
    """Every model of ours carries one as `personal_data`; a test fails on a model without.

    kind: none (configuration), account (people with a login), content (senders and their texts),
    evidence (kept to prove what happened). erasable, exportable: field names.
    """

    kind: Kind
    erasable: tuple[str, ...] = ()
    exportable: tuple[str, ...] = ()


NO_PERSONAL_DATA = PersonalData("none")
