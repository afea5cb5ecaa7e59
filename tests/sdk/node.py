"""The TypeScript SDK, built once, and its own tests as they stand in sdk/typescript/test."""

from __future__ import annotations

import fcntl
import os
import subprocess
from functools import cache
from pathlib import Path

from django.conf import settings

from tests.node import install

FOLDER = settings.BASE_DIR / "sdk" / "typescript"


@cache
def built() -> Path:
    """The package's folder, compiled; a type error fails here."""
    install(FOLDER)
    with (FOLDER / "tsconfig.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(
            ["npm", "run", "--silent", "build"],
            cwd=FOLDER,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    return FOLDER


def ran(test: str, **environment: str) -> None:
    """Fail with what `node --test` says where one of the file's tests fails."""
    done = subprocess.run(
        ["node", "--test", f"test/{test}"],
        cwd=built(),
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
