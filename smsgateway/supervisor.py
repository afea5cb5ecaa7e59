"""Keeps a handful of commands running: restarts what dies, stops all in order, leaves nothing behind.

honcho, circus and supervisord each left orphans when killed themselves (SIGKILL); this one does not:

- each child runs in its own session, and its whole group is killed before it starts again, because a
  server's main process may die and leave a worker that still holds the port;
- what escaped into a session of its own (PostgreSQL's backends) becomes our child when its parent dies,
  since we are its subreaper, and is ended then;
- the kernel signals every child when we die, however we die.

Linux gives the last two; elsewhere the rest still holds.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO

FIRST_DELAY_S, LONGEST_DELAY_S = 0.2, 5.0
STEADY_S = 10.0  # who lived so long starts again without having to wait longer than the first time
STOP_DEADLINE_S = 10.0
TICK_S = 0.1
LONGEST_LINE = 64 * 1024
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
COLOURS = (36, 33, 35, 32, 34, 96, 93, 95)
LINUX = sys.platform == "linux"
LIBC = ctypes.CDLL(None)


@dataclass(frozen=True)
class Command:
    """One thing to keep running. `last` marks servers, which are stopped after everything that uses them."""

    name: str
    argv: Sequence[str]
    why: str = ""
    environment: Mapping[str, str] | None = None
    folder: str | None = None
    user: int | None = None
    group: int | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    last: bool = False
    prepare: Callable[[], None] | None = None


class Child:
    """A command with the process that runs it now, and when to start it again if none does."""

    def __init__(self, command: Command, colour: int, once: bool = False) -> None:
        self.command, self.colour = command, colour
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        self.due: float | None = None
        self.delay = FIRST_DELAY_S
        self.once = once
        self.line = b""

    @property
    def pipe(self) -> IO[bytes]:
        assert self.process is not None
        assert self.process.stdout is not None
        return self.process.stdout

    def reschedule(self, now: float) -> float:
        """Sets and returns the seconds until the next start: doubling while the command keeps dying early."""
        if now - self.started >= STEADY_S:
            self.delay = FIRST_DELAY_S
        wait, self.delay = self.delay, min(self.delay * 2, LONGEST_DELAY_S)
        self.due = now + wait
        return wait


def spawn(command: Command, output: int | IO[bytes]) -> subprocess.Popen[bytes]:
    """Starts `command` in a session of its own, bound to this process's life. Call it from the main thread:
    the kernel counts the death of the forking thread. Raises OSError when it cannot be started."""
    if command.prepare:
        command.prepare()
    return subprocess.Popen(
        command.argv,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd=command.folder,
        env=command.environment,
        user=command.user,
        group=command.group,
        extra_groups=None if command.user is None else [],
        start_new_session=True,
        preexec_fn=die_with(os.getpid(), command.stop_signal),
    )


def die_with(parent: int, stop_signal: signal.Signals) -> Callable[[], None]:
    def between_fork_and_exec() -> None:
        if LINUX:
            LIBC.prctl(PR_SET_PDEATHSIG, int(stop_signal), 0, 0, 0)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return between_fork_and_exec


def signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def children_of(pid: int) -> Iterator[int]:
    """Direct children, zombies too, by a walk of /proc; nothing where there is none."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                yield int(stat.parent.name)


