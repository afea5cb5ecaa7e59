"""Each command of `smsgw` that names something, with the key of one environment and what is another's."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from accounts import walls
from accounts.models import AuditEntry
from smsgw.cli import main, parser
from smsgw.cli.settings import Settings
from tests.cast import House, Side
from tests.sandbox import bound

NAMING = {
    "trigger": ["code-fr", "--to", "held_number"],
    "deliveries resend": ["delivery_id"],
}
#: What the rest is about.
NAMELESS = {
    "login": "the key itself",
    "listen": "all that comes",
    "messages tail": "all that comes",
    "logs tail": "all that is asked",
    "scenarios": "what every sandbox has",
    "sandbox create": "the organisation's",
    "sandbox list": "the organisation's",
    "sandbox reset": "the organisation's: one of its sandboxes, never live",
    "sandbox delete": "likewise",
}


def commands(of: argparse.ArgumentParser, before: str = "") -> Iterator[str]:
    inner = [one for one in of._actions if isinstance(one, argparse._SubParsersAction)]
    if not inner:
        yield before.strip()
    for name, below in (inner[0].choices if inner else {}).items():
        yield from commands(below, f"{before} {name}")


def test_each_command_is_known() -> None:
    assert set(commands(parser())) == NAMING.keys() | NAMELESS.keys()


def test_no_command_reaches_across(
    acme: House, borealis: House, live_server: LiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMSGW_CONFIG", str(tmp_path / "config.json"))
    sides = [acme.live, acme.sandbox, borealis.sandbox]
    for own, other in permutations(sides, 2):
        Settings(live_server.url, own.key).write()
        before = bound.standing()
        for command, named in NAMING.items():
            asked = [other.ids.get(word, word) for word in named]
            assert main([*command.split(), *asked]) == 1, command
        after = bound.standing()
        for side in (one for one in sides if one is not own):
            assert after[side.environment.pk] == before[side.environment.pk]
    assert bound.crossings() == []
    assert told(acme.live) == {"not_found"}  # the command itself refuses to simulate with a key of live
    assert told(acme.sandbox) == {"not_found", "unknown_number"}
    assert told(borealis.sandbox) == {"unknown_number"}  # a real number, whoever has it


def told(side: Side) -> set[str]:
    rows = AuditEntry.objects.filter(action=walls.REFUSED, environment=side.environment)
    return {(row.after or {})["code"] for row in rows}
