"""The supervisor as a process of its own, keeping tiny children: it owns signals and orphans, so never in ours."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

ROOT = Path(__file__).resolve().parent.parent
SUPERVISE = """
import json, sys
from pathlib import Path
from smsgateway.supervisor import Command, Supervisor
with Supervisor(Path(sys.argv[1]), hushes="hushes" in sys.argv) as supervisor:
    for name, code, last in json.loads(sys.argv[2]):
        supervisor.add(Command(name, [sys.executable, "-c", code], last=last))
    supervisor.forever()
"""
WAIT = "import signal; print('up', flush=True); signal.pause()"
TELL_END = """
import signal, sys
def end(*_): print('ending', flush=True); sys.exit()
signal.signal(signal.SIGTERM, end)
print('up', flush=True)
while True: signal.pause()
"""
STUBBORN = (
    "import signal; signal.signal(15, signal.SIG_IGN); print('up', flush=True)\nwhile True: signal.pause()"
)
PARENT = """
import subprocess, sys, signal
wait = [sys.executable, "-c", "import signal; signal.pause()"]
same = subprocess.Popen(wait); escaped = subprocess.Popen(wait, start_new_session=True)
print("up", same.pid, escaped.pid, flush=True)
signal.pause()
"""


class Run:
    """A supervisor at work, its output and its children's process ids."""

    def __init__(self, folder: Path, *children: tuple[str, str, bool], how: str = "") -> None:
        self.folder, self.log = folder, folder / "log"
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", SUPERVISE, str(folder), json.dumps(children), how],
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.names = [name for name, _, _ in children]

    def is_up(self) -> bool:
        return all(self.said(name, "up") for name in self.names)

    def lines(self) -> list[str]:
        return self.log.read_text().splitlines()

    def said(self, name: str, what: str) -> bool:
        return any(line.startswith(name) and what in line for line in self.lines())

    def pid(self, name: str) -> int:
        """The child's process id now, 0 while it has none."""
        with contextlib.suppress(OSError, ValueError):
            return int((self.folder / f"{name}.pid").read_text())
        return 0


def eventually(condition: Callable[[], object], seconds: float = 10) -> float:
    """Waits until `condition()`; the seconds it took."""
    start, tick = time.monotonic(), Event()
    while not condition():
        assert time.monotonic() - start < seconds, "did not happen in time"
        tick.wait(0.01)
    return time.monotonic() - start


def alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    runs: list[Run] = []

    def begin(*children: tuple[str, str, bool], how: str = "") -> Run:
        runs.append(run := Run(tmp_path, *children, how=how))
        eventually(run.is_up)
        return run

    yield begin
    for run in runs:
        run.process.kill()
        run.process.wait()


def test_a_killed_child_is_back_within_two_seconds(supervise: Callable[..., Run]) -> None:
    run = supervise(("one", WAIT, False), ("two", WAIT, False))
    killed, other = run.pid("one"), run.pid("two")
    os.kill(killed, signal.SIGKILL)
    assert eventually(lambda: run.pid("one") not in (0, killed), seconds=2) < 2
    assert run.pid("two") == other
    assert run.said("one", "was killed by SIGKILL; starting again in 0.2 s")


def test_a_child_that_keeps_dying_is_tried_ever_more_slowly(supervise: Callable[..., Run]) -> None:
    run = supervise(("bad", "print('up'); raise SystemExit(3)", False))
    eventually(lambda: run.said("bad", "ended with status 3; starting again in 0.8 s"))
    waits = [line.rpartition(" in ")[2] for line in run.lines() if "status 3" in line]
    assert waits[:3] == ["0.2 s", "0.4 s", "0.8 s"]


def test_what_a_dead_child_left_is_ended_even_in_another_session(supervise: Callable[..., Run]) -> None:
    run = supervise(("main", PARENT, False))
    same, escaped = map(int, run.lines()[0].split()[-2:])
    os.kill(run.pid("main"), signal.SIGKILL)
    eventually(lambda: not alive(same) and not alive(escaped), seconds=2)


def test_a_killed_supervisor_leaves_no_orphan(supervise: Callable[..., Run]) -> None:
    run = supervise(("one", WAIT, False), ("two", TELL_END, True))
    children = [run.pid("one"), run.pid("two")]
    assert all(map(alive, children))
    run.process.kill()
    eventually(lambda: not any(map(alive, children)), seconds=2)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_ends_servers_after_their_users(supervise: Callable[..., Run], number: signal.Signals) -> None:
    run = supervise(("database", TELL_END, True), ("web", TELL_END, False))
    run.process.send_signal(number)
    assert run.process.wait(timeout=5) == 0
    assert [line.split()[0] for line in run.lines() if "ending" in line] == ["web", "database"]
    assert not list(run.folder.glob("*.pid"))


def test_a_hushed_one_passes_nothing_on_once_it_is_told_to_stop(supervise: Callable[..., Run]) -> None:
    run = supervise(("one", TELL_END, False), how="hushes")
    run.process.send_signal(signal.SIGINT)
    assert run.process.wait(10) == 0
    assert run.said("one", "up")
    assert not run.said("one", "ending")


def test_asking_twice_does_not_wait_for_the_stubborn(supervise: Callable[..., Run]) -> None:
    run = supervise(("stubborn", STUBBORN, False), ("polite", TELL_END, False))
    pid = run.pid("stubborn")
    run.process.send_signal(signal.SIGINT)
    eventually(lambda: run.said("polite", "ending"))
    run.process.send_signal(signal.SIGINT)
    assert run.process.wait(timeout=5) == 0
    assert not alive(pid)


def test_a_child_may_close_its_output_and_live(supervise: Callable[..., Run]) -> None:
    run = supervise(
        ("quiet", "import os, signal; os.write(1, b'up'); os.close(1); os.close(2); signal.pause()", False)
    )
    pid = run.pid("quiet")
    run.process.send_signal(signal.SIGTERM)
    assert run.process.wait(timeout=5) == 0
    assert not alive(pid)


def test_a_missing_program_is_an_error_at_once(tmp_path: Path) -> None:
    code = SUPERVISE.replace("sys.executable", "'/nowhere/program'")
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), json.dumps([("one", "", False)])],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 1
    assert "/nowhere/program" in done.stderr
