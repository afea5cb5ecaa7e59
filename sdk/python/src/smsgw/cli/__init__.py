"""`smsgw`: the gateway from a terminal. Each command is one function that prints; settings lie in one file."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import httpx

from smsgw.cli import listen, login, sandbox, tail, trigger
from smsgw.cli.settings import Settings, client
from smsgw.errors import SmsgwError


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0, or 1 with a sentence on standard error."""
    asked = parser().parse_args(arguments)
    try:
        asked.run(asked)
    except (SmsgwError, ValueError, OSError, httpx.HTTPError) as error:
        print(f"smsgw: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser("smsgw", description="Receive SMS from a terminal.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    login.add_to(commands)
    listen.add_to(commands)
    trigger.add_to(commands)
    sandbox.add_to(commands)
    tail.add_messages_to(commands)
    tail.add_logs_to(commands)
    deliveries = commands.add_parser("deliveries", help="what was sent to endpoints").add_subparsers(
        required=True
    )
    again = deliveries.add_parser("resend", help="send a delivery again")
    again.add_argument("id", help="dlv_…")
    again.set_defaults(run=resend)
    return top


def resend(asked: argparse.Namespace) -> None:
    with client(Settings.read()) as api:
        delivery = api.deliveries.replay(asked.id)
    print(f"{delivery.id} {delivery.state}")
