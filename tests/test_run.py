"""What `make run` refuses before it starts anything, and what it keeps between starts."""

from __future__ import annotations

import base64
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from smsgateway import run

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def start(var: Path, **environment: str) -> tuple[int, str]:
    """Exit status and error output of a start that is expected to be refused at once."""
    done = subprocess.run(
        [sys.executable, "-m", "smsgateway.run"],
        cwd=ROOT,
        env=os.environ | {"VAR_DIR": str(var)} | environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize("name", ["PORT", "INGEST_PORT"])
def test_a_taken_port_is_said_with_the_way_out(tmp_path: Path, listener: socket.socket, name: str) -> None:
    taken = listener.getsockname()[1]
    free = {"PORT": "18110", "INGEST_PORT": "18111"}
    status, said = start(tmp_path, **free | {name: str(taken)})
    assert status == 1
    assert said.startswith(f"smsgateway: port {taken} is not free")
    assert f"make run {name}=" in said
    assert not (tmp_path / "postgres").exists()


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "8 000", "²"])
def test_a_malformed_port_is_named(tmp_path: Path, port: str) -> None:
    assert start(tmp_path, PORT=port) == (
        1,
        f"smsgateway: PORT must be a port from 1 to 65535, not {port!r}.\n",
    )


def test_one_port_cannot_serve_both(tmp_path: Path) -> None:
    assert "they must differ" in start(tmp_path, PORT="18110", INGEST_PORT="18110")[1]


def test_a_second_run_of_the_same_folder_says_so(tmp_path: Path) -> None:
    with run.only_run(tmp_path, (8000, 8001)):
        status, said = start(tmp_path)
    assert status == 1
    assert said == (
        f"smsgateway: already running from {tmp_path}: process {os.getpid()}, http://127.0.0.1:8000/.\n"
    )


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where the folder should be")
    with (
        pytest.raises(run.Refused, match=r"/var.* cannot be written"),
        run.only_run(tmp_path / "var", (1, 2)),
    ):
        pass


def test_secrets_are_made_once_and_private(tmp_path: Path) -> None:
    made = run.kept_secrets(tmp_path / "secrets.env")
    assert run.kept_secrets(tmp_path / "secrets.env") == made
    assert stat.S_IMODE((tmp_path / "secrets.env").stat().st_mode) == 0o600
    assert len(made["SECRET_KEY"]) >= 50
    name, _, key = made["ENCRYPTION_KEYS"].partition(":")
    assert (name, len(base64.b64decode(key)), len(base64.b64decode(made["INDEX_KEY"]))) == ("k1", 32, 32)


def test_what_the_environment_says_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "mine")
    monkeypatch.setenv("DEPLOYMENT", "production")
    environment = run.local_environment(tmp_path, (8000, 8001))
    assert (environment["SECRET_KEY"], environment["DEPLOYMENT"]) == ("mine", "production")
    assert environment["INDEX_KEY"] == run.kept_secrets(tmp_path / "secrets.env")["INDEX_KEY"]
