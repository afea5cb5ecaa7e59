"""`make code` shows a code of the demo's log-in that somebody has the time to type."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from smsgateway import code

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # of RFC 6238's vectors


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which waiting moves."""
    now = [0.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    monkeypatch.setattr(time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    return now


@pytest.mark.parametrize(
    ("at", "shown"),
    [(59.0, "359152   good for 30 seconds, once\n"), (1111111109.0, "050471   good for 30 seconds, once\n"),
     (40.0, "287082   good for 20 seconds, once\n")],
)  # fmt: skip
def test_it_can_be_typed_in_time(
    at: float, shown: str, clock: list[float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    (tmp_path / "demo.json").write_text(json.dumps({"login": {"secret": SECRET}}))
    clock[0] = at
    assert code.main() == 0
    assert capsys.readouterr().out == shown
