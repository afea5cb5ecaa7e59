"""What `smsgw login` keeps: one JSON file in the system's folder for settings, which only its owner can read."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from platformdirs import user_config_path

from smsgw.client import Client


@dataclass(frozen=True)
class Settings:
    url: str = ""
    key: str = field(default="", repr=False)
    signing_secret: str = field(
        default="", repr=False
    )  # of `listen`: made once, so that receivers can keep it
    number: str = ""  # of `trigger`

    @classmethod
    def read(cls) -> Settings:
        """Nothing, where nobody has logged in. SMSGATEWAY_API_KEY and SMSGATEWAY_URL win over the file."""
        try:
            kept = cls(**json.loads(path().read_text("utf-8")))
        except FileNotFoundError:
            kept = cls()
        except (TypeError, ValueError) as error:
            raise ValueError(f"{path()} cannot be read: log in again") from error
        return replace(
            kept,
            url=os.environ.get("SMSGATEWAY_URL") or kept.url,
            key=os.environ.get("SMSGATEWAY_API_KEY") or kept.key,
        )

    def write(self) -> None:
        path().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = path().with_suffix(".new")
        new.unlink(missing_ok=True)
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(asdict(self), file, indent=2)
        new.replace(path())

    def with_signing_secret(self) -> Settings:
        if self.signing_secret:
            return self
        made = replace(self, signing_secret="whsec_" + base64.b64encode(secrets.token_bytes(24)).decode())
        made.write()
        return made


def path() -> Path:
    """SMSGW_CONFIG, or config.json in the user's folder for settings."""
    named = os.environ.get("SMSGW_CONFIG")
    return Path(named) if named else user_config_path("smsgw", appauthor=False) / "config.json"


def client(settings: Settings) -> Client:
    if not (settings.key and settings.url):
        raise ValueError("log in first: smsgw login --url https://…")
    return Client(settings.key, settings.url)
