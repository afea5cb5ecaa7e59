"""What people install: it has all that it needs and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from zipfile import ZipFile

from django.conf import settings

from tests.sdk.node import built

PYTHON = settings.BASE_DIR / "sdk" / "python"


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_python_package(tmp_path: Path) -> None:
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", tmp_path, PYTHON, cwd=tmp_path)
    (wheel,) = tmp_path.glob("smsgateway_sdk-*.whl")
    assert list(tmp_path.glob("smsgateway_sdk-*.tar.gz"))
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "site")  # noqa: S202  our own
    ours = {str(path.relative_to(PYTHON / "src")) for path in (PYTHON / "src").rglob("*.py")}
    assert ours | {"smsgw/py.typed"} <= names
    assert {name.split("/")[0] for name in names} == {
        "smsgw",
        wheel.name.removesuffix("-py3-none-any.whl") + ".dist-info",
    }
    said = run(sys.executable, "-m", "smsgw", "--help", cwd=tmp_path, PYTHONPATH=str(tmp_path / "site"))
    assert "trigger" in said


def test_the_pytest_plugin(tmp_path: Path) -> None:
    source = settings.BASE_DIR / "sdk" / "pytest"
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", tmp_path, source, cwd=tmp_path)
    (wheel,) = tmp_path.glob("pytest_smsgw-*.whl")
    with ZipFile(wheel) as archive:
        assert "pytest_smsgw/py.typed" in archive.namelist()
        archive.extractall(tmp_path / "site")  # noqa: S202  our own
    sites = os.pathsep.join([str(tmp_path / "site"), str(PYTHON / "src")])
    named = {"PYTHONPATH": sites, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    said = run(sys.executable, "-m", "pytest", "-p", "smsgw", "--fixtures", cwd=tmp_path, **named)
    assert all(f"{name} " in said for name in ("smsgw", "sms_number", "sms"))


def test_the_javascript_package(tmp_path: Path) -> None:
    told = json.loads(
        run("npm", "pack", "--ignore-scripts", "--json", "--pack-destination", str(tmp_path), cwd=built())
    )
    names = {file["path"] for file in told[0]["files"]}
    assert {"package.json", "README.md", "dist/index.js", "dist/index.d.ts", "dist/playwright.js"} <= names
    assert {name.split("/")[0] for name in names} == {"package.json", "README.md", "dist"}
    modules = tmp_path / "node_modules" / "smsgateway-sdk"
    with tarfile.open(tmp_path / told[0]["filename"]) as archive:
        archive.extractall(tmp_path, filter="data")
    modules.parent.mkdir()
    (tmp_path / "package").rename(modules)
    script = "import { Client, VERSION } from 'smsgateway-sdk'; console.log(typeof Client, VERSION)"
    said = run("node", "--input-type=module", "--eval", script, cwd=tmp_path)
    assert said == f"function {json.loads((modules / 'package.json').read_text())['version']}\n"
    assert "dependencies" not in json.loads((modules / "package.json").read_text())
