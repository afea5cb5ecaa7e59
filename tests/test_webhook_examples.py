"""The receivers of docs/webhooks.md take what we send and refuse what is not ours, as they stand there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from accounts.audit import SYSTEM
from delivery import services
from delivery.engine import Engine
from tests.cast import Api, House
from tests.deliveries import judged
from tests.live import a_free_port, delivering, listens, receiving, until
from tests.node import install

PAGE = (settings.BASE_DIR / "docs" / "webhooks.md").read_text()
PYTHON, PYTHON_V1A = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
NODE, NODE_V1A = re.findall(r"```js\n(.*?)```", PAGE, re.DOTALL)
PACKAGES = Path(__file__).resolve().parent / "webhooks"
#: A server around the function that the page shows for v1a.
AROUND = """
import { createServer } from "node:http";

createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray());
  response.writeHead(isOurs(body, request.headers) ? 204 : 401).end();
}).listen(process.env.PORT);
"""


@pytest.fixture
def engine(transactional_db: None) -> Iterator[Engine]:
    with delivering() as engine:
        yield engine


@contextmanager
def running(folder: Path, example: str, node: bool, environment: Mapping[str, str]) -> Iterator[str]:
    """The example as a process of its own; its URL once it listens."""
    if node:
        install(PACKAGES)
        (folder / "node_modules").symlink_to(PACKAGES / "node_modules")
    file = folder / ("example.mjs" if node else "example.py")
    file.write_text(example)
    port = a_free_port()
    process = subprocess.Popen(
        ["node" if node else sys.executable, file],
        env={"PATH": os.environ["PATH"], "PORT": str(port), **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: process.poll() is not None or listens(port))
        yield f"http://127.0.0.1:{port}/sms"
    finally:
        process.terminate()
        process.wait(10)


@pytest.mark.parametrize("node", [False, True], ids=["python", "javascript"])
def test_a_receiver_of_the_page(acme: House, api: Api, engine: Engine, tmp_path: Path, node: bool) -> None:
    new = services.create_endpoint(acme.live.environment, SYSTEM, url="http://127.0.0.1:9/")
    with running(tmp_path, NODE if node else PYTHON, node, {"SMSGATEWAY_SECRET": new.secret}) as url:
        assert judged(api, engine, acme, new, url) == (True, "delivered", 5110)


def test_the_javascript_of_the_page_for_public_keys(
    acme: House, api: Api, engine: Engine, tmp_path: Path
) -> None:
    new = services.create_endpoint(acme.live.environment, SYSTEM, url="http://127.0.0.1:9/", signs_with="v1a")
    with running(tmp_path, NODE_V1A + AROUND, True, {"SMSGATEWAY_PUBLIC_KEY": new.secret}) as url:
        assert judged(api, engine, acme, new, url) == (True, "delivered", 5110)


def test_the_python_of_the_page_for_public_keys(
    acme: House, api: Api, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = services.create_endpoint(acme.live.environment, SYSTEM, url="http://127.0.0.1:9/", signs_with="v1a")
    monkeypatch.setenv("SMSGATEWAY_PUBLIC_KEY", new.secret)
    shown: dict[str, Any] = {}
    exec(PYTHON_V1A, shown)  # noqa: S102  our own page
    is_ours: Callable[[bytes, Mapping[str, str]], bool] = shown["is_ours"]
    with receiving() as receiver:
        receiver.behave = lambda request: (204 if is_ours(request.body, request.headers) else 401, {}, b"")
        assert judged(api, engine, acme, new, receiver.url) == (True, "delivered", 5110)
