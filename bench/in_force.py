"""How long a change of a route takes to be in force at the door.

    python -m bench.in_force <port> <path> <public URL> <tries> <file for the result> <series of the texts>

Gives a route a new routingTag through the product's service, sends one text after another and finds the first that
was stored under the new tag. The result is a list of seconds from the commit to the POST of that text.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
import time
from pathlib import Path

import smsgateway  # noqa: F401  first, so that `numbers` is both the app and the stdlib module
from bench import texts

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smsgateway.settings")

import django

django.setup()

from accounts.audit import SYSTEM  # noqa: E402
from accounts.ids import uuid7  # noqa: E402
from numbers.models import Channel  # noqa: E402
from routing import services as routing  # noqa: E402
from routing.models import Route  # noqa: E402

GIVE_UP_S = 10.0


def send(link: http.client.HTTPConnection, door: texts.Door, index: int) -> str:
    """Sends a text to the first number; answers its carrier's id. Raises RuntimeError when it is refused."""
    fields = texts.fields(f"i{index:07d}", 0, series=door.series)
    body, headers = texts.form(door, fields)
    link.request("POST", door.path, body, headers)
    answer = link.getresponse()
    answer.read()
    if answer.status != 200:
        raise RuntimeError(f"the door answered {answer.status}")
    return fields["MessageSid"]


def change(route: Route, door: texts.Door, number: int) -> float:
    """Seconds from a committed change to the first text that it decides."""
    tag, first = f"changed-{door.series}-{number}", uuid7()
    link = http.client.HTTPConnection("127.0.0.1", door.port, timeout=15)
    send(link, door, number * 1_000_000)
    routing.update_route(route, SYSTEM, routing_tag=tag)
    began = time.monotonic()
    for index in range(number * 1_000_000 + 1, number * 1_000_000 + 999_999):
        at = time.monotonic()
        sid = send(link, door, index)
        stored = route.environment.messages.filter(pk__gt=first)  # of carriers' ids there is no index
        if stored.get(carrier_message_id=sid).routing_tag == tag:
            link.close()
            return at - began
        if at - began > GIVE_UP_S:
            break
    raise RuntimeError(f"not in force after {GIVE_UP_S:.0f} s")


def main() -> None:
    port, path, public, tries = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
    door = texts.Door(path, texts.TOKEN, public, port, series=int(sys.argv[6]))
    channel = Channel.objects.get(token=path.rpartition("/")[2])
    assert channel.environment is not None
    route = channel.environment.routes.order_by("position")[0]
    Path(sys.argv[5]).write_text(json.dumps([change(route, door, number) for number in range(1, tries + 1)]))


if __name__ == "__main__":
    main()
