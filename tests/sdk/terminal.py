"""A terminal in which somebody follows a page of the documentation to the letter; only ports are others than there."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from tests.live import a_free_port, listens, until
from tests.sdk.node import built

SDK = settings.BASE_DIR / "sdk"
BLOCK = re.compile(r"(?:`([\w/-]+\.\w+)`:\n\n)?```(\w+)\n(.*?)```", re.DOTALL)
#: What the page has its reader wait for, before they stop what they started.
SAYS = re.compile(r"receiver says `(.+?)`")
#: What the next block finds: variables and functions.
KEEP = "{ export -p; declare -p channel endpoint; declare -f; } > state 2> /dev/null || true"
#: How this machine gets packages.
PASSED_ON = ("PIP_", "npm_config_", "NODE_EXTRA_CA_CERTS")


def sections(page: str) -> dict[str, str]:
    """What stands below each heading of docs/<page>.md."""
    text = (settings.BASE_DIR / "docs" / f"{page}.md").read_text()
    return dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE))


def packages_in(folder: Path) -> Path:
    """What `make packages` makes."""
    for name in ("python", "pytest"):
        build = ["-m", "build", "--no-isolation", "--wheel", "--outdir", str(folder), str(SDK / name)]
        subprocess.run([sys.executable, *build], check=True, capture_output=True, timeout=100)
    pack = ["pack", "--silent", "--ignore-scripts", "--pack-destination", str(folder)]
    subprocess.run(["npm", *pack], cwd=built(), check=True, capture_output=True, timeout=100)
    return folder


class Terminal:
    """A shell that keeps its variables from one block of the page to the next; in folders as a checkout has them.

    `port` is the one on the page, of what the reader starts.
    """

    def __init__(
        self, folder: Path, page: str, packages: Path, *, port: int, environment: Mapping[str, str]
    ) -> None:
        self.folder, self.sections, self.named, self.port = folder, sections(page), str(port), a_free_port()
        kept = {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder), **kept, **environment}
        self.started: list[subprocess.Popen[bytes]] = []
        self.said = folder / "said"
        (folder / "state").touch()
        (folder / "var").mkdir()
        (folder / "var" / "packages").symlink_to(packages)

    def follow(self, section: str) -> None:
        for file, language, block in BLOCK.findall(
            self.sections[section].replace(self.named, str(self.port))
        ):
            if file:
                (self.folder / file).write_text(block)
            elif language == "sh" and block.rstrip().endswith("&"):
                self.start(block.rstrip().removesuffix("&"))
            elif language == "sh" and block.strip() == "kill $!":
                until(lambda: all(self.heard(text) for text in SAYS.findall(self.sections[section])))
                self.stop()
            elif language == "sh":
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
        assert not listens(self.port), "what was started before has the port"
        with self.said.open("ab") as said:
            shell = ["bash", "-eu", "-c", f". ./state\nexec {command}"]
            started = subprocess.Popen(shell, cwd=self.folder, env=self.environment, stdout=said)
        self.started.append(started)
        until(lambda: started.poll() is not None or listens(self.port))
        assert started.poll() is None, self.said.read_text()

    def stop(self) -> None:
        for process in self.started:
            process.send_signal(signal.SIGTERM)
            process.wait(10)
        self.started.clear()

    def heard(self, text: str) -> bool:
        return text in self.said.read_text()
