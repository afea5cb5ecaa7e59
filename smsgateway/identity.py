"""As whom the embedded PostgreSQL runs, which refuses to be root, and whose its files then are."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

CLEAN = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
NOBODY = "nobody"


class Unavailable(RuntimeError):
    """Why an embedded server cannot run here: a sentence for the person who started us, with the way out."""


@dataclass(frozen=True)
class Identity:
    """Who runs PostgreSQL, which refuses to be root: another user, or a `prefix` into a user namespace."""

    uid: int | None = None
    gid: int | None = None
    prefix: tuple[str, ...] = ()

    def run(self, argv: list[str], text: str = "") -> subprocess.CompletedProcess[str]:
        """Runs a command to its end as this identity. Raises OSError when it cannot be started."""
        return subprocess.run(
            [*self.prefix, *argv],
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
            cwd="/",
            env=CLEAN,
            input=text,
            text=True,
            capture_output=True,
            check=False,
        )


def choose_identity(binaries: Path, *folders: Path) -> Identity:
    """A plain user stays itself; root becomes nobody where nobody gets everywhere, else enters a user
    namespace, whose files stay root's and which thus also works below a 0700 home. Raises Unavailable."""
    if os.geteuid() != 0:
        return Identity()
    nobody = pwd.getpwnam(NOBODY)
    dropped = Identity(nobody.pw_uid, nobody.pw_gid)
    if works(dropped, [f"{binaries}/postgres", "--version"]) and all(
        works(dropped, ["test", "-x", str(folder)]) for folder in folders
    ):
        return dropped
    within = Identity(
        prefix=("unshare", "--user", f"--map-user={nobody.pw_uid}", f"--map-group={nobody.pw_gid}")
    )
    if works(within, [f"{binaries}/postgres", "--version"]):
        return within
    raise Unavailable(
        "PostgreSQL does not run as root, the user nobody cannot reach this folder, and this machine allows "
        "no user namespaces. Start as a plain user, move the checkout to where others may enter, or set "
        "DATABASE_URL."
    )


def works(identity: Identity, argv: list[str]) -> bool:
    try:
        return identity.run(argv).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def hand_over(folder: Path, identity: Identity, mode: int) -> None:
    """Gives the whole folder to whoever runs PostgreSQL, as an earlier start may have run it as another."""
    owner = os.geteuid() if identity.uid is None else identity.uid
    if folder.stat().st_uid != owner:
        for root, _, files in os.walk(folder):
            for path in [root, *(os.path.join(root, name) for name in files)]:
                os.chown(path, owner, -1)
    folder.chmod(mode)


def refuse_foreign(data: Path) -> None:
    """Raises Unavailable when the data belongs to someone as whom we could not open it."""
    if not data.exists():
        return
    owner, me = data.stat().st_uid, os.geteuid()
    if owner == me or (me == 0 and owner == pwd.getpwnam(NOBODY).pw_uid):
        return
    name = user_name(owner)
    started = "root" if name == NOBODY else name
    raise Unavailable(
        f"The database in {data} belongs to {name}: an earlier run was started by {started}. "
        f"Start as {started} again, move the folder away to begin with an empty one, or set DATABASE_URL."
    )


def user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
