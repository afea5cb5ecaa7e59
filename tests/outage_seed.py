"""A number of its own on a channel of each case of the battery, and one on a line, for tests/test_carrier_outage.py.

`python -m tests.outage_seed <file> <SMSC's port>` makes them in the database that the environment names, and writes the
channels' paths to the file, in the battery's order.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta
from pathlib import Path

import smsgateway  # noqa: F401  first, so that `numbers` is both the app and the stdlib module

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smsgateway.settings")

import django

django.setup()

from accounts import services as accounts  # noqa: E402
from accounts.audit import SYSTEM  # noqa: E402
from accounts.clock import clock  # noqa: E402
from accounts.models import Environment  # noqa: E402
from numbers import services as numbers  # noqa: E402
from numbers.models import Assignment  # noqa: E402
from tests.carrier_battery import CASES, RECIPIENT, Case  # noqa: E402

LINE = "+33639981999"


def number_of(place: int, case: Case) -> str:
    """Bird's case knows one number by the channel that stands for it; all others have one each."""
    return RECIPIENT if case.name == "bird" else f"+33639981{place:03}"


def seed(smsc_port: str) -> list[str]:
    sandbox = accounts.create_tenant("Acme Santé", SYSTEM).environments.get(kind=Environment.Kind.SANDBOX)
    smsc = {"host": "127.0.0.1", "port": smsc_port, "systemId": "acme", "password": "secret"}
    wanted = [(case.name, dict(case.credentials), number_of(place, case)) for place, case in enumerate(CASES)]
    paths = []
    for carrier, credentials, number in [*wanted, ("smpp", smsc, LINE)]:
        channel = numbers.create_channel(sandbox, SYSTEM, carrier=carrier, credentials=credentials)
        numbers.assign_number(sandbox, SYSTEM, number=number, channel=channel)
        paths.append(channel.path)
    # Texts say when they were sent, to the second.
    Assignment.objects.update(starts_at=clock(sandbox) - timedelta(hours=1))
    return paths


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(seed(sys.argv[2])))
