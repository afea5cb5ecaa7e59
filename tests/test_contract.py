"""The import contract is really checked: a forbidden import planted in a copy breaks it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES: list[str] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "root_packages"
]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def lint(folder: Path) -> tuple[int, str]:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_contract_holds(copy: Path) -> None:
    status, said = lint(copy)
    assert status == 0, said
    assert "imports go downward KEPT" in said


@pytest.mark.parametrize(
    ("lower", "upper"),
    [
        ("accounts", "inbox"),
        ("numbers", "routing"),
        ("delivery", "api"),
        ("api", "dashboard"),
        ("dashboard", "api"),
    ],
)
def test_a_planted_upward_import_breaks_it(copy: Path, lower: str, upper: str) -> None:
    (copy / lower / "planted.py").write_text(f"import {upper}\n")
    status, said = lint(copy)
    assert status != 0
    assert f"{lower}.planted -> {upper}" in said


def test_every_package_of_the_house_is_under_the_contract() -> None:
    outside = {"tests", "bench", "deploy", "docs", "sdk"}
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")} - outside
    assert found == set(PACKAGES)
