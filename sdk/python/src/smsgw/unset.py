"""An argument that was not given, where null means something."""

from __future__ import annotations

from enum import Enum


class Unset(Enum):
    UNSET = "unset"


UNSET = Unset.UNSET
