"""The short form of `make faults`: four faults under load, and nothing lost. Leases are shortened to fit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from bench.faults import Books, Toll
from bench.sink import DOWN, OK, RESET, Sink
from bench.strikes import DECK, FAULTS, shuffled

ROOT = Path(__file__).resolve().parent.parent
WITHIN_S = 150
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
        "--seed=7",
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


@pytest.mark.timeout(200)
def test_nothing_is_lost_when_door_worker_or_database_is_killed_or_a_worker_outlives_its_leases() -> None:
    status, said = strike("door", "worker", "postgres", "freeze", seconds=5)
    assert status == 0, said
    assert "\nlost             0\n" in said
    assert "\nstored twice     0\n" in said
    assert "--seed 7" in said
    assert all(f"  {name}" in said for name in ("door", "worker", "postgres", "freeze"))


def test_the_same_seed_has_the_same_faults_again_and_a_deck_has_each() -> None:
    faults = [fault.name for fault in islice(shuffled((), Random(7)), 2 * DECK)]
    assert faults == [fault.name for fault in islice(shuffled((), Random(7)), 2 * DECK)]
    assert faults != [fault.name for fault in islice(shuffled((), Random(8)), 2 * DECK)]
    assert {name: faults[:DECK].count(name) for name in FAULTS} == {
        name: fault.share for name, fault in FAULTS.items()
    }


@pytest.mark.parametrize(("how", "given"), [("errors1", DOWN), ("resets1", RESET), ("hangs1", None)])
def test_a_flapping_receiver_keeps_nothing_until_it_is_back(how: str, given: bytes | None) -> None:
    sink = Sink({})

    def post(path: str) -> bytes | None:
        return sink.take(f"POST {path} HTTP/1.1\r\nwebhook-id: w".encode(), b'{"content":"f1 hello"}')

    sink.command(f"flap?{how}")
    assert [post(f"/e/{n}") for n in range(4)] == [OK, given, OK, OK]
    assert len(sink.received) == 3
    sink.command("flap?")
    assert post("/e/1") == OK


WELL = Toll(
    acknowledged=1000,
    received=1000,
    lost=[],
    unasked=[],
    duplicates=5,
    stored_twice=[],
    wrong=0,
    verified=20,
    given_up=0,
    rate=160.0,
    longest_gap_s=1.0,
    slowest_s=40.0,
    books=Books(stored=1000, undelivered=0, circuits_open=0, circuits_recovered=1),
    must_recover=True,
)


def test_a_run_without_harm_is_right() -> None:
    assert WELL.wrongs == []


@pytest.mark.parametrize(
    "toll",
    [
        replace(WELL, lost=["f1"]),
        replace(WELL, unasked=["f1"]),
        replace(WELL, duplicates=6),
        replace(WELL, stored_twice=["f1"]),
        replace(WELL, wrong=1),
        replace(WELL, given_up=1),
        replace(WELL, rate=99.0),
        replace(WELL, books=replace(WELL.books, stored=1001)),
        replace(WELL, books=replace(WELL.books, undelivered=1)),
        replace(WELL, books=replace(WELL.books, circuits_recovered=0)),
    ],
)
def test_each_harm_is_said_to_be_wrong(toll: Toll) -> None:
    assert len(toll.wrongs) == 1
