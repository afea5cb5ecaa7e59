"""The compose file, the supervisor's list and the README name the same processes, run in the same way."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from smsgateway.processes import Process, behind_proxy, demo, for_sandboxes, processes

ROOT = Path(__file__).resolve().parent.parent
SURROUNDINGS = {"migrate", "certificates", "postgres", "valkey", "proxy"}
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
OURS = [
    *processes("0.0.0.0", 8000, 8001, var="/app/var", python="python"),
    *behind_proxy("0.0.0.0", 8002, python="python"),
    *for_sandboxes("0.0.0.0", 8003, python="python"),
]


def named(process: Process) -> str:
    return process.name


@pytest.mark.parametrize("process", OURS, ids=named)
def test_a_service_runs_the_supervisors_command(process: Process) -> None:
    assert SERVICES[process.name]["command"] == list(process.argv)


def test_no_service_is_missing_or_unknown() -> None:
    assert set(SERVICES) == {process.name for process in OURS} | SURROUNDINGS


def test_only_the_migration_works_as_owner() -> None:
    owners = {
        name
        for name, service in SERVICES.items()
        if "owner" in str(service.get("environment", {}).get("DATABASE_URL"))
    }
    assert owners == {"migrate"}
    assert SERVICES["migrate"]["environment"]["DATABASE_ROLE"] == "owner"


def test_only_the_proxy_can_be_reached_from_outside() -> None:
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"proxy"}


@pytest.mark.parametrize("process", OURS, ids=named)
def test_the_readme_has_a_row_for_each_process(process: Process) -> None:
    assert re.search(rf"^\| `{process.name}` \|", (ROOT / "README.md").read_text(), re.MULTILINE)


def test_the_readmes_table_names_no_other_process() -> None:
    table = re.search(r"^\| `web` \|.*?\n(?!\|)", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    assert table is not None
    known = {process.name for process in (*OURS, *demo())} | SURROUNDINGS
    assert set(re.findall(r"^\| `([^`]+)` \|", table[0], re.MULTILINE)) <= known


def test_the_image_is_lean_and_runs_as_nobody_special() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert "USER smsgateway" in lines
    assert not [line for line in lines if "embedded" in line and not line.startswith("#")]
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".git", ".env", "var", ".venv", "requirements-embedded.*"} <= set(ignored)
    assert ignored.index("!sdk/*/README.md") > ignored.index("sdk"), "/docs shows them"


def test_the_locks_name_no_index_and_hash_everything() -> None:
    for lock in ROOT.glob("requirements*.txt"):
        text = lock.read_text()
        assert "://" not in text, lock.name
        assert not re.search(r"^-", text, re.MULTILINE), lock.name
        pinned = re.findall(r"^[\w.\[\]-]+==.*(?:\n .*)*", text, re.MULTILINE)
        assert pinned
        assert all("--hash=sha256:" in pin for pin in pinned), lock.name
