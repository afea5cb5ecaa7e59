"""The embedded servers: kept data, crashes under the same URLs, awkward folders, and refusals that say why."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from smsgateway import embedded, identity
from smsgateway.embedded import Servers, describe
from smsgateway.identity import Identity, Unavailable
from tests.test_supervisor import ROOT, alive, eventually

SUPERVISE = """
import json, sys
from pathlib import Path
from smsgateway.embedded import describe
from smsgateway.supervisor import Supervisor
var = Path(sys.argv[1])
servers = describe(var / "postgres", fast=True, environment={})
try:
    with Supervisor(var / "run") as supervisor:
        supervisor.add(*servers.commands)
        assert supervisor.until(servers.ready, 60)
        (var / "urls.new").write_text(json.dumps(servers.environment))
        (var / "urls.new").rename(var / "urls")
        supervisor.forever()
finally:
    servers.close()
"""


class Stack:
    """Both servers under a supervisor of their own, with data in `var`."""

    def __init__(self, var: Path) -> None:
        self.var = var
        (var / "urls").unlink(missing_ok=True)
        self.process = subprocess.Popen([sys.executable, "-c", SUPERVISE, str(var)], cwd=ROOT)
        self.urls: dict[str, str] = {}

    def wait(self) -> Stack:
        eventually(lambda: (self.var / "urls").exists() or self.process.poll() is not None, seconds=60)
        self.urls = json.loads((self.var / "urls").read_text())
        return self

    def query(self, sql: str, url: str = "DATABASE_URL") -> list[tuple[object, ...]]:
        with psycopg.connect(self.urls[url], autocommit=True) as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    def works(self) -> bool:
        try:
            return self.query("SELECT 1") == [(1,)]
        except psycopg.OperationalError:
            return False

    def pings(self) -> bool:
        try:
            with redis.Redis.from_url(self.urls["REDIS_URL"], retry=None) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def pid(self, name: str) -> int:
        return int((self.var / "run" / f"{name}.pid").read_text())

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(timeout=20) == 0


@pytest.fixture
def start() -> Iterator[Callable[[Path], Stack]]:
    stacks: list[Stack] = []

    def begin(var: Path) -> Stack:
        stacks.append(Stack(var))
        return stacks[-1].wait()

    yield begin
    for stack in stacks:
        stack.process.kill()
        stack.process.wait()


def test_a_second_start_finds_the_data_of_the_first(start: Callable[[Path], Stack], tmp_path: Path) -> None:
    first = start(tmp_path)
    first.query("CREATE TABLE kept AS SELECT 7 AS n", "DATABASE_OWNER_URL")
    first.stop()
    assert not Path(first.urls["DATABASE_URL"].partition("host=")[2]).exists()
    again = start(tmp_path)
    assert again.query("SELECT n FROM kept", "DATABASE_OWNER_URL") == [(7,)]
    again.stop()


def test_killed_servers_are_back_under_the_same_urls(start: Callable[[Path], Stack], tmp_path: Path) -> None:
    stack = start(tmp_path)
    held = psycopg.connect(stack.urls["DATABASE_URL"])  # a backend that outlives its postmaster for a while
    postmaster, valkey = stack.pid("postgres"), stack.pid("valkey")
    os.kill(postmaster, signal.SIGKILL)
    os.kill(valkey, signal.SIGKILL)
    eventually(lambda: not alive(postmaster) and not alive(valkey))
    assert eventually(lambda: stack.works() and stack.pings(), seconds=2) < 2
    with held, pytest.raises(psycopg.OperationalError):
        held.execute("SELECT 1")
    stack.stop()


def test_a_killed_supervisor_takes_the_servers_along(start: Callable[[Path], Stack], tmp_path: Path) -> None:
    stack = start(tmp_path)
    servers = [stack.pid("postgres"), stack.pid("valkey")]
    stack.process.kill()
    eventually(lambda: not any(map(alive, servers)), seconds=5)
    assert start(tmp_path).works()


def test_long_paths_below_a_private_folder_work(start: Callable[[Path], Stack], tmp_path: Path) -> None:
    private = tmp_path / "home"
    private.mkdir(mode=0o700)
    var = private / ("a-folder-with-a-rather-long-name-" * 5)
    var.mkdir()
    stack = start(var)
    assert stack.works()
    assert stack.pings()
    stack.stop()


def test_the_roles_are_owner_and_app(start: Callable[[Path], Stack], tmp_path: Path) -> None:
    stack = start(tmp_path)
    assert stack.query("SELECT current_user, pg_has_role('smsgateway_app', 'member')") == [
        ("smsgateway", True)
    ]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        stack.query("CREATE TABLE mine (n int)")
    owner = "SELECT rolname::text, rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    assert stack.query(owner, "DATABASE_OWNER_URL") == [("smsgateway_owner", False, True, True)]
    assert stack.query("SHOW listen_addresses") == [("",)]
    assert stack.query("SHOW max_connections") == [("200",)]


def test_given_urls_replace_the_embedded_servers() -> None:
    servers = describe(environment={"DATABASE_URL": "postgres://db/x", "REDIS_URL": "redis://cache"})
    servers.close()
    assert servers.commands == []
    assert servers.environment == {}
    assert servers.ready()


def test_data_of_another_user_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "postgres"
    data.mkdir()
    me = identity.user_name(os.geteuid())
    monkeypatch.setattr(os, "geteuid", lambda: 4242)
    with pytest.raises(Unavailable, match=f"belongs to {me}: .* Start as {me} again"):
        describe(data, environment={"REDIS_URL": "redis://cache"})


def test_data_of_another_version_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "postgres"
    data.mkdir(mode=0o700)
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(Unavailable, match="made by PostgreSQL 9, and here is "):
        describe(data, environment={"REDIS_URL": "redis://cache"})


def test_a_foreign_folder_is_left_alone(tmp_path: Path) -> None:
    data = tmp_path / "postgres"
    data.mkdir()
    (data / "thesis.txt").write_text("mine")
    with pytest.raises(Unavailable, match="neither empty nor a PostgreSQL data folder"):
        describe(data, environment={"REDIS_URL": "redis://cache"})
    assert (data / "thesis.txt").read_text() == "mine"


def test_without_any_server_the_way_out_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_wheel(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(embedded, "import_module", no_wheel)
    monkeypatch.setattr(embedded, "DEBIAN", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match=r"apt install postgresql.*DATABASE_URL"):
        embedded.postgres_binaries()
    with pytest.raises(Unavailable, match=r"apt install redis-server.*REDIS_URL"):
        embedded.valkey_binary()


def test_the_newest_of_debians_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_wheel(name: str) -> None:
        raise ImportError(name)

    for version in ("9", "15", "17"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin" / "postgres").touch()
    monkeypatch.setattr(embedded, "import_module", no_wheel)
    monkeypatch.setattr(embedded, "DEBIAN", tmp_path)
    assert embedded.postgres_binaries() == tmp_path / "17" / "bin"


def test_a_lock_whose_process_id_is_anothers_is_forgotten(tmp_path: Path) -> None:
    lock = tmp_path / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n{tmp_path}\n")
    embedded.forget_dead(tmp_path, tmp_path)
    assert not lock.exists()


def test_only_abandoned_folders_are_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "SHORT_BASE", str(tmp_path))
    for name in ("left", "used", "new"):
        (tmp_path / f"smsgateway-{name}").mkdir()
        (tmp_path / f"smsgateway-{name}" / "lock").touch()
        if name != "new":
            old = time.time() - 3600
            os.utime(tmp_path / f"smsgateway-{name}" / "lock", (old, old))
    with (tmp_path / "smsgateway-used" / "lock").open() as used:
        fcntl.flock(used, fcntl.LOCK_EX)
        embedded.sweep()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["smsgateway-new", "smsgateway-used"]


def test_root_that_may_neither_drop_nor_enter_a_namespace_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(who: Identity, argv: list[str]) -> bool:
        return False

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(identity, "works", never)
    with pytest.raises(Unavailable, match="Start as a plain user"):
        identity.choose_identity(tmp_path, tmp_path)


def test_servers_that_are_not_up_are_not_ready(tmp_path: Path) -> None:
    servers = Servers(tmp_path)
    embedded.add_valkey(servers)
    assert not servers.ready()
    assert not embedded.postgres_answers(tmp_path / "absent")
