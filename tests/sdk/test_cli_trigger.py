"""`smsgw scenarios` and `smsgw trigger`, with the door and the library that they set in motion."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import LazySettings
from pytest_django.live_server_helper import LiveServer

from accounts.ids import public
from inbox.models import Message
from sandbox.scenarios import SCENARIOS
from smsgw.cli import main
from smsgw.cli.settings import Settings
from tests.cast import House
from tests.live import LiveDoor

Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def house(
    acme: House,
    live_server: LiveServer,
    door: LiveDoor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settings: LazySettings,
) -> House:
    """Acme, to whose sandbox one is logged in; nothing of it is sent anywhere."""
    monkeypatch.setenv("SMSGW_CONFIG", str(tmp_path / "config.json"))
    Settings(live_server.url, acme.sandbox.key).write()
    settings.INTERNAL_INGEST_URL = door.url
    door.view(acme.sandbox.channel)
    door.forget_routes(acme.sandbox.environment)
    return acme


def newest(house: House) -> Message:
    found: Message = house.sandbox.environment.messages.order_by("-pk")[0]
    return found


def test_the_first_scenario_makes_channel_and_number(house: House, capsys: Output) -> None:
    before = house.sandbox.environment.messages.count()
    assert main(["trigger", "code-fr"]) == 0
    message, number = newest(house), Settings.read().number
    assert (message.sender_id, message.content) == ("Doctolib", SCENARIOS["code-fr"].texts[0].content)
    told = f"code-fr to {number}: passed {public('message', message.pk)}\n"
    assert capsys.readouterr().out == told
    assert main(["trigger", "stop", "--from", "+33639980555"]) == 0
    assert (newest(house).sender_id, newest(house).content) == ("+33639980555", "STOP")
    assert {message.number_used, newest(house).number_used} == {number}
    assert house.sandbox.environment.messages.count() == before + 2


def test_a_scenario_can_be_changed_and_is_not_judged_then(house: House, capsys: Output) -> None:
    number = house.sandbox.assignment.number.number
    assert main(["trigger", "stop", "--to", number, "--text", "ARRÊT", "--count", "2"]) == 0
    assert (newest(house).sender_id, newest(house).content) == ("+33639980908", "ARRÊT")
    lines = capsys.readouterr().out.splitlines()
    assert [line.rpartition(" ")[0] for line in lines] == [f"stop to {number}: accepted"] * 2


def test_what_waits_for_the_clock_says_until_when(house: House, capsys: Output) -> None:
    number = house.sandbox.assignment.number.number
    assert main(["trigger", "hour-twice", "--to", number]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(f"hour-twice to {number}: running msg_")
    assert "by the sandbox's clock" in second


def test_scenarios_are_listed(capsys: Output) -> None:
    assert main(["scenarios"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(SCENARIOS)
    assert lines[0].endswith("A code in French")


def test_one_that_there_is_not_is_said(capsys: Output) -> None:
    assert main(["trigger", "no-such", "--to", "+33639980001"]) == 1
    assert capsys.readouterr().err == "smsgw: there is no scenario 'no-such': see `smsgw scenarios`\n"
