"""`smsgw trigger`: a text as a carrier would bring it, to a number of the sandbox.

The first time it takes a number of a range reserved for fiction, on a channel of carrier `sandbox`.
"""

from __future__ import annotations

import argparse
import secrets
from dataclasses import replace
from typing import Any, NamedTuple

from smsgw.cli.settings import Settings, client
from smsgw.client import Client, guard
from smsgw.errors import ConflictError
from smsgw.models import Simulation

TRIES = 10
WAIT_S = 5


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
    command.add_argument(
        "--to", dest="number", metavar="NUMBER", help="of the sandbox, instead of one of its own"
    )
    command.add_argument("--carrier", metavar="NAME", help="in whose dialect, such as twilio")
    command.add_argument("--count", type=int, default=1, metavar="N", help="how many")
    command.add_argument("--rate", type=float, metavar="R", help="texts a second; all at once without it")
    command.add_argument("--delay", type=float, default=0, metavar="S", help="seconds from now")
    command.set_defaults(run=run)


def run(asked: argparse.Namespace) -> None:
    settings = Settings.read()
    with client(settings) as api:
        guard(settings.key, "sandbox")
        number = asked.number or settings.number or furnished(api, settings)
        simulation = send(api, number, asked)
    for text in simulation.texts:
        print(f"{asked.scenario} to {number}: {text.state} {text.message_id or text.carrier_message_id}")


def furnished(api: Client, settings: Settings) -> str:
    """A number, kept for the next time."""
    secret = secrets.token_urlsafe(24)
    channel = api.channels.create(carrier="sandbox", name="smsgw trigger", credentials={"secret": secret})
    number = taken(api, channel.id)
    replace(settings, number=number).write()
    return number


def taken(api: Client, channel_id: str) -> str:
    """A number that nobody held. Raises ConflictError when luck is against us."""
    for left in reversed(range(TRIES)):
        wanted = f"+3363998{secrets.randbelow(10_000):04}"
        try:
            api.numbers.create(number=wanted, channel_id=channel_id, label="smsgw trigger")
        except ConflictError:
            if not left:
                raise
        else:
            return wanted
    raise AssertionError("unreachable")


def send(api: Client, number: str, asked: argparse.Namespace) -> Simulation:
    scenario = SCENARIOS[asked.scenario]
    wanted: dict[str, Any] = {"carrier": asked.carrier, "rate_per_second": asked.rate}
    return api.sandbox.simulate_messages(
        wait=WAIT_S,
        number_used=number,
        sender_id=asked.sender or scenario.sender,
        content=asked.text or scenario.content,
        count=asked.count,
        delay_seconds=asked.delay,
        **{name: value for name, value in wanted.items() if value is not None},
    )