class Supervisor:
    """Use as a context manager, from the main thread. `stopping` turns true on SIGINT, SIGTERM or SIGHUP;
    `until`, `run` and `forever` then return, and leaving the block stops everything.

    `folder` gets a `<name>.pid` for each running child; `output` gets the children's lines, named; with `hushes`
    not what they write once they are told to stop.
    """

    def __init__(self, folder: Path, output: IO[bytes] | None = None, *, hushes: bool = False) -> None:
        self.folder, self.output, self.hushes = folder, output or sys.stdout.buffer, hushes
        self.colours = self.output.isatty() and "NO_COLOR" not in os.environ
        self.children: list[Child] = []
        self.selector = selectors.DefaultSelector()
        self.stopping = False
        self.impatient = False
        self.strangers: set[int] = set()

    def __enter__(self) -> Supervisor:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.strangers = set(children_of(os.getpid()))  # children that whoever uses us already had
        if LINUX:
            LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.heard)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self.selector.close()

    def heard(self, number: int, frame: FrameType | None) -> None:
        self.impatient, self.stopping = self.stopping, True  # whoever asks twice gets it at once

    def add(self, *commands: Command) -> None:
        """Starts each command and keeps it running. Raises OSError when one cannot be started at all."""
        for command in commands:
            child = Child(command, len(self.children))
            self.children.append(child)
            self.start(child)

    def run(self, command: Command) -> int:
        """Runs `command` once to its end, the others kept alive; its exit status, 1 when interrupted."""
        child = Child(command, len(self.children), once=True)
        self.children.append(child)
        self.start(child)
        process = child.process
        while child.process is not None and not self.stopping:
            self.turn()
        if child.process is not None:
            return 1  # stop() ends it with the rest
        self.children.remove(child)
        assert process is not None
        return int(process.returncode)

    def until(self, done: Callable[[], bool], seconds: float) -> bool:
        """Keeps everything running until `done()`; false after `seconds` or when told to stop."""
        end = time.monotonic() + seconds
        while not (ready := done()) and not self.stopping and time.monotonic() < end:
            self.turn()
        return ready

    def forever(self) -> None:
        while not self.stopping:
            self.turn()

    def turn(self) -> None:
        self.relay(TICK_S)
        for child in list(self.children):
            if child.process is not None and child.process.poll() is not None:
                self.bury(child)
            elif child.due is not None and child.due <= time.monotonic():
                self.restart(child)

    def start(self, child: Child) -> None:
        child.process, child.started, child.due = (
            spawn(child.command, subprocess.PIPE),
            time.monotonic(),
            None,
        )
        os.set_blocking(child.pipe.fileno(), False)
        self.selector.register(child.pipe, selectors.EVENT_READ, child)
        (self.folder / f"{child.command.name}.pid").write_text(f"{child.process.pid}\n")

    def restart(self, child: Child) -> None:
        try:
            self.start(child)
        except (OSError, subprocess.SubprocessError) as error:
            wait = child.reschedule(time.monotonic())
            self.write(child, f"cannot be started: {error}; trying again in {wait:.1f} s".encode())

    def bury(self, child: Child) -> None:
        """Ends what a dead child left running, says its last words and plans its next start."""
        process = child.process
        assert process is not None
        signal_group(process, signal.SIGKILL)
        self.read(child)
        self.close(child)
        (self.folder / f"{child.command.name}.pid").unlink(missing_ok=True)
        child.process = None
        self.end_orphans()
        if not child.once and not self.stopping:
            wait = child.reschedule(time.monotonic())
            self.write(child, f"{how_it_ended(process.returncode)}; starting again in {wait:.1f} s".encode())

    def close(self, child: Child) -> None:
        if child.line:
            self.write(child, child.line)
            child.line = b""
        if not child.pipe.closed:
            self.selector.unregister(child.pipe)
            child.pipe.close()

    def end_orphans(self) -> None:
        ours = {child.process.pid for child in self.children if child.process}
        for pid in set(children_of(os.getpid())) - ours - self.strangers:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)

    def relay(self, seconds: float) -> None:
        for key, _ in self.selector.select(seconds):
            self.read(key.data)

    def read(self, child: Child) -> None:
        """Passes on what the child has written, whole lines only; stops watching a pipe it has closed."""
        if child.pipe.closed:
            return
        try:
            data = os.read(child.pipe.fileno(), LONGEST_LINE)
        except BlockingIOError:
            return
        *lines, child.line = (child.line + data).split(b"\n")
        if len(child.line) >= LONGEST_LINE:
            lines, child.line = [*lines, child.line], b""
        for line in lines:
            self.write(child, line)
        if not data:
            self.close(child)

    def write(self, child: Child, line: bytes) -> None:
        if self.hushes and self.stopping:
            return
        name = f"{child.command.name:9}|"
        if self.colours:
            name = f"\x1b[{COLOURS[child.colour % len(COLOURS)]}m{name}\x1b[0m"
        try:
            self.output.write(name.encode() + b" " + line + b"\n")
            self.output.flush()
        except OSError:  # whoever read us is gone: nobody to work for
            self.stopping = True

    def stop(self) -> None:
        """Ends everything: first what uses the servers, then the servers, each lot with one deadline."""
        self.stopping = True
        for last in (False, True):
            self.end([child for child in self.children if child.process and child.command.last == last])
            self.impatient = False
        self.end_orphans()

    def end(self, children: list[Child]) -> None:
        for child in children:
            assert child.process is not None
            signal_group(child.process, child.command.stop_signal)
        deadline = time.monotonic() + STOP_DEADLINE_S
        while any(child.process.poll() is None for child in children if child.process):
            if self.impatient or time.monotonic() > deadline:
                break
            self.relay(TICK_S)
        for child in children:
            if child.process is not None:
                signal_group(child.process, signal.SIGKILL)
                child.process.wait()
                self.bury(child)


def how_it_ended(status: int) -> str:
    return f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
