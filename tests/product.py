"""The whole product as `make run` starts it, in a folder of its own, for tests that do what a user does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from bench.stack import free_ports
from tests.live import until

OF_THE_TESTS = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_ROLE", "REDIS_URL", "VAR_DIR", "DEPLOYMENT")
WITHIN_S = 90


@dataclass(frozen=True, slots=True)
class Product:
    """What it says about itself (demo.json), and where it writes."""

    told: dict[str, Any]
    folder: Path


@contextmanager
def running(folder: Path) -> Iterator[Product]:
    ports = free_ports("PORT", "INGEST_PORT", "DEMO_RECEIVER_PORT", "SANDBOX_RECEIVER_PORT")
    kept = {name: value for name, value in os.environ.items() if name not in OF_THE_TESTS}
    environment = kept | {name: str(port) for name, port in ports.items()} | {"VAR_DIR": str(folder)}
    said = folder / "said.log"
    with said.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "smsgateway.run"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        url = f"http://127.0.0.1:{ports['PORT']}/"
        until(lambda: process.poll() is not None or url in said.read_text(errors="replace"), WITHIN_S)
        assert process.poll() is None, said.read_text(errors="replace")[-3000:]
        yield Product(json.loads((folder / "demo.json").read_text()), folder)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        finally:
            process.kill()
    begun, ended, stopped = said.read_text(errors="replace").partition("smsgateway: stopping\n")
    assert begun.startswith("smsgateway: making a database in ")
    assert (bool(ended), stopped) == (True, "")
