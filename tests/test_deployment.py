"""The compose file's own commands, environment and configuration at work: PostgreSQL over TCP with passwords and
TLS, a Redis with a password, the four processes in production mode, nginx in front; then an SMS goes through.

There is no container engine where the tests run, so addresses, ports and folders are replaced by local ones; all else
is what docker-compose.yml says. Debian's servers are taken where they are installed, else the embedded ones.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
import requests
import yaml
from redis.backoff import NoBackoff
from redis.retry import Retry
from standardwebhooks.webhooks import Webhook

from smsgateway import embedded
from smsgateway.identity import choose_identity, hand_over
from smsgateway.supervisor import Command, signal_group, spawn
from tests.test_supervisor import eventually

ROOT = Path(__file__).resolve().parent.parent
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
OURS = ("web", "door", "wait", "smpp", "sandbox", "worker", "beat")
LISTENERS = ("postgres", "valkey", "web", "door", "wait", "sandbox", "http", "https")
CARRIER_SECRET = "whsec_c21zZ2F0ZXdheSB0ZXN0cywgbm90IGEgc2VjcmV0ISE="
NUMBER, SENDER, TEXT = "+33937000001", "+33639980417", "Votre code est 020005"
APPROVE = """
from accounts.audit import Actor
from numbers import requests
from numbers.models import NumberRequest
requests.approve(NumberRequest.objects.get(), Actor("operator"))
"""
MAKE_KEY = """
from accounts import keys, services
from accounts.audit import SYSTEM
from accounts.roles import SCOPES
tenant = services.create_tenant("Acme", SYSTEM)
print(keys.create(tenant.environments.get(kind="live"), SYSTEM, name="deployment", held=SCOPES)[1])
"""


class Deployment:
    """The services of the compose file on this machine, in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = dict(zip(LISTENERS, free_ports(len(LISTENERS)), strict=True))
        made = subprocess.run(
            [sys.executable, "deploy/new_env.py", "localhost"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        self.values = dict(line.split("=", 1) for line in made.stdout.splitlines())
        self.running: list[tuple[Command, subprocess.Popen[bytes]]] = []
        self.binaries = postgres_binaries()
        self.identity = choose_identity(self.binaries, folder)

    def local(self, text: str) -> str:
        """What the compose file says, with this machine's addresses and folders."""
        text = re.sub(r"\$\{(\w+)(:\?[^}]*)?\}", lambda found: self.values[found[1]], text)
        text = text.replace(
            "@postgres:5432/smsgateway?", f"@postgres:{self.ports['postgres']}/smsgateway?hostaddr=127.0.0.1&"
        )
        text = text.replace("@valkey:6379", f"@127.0.0.1:{self.ports['valkey']}").replace(
            "0.0.0.0", "127.0.0.1"
        )
        return re.sub(r"(?<!deploy)/(certificates|app/var)\b", rf"{self.folder}/\1", text)

    def argv(self, service: str) -> list[str]:
        words = [self.local(word) for word in SERVICES[service]["command"]]
        if "--port" in words:
            words[words.index("--port") + 1] = str(self.ports[service])
        return [sys.executable if word == "python" else word for word in words]

    def environment(self, service: str) -> dict[str, str]:
        described: dict[str, str] = SERVICES[service].get("environment", {})
        return os_basics() | {name: self.local(value) for name, value in described.items()}

    def start(self, name: str, argv: list[str], **more: Any) -> None:
        command = Command(name, argv, **more)
        with (self.folder / f"{name}.log").open("wb") as output:
            self.running.append((command, spawn(command, output)))

    def run(self, service: str, *argv: str) -> str:
        """Runs a service's command, or another one in its place, to its end; its output."""
        done = subprocess.run(
            argv or self.argv(service),
            cwd=ROOT,
            env=self.environment(service),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def stop(self) -> None:
        for command, process in reversed(self.running):
            signal_group(process, command.stop_signal)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                signal_group(process, signal.SIGKILL)
                process.wait()


def os_basics() -> dict[str, str]:
    """This process's environment without what would configure the product."""
    kept = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ}


def free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def postgres_binaries() -> Path:
    debian = sorted(embedded.DEBIAN.glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    return debian[-1].parent if debian else embedded.postgres_binaries()


def start_postgres(it: Deployment) -> None:
    """As the image does it: a data folder with scram for TCP, then roles.sql and passwords.sh, once."""
    data = it.folder / "postgres"
    data.mkdir()
    for folder in (data, it.folder / "certificates"):
        hand_over(folder, it.identity, 0o700 if folder == data else 0o755)
    (it.folder / "certificates" / "postgres.key").chmod(0o600)
    initdb = [
        f"{it.binaries}/initdb",
        "-D",
        str(data),
        "-U",
        "postgres_admin",
        "--no-sync",
        "--locale=C.UTF-8",
    ]
    embedded.complete(it.identity.run([*initdb, "--auth-local=trust", "--auth-host=scram-sha-256"]))
    sockets = it.folder / "sockets"
    sockets.mkdir()
    hand_over(sockets, it.identity, 0o770)
    own = [*it.identity.prefix, f"{it.binaries}/postgres", *it.argv("postgres")[1:]]
    here = [
        "-D",
        str(data),
        "-k",
        str(sockets),
        "-p",
        str(it.ports["postgres"]),
        "-c",
        "listen_addresses=127.0.0.1",
    ]
    it.start(
        "postgres",
        own + here,
        user=it.identity.uid,
        group=it.identity.gid,
        stop_signal=signal.SIGINT,
        folder="/",
    )
    admin = os_basics() | {
        "PGHOST": str(sockets),
        "PGPORT": str(it.ports["postgres"]),
        "POSTGRES_USER": "postgres_admin",
    }
    admin |= {"PATH": f"{it.binaries}:{os.environ['PATH']}"}
    admin |= {
        name: it.local(SERVICES["postgres"]["environment"][name])
        for name in ("OWNER_PASSWORD", "APP_PASSWORD")
    }
    psql = ["psql", "-q", "-U", "postgres_admin", "-d", "postgres"]
    eventually(
        lambda: (
            not subprocess.run(
                [*psql, "-c", "SELECT"], env=admin, capture_output=True, check=False
            ).returncode
        )
    )
    subprocess.run(
        [*psql, "-v", "ON_ERROR_STOP=1", "-f", "deploy/roles.sql"], cwd=ROOT, env=admin, check=True
    )
    subprocess.run(["sh", "deploy/passwords.sh"], cwd=ROOT, env=admin, check=True)


def start_valkey(it: Deployment) -> None:
    server = shutil.which("redis-server") or embedded.valkey_binary()
    here = ["--port", str(it.ports["valkey"]), "--bind", "127.0.0.1", "--dir", str(it.folder)]
    it.start("valkey", [server, *it.argv("valkey")[1:], *here])


def start_product(it: Deployment) -> None:
    it.run("migrate")
    it.run("web", sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0")
    for name in OURS:
        it.start(name, it.argv(name), environment=it.environment(name), folder=str(ROOT))
    for name in ("web", "door", "wait", "sandbox"):
        eventually(partial(is_healthy, it, name), seconds=60)


def is_healthy(it: Deployment, name: str) -> bool:
    """What the service's own health check says."""
    check = [sys.executable, SERVICES[name]["healthcheck"]["test"][2], str(it.ports[name])]
    return not subprocess.run(
        check, cwd=ROOT, env=it.environment(name), capture_output=True, check=False
    ).returncode


def start_proxy(it: Deployment) -> None:
    """nginx with the deployed configuration."""
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    text = text.replace("/tmp/", f"{it.folder}/").replace("/certificates", f"{it.folder}/certificates")
    for name, port in (("web", 8000), ("door", 8001), ("wait", 8002)):
        text = text.replace(f"{name}:{port}", f"127.0.0.1:{it.ports[name]}")
    text = re.sub(r"listen 80\b", f"listen 127.0.0.1:{it.ports['http']}", text)
    text = re.sub(r"listen 443\b", f"listen 127.0.0.1:{it.ports['https']}", text)
    (it.folder / "nginx.conf").write_text(text)
    it.start("proxy", ["nginx", "-c", f"{it.folder}/nginx.conf", "-g", "daemon off;"])
    eventually(partial(listens, it.ports["https"]))


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return not probe.connect_ex(("127.0.0.1", port))


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    folder = Path(tempfile.mkdtemp(prefix="deploy-"))  # where PostgreSQL's user can get to, unlike tmp_path
    folder.chmod(0o755)
    it = Deployment(folder)
    try:
        it.run("certificates")
        start_postgres(it)
        start_valkey(it)
        start_product(it)
        if shutil.which("nginx"):
            start_proxy(it)
        yield it
    finally:
        it.stop()
        shutil.rmtree(folder)


class Outside:
    """How the outside talks to the deployment: through the proxy where there is one, verifying its certificate."""

    def __init__(self, it: Deployment) -> None:
        self.it, self.http = it, requests.Session()
        self.http.trust_env = False
        self.proxied = bool(shutil.which("nginx"))
        self.http.verify = str(it.folder / "certificates" / "ca.crt")

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        base = f"https://localhost:{self.it.ports['https']}"
        if not self.proxied:
            base = f"http://localhost:{self.it.ports['door' if path.startswith('/in/') else 'web']}"
            more["headers"] = more.get("headers", {}) | {"X-Forwarded-Proto": "https"}
        return self.http.request(method, base + path, allow_redirects=False, timeout=30, **more)


class Api(Outside):
    """A customer's API client, with a live key of a tenant of its own."""

    def __init__(self, it: Deployment) -> None:
        super().__init__(it)
        key = it.run("web", sys.executable, "manage.py", "shell", "-c", MAKE_KEY).split()[-1]
        self.http.headers["Authorization"] = f"Bearer {key}"

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.ask("POST", f"/v1/{path}", json=body)
        assert answer.status_code in {201, 202}, answer.text
        return dict(answer.json())

    def get(self, path: str) -> dict[str, Any]:
        answer = self.ask("GET", f"/v1/{path}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


def signed(text: str) -> dict[str, Any]:
    """A carrier's request, signed as Standard Webhooks sign."""
    now, message_id = datetime.now(UTC), f"carrier-{secrets.token_hex(8)}"
    body = json.dumps(
        {"id": message_id, "from": SENDER, "to": NUMBER, "text": text, "sentAt": now.isoformat()}
    )
    signature = Webhook(CARRIER_SECRET).sign(message_id, now, body)
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }
    return {"data": body.encode(), "headers": headers | {"Content-Type": "application/json"}}


def test_an_sms_goes_through(deployment: Deployment) -> None:
    api = Api(deployment)
    channel = api.post(
        "channels", {"carrier": "generic", "name": "Main", "credentials": {"secret": CARRIER_SECRET}}
    )
    api.post("numbers", {"number": NUMBER, "channelId": channel["id"], "label": "Front desk"})
    deployment.run("web", sys.executable, "manage.py", "shell", "-c", APPROVE)
    endpoint = api.post(
        "endpoints", {"kind": "webhook", "url": "https://hooks.invalid/sms", "description": "Orders"}
    )
    route = {
        "name": "All",
        "conditions": [],
        "action": "deliver",
        "endpointIds": [endpoint["id"]],
        "routingTag": "all",
    }
    api.post("routes", route)
    path = urlsplit(channel["ingestUrl"]).path
    carrier = Outside(deployment)

    def routed() -> dict[str, Any] | None:
        """Sends a text; the newest one that the new route took, once the door has heard of it."""
        assert carrier.ask("POST", path, **signed(TEXT)).status_code in (200, 404)
        return next((m for m in api.get("messages")["data"] if m["routingTag"] == "all"), None)

    eventually(routed)
    message = routed()
    assert message is not None
    assert (message["content"], message["senderId"], message["numberUsed"]) == (TEXT, SENDER, NUMBER)
    # Production lets no delivery reach this machine, so the worker's part is an attempt that finds no such host.
    delivery = api.get(f"messages/{message['id']}/deliveries")["data"][0]
    eventually(lambda: api.get(f"deliveries/{delivery['id']}/attempts")["data"], seconds=60)
    if carrier.proxied:
        with api.ask("GET", "/v1/messages/stream", stream=True) as stream:
            carrier.ask("POST", path, **signed("at once, though a proxy stands between"))
            heard = next(line for line in stream.iter_lines(chunk_size=1) if line.startswith(b"data: "))
        assert "at once, though a proxy stands between" in heard.decode()


def test_every_connection_to_the_database_is_encrypted(deployment: Deployment) -> None:
    with psycopg.connect(
        host=f"{deployment.folder}/sockets",
        port=deployment.ports["postgres"],
        user="postgres_admin",
        dbname="postgres",
    ) as admin:
        rows = admin.execute(
            "SELECT usename::text, bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
            " WHERE usename LIKE 'smsgateway%' GROUP BY 1"
        ).fetchall()
    assert rows == [("smsgateway", True)]


@pytest.mark.parametrize("service", ["web", "migrate"])
def test_a_wrong_password_opens_nothing(deployment: Deployment, service: str) -> None:
    url = deployment.environment(service)["DATABASE_URL"]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(re.sub(r":[^:@]+@", ":wrong@", url))
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=deployment.ports["valkey"], retry=Retry(NoBackoff(), 0)).ping()


needs_nginx = pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed")


@needs_nginx
def test_the_proxy_joins_web_and_door_and_hides_the_rest(deployment: Deployment) -> None:
    outside = Outside(deployment)
    assert outside.ask("POST", "/in/generic/no-such-token", **signed(TEXT)).status_code == 404
    assert outside.ask("GET", "/healthz").status_code == 200
    assert outside.ask("GET", "/metrics").status_code == 404
    login = outside.ask("GET", "/login/")
    assert "Strict-Transport-Security" in login.headers
    plain = requests.get(
        f"http://localhost:{deployment.ports['http']}/x?y=1", allow_redirects=False, timeout=10
    )
    assert (plain.status_code, plain.headers["Location"]) == (301, "https://localhost/x?y=1")


@needs_nginx
def test_the_proxy_leaves_it_to_the_api_to_judge_a_large_body(deployment: Deployment) -> None:
    answer = Outside(deployment).ask("POST", "/v1/number-requests/nrq_1/documents", data=b"x" * 7_000_000)
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json")


def test_who_waits_for_a_queue_is_answered_with_and_without_the_process_for_it(
    deployment: Deployment,
) -> None:
    api = Api(deployment)
    queue = f"endpoints/{api.post('endpoints', {'kind': 'polling'})['id']}/queue?wait=1"
    assert api.get(queue)["data"] == []
    wait = next(process for command, process in deployment.running if command.name == "wait")
    direct = f"http://localhost:{deployment.ports['wait']}/v1/{queue}"
    answer = api.http.get(direct, headers={"X-Forwarded-Proto": "https"}, timeout=10)
    assert (answer.status_code, answer.json()["data"]) == (200, [])
    signal_group(wait, signal.SIGTERM)
    wait.wait(15)
    assert api.get(queue)["data"] == []


@needs_nginx
def test_without_the_door_a_carrier_is_asked_to_come_again(deployment: Deployment) -> None:
    door = next(process for command, process in deployment.running if command.name == "door")
    signal_group(door, signal.SIGTERM)
    door.wait(15)
    answer = Outside(deployment).ask("POST", "/in/generic/any", **signed(TEXT))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
