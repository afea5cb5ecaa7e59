"""PostgreSQL is really stopped under the real door and the real line, and started again: nothing is lost or doubled."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
import requests
from django.conf import settings

from numbers.carriers import HTTP_CARRIERS
from smsgateway import processes
from smsgateway.embedded import Servers, describe
from smsgateway.supervisor import signal_group, spawn
from tests import sns
from tests.carrier_battery import CASES, Case, Sms
from tests.live import until
from tests.live_smpp import ROOT, Smsc
from tests.outage_seed import LINE, number_of

#: carrier → (the answer while we cannot store, seconds that it waits for one). All are retried for by what the
#: carriers publish: Sinch never repeats after a 4xx, SNS neither, Twilio only after a 5xx and with #rc=5&rp=all.
ANSWERS = {
    "twilio": (503, 15.0),
    "vonage": (503, 10.0),
    "vonage-messages": (503, 10.0),
    "telnyx": (503, 2.0),
    "plivo": (503, 10.0),
    "sinch": (503, 10.0),
    "messagebird": (503, 10.0),
    "bird": (503, 10.0),
    "aws": (503, 15.0),
    "infobip": (503, 10.0),
    "bandwidth": (503, 10.0),
    "clickatell": (503, 10.0),
    "highconnection": (503, 10.0),
    "generic": (503, 10.0),
    "sandbox": (503, 10.0),
}
OK, COME_AGAIN = 0, 0x64  # ESME_ROK, ESME_RX_T_APPN: the SMSC keeps the text and sends it later

# The door as it is, but for Amazon: the certificate that it fetches from there is in a file.
DOOR = """
import pathlib, runpy, sys
import smsgateway
from numbers.carriers.base import Reply
from ingest import documents
certificate = pathlib.Path(sys.argv.pop(1)).read_bytes()
documents.fetch = lambda url, total_s: Reply(200, certificate)
runpy.run_module("uvicorn", run_name="__main__")
"""
STORED = "SELECT number_used, count(*) FROM inbox_message GROUP BY number_used"


class Installation:
    """The product's door and line on a PostgreSQL of their own, which can be stopped and started."""

    def __init__(self, servers: Servers, folder: Path, smsc: Smsc) -> None:
        self.servers, self.folder, self.smsc = servers, folder, smsc
        self.running: list[subprocess.Popen[bytes]] = []
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "smsgateway.settings",
            "PUBLIC_INGEST_URL": settings.PUBLIC_INGEST_URL,
            "DATABASE_URL": servers.environment["DATABASE_URL"],
            "DATABASE_ROLE": "app",
        }
        self.owner = {"DATABASE_URL": servers.environment["DATABASE_OWNER_URL"], "DATABASE_ROLE": "owner"}
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = int(probe.getsockname()[1])

    def start_database(self) -> None:
        with (self.folder / "postgres.log").open("ab") as log:
            self.postgres = spawn(self.servers.commands[0], log)
        until(self.servers.ready)

    def stop_database(self) -> None:
        signal_group(self.postgres, signal.SIGINT)
        self.postgres.wait(20)

    def install(self) -> None:
        """Tables, channels, and the processes that bring texts in."""
        self.call("manage.py", "migrate", "--no-input", "--verbosity", "0", **self.owner)
        told = self.folder / "paths.json"
        self.call("-m", "tests.outage_seed", str(told), str(self.smsc.port))
        self.paths: list[str] = json.loads(told.read_text())
        certificate = self.folder / "certificate.pem"
        certificate.write_bytes(sns.certificate())
        self.run("-c", DOOR, str(certificate), *processes.door("127.0.0.1", self.port)[2:])
        self.run("manage.py", "smpp")
        self.smsc.wait("bind")
        until(self.is_ready)

    def call(self, *arguments: str, **environment: str) -> None:
        argv = [sys.executable, *arguments]
        subprocess.run(argv, cwd=ROOT, env=self.environment | environment, check=True, timeout=60)

    def run(self, *arguments: str) -> None:
        self.running.append(subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=self.environment))

    def is_ready(self) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/readyz", timeout=2).status_code == 200
        except requests.ConnectionError:
            return False

    def send(self, place: int, id: str) -> tuple[int, Mapping[str, str], float]:
        """Status, headers and seconds of the answer to a text of the case in that place."""
        case, path, now = CASES[place], self.paths[place], datetime.now(UTC)
        url = settings.PUBLIC_INGEST_URL + path
        body = case.enclosed(case.body(Sms(id=id, recipient=number_of(place, case), at=now)), now)
        headers = {"content-type": case.content_type, **case.sign(url, body, case.credentials, now)}
        here, began = f"http://127.0.0.1:{self.port}{path}", time.monotonic()
        if case.in_query:
            answer = requests.get(f"{here}?{body.decode()}", headers=headers, timeout=20)
        else:
            answer = requests.post(here, body, headers=headers, timeout=20)
        return answer.status_code, answer.headers, time.monotonic() - began

    def send_all(self, id: str) -> list[tuple[Case, int, Mapping[str, str], float]]:
        with ThreadPoolExecutor(len(CASES)) as pool:
            answers = list(pool.map(lambda place: self.send(place, id), range(len(CASES))))
        return [(case, *answer) for case, answer in zip(CASES, answers, strict=True)]

    def text_down_the_line(self, id: str) -> None:
        self.smsc.send(id, destination_addr=LINE.removeprefix("+"), short_message=f"Text {id}")

    def stored(self) -> dict[str, int]:
        """How many messages each number has."""
        with psycopg.connect(self.owner["DATABASE_URL"]) as connection:
            return dict(connection.execute(STORED).fetchall())

    def end(self) -> None:
        for process in self.running:
            process.kill()
            process.wait()
        if self.postgres.poll() is None:
            self.stop_database()


