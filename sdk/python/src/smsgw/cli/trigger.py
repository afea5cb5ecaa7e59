"""`smsgw scenarios` and `smsgw trigger`: what the sandbox can make happen to a number of its own.

The first time it takes a number of a range reserved for fiction, on a channel of carrier `sandbox`.
"""

from __future__ import annotations

import argparse
import secrets
import time
from dataclasses import replace
from typing import Any

from smsgw.cli.settings import Settings, client
from smsgw.client import Client, guard
from smsgw.errors import ConflictError, NotFoundError
from smsgw.models import Run, Scenario, ScenarioText, Simulation

TRIES = 10
WAIT_S = 5
LOOK_S = 0.2
#: What changes a scenario's text, so that nobody can say any more what has to come of it.
CHANGES = {
    "text": "content",
    "carrier": "carrier",
    "count": "count",
    "rate": "rate_per_second",
    "delay": "delay_seconds",
}


def add_to(commands: Any) -> None:
    commands.add_parser("scenarios", help="what `trigger` can make happen").set_defaults(run=show)
    command = commands.add_parser("trigger", help="run a scenario in the sandbox, and say what came of it")
    command.add_argument("scenario", metavar="SCENARIO", help="one of `smsgw scenarios`")
    command.add_argument("--from", dest="sender", metavar="SENDER", help="instead of the scenario's")
    command.add_argument(
        "--to", dest="number", metavar="NUMBER", help="of the sandbox, instead of one of its own"
    )
    changes = command.add_argument_group("changes", "with these its first text is sent, and nothing judged")
    changes.add_argument("--text", metavar="TEXT", help="instead of the scenario's")
    changes.add_argument("--carrier", metavar="NAME", help="in whose dialect, such as twilio")
    changes.add_argument("--count", type=int, metavar="N", help="how many")
    changes.add_argument("--rate", type=float, metavar="R", help="texts a second; all at once without it")
    changes.add_argument("--delay", type=float, metavar="S", help="seconds from now")
    command.set_defaults(run=run)


def show(asked: argparse.Namespace) -> None:
    settings = Settings.read()
    with client(settings) as api:
        guard(settings.key, "sandbox")
        for one in api.sandbox.list_scenarios():
            print(f"{one.name:<22}{one.title}")


def run(asked: argparse.Namespace) -> None:
    settings = Settings.read()
    with client(settings) as api:
        guard(settings.key, "sandbox")
        number = asked.number or settings.number or furnished(api, settings)
        changes = {
            own: getattr(asked, name) for name, own in CHANGES.items() if getattr(asked, name) is not None
        }
        scenario = scenario_of(api, asked.scenario)
        if changes:
            tell_texts(scenario.name, send(api, number, asked.sender, scenario.texts[0], changes))
        else:
            tell_run(over(api, number, asked))


def scenario_of(api: Client, name: str) -> Scenario:
    try:
        return api.sandbox.read_scenario(name)
    except NotFoundError:
        raise ValueError(f"there is no scenario {name!r}: see `smsgw scenarios`") from None


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


def over(api: Client, number: str, asked: argparse.Namespace) -> Run:
    """The run, once it is over or waits for a time that has not come."""
    sender = {"sender_id": asked.sender} if asked.sender else {}
    begun = api.sandbox.run_scenario(asked.scenario, wait=WAIT_S, number_used=number, **sender)
    while begun.state == "running" and begun.due_at is None:
        time.sleep(LOOK_S)
        begun = api.sandbox.read_run(begun.id, wait=WAIT_S)
    return begun


def tell_run(run: Run) -> None:
    """Raises ValueError where something else came than what was expected."""
    print(f"{run.scenario} to {run.number_used}: {run.state}", *run.message_ids)
    if run.due_at is not None:
        print(f"  waits until {run.due_at:%Y-%m-%dT%H:%M:%SZ} by the sandbox's clock")
    if run.state != "failed":
        return
    unmet = [one for one in run.expectations if not one.passed]
    for one in unmet:
        print(f"  text {one.text}, {one.about}: expected {one.expected!r}, seen {one.seen!r}")
    raise ValueError(f"{len(unmet)} of {len(run.expectations)} expectations were not met")


def send(
    api: Client, number: str, sender: str | None, first: ScenarioText, changes: dict[str, Any]
) -> Simulation:
    wanted = {"content": first.content, "carrier": first.carrier} | changes
    return api.sandbox.simulate_messages(
        wait=WAIT_S,
        number_used=number,
        sender_id=sender or first.sender_id,
        **{name: value for name, value in wanted.items() if value is not None},
    )


def tell_texts(scenario: str, simulation: Simulation) -> None:
    for text in simulation.texts:
        print(
            f"{scenario} to {simulation.number_used}: {text.state} {text.message_id or text.carrier_message_id}"
        )
