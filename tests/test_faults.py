"""The short form of `make faults`: three faults under load, and nothing lost. Leases are shortened to fit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
WITHIN_S = 110
SHORT = {"DELIVERY_DEADLINE_S": "3", "DELIVERY_LEASE_S": "7"}
OF_THE_TESTS = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_ROLE", "REDIS_URL", "VAR_DIR", "DEPLOYMENT")


def strike(*targets: str, seconds: float) -> tuple[int, str]:
    """Exit status and output of a run that kills these in turn. It supervises, so it is a process of its own."""
    environment = {name: value for name, value in os.environ.items() if name not in OF_THE_TESTS} | SHORT
    only = [word for target in targets for word in ("--only", target)]
    argv = [
        sys.executable,
        "-m",
        "bench.faults",
        *only,
        f"--rounds={len(targets)}",
        f"--round-seconds={seconds}",
    ]
    with subprocess.Popen(
        argv, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            said, _ = process.communicate(timeout=WITHIN_S)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGTERM)  # it ends all that it started
            said, _ = process.communicate(timeout=30)
    return process.returncode, said


@pytest.mark.timeout(150)
def test_nothing_is_lost_when_door_worker_or_database_is_killed() -> None:
    status, said = strike("door", "worker", "postgres", seconds=5)
    assert status == 0, said
    assert "\nlost             0\n" in said
    assert "\nstored twice     0\n" in said