@contextmanager
def own_servers() -> Iterator[Servers]:
    servers = describe(fast=True, environment={"REDIS_URL": os.environ["REDIS_URL"]})
    try:
        yield servers
    finally:
        servers.close()


@pytest.fixture
def installation(smsc: Smsc, tmp_path: Path) -> Iterator[Installation]:
    with own_servers() as servers:
        made = Installation(servers, tmp_path, smsc)
        made.start_database()
        try:
            made.install()
            yield made
        finally:
            made.end()


def test_every_carrier_has_its_answer_here() -> None:
    assert ANSWERS.keys() == HTTP_CARRIERS.keys()


def test_what_comes_while_the_database_is_stopped_comes_again_and_counts_once(
    installation: Installation, smsc: Smsc
) -> None:
    every_number = [number_of(place, case) for place, case in enumerate(CASES)] + [LINE]
    # One text each before, so that the processes hold connections that will be cut.
    assert {case.name: status for case, status, *_ in installation.send_all("id-1")} == dict.fromkeys(
        ANSWERS, 200
    )
    installation.text_down_the_line("1")
    assert smsc.status("1") == OK
    assert installation.stored() == dict.fromkeys(every_number, 1)

    installation.stop_database()
    installation.text_down_the_line("2")
    for case, status, headers, seconds in installation.send_all("id-2"):
        expected, patience_s = ANSWERS[case.name]
        assert (case.name, status, headers.get("Retry-After")) == (case.name, expected, "5")
        assert seconds < patience_s, case.name
    assert smsc.status("2") == COME_AGAIN

    installation.start_database()
    until(installation.is_ready)
    assert installation.stored() == dict.fromkeys(every_number, 1)
    for _ in range(2):
        answers = installation.send_all("id-2")
        assert {case.name: status for case, status, *_ in answers} == dict.fromkeys(ANSWERS, 200)
    installation.text_down_the_line("2")
    assert smsc.status("2") == OK
    assert installation.stored() == dict.fromkeys(every_number, 2)
