"""A pytest of its own with the plugin, as a customer's tests run it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

SOURCES = os.pathsep.join(str(settings.BASE_DIR / "sdk" / name / "src") for name in ("python", "pytest"))


def theirs_with_it(folder: Path, text: str, *arguments: str, **environment: str) -> tuple[int, str]:
    """The exit status of a file of tests, and what pytest says."""
    (folder / "test_theirs.py").write_text(text)
    plugin = {"PYTHONPATH": SOURCES, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return run(folder, "-p", "pytest_smsgw.plugin", *arguments, environment={**plugin, **environment})


def run(folder: Path, *arguments: str, environment: Mapping[str, str]) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "NO_PROXY": "*", **environment},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr
