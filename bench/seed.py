"""Makes what the measurements need, through the product's own services: `python -m bench.seed <what> <sink> <file>`.

Writes to the file how to use it: `{"path", "token", "secrets": {path at the sink: signing secret}}`.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import smsgateway  # noqa: F401  first, so that `numbers` is both the app and the stdlib module
from bench.texts import FIRST_NUMBER, NUMBERS, TOKEN

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smsgateway.settings")

import django

django.setup()

from accounts import services as accounts  # noqa: E402
from accounts.audit import SYSTEM  # noqa: E402
from accounts.models import Environment  # noqa: E402
from delivery import services as delivery  # noqa: E402
from numbers import services as numbers  # noqa: E402
from routing import services as routing  # noqa: E402


def bench(sink: str) -> dict[str, Any]:
    """One tenant: a Twilio channel, 50 numbers, each with a route of its own to an endpoint of its own."""
    tenant = accounts.create_tenant("Bench", SYSTEM)
    sandbox = tenant.environments.get(kind=Environment.Kind.SANDBOX)
    channel = numbers.create_channel(sandbox, SYSTEM, carrier="twilio", credentials={"authToken": TOKEN})
    secrets = {}
    for index in range(NUMBERS):
        number = f"+{FIRST_NUMBER + index}"
        numbers.assign_number(sandbox, SYSTEM, number=number, channel=channel)
        secrets[f"/e/{index}"] = lead(sandbox, number, f"{sink}/e/{index}", index)
    return {"path": channel.path, "token": TOKEN, "secrets": secrets}


def lead(environment: Environment, number: str, url: str, index: int) -> str:
    """A route from a number to a new endpoint; answers the endpoint's secret."""
    new = delivery.create_endpoint(environment, SYSTEM, url=url)
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


if __name__ == "__main__":
    make = {"bench": bench}[sys.argv[1]]
    Path(sys.argv[3]).write_text(json.dumps(make(sys.argv[2])))
