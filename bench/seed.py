"""Makes what the measurements need, through the services: `python -m bench.seed <what> <sink> <file> <smsc port>`.

All of it is in live environments: a sandbox also looks for the code in each text, which live texts do not pay for.

Writes to the file how to use it: `{"path", "token", "secrets": {path at the sink: signing secret}}`.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import smsgateway  # noqa: F401  first, so that `numbers` is both the app and the stdlib module
from bench.smpp import LOGIN
from bench.texts import FIRST_NUMBER, NUMBERS, TOKEN

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smsgateway.settings")

import django

django.setup()

from django.db import transaction  # noqa: E402

from accounts import clients, factors, keys, members, people  # noqa: E402
from accounts import services as accounts  # noqa: E402
from accounts.audit import SYSTEM  # noqa: E402
from accounts.clock import clock  # noqa: E402
from accounts.ids import public, uuid7  # noqa: E402
from accounts.models import Environment  # noqa: E402
from accounts.roles import SCOPES, Role  # noqa: E402
from delivery import services as delivery  # noqa: E402
from numbers import services as numbers  # noqa: E402
from numbers.models import Assignment, Channel, Number  # noqa: E402
from routing import services as routing  # noqa: E402

CROWD_FROM = 33938000000  # 100,000 more of the same kind
EACH, ROUTES = 100, 10
QUIET_TENANTS = 40
QUIET = f"+{FIRST_NUMBER + NUMBERS}"  # the bench tenant's last number, which no text of a run goes to
EMAIL = "reader@bench.example"
SOON_OVER_S = 2
AT_TWILIO: Mapping[str, str] = {"authToken": TOKEN}
# Receivers that misbehave for seconds are tried again within seconds, for longer than any of them misbehaves: the
# documented pauses of minutes and hours would only make `bench.faults` wait.
SOON: Mapping[str, Any] = {"retry": {"delaysSeconds": [1, 2, 3, *[5] * 15]}, "deadlineSeconds": 3}


def bench(
    sink: str,
    carrier: str = "twilio",
    credentials: Mapping[str, str] = AT_TWILIO,
    policy: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """One tenant: a channel (Twilio's unless said), 50 numbers, each with a route and an endpoint of its own."""
    live = live_of("Bench")
    channel = numbers.create_channel(live, SYSTEM, carrier=carrier, credentials=credentials)
    signing = {}
    for index in range(NUMBERS):
        number = f"+{FIRST_NUMBER + index}"
        numbers.assign_number(live, SYSTEM, number=number, channel=channel)
        signing[f"/e/{index}"] = lead(live, number, f"{sink}/e/{index}", index, policy)
    return {"path": channel.path, "token": TOKEN, "secrets": signing}


def live_of(name: str) -> Environment:
    """The live environment of a new tenant."""
    return accounts.create_tenant(name, SYSTEM).environments.get(kind=Environment.Kind.LIVE)


def lead(
    environment: Environment, number: str, url: str, index: int, policy: Mapping[str, Any] | None = None
) -> str:
    """A route from a number to a new endpoint; answers the endpoint's secret."""
    new = delivery.create_endpoint(environment, SYSTEM, url=url, policy=policy)
    condition = {"field": "numberUsed", "operator": "equals", "value": number}
    routing.create_route(
        environment,
        SYSTEM,
        name=f"Number {index}",
        conditions=[condition],
        endpoints=[new.endpoint],
        routing_tag=f"tag-{index}",
    )
    return new.secret


def crowd(sink: str, tenants: int) -> dict[str, Any]:
    """The bench tenant, grown big, among so many others of 100 numbers each; every tenth of them has 10 routes."""
    told = bench(sink)
    told |= grown(Channel.objects.get(token=told["path"].rpartition("/")[2]), f"{sink}/e/0")
    for index in range(tenants):
        with transaction.atomic():  # one commit each
            join(sink, index)
    return told


def join(sink: str, index: int) -> None:
    """One more tenant of the crowd."""
    live = live_of(f"Tenant {index}")
    channel = numbers.create_channel(live, SYSTEM, carrier="twilio", credentials=AT_TWILIO)
    hold(live, channel, range(index * EACH, (index + 1) * EACH))
    delivery.create_endpoint(live, SYSTEM, url=f"{sink}/e/{index % NUMBERS}", is_default=True)
    for route in range(ROUTES if index % 10 == 0 else 0):
        lead(live, f"+{CROWD_FROM + index * EACH + route}", f"{sink}/e/{route}", route)


def grown(channel: Channel, url: str) -> dict[str, Any]:
    """Makes what the bench tenant's history (bench.history) and the readers of its pages (bench.pages) need."""
    environment = channel.environment
    assert environment is not None
    numbers.assign_number(environment, SYSTEM, number=QUIET, channel=channel)
    delivery.create_endpoint(environment, SYSTEM, url=url, description="waits")
    stopped = delivery.create_endpoint(environment, SYSTEM, url=url, description="disabled").endpoint
    delivery.update_endpoint(stopped, SYSTEM, disabled=True)
    password = secrets.token_urlsafe(12)
    user = people.create(EMAIL, password)
    members.add(environment.tenant, user, Role.OWNER, SYSTEM)
    secret = factors.new_secret()
    factors.keep_app(user, secret, SYSTEM)
    return {
        "environment": public("environment", environment.pk),
        "login": {"email": EMAIL, "password": password, "secret": secret},
        "key": key_of(environment),
        "busy": f"+{FIRST_NUMBER}",
        "quiet": QUIET,
    }


def hold(environment: Environment, channel: Channel, wanted: range) -> None:
    """Numbers in bulk, past the service that gives them one by one."""
    now = environment.created_at
    rows = [Number(number=f"+{CROWD_FROM + n}", country="FR", created_at=now) for n in wanted]
    Number.objects.bulk_create(rows)
    Assignment.objects.bulk_create(
        Assignment(number=row, environment=environment, channel=channel, starts_at=now) for row in rows
    )


def listeners(sink: str) -> dict[str, Any]:
    """The bench tenant and 40 quiet ones, with a key of each."""
    told = bench(sink)
    channel = Channel.objects.get(token=told["path"].rpartition("/")[2])
    assert channel.environment is not None
    quiet = []
    for index in range(QUIET_TENANTS):
        quiet.append(key_of(live_of(f"Quiet {index}")))
    return told | {"key": key_of(channel.environment), "quiet": quiet}


def wrong(sink: str) -> dict[str, Any]:
    """The bench tenant with keys and clients, those among them that open nothing any more, and ids of no client."""
    told = bench(sink)
    channel = Channel.objects.get(token=told["path"].rpartition("/")[2])
    environment = channel.environment
    assert environment is not None
    revoked, revoked_text = keys.create(environment, SYSTEM, name="Revoked", held=SCOPES)
    keys.revoke(revoked, SYSTEM)
    ends = clock(environment) + timedelta(seconds=SOON_OVER_S)
    _key, expired_text = keys.create(environment, SYSTEM, name="Over", held=SCOPES, expires_at=ends)
    client, ended = (clients.create(environment, SYSTEM, name="Hub", held=SCOPES)[0] for _ in range(2))
    clients.revoke(ended, SYSTEM)
    return told | {
        "key": key_of(environment),
        "revoked": revoked_text,
        "expired": expired_text,
        "expires_in_s": SOON_OVER_S,
        "client": public("client", client.pk),
        "ended": public("client", ended.pk),
        "never": [public("client", uuid7()) for _ in range(1000)],
    }


def key_of(environment: Environment) -> str:
    return keys.create(environment, SYSTEM, name="Bench", held=SCOPES)[1]


def line(sink: str) -> dict[str, Any]:
    """The same with a line to the SMSC that `bench.smpp` is."""
    return bench(sink, "smpp", {"host": "127.0.0.1", "port": sys.argv[4], **LOGIN})


MAKERS: dict[str, Callable[[str], dict[str, Any]]] = {
    "bench": bench,
    "listeners": listeners,
    "faults": lambda sink: bench(sink, policy=SOON),
    "smpp": line,
    "guesses": wrong,
    "small_scale": lambda sink: crowd(sink, 10),
    "scale": lambda sink: crowd(sink, 1000),
}

if __name__ == "__main__":
    Path(sys.argv[3]).write_text(json.dumps(MAKERS[sys.argv[1]](sys.argv[2])))
