"""docs/quickstart.md, followed to the letter: each language ends with a text that its own receiver has verified.

Only the ports are others than on the page, and the packages are built into a folder of the test's.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from pytest_django.live_server_helper import LiveServer

from delivery.engine import Engine
from tests.cast import House
from tests.live import LiveDoor
from tests.sdk.node import built
from tests.sdk.terminal import BLOCK, Terminal, packages_in, sections

VERIFIED = "verified: Doctolib 482913 est votre code"


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
    made = Terminal(tmp_path, "quickstart", packages, port=8080, environment={})
    told = {"dashboard": f"{live_server.url}/", "keys": {"sandbox": acme.sandbox.key}}
    (tmp_path / "var" / "demo.json").write_text(json.dumps(told))
    made.run("".join(what_starts_it()[:2]))
    (tmp_path / "docs").symlink_to(settings.BASE_DIR / "docs")
    yield made
    made.stop()


def test_all_of_it_in_order_and_once_more(terminal: Terminal) -> None:
    for _time in range(2):
        for section in ("Python", "TypeScript", "curl"):
            terminal.follow(section)
            assert terminal.heard(VERIFIED)
            terminal.said.write_text("")
        terminal.follow("Without writing anything")
        assert terminal.heard("code-fr to +3363998")


def test_curl_alone(terminal: Terminal) -> None:
    terminal.follow("curl")
    assert terminal.heard('{"right":true')
    assert terminal.heard(VERIFIED)


def test_what_fails_to_set_up_keeps_the_settings(terminal: Terminal) -> None:
    [(_file, _language, command)] = [
        found for found in BLOCK.findall(sections("quickstart")["Python"]) if "set_up.py >" in found[2]
    ]
    (terminal.folder / "hello" / "bin").mkdir(parents=True)
    (terminal.folder / "hello" / "bin" / "python").symlink_to("/bin/false")
    (terminal.folder / "hello" / "settings").write_text("echo kept\n")
    terminal.run(command)
    assert terminal.heard("kept")


def test_the_typescript_is_strict(tmp_path: Path) -> None:
    """Named `.mts`, as the page says that the files may be."""
    sdk = built()
    modules = tmp_path / "node_modules"
    modules.mkdir()
    (modules / "smsgateway-sdk").symlink_to(sdk)
    (modules / "@types").symlink_to(sdk / "node_modules" / "@types")
    files = []
    for file, _language, block in BLOCK.findall(sections("quickstart")["TypeScript"]):
        if file:
            files.append(tmp_path / f"{Path(file).stem}.mts")
            files[-1].write_text(block)
    options = "--noEmit --strict --module nodenext --target es2022 --types node".split()
    done = subprocess.run(
        [sdk / "node_modules" / ".bin" / "tsc", *options, *files],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert len(files) == 2
    assert done.returncode == 0, done.stdout


def what_starts_it() -> list[str]:
    """The lines that find the gateway, then the one that makes the packages."""
    [(_file, _language, block)] = BLOCK.findall(sections("quickstart")["A gateway and a key"])
    lines: list[str] = block.splitlines(keepends=True)
    return lines


def test_the_rest_is_what_starts_it() -> None:
    """The first section starts the product; tests have it running."""
    assert [line.strip().split("=")[0] for line in what_starts_it()] == [
        "export SMSGATEWAY_URL",
        "export SMSGATEWAY_API_KEY",
        "make packages",
    ]
    followed = {"Python", "TypeScript", "curl", "Without writing anything"}
    assert {name for name, text in sections("quickstart").items() if "```" in text} == {
        "A gateway and a key",
        *followed,
    }
