"""`smsgw listen`: texts to a receiver on this machine, signed, without an endpoint and without a tunnel."""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

import httpx

from smsgw import webhooks
from smsgw.cli.settings import Settings, client
from smsgw.cli.tail import Row, arriving

#: Of a message, what a webhook tells.
TOLD = (
    "id content senderId receivedAt numberUsed routingTag senderType senderCountry "
    "sentAt encoding segments partial media code simulated"
).split()
TIMEOUT_S = 30


def add_to(commands: Any) -> None:
    command = commands.add_parser(
        "listen",
        help="forward texts to a receiver on this machine",
        description="Forwards each text of the environment once, as a webhook would, signed by a secret of this "
        "command: give it to your receiver.",
    )
    command.add_argument(
        "--forward-to", required=True, type=url, metavar="URL", help="such as http://localhost:8080/sms"
    )
    command.add_argument("--secret", metavar="whsec_…", help="to sign with, instead of the one that is kept")
    command.set_defaults(run=run)


def url(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError(f"{text} has to begin with http:// or https://")
    return text


def run(asked: argparse.Namespace) -> None:
    settings = Settings.read()
    api = client(settings)
    secret = asked.secret or settings.with_signing_secret().signing_secret
    print(f"Signing secret: {secret}", f"Forwarding to {asked.forward_to}", sep="\n", flush=True)
    with api, httpx.Client(timeout=TIMEOUT_S) as http:
        for row in arriving(api):
            print(forward(http, asked.forward_to, secret, row), flush=True)


def forward(http: httpx.Client, url: str, secret: str, row: Row) -> str:
    """One text, and a line about what came of it."""
    body, timestamp = payload(row), int(time.time())
    headers = {
        "content-type": "application/json",
        "webhook-id": row["id"],
        "webhook-timestamp": str(timestamp),
        "webhook-signature": webhooks.sign(secret, row["id"], timestamp, body),
    }
    try:
        answer: object = http.post(url, content=body, headers=headers).status_code
    except httpx.TransportError as error:
        answer = f"not reached, and not sent again ({type(error).__name__})"
    return f"{row['id']}  {answer}"


def payload(row: Row) -> bytes:
    data = {name: row.get(name) for name in TOLD}
    event = {"type": "message.received", "timestamp": row["receivedAt"], "data": data}
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
