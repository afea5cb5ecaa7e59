"""`smsgw sandbox`, as a pipeline calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from accounts.ids import public
from smsgw.cli import main
from smsgw.cli.settings import Settings
from tests.cast import Api, House


@pytest.fixture
def acme(acme: House, live_server: LiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """The house, to whose sandbox one is logged in."""
    monkeypatch.setenv("SMSGW_CONFIG", str(tmp_path / "config.json"))
    Settings(live_server.url, acme.sandbox.key).write()
    return acme


def test_a_pipeline_makes_its_own_empties_and_deletes_it(
    acme: House, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sandbox", "create", "Pull request 7", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    own = Api(made["key"])
    assert own.post("endpoints", {"kind": "polling"}).status_code == 201
    assert main(["sandbox", "list"]) == 0
    here = public("environment", acme.sandbox.environment.pk)
    assert capsys.readouterr().out.splitlines() == [
        f"{made['id']}  ready  Pull request 7",
        f"{here}  ready  Sandbox  (this one)",
    ]
    assert main(["sandbox", "reset", "Pull request 7"]) == 0
    assert capsys.readouterr().out == f"{made['id']} is empty\n"
    assert own.get("endpoints").json()["data"] == []
    assert main(["sandbox", "delete", made["id"]]) == 0
    assert own.get("endpoints").status_code == 401
    capsys.readouterr()
    assert main(["sandbox", "delete", made["id"]]) == 1
    assert capsys.readouterr().err == f"smsgw: there is no sandbox {made['id']}\n"


def test_a_key_of_live_stops_before_it_asks(
    acme: House, live_server: LiveServer, capsys: pytest.CaptureFixture[str]
) -> None:
    Settings(live_server.url, acme.live.key).write()
    for command in (["create", "Mine"], ["list"], ["reset", "Sandbox"], ["delete", "Sandbox"]):
        assert main(["sandbox", *command]) == 1
        assert "for sandbox" in capsys.readouterr().err
    assert acme.tenant.environments.count() == 2
