"""The commands of docs/receiving.md, as they stand there."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from django.conf import settings

from tests.cast import House, store_message
from tests.live import until
from tests.live_wait import LiveWait

PAGE = (settings.BASE_DIR / "docs" / "receiving.md").read_text()
#: Each block of shell commands that asks something; what is left out of an answer stands as an ellipsis.
BLOCKS = [block for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) if "curl" in block]
LINES = [line for block in BLOCKS for line in block.splitlines() if line.startswith("curl")]


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
@pytest.mark.parametrize("line", LINES)
def test_it_brings_the_text(acme: House, wait: LiveWait, line: str) -> None:
    side = acme.sandbox
    command = re.sub(r"msg_06\w+…?(\.AZ…)?", side.ids["message_id"], line)
    command = command.replace("curl", "curl -sS -m 10 --noproxy '*'", 1)
    command = command.replace("$SINCE", "$(date -u +%Y-%m-%dT%H:%M:%SZ)")
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


def test_there_are_such_commands() -> None:
    assert len(LINES) == 6
