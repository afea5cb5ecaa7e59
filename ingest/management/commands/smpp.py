"""Holds the SMPP binds of all channels of carrier `smpp` and takes in what comes down them, until told to stop."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

import uvloop
from django.core.management.base import BaseCommand

from accounts import process
from ingest.smpp.receiver import Receiver


async def receive() -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await Receiver().run(stop)


class Command(BaseCommand):
    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        process.prepare()
        uvloop.run(receive())
