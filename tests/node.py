"""Packages of npm that the tests use, each folder with a lock of its own."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path


def install(folder: Path) -> None:
    """What the folder's lock names; once a lock."""
    assert shutil.which("npm"), "these tests need Node.js and npm (Debian: apt install nodejs npm)"
    wanted = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    with (folder / "package-lock.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = folder / "node_modules" / ".installed"
        if not (stamp.exists() and stamp.read_text() == wanted):
            subprocess.run(["npm", "ci", "--silent"], cwd=folder, check=True, timeout=100)
            stamp.write_text(wanted)
