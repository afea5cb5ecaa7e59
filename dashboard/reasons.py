"""Why a delivery failed, in words for the person who must do something about it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from delivery.retry import BY_CODE, Reason


def words(code: int | None) -> Any:
    """The explanation of a stored error code."""
    kind = BY_CODE.get(code or 0)
    return kind.explanation if kind else _("No reason was recorded.")


def remedy(code: int | None) -> Any:
    """What to do about a stored error code."""
    kind = BY_CODE.get(code or 0)
    return kind.remedy if kind else ""


def why(reason: str) -> Any:
    """Why a delivery waits, or was given up; nothing where that goes without saying."""
    return Reason(reason).label if reason in Reason.values else ""
