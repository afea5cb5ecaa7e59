"""The receivers of docs/samples take what we send and refuse what is not ours, as they stand there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django.live_server_helper import LiveServer

from accounts.audit import SYSTEM
from delivery import services
from delivery.engine import Engine
from delivery.models import Delivery
from tests import cast
from tests.cast import Api, House
from tests.deliveries import judged
from tests.live import a_free_port, listens, until
from tests.node import install
from tests.sdk.node import built

SAMPLES = settings.BASE_DIR / "docs" / "samples"
PACKAGES = settings.BASE_DIR / "tests" / "samples"
COMMANDS = {
    "flask_app.py": [sys.executable, "{file}"],
    "fastapi_app.py": [sys.executable, "{file}"],
    "django_app.py": [sys.executable, "{file}"],
    "express.mjs": ["node", "{file}"],
    "receiver.py": [sys.executable, "{file}"],
    "receiver.php": ["php", "-S", "127.0.0.1:{port}", "{file}"],
}


def is_here(sample: str) -> bool:
    """Whether this machine can run it: PHP is nothing that the tests ask for."""
    return not sample.endswith(".php") or shutil.which("php") is not None


@contextmanager
def running(folder: Path, sample: str, secret: str) -> Iterator[str]:
    """The sample as a process of its own; its URL once it listens."""
    port = a_free_port()
    shutil.copy(SAMPLES / sample, folder)
    if sample.endswith(".mjs"):
        lend_modules(folder)
    process = subprocess.Popen(
        [part.format(file=folder / sample, port=port) for part in COMMANDS[sample]],
        env={
            "PATH": os.environ["PATH"],
            "PORT": str(port),
            "SMSGATEWAY_SECRET": secret,
            "PYTHONPATH": str(settings.BASE_DIR / "sdk" / "python" / "src"),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: process.poll() is not None or listens(port))
        yield f"http://127.0.0.1:{port}/sms"
    finally:
        process.terminate()
        process.wait(10)


def lend_modules(folder: Path) -> None:
    install(PACKAGES)
    modules = folder / "node_modules"
    modules.mkdir()
    (modules / "express").symlink_to(PACKAGES / "node_modules" / "express")
    (modules / "smsgateway-sdk").symlink_to(built())


@pytest.mark.parametrize(
    "sample", COMMANDS, ids=lambda name: name if is_here(name) else f"{name} is not run, there is no php here"
)
def test_a_receiver(acme: House, api: Api, engine: Engine, tmp_path: Path, sample: str) -> None:
    assert (SAMPLES / sample).is_file()
    if is_here(sample):
        new = services.create_endpoint(acme.live.environment, SYSTEM, url="http://127.0.0.1:9/")
        with running(tmp_path, sample, new.secret) as url:
            assert judged(api, engine, acme, new, url) == (True, "delivered", 5110)


def test_every_sample_is_executed() -> None:
    assert {path.name for path in SAMPLES.iterdir() if path.is_file()} == {*COMMANDS, "take.sh", "README.md"}


def test_a_text_is_taken_by_curl(live_server: LiveServer, acme: House) -> None:
    side = acme.live
    message = cast.store_message(side.assignment, 'Say "code"', route=side.route)
    waiting = cast.store_delivery(message, side.queue, Delivery.State.PENDING, due_at=None, attempts_made=0)
    environment = {
        "PATH": os.environ["PATH"],
        "SMSGATEWAY_URL": live_server.url,
        "SMSGATEWAY_API_KEY": side.key,
        "WAIT": "0",
    }
    command = ["sh", str(SAMPLES / "take.sh"), side.ids["queue_id"]]
    said = [
        subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True, timeout=30
        ).stdout
        for _ in range(2)
    ]
    assert r"Say \"code\"" in said[0]
    assert '"acknowledged"' in said[0]
    assert said[1] == ""
    waiting.refresh_from_db()
    assert waiting.state == "delivered"
