"""`numbers` is our app and the standard library's module, whichever way the process came to life.

Types and the import contract are held by `make check` and tests/test_contract.py.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BOTH = (
    "import decimal, numbers, random, fractions, statistics; import numbers.models, numbers.carriers;"
    "assert isinstance(decimal.Decimal(1), numbers.Number); print('both')"
)
DJANGO = "import smsgateway, django; django.setup();"
PROBE = """
import decimal, numbers
def test_both():
    import numbers.models
    assert isinstance(decimal.Decimal(1), numbers.Number)
"""


def run(*command: str, **environment: str) -> str:
    names = {"DJANGO_SETTINGS_MODULE": "smsgateway.settings"} | dict(os.environ) | environment
    done = subprocess.run(
        command, cwd=ROOT, env=names, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("before", ["", "import decimal;", "import random, statistics;"])
@pytest.mark.parametrize("flag", ["-c", "-Pc"])
def test_plain_python(before: str, flag: str) -> None:
    path = {"PYTHONPATH": str(ROOT)} if flag == "-Pc" else {}
    assert run(sys.executable, flag, before + DJANGO + BOTH, **path) == "both\n"


def test_manage_py() -> None:
    assert "both" in run(sys.executable, "manage.py", "shell", "--no-imports", "-c", BOTH)


def test_python_m_django() -> None:
    assert "no issues" in run(sys.executable, "-m", "django", "check")


@pytest.mark.parametrize("command", [["-m", "pytest"], [str(Path(sys.executable).parent / "pytest")]])
def test_pytest_as_module_and_as_script(command: list[str], tmp_path: Path) -> None:
    probe = tmp_path / "test_probe.py"
    probe.write_text(PROBE)
    program = [sys.executable, *command] if command[0] == "-m" else command
    assert "1 passed" in run(*program, "-q", "-p", "no:cacheprovider", f"--rootdir={ROOT}", str(probe))


@pytest.mark.parametrize(
    "module", ["smsgateway.wsgi", "smsgateway.asgi", "ingest.app", "delivery.tasks", "operations.tasks"]
)
def test_what_the_servers_import(module: str) -> None:
    ready = "import smsgateway.celery, django; django.setup();" if module.endswith("tasks") else ""
    assert run(sys.executable, "-c", f"import decimal; {ready} import {module}; {BOTH}") == "both\n"


def test_celery_lists_our_tasks() -> None:
    loading = "import smsgateway; smsgateway.celery.loader.import_default_modules(); "
    tasks = run(sys.executable, "-c", loading + "print(sorted(smsgateway.celery.tasks))")
    assert "delivery.tasks.ring" in tasks
    assert "operations.tasks.purge" in tasks


def test_nothing_else_goes_into_it() -> None:
    lines = (ROOT / "numbers" / "__init__.py").read_text().splitlines()
    code = [line for line in lines if line and not line.startswith("#")]
    assert len(code) == 4
