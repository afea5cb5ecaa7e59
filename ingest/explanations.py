"""Why earlier routes did not take a text, told once: equal explanations of an environment are one row.

With fifty routes an explanation is 3 kB, ten times the rest of a message; which there are depends on the routes.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple
from uuid import UUID

from routing.match import Decision

MOST = 1000  # that are remembered of an environment


class ExplanationRow(NamedTuple):
    """One explanation as it is stored. Its id is a digest of what it tells and to whom."""

    id: UUID
    environment_id: UUID
    told: str


class Explanations:
    """Of one environment, as long as its configuration stays."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, ...], ExplanationRow] = {}

    def of(self, environment: UUID, decision: Decision) -> ExplanationRow | None:
        """The row for a decision; None where no route was asked before."""
        if not decision.failures:
            return None
        row = self.rows.get(decision.failures)
        if row is None:
            if len(self.rows) >= MOST:
                self.rows.clear()
            row = self.rows[decision.failures] = explanation_row(environment, decision.explanation)
        return row


def explanation_row(environment: UUID, told: str) -> ExplanationRow:
    digest = hashlib.blake2b(told.encode(), digest_size=16, key=environment.bytes).digest()
    return ExplanationRow(UUID(bytes=digest), environment, told)
