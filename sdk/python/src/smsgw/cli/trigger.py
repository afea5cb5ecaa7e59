"""`smsgw trigger`: a text as a carrier would bring it, to a number of the sandbox.

The first time it makes itself a channel of carrier `sandbox` and takes a number of a range reserved for fiction.
"""

from __future__ import annotations

import argparse
import secrets
import time
from dataclasses import replace
from typing import Any, NamedTuple

import httpx

from smsgw.cli.settings import Settings, client
from smsgw.client import Client, guard
from smsgw.errors import ConflictError
from smsgw.models import Channel

TRIES, PAUSE_S = 10, 0.2


class Text(NamedTuple):
    sender: str
    content: str


SCENARIOS = {
    "code-fr": Text(
        "Doctolib", "482913 est votre code de vérification Doctolib. Ne le communiquez à personne."
    ),
    "code-en": Text("Google", "G-132619 is your Google verification code"),
    "appointment": Text("+33639980417", "Bonjour, je confirme mon rendez-vous de demain 9 h 30. Merci !"),
    "emoji": Text("+33639980562", "Où en est ma commande n° 40817 ? Je n’ai pas reçu le suivi 📦"),
    "long": Text("+33639980233", " ".join(["Votre colis est arrivé au relais."] * 12)),
    "short-code": Text("36184", "Votre facture du mois est disponible."),
    "foreign": Text("+447700900117", "Your parcel is at the front desk."),
    "stop": Text("+33639980908", "STOP"),
}


def add_to(commands: Any) -> None:
    command = commands.add_parser("trigger", help="send a simulated text to the sandbox")
    command.add_argument("scenario", choices=sorted(SCENARIOS))
    command.add_argument("--from", dest="sender", metavar="SENDER", help="instead of the scenario's")
    command.add_argument("--text", metavar="TEXT", help="instead of the scenario's")
    command.set_defaults(run=run)


def run(asked: argparse.Namespace) -> None:
    settings = Settings.read()
    with client(settings) as api:
        guard(settings.key, "sandbox")
        ready = settings if settings.ingest_url else furnished(api, settings)
    scenario = SCENARIOS[asked.scenario]
    answer = send(ready, Text(asked.sender or scenario.sender, asked.text or scenario.content))
    print(f"{asked.scenario} to {ready.number}: {answer}")


def furnished(api: Client, settings: Settings) -> Settings:
    """A channel and a number, kept for the next time."""
    secret = secrets.token_urlsafe(24)
    channel = api.channels.create(carrier="sandbox", name="smsgw trigger", credentials={"secret": secret})
    made = replace(
        settings, number=number(api, channel), ingest_url=channel.ingest_url or "", ingest_secret=secret
    )
    made.write()
    return made


def number(api: Client, channel: Channel) -> str:
    """One that nobody holds. Raises ConflictError when luck is against us."""
    for left in reversed(range(TRIES)):
        wanted = f"+3363998{secrets.randbelow(10_000):04}"
        try:
            api.numbers.create(number=wanted, channel_id=channel.id, label="smsgw trigger")
        except ConflictError:
            if not left:
                raise
        else:
            return wanted
    raise AssertionError("unreachable")


def send(settings: Settings, text: Text) -> str:
    body = {"from": text.sender, "to": settings.number, "text": text.content}
    headers = {"Authorization": f"Bearer {settings.ingest_secret}"}
    for _ in range(TRIES):
        answer = httpx.post(settings.ingest_url, json=body, headers=headers, timeout=30)
        if answer.status_code != 404:
            break
        time.sleep(PAUSE_S)  # the door hears of a new channel a moment after it was made
    answer.raise_for_status()
    return "accepted"
