"""The sandbox's receivers, and the simulator's SMSC, in a thread of the tests', at ports that nobody else has."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import LazySettings
from django.db import connection

from sandbox.receiver import Receiver
from sandbox.receivers import PATH
from sandbox.server import Server
from tests.live import WITHIN_S

HOST = "127.0.0.1"


def a_row_of_free_ports(count: int) -> int:
    """The first of so many ports, one behind the other, that are all free."""
    for first in range(20_000, 60_000, count):
        probes = []
        try:
            probes = [socket.create_server((HOST, first + at)) for at in range(count)]
        except OSError:
            continue
        finally:
            for probe in probes:
                probe.close()
        return first
    raise AssertionError("no ports are free")


class LiveReceivers:
    """The process of the receivers, in this one; it reads what the test commits."""

    def __init__(self, port: int) -> None:
        self.port, self.server = port, Server(lambda: connection.close())
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.ready = threading.Event()

    def run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self.server.start(HOST, self.port))
        self.ready.set()
        self.loop.run_forever()

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self.close(), self.loop).result(WITHIN_S)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(WITHIN_S)
        self.loop.close()

    async def close(self) -> None:
        await self.server.stop()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def url(self, receiver: Receiver, query: str = "") -> str:
        return f"http://{HOST}:{self.port}{PATH}{receiver.token}" + (query and f"?{query}")


@contextmanager
def receivers_live(settings: LazySettings) -> Iterator[LiveReceivers]:
    """The receivers, where nothing else on this machine may be reached."""
    port = a_row_of_free_ports(5)
    settings.SANDBOX_RECEIVER_URL = f"http://{HOST}:{port}"
    settings.DELIVERY_ALLOW_NETWORKS = ()
    live = LiveReceivers(port)
    live.thread.start()
    assert live.ready.wait(WITHIN_S)
    try:
        yield live
    finally:
        live.stop()
