"""An SMSC that is not ours (npm's smpp, in tests/smsc), and the SMPP receiver in a thread or as the real process."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import uvloop
from django.db import connection

from accounts.audit import SYSTEM
from accounts.models import Environment
from ingest.configuration import ChannelView
from ingest.models import Line
from ingest.smpp.receiver import Receiver
from numbers import services as numbers
from numbers.carriers.base import InboundSms
from numbers.models import Channel
from tests.live import WITHIN_S, until
from tests.node import install

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests" / "smsc"
PASSWORD = "secret"
Event = dict[str, Any]


class Smsc:
    """The SMSC as a process; `send` and its like return at once, `wait` gives the next event of a kind."""

    def __init__(self, **options: Any) -> None:
        install(FOLDER)
        argv = ["node", "smsc.js", json.dumps({"password": PASSWORD} | options)]
        self.process = subprocess.Popen(
            argv, cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.events: list[Event] = []
        self.arrived = threading.Condition()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        self.port: int = self.wait("listening")["port"]

    def read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self.arrived:
                self.events.append(json.loads(line))
                self.arrived.notify_all()

    def wait(self, kind: str, within_s: float = WITHIN_S, **fields: Any) -> Event:
        """Take the first event of that kind and with these fields, once it is there."""

        def found() -> Event | None:
            wanted = {"event": kind} | fields
            return next((e for e in self.events if wanted.items() <= e.items()), None)

        with self.arrived:
            assert self.arrived.wait_for(found, within_s), f"no {kind} {fields} among {self.events}"
            event = found()
            assert event is not None
            self.events.remove(event)
            return event

    def count(self, kind: str) -> int:
        with self.arrived:
            return sum(event["event"] == kind for event in self.events)

    def tell(self, do: str, **fields: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": do} | fields) + "\n")
        self.process.stdin.flush()

    def send(self, id: str, command: str = "deliver_sm", **pdu: Any) -> None:
        addresses = {"source_addr_ton": 1, "source_addr": "33639980417", "destination_addr": "33639980001"}
        self.tell("send", id=id, command=command, pdu={**addresses, "dest_addr_ton": 1, **pdu})

    def status(self, id: str) -> int:
        """How what was sent under `id` was answered, in the end."""
        return int(self.wait("answer", id=id)["status"])

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        self.reader.join(WITHIN_S)
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()


def open_channel(environment: Environment, smsc: Smsc, **credentials: str) -> Channel:
    given = {"host": "127.0.0.1", "port": str(smsc.port), "systemId": "acme", "password": PASSWORD}
    return numbers.create_channel(environment, SYSTEM, carrier="smpp", credentials=given | credentials)


class LiveLines:
    """The receiver in a thread of this process. `taken` is what the intake got, in order."""

    def __init__(self) -> None:
        self.taken: list[InboundSms] = []
        self.started = threading.Event()
        self.thread = threading.Thread(target=lambda: uvloop.run(self.run()), daemon=True)

    def start(self) -> None:
        self.thread.start()
        assert self.started.wait(WITHIN_S)
        until(self.receiver.intake.configuration.loaded.is_set)

    async def run(self) -> None:
        self.loop, self.end = asyncio.get_running_loop(), asyncio.Event()
        self.receiver = Receiver()
        intake = self.receiver.intake
        intake.bell.send = lambda batches: None  # type: ignore[method-assign]  # no worker listens in these tests
        take = intake.take

        async def record(
            channel: ChannelView,
            texts: Sequence[InboundSms],
            at: datetime,
            deadline_s: float,
        ) -> list[bytes]:
            self.taken += texts
            return await take(channel, texts, at, deadline_s)

        intake.take = record  # type: ignore[method-assign]
        self.started.set()
        await self.receiver.run(self.end)

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.end.set)
        self.thread.join(WITHIN_S)
        assert not self.thread.is_alive()


def stands(channel: Channel, state: str, reason: str = "") -> None:
    """Wait until the channel's line stands so, for everybody to see."""
    until(
        lambda: [(state, reason)] == list(Line.objects.filter(channel=channel).values_list("state", "reason"))
    )


class Process:
    """`manage.py smpp` on the test's database."""

    def __init__(self) -> None:
        given = urlsplit(os.environ["DATABASE_URL"])
        url = urlunsplit(given._replace(path="/" + connection.settings_dict["NAME"]))
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "smpp"], cwd=ROOT, env=os.environ | {"DATABASE_URL": url}
        )

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def end(self) -> int:
        """Its exit status after SIGTERM."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(WITHIN_S)
