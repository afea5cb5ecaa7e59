"""`smsgw messages tail` and `smsgw logs tail`: what comes, as it comes."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from smsgw.cli.settings import Settings, client
from smsgw.client import Client

EVERY_S = 1.0
REQUESTS = "/v1/requests"
Row = Mapping[str, Any]


def add_messages_to(commands: Any) -> None:
    messages = commands.add_parser("messages", help="texts").add_subparsers(required=True)
    command = messages.add_parser("tail", help="show texts as they come")
    command.add_argument("--json", action="store_true", help="one JSON object a line")
    command.add_argument("--no-pii", action="store_true", help="neither senders nor what they wrote")
    command.set_defaults(run=show_messages)


def add_logs_to(commands: Any) -> None:
    logs = commands.add_parser("logs", help="requests to the API").add_subparsers(required=True)
    command = logs.add_parser("tail", help="show requests as they are made")
    command.add_argument("--json", action="store_true", help="one JSON object a line")
    command.set_defaults(run=show_logs)


def show_messages(asked: argparse.Namespace) -> None:
    with client(Settings.read()) as api:
        for row in arriving(api):
            shown = {**row, "content": None, "senderId": None} if asked.no_pii else row
            say(shown, asked.json, "receivedAt", "numberUsed", "senderId", "status", "content")


def show_logs(asked: argparse.Namespace) -> None:
    with client(Settings.read()) as api:
        for row in follow(lambda: logged(api)):
            say(row, asked.json, "at", "method", "path", "status", "errorCode", "durationMs", "requestId")


def arriving(api: Client) -> Iterator[Row]:
    """Texts that come from now on, as the API has them."""
    newest = next(iter(api.messages.list(limit=1)), None)
    return (message.raw for message in api.messages.follow(newest.id if newest else None))


def logged(api: Client) -> list[Row]:
    """The last requests but those of this command, newest first."""
    rows = api.request("GET", REQUESTS, query={"limit": 100}).json()["data"]
    return [row for row in rows if row["path"] != REQUESTS]


def follow(
    newest: Callable[[], list[Row]], pause: Callable[[], None] = lambda: time.sleep(EVERY_S)
) -> Iterator[Row]:
    """Rows that come from now on, oldest first; `newest` gives the last ones, newest first."""
    known = {row["id"] for row in newest()}
    while True:
        pause()
        rows = newest()
        yield from (row for row in reversed(rows) if row["id"] not in known)
        known = {row["id"] for row in rows}


def say(row: Row, as_json: bool, *names: str) -> None:
    told = (str(row[name]) for name in names if row.get(name) is not None)
    print(json.dumps(row, ensure_ascii=False) if as_json else "  ".join(told), flush=True)
