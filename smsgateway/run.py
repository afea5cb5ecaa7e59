"""`make run`: the whole product on this machine, from nothing, under one supervisor.

Starts PostgreSQL and Valkey unless DATABASE_URL and REDIS_URL name others, migrates, seeds the demo, starts every
process, waits until all answer and says where to go. Ctrl-C stops it all; `var/` keeps the data.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import http.client
import json
import os
import secrets
import socket
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from smsgateway.embedded import Servers, describe
from smsgateway.identity import Unavailable
from smsgateway.processes import Process, demo, for_sandboxes, processes
from smsgateway.supervisor import Command, Supervisor

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
SERVERS_WITHIN_S, READY_WITHIN_S = 60, 60


class Refused(RuntimeError):
    """Why nothing was started: a sentence for the person at the terminal."""


def main() -> int:
    var = Path(os.environ.get("VAR_DIR", ROOT / "var")).absolute()
    try:
        ports = port("PORT", 8000), port("INGEST_PORT", 8001)
        receiver = port("DEMO_RECEIVER_PORT", min(ports[1] + 1, 65535))
        sandbox = port("SANDBOX_RECEIVER_PORT", min(ports[1] + 2, 65531))
        with only_run(var, ports):
            own = {"DEMO_RECEIVER_PORT": receiver, "SANDBOX_RECEIVER_PORT": sandbox}
            refuse_taken({"PORT": ports[0], "INGEST_PORT": ports[1]} | own)
            environment = local_environment(var, ports)
            if "DATABASE_URL" not in environment and not (var / "postgres").exists():
                say(f"making a database in {var / 'postgres'} (the first time only)")
            servers = describe(var / "postgres", environment=environment)
            try:
                return supervise(servers, environment | servers.environment, var, ports, sandbox)
            finally:
                servers.close()
    except (Refused, Unavailable) as error:
        print(f"smsgateway: {error}", file=sys.stderr)
        return 1


def port(name: str, default: int) -> int:
    text = os.environ.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise Refused(f"{name} must be a port from 1 to 65535, not {text!r}.")
    return int(text)


@contextlib.contextmanager
def only_run(var: Path, ports: tuple[int, int]) -> Iterator[None]:
    """Holds this folder's lock. Raises Refused when another run has it or we may not write there."""
    try:
        for name in ("run", "static"):
            (var / name).mkdir(parents=True, exist_ok=True)
        lock = (var / "run" / "lock").open("a+")
    except OSError as error:
        raise Refused(
            f"{error.filename} cannot be written: did another user start smsgateway here?"
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(f"already running from {var}: {holder(lock)}.") from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()}, http://{HOST}:{ports[0]}/")
        lock.flush()
        yield


def holder(lock: IO[str]) -> str:
    lock.seek(0)
    return lock.read() or "starting just now"


def refuse_taken(ports: Mapping[str, int]) -> None:
    for name, number in ports.items():
        if same := [other for other, taken in ports.items() if taken == number and other != name]:
            raise Refused(f"{name} and {same[0]} are both {number}; they must differ.")
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, number))
            except OSError as error:
                raise Refused(
                    f"port {number} is not free ({error.strerror}). Choose another: make run {name}={number + 10}"
                ) from error


def local_environment(var: Path, ports: tuple[int, int]) -> dict[str, str]:
    """What every process gets: defaults for a local run, kept secrets, and above all what we were given."""
    defaults = {
        "DEPLOYMENT": "local",
        "VAR_DIR": str(var),
        "PORT": str(ports[0]),
        "INGEST_PORT": str(ports[1]),
        "DELIVERY_ALLOW_NETWORKS": "127.0.0.0/8,::1/128",  # so that a receiver on this machine can be tried
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore:\nYou're running the worker with superuser",
    }
    return defaults | kept_secrets(var / "secrets.env") | os.environ


def kept_secrets(path: Path) -> dict[str, str]:
    """The secrets of this folder's installation, made at its first start. Without them its data is unreadable."""
    if not path.exists():
        made = {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "ENCRYPTION_KEYS": "k1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
            "INDEX_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        }
        write_private(path, "".join(f"{name}={value}\n" for name, value in made.items()))
    lines = (line for line in path.read_text().splitlines() if line and not line.startswith("#"))
    return dict(line.split("=", 1) for line in lines)


def write_private(path: Path, text: str) -> None:
    """Writes a file that only we may read, whole or not at all."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.rename(path)


def supervise(
    servers: Servers, environment: dict[str, str], var: Path, ports: tuple[int, int], sandbox: int
) -> int:
    with Supervisor(var / "run", hushes=True) as supervisor:
        supervisor.add(*servers.commands)
        if not supervisor.until(servers.ready, SERVERS_WITHIN_S):
            return gave_up(supervisor, f"the database or Valkey did not start:\n{servers.logs()}")
        say("bringing its tables up to date, which takes half a minute the first time")
        if not prepare(supervisor, environment):
            return gave_up(supervisor, "preparing the database failed; see the lines above.")
        say("starting")
        wanted = processes(HOST, *ports, var=str(var)) + for_sandboxes(HOST, sandbox) + demo()
        supervisor.add(*(command(process, environment) for process in wanted))
        if not supervisor.until(lambda: all(map(answers, ports)), READY_WITHIN_S):
            return gave_up(supervisor, "web or door did not get ready; see the lines above.")
        print(banner(json.loads((var / "demo.json").read_text())), flush=True)
        supervisor.forever()
        print()
        say("stopping")
    return 0


def say(what: str) -> None:
    """A line for the person at the terminal, at once."""
    print(f"smsgateway: {what}", flush=True)


def gave_up(supervisor: Supervisor, why: str) -> int:
    if supervisor.stopping:
        return 0
    print(f"smsgateway: {why}", file=sys.stderr)
    return 1


def prepare(supervisor: Supervisor, environment: dict[str, str]) -> bool:
    """Migrates as the owner, seeds as the app; false when either failed."""
    owner = {
        "DATABASE_URL": environment.get("DATABASE_OWNER_URL", environment["DATABASE_URL"]),
        "DATABASE_ROLE": "owner",
    }
    migrate = Process(
        "migrate", [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity", "0"], ""
    )
    seed = Process("seed", [sys.executable, "manage.py", "demo_seed"], "")
    return (
        supervisor.run(command(migrate, environment | owner)) == 0
        and supervisor.run(command(seed, environment)) == 0
    )


def command(process: Process, environment: Mapping[str, str]) -> Command:
    return Command(process.name, process.argv, process.why, environment=environment, folder=str(ROOT))


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=1)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def banner(told: dict[str, Any]) -> str:
    """What a person needs to begin, from what `demo_seed` wrote."""
    login, keys = told["login"], told["keys"]
    return f"""
smsgateway is running. Ctrl-C stops it; the data stays.

  Dashboard     {told["dashboard"]}
  Log in        {login["email"]}   {login["password"]}
  Second step   make code    (in a second terminal; or an authenticator app with the secret {login["secret"]})
  API keys      live {keys["live"]}
                sandbox {keys["sandbox"]}
  Carriers in   {told["ingest"]}

Send an SMS (the dashboard shows where it went):

{told["curl"]}
"""


if __name__ == "__main__":
    sys.exit(main())
