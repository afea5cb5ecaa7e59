"""What beat asks for again and again may not pile up in the worker's threads."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection

from accounts.database import along_indexes
from operations import quotas, tasks

SHOWN = "SELECT current_setting('enable_seqscan'), current_setting('statement_timeout')"


def shown() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(SHOWN)
        seqscan, timeout = cursor.fetchone()
    return seqscan, timeout


@pytest.mark.django_db(transaction=True)
def test_a_statement_that_takes_too_long_is_ended_and_its_bound_with_it() -> None:
    before = shown()
    with (
        pytest.raises(OperationalError, match="statement timeout"),
        along_indexes(50),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT pg_sleep(60)")
    assert shown() == before


@pytest.mark.django_db
def test_what_beat_asks_for_has_that_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(tasks, "STATEMENT_MS", 12_345)
    monkeypatch.setattr(quotas, "look", lambda: seen.append(shown()))
    tasks.look_at_quotas()
    assert seen == [("off", "12345ms")]
