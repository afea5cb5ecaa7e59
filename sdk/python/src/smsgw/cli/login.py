"""`smsgw login`: try a key and keep it."""

from __future__ import annotations

import argparse
import getpass
import os
from typing import Any

from smsgw.cli.settings import Settings, client, path
from smsgw.errors import PermissionDeniedError


def add_to(commands: Any) -> None:
    command = commands.add_parser(
        "login",
        help="keep a key for the other commands",
        description="Asks for the key, or takes SMSGATEWAY_API_KEY.",
    )
    command.add_argument("--url", help="of the gateway, such as http://127.0.0.1:8000")
    command.set_defaults(run=run)


def run(asked: argparse.Namespace) -> None:
    url = asked.url or os.environ.get("SMSGATEWAY_URL") or Settings.read().url
    if not url:
        raise ValueError("which gateway? smsgw login --url https://…")
    key = os.environ.get("SMSGATEWAY_API_KEY") or asked_for()
    settings = Settings(
        url=url.rstrip("/"), key=key
    )  # what another key's environment had is of no use to this one
    tried(settings)
    settings.write()
    print(f"Logged in to {settings.url}. The key is in {path()}.")


def asked_for() -> str:
    try:
        return getpass.getpass("API key (sk_test_… or sk_live_…): ").strip()
    except EOFError:
        raise ValueError("no key was given") from None


def tried(settings: Settings) -> None:
    """Raises AuthenticationError for a key that is none. One that may not see channels is one."""
    with client(settings) as api:
        try:
            api.channels.list(limit=1).first()
        except PermissionDeniedError:
            return
