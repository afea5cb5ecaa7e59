"""The commands of docs/receiving.md, as they stand there."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from django.conf import settings

from tests.cast import House, store_message
from tests.live import WITHIN_S, until
from tests.live_wait import LiveWait

PAGE = (settings.BASE_DIR / "docs" / "receiving.md").read_text()
#: Each block of shell commands that asks something; what is left out of an answer stands as an ellipsis.
BLOCKS = [block for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) if "curl" in block]
LINES = [line for block in BLOCKS for line in block.splitlines() if line.startswith("curl")]
#: How the page marks a place, and the command that waits from there on.
[MARK] = [block for block in BLOCKS if block.startswith("SINCE=")]
[FROM_THE_MARK] = [line for line in LINES if "$SINCE" in line]
NO_PROXY = "curl() { command curl -sS -m 10 --noproxy '*' \"$@\"; }"


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
@pytest.mark.parametrize("line", [line for line in LINES if line != FROM_THE_MARK])
def test_it_brings_the_text(acme: House, wait: LiveWait, line: str) -> None:
    side = acme.sandbox
    command = re.sub(r"msg_06\w+…?(\.AZ…)?", side.ids["message_id"], line)
    command = command.replace("curl", "curl -sS -m 10 --noproxy '*'", 1)
    environment = {"API": f"{wait.url}/v1", "KEY": side.key, "PATH": "/usr/bin:/bin"}
    with subprocess.Popen(["sh", "-c", command], env=environment, stdout=subprocess.PIPE) as curl:
        assert curl.stdout is not None
        until(lambda: wait.held() or curl.poll() is not None)
        store_message(side.assignment, "Votre code est 020005")
        told = ""
        while "020005" not in told and (read := curl.stdout.readline()):
            told += read.decode()
        curl.terminate()
    assert "020005" in told
    until(lambda: not wait.held())


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_from_the_mark_on_what_came_just_before_is_not_found(acme: House, wait: LiveWait) -> None:
    side = acme.sandbox
    store_message(side.assignment, "Votre code est 020005")
    script = f"{NO_PROXY}\n{MARK}\necho marked\nread sent\n{FROM_THE_MARK}"
    environment = {"API": f"{wait.url}/v1", "KEY": side.key, "PATH": "/usr/bin:/bin"}
    with subprocess.Popen(
        ["sh", "-c", script], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as shell:
        assert shell.stdout is not None
        assert shell.stdout.readline() == "marked\n"
        store_message(side.assignment, "Votre code est 730214")
        told, _nothing = shell.communicate("sent\n", WITHIN_S)
    assert "730214" in told
    assert "020005" not in told


def test_there_are_such_commands() -> None:
    assert len(LINES) == 6
