"""What stands in README.md and docs/*.md: their fenced blocks, and the commands in those."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    page: str
    language: str
    text: str

    @property
    def first(self) -> str:
        """By what the tests name it."""
        return self.text.strip().splitlines()[0].split("#")[0].strip()


def pages() -> list[Path]:
    return [settings.BASE_DIR / "README.md", *sorted((settings.BASE_DIR / "docs").glob("*.md"))]


def blocks() -> Iterator[Block]:
    for path in pages():
        for language, text in FENCE.findall(path.read_text()):
            yield Block(path.stem, language, text)


def commands(text: str) -> Iterator[str]:
    """The commands of a shell block, each whole, with the lines that it goes on over."""
    command = ""
    for line in text.splitlines():
        command += line + "\n"
        if complete(command):
            if shlex.split(command, comments=True):
                yield command
            command = ""
    assert not command, f"no command ends here: {command}"


def complete(command: str) -> bool:
    if command.endswith("\\\n"):
        return False
    try:
        shlex.split(command, comments=True)
    except ValueError:  # a quotation is open
        return False
    return True
