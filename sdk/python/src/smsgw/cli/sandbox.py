"""`smsgw sandbox`: a sandbox for each pipeline, from the terminal of the pipeline."""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

from smsgw.cli.settings import Settings, client
from smsgw.client import Client, guard
from smsgw.models import Sandbox

LOOK_S = 0.5


def add_to(commands: Any) -> None:
    verbs = commands.add_parser("sandbox", help="the organisation's sandboxes").add_subparsers(
        required=True, metavar="VERB"
    )
    create = verbs.add_parser("create", help="make one and show its key, once")
    create.add_argument("name")
    create.add_argument("--json", action="store_true", help="id, name and key as one JSON object")
    create.set_defaults(run=make)
    verbs.add_parser("list", help="which there are").set_defaults(run=show)
    for verb, run, words in (
        ("reset", reset, "empty one and put its clock back; keys and channels stay"),
        ("delete", delete, "delete one with all that it holds"),
    ):
        command = verbs.add_parser(verb, help=words)
        command.add_argument("sandbox", metavar="ID|NAME")
        command.set_defaults(run=run)


def ready() -> Client:
    """A client of a sandbox's key: one of live may do none of this."""
    settings = Settings.read()
    api = client(settings)
    guard(settings.key, "sandbox")
    return api


def make(asked: argparse.Namespace) -> None:
    with ready() as api:
        made = api.sandboxes.create(name=asked.name)
    told = {"id": made.id, "name": made.name, "key": made.api_key.key}
    print(json.dumps(told) if asked.json else "\n".join(told.values()))


def show(asked: argparse.Namespace) -> None:
    with ready() as api:
        for one in api.sandboxes.list():
            print(one.id, one.status, one.name, *(["(this one)"] if one.current else []), sep="  ")


def reset(asked: argparse.Namespace) -> None:
    with ready() as api:
        sandbox = api.sandboxes.reset(named(api, asked.sandbox).id)
        while sandbox.status != "ready":
            time.sleep(LOOK_S)
            sandbox = api.sandboxes.read(sandbox.id)
    print(f"{sandbox.id} is empty")


def delete(asked: argparse.Namespace) -> None:
    with ready() as api:
        sandbox = named(api, asked.sandbox)
        api.sandboxes.delete(sandbox.id)
    print(f"{sandbox.id} is deleted")


def named(api: Client, text: str) -> Sandbox:
    """The sandbox of that id or name. Raises ValueError."""
    for one in api.sandboxes.list():
        if text in (one.id, one.name):
            return one
    raise ValueError(f"there is no sandbox {text}")
