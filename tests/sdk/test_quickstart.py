"""docs/quickstart.md, followed to the letter: each language ends with a text that its own receiver has verified.

Only the ports are others than on the page, and the packages are built into a folder of the test's.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.conf import settings as django_settings
from pytest_django.live_server_helper import LiveServer

from delivery.engine import Engine
from tests.cast import House
from tests.live import LiveDoor, a_free_port, listens, until
from tests.sdk.node import built

PAGE = (django_settings.BASE_DIR / "docs" / "quickstart.md").read_text()
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE))
BLOCK = re.compile(r"(?:`([\w/-]+\.\w+)`:\n\n)?```(\w+)\n(.*?)```", re.DOTALL)


#: What the next block finds: variables and functions.
KEEP = "{ export -p; declare -p channel endpoint; declare -f; } > state 2> /dev/null || true"


class Terminal:
    """A shell that keeps its variables from one block of the page to the next; in folders as a checkout has them."""

    def __init__(self, folder: Path, url: str, key: str) -> None:
        self.folder, self.port = folder, a_free_port()
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "SMSGATEWAY_URL": url,
            "SMSGATEWAY_API_KEY": key,
            **{name: value for name, value in os.environ.items() if name.startswith(("PIP_", "npm_config_"))},
        }
        self.receivers: list[subprocess.Popen[bytes]] = []
        self.said = folder / "said"
        (folder / "state").touch()

    def follow(self, section: str) -> None:
        for file, language, block in BLOCK.findall(SECTIONS[section].replace("8080", str(self.port))):
            if language != "sh":
                (self.folder / file).write_text(block)
            elif block.rstrip().endswith("&"):
                self.start(block.rstrip().removesuffix("&"))
            else:
                self.run(block)

    def run(self, block: str) -> None:
        done = subprocess.run(
            ["bash", "-eu", "-c", f". ./state\n{block}\n{KEEP}"],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            timeout=100,
            check=False,
        )
        with self.said.open("ab") as said:
            said.write(done.stdout)
        assert done.returncode == 0, (block, done.stdout, done.stderr)

    def start(self, command: str) -> None:
        self.stop()
        with self.said.open("ab") as said:
            shell = ["bash", "-eu", "-c", f". ./state\nexec {command}"]
            started = subprocess.Popen(shell, cwd=self.folder, env=self.environment, stdout=said)
        self.receivers.append(started)
        until(lambda: started.poll() is not None or listens(self.port))

    def stop(self) -> None:
        for process in self.receivers:
            process.send_signal(signal.SIGTERM)
            process.wait(10)
        self.receivers.clear()

    def heard(self, text: str) -> bool:
        return text in self.said.read_text()


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make packages` makes."""
    folder = tmp_path_factory.mktemp("packages")
    sdk = django_settings.BASE_DIR / "sdk"
    build = ["-m", "build", "--no-isolation", "--wheel", "--outdir", str(folder), str(sdk / "python")]
    subprocess.run([sys.executable, *build], check=True, capture_output=True, timeout=100)
    pack = ["pack", "--silent", "--ignore-scripts", "--pack-destination", str(folder)]
    subprocess.run(["npm", *pack], cwd=built(), check=True, capture_output=True, timeout=100)
    return folder


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
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "packages").symlink_to(packages)
    made = Terminal(tmp_path, live_server.url, acme.sandbox.key)
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
    blocks = [block for _file, _language, block in BLOCK.findall(SECTIONS["A gateway and a key"])]
    assert [line.split("=")[0] for line in blocks[0].splitlines()] == [
        "export SMSGATEWAY_URL",
        "export SMSGATEWAY_API_KEY",
        "make packages",
    ]
    assert {"A gateway and a key", "Python", "TypeScript", "curl", "Without writing anything", "Next"} == set(
        SECTIONS
    )
