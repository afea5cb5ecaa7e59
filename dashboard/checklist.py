"""What is left to do until the first SMS arrives at the customer's own system."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.roles import CONFIGURE
from dashboard.page import PageRequest, can, here
from numbers.models import Assignment

PLACEHOLDER = "YOUR_TOKEN"
SENDER = "+33639980417"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do; `command` can be copied to a terminal as it is."""

    done: bool
    title: str
    why: str
    url: str = ""
    link: str = ""
    command: str = ""


def steps(request: PageRequest) -> list[Step]:
    """Empty once a first text has come and there is somewhere for it to go."""
    environment = request.environment
    received = environment.messages.exists()
    endpoints = environment.endpoints.filter(deleted_at=None)
    if received and endpoints.exists():
        return []
    command = curl(request)
    return [
        *setting_up(request),
        Step(
            received,
            _("Send a first text"),
            _("Run this in a terminal, then look at Messages.")
            if command
            else _("Text your number from a phone. A sandbox channel also takes texts from a terminal."),
            here(request, "messages"),
            _("Look at Messages"),
            command,
        ),
    ]


def setting_up(request: PageRequest) -> list[Step]:
    environment = request.environment
    endpoints = environment.endpoints.filter(deleted_at=None)
    held = environment.assignments.filter(ends_at=None).exists()  # one of the pool comes with its channel
    return [
        Step(
            held or environment.channels.filter(deleted_at=None).exists(),
            _("Add a channel"),
            _("A channel is the way in: it has the URL that your carrier calls."),
            here(request, "channels.new") + ("" if environment.is_live else "?carrier=sandbox"),
            _("Add a channel"),
        ),
        Step(
            held,
            _("Get a number"),
            _("Texts to this number, arriving on its channel, are yours."),
            here(request, "numbers.available"),
            _("Get a number"),
        ),
        Step(
            endpoints.exists(),
            _("Add an endpoint"),
            _("Your own HTTPS address. Each text is sent there, signed, within milliseconds."),
            here(request, "endpoints.new"),
            _("Add an endpoint"),
        ),
        Step(
            endpoints.filter(is_default=True).exists() or environment.routes.exists(),
            _("Decide which text goes where"),
            _("A route picks texts by their content or sender; a default endpoint takes all the rest."),
            here(request, "routes.new"),
            _("Add a route"),
        ),
    ]


def curl(request: PageRequest) -> str:
    """The command that sends an SMS through a sandbox channel of this environment; empty where there is none."""
    rows = request.environment.assignments.filter(
        ends_at=None, channel__carrier="sandbox", channel__deleted_at=None
    )
    assignment = rows.select_related("channel", "number").order_by("pk").first()
    if assignment is None:
        return ""
    return curl_for(assignment, reveal=can(request, CONFIGURE))


def curl_for(assignment: Assignment, *, reveal: bool) -> str:
    """`reveal` puts the channel's real token in, for those who may see it."""
    token = assignment.channel.credentials().get("secret", PLACEHOLDER) if reveal else PLACEHOLDER
    body: dict[str, Any] = {
        "from": SENDER,
        "to": assignment.number.number,
        "text": _("Hello from smsgateway"),
    }
    return " \\\n  ".join(
        (
            f"curl {shlex.quote(settings.PUBLIC_INGEST_URL + assignment.channel.path)}",
            f"-H {shlex.quote(f'Authorization: Bearer {token}')}",
            f"-H {shlex.quote('Content-Type: application/json')}",
            f"-d {shlex.quote(json.dumps(body, ensure_ascii=False))}",
        )
    )
