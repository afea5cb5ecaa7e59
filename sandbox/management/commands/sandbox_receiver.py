"""Runs the sandbox's receivers, which answer what deliveries bring as each was told, and the simulator's SMSC."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from sandbox.server import Server


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=settings.SANDBOX_RECEIVER_PORT, help="and four more")

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        asyncio.run(serve(host, port))


async def serve(host: str, port: int) -> None:
    """Until somebody says stop."""
    server, told = Server(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    await server.start(host, port)
    await told.wait()
    await server.stop()
