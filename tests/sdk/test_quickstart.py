"""docs/quickstart.md, followed to the letter: each language ends with a text that its own receiver has verified.

Only the ports are others than on the page, and the packages are built into a folder of the test's.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from pytest_django.live_server_helper import LiveServer

from delivery.engine import Engine
from tests.cast import House
from tests.live import LiveDoor, until
from tests.sdk.terminal import BLOCK, Terminal, packages_in, sections


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packages_in(tmp_path_factory.mktemp("packages"))


@pytest.fixture
def terminal(
    tmp_path: Path,
    packages: Path,
    live_server: LiveServer,
    acme: House,
    door: LiveDoor,
    engine: Engine,
    settings: LazySettings,
) -> Iterator[Terminal]:
    settings.PUBLIC_INGEST_URL = door.url
    door.intake.bell.send = engine.ring  # type: ignore[method-assign, assignment]
    environment = {"SMSGATEWAY_URL": live_server.url, "SMSGATEWAY_API_KEY": acme.sandbox.key}
    made = Terminal(tmp_path, "quickstart", packages, port=8080, environment=environment)
    yield made
    made.stop()


def test_python_and_curl_and_the_command_line(terminal: Terminal, acme: House) -> None:
    terminal.follow("Python")
    until(lambda: terminal.heard("verified: Doctolib 482913 est votre code"))
    terminal.said.write_text("")
    terminal.follow("curl")
    assert terminal.heard('{"right":true')
    until(lambda: terminal.heard("verified: Doctolib 482913 est votre code"))
    terminal.follow("Without writing anything")
    assert terminal.heard("code-fr to +3363998")


def test_typescript(terminal: Terminal) -> None:
    terminal.follow("TypeScript")
    until(lambda: terminal.heard("verified: Doctolib 482913 est votre code"))


def test_the_rest_is_what_starts_it() -> None:
    """The first section starts the product; tests have it running."""
    page = sections("quickstart")
    blocks = [block for _file, _language, block in BLOCK.findall(page["A gateway and a key"])]
    assert [line.split("=")[0] for line in blocks[0].splitlines()] == [
        "export SMSGATEWAY_URL",
        "export SMSGATEWAY_API_KEY",
        "make packages",
    ]
    assert {"A gateway and a key", "Python", "TypeScript", "curl", "Without writing anything", "Next"} == set(
        page
    )
