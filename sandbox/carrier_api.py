"""The API of a carrier that is asked for its texts, as far as we ask it: OVHcloud's, for simulated channels.

    GET /sandbox/carriers/ovh/<channel token>/auth/time                                     its clock
    GET …/sms/<account>/virtualNumbers/<number>/incoming[?creationDatetime.from=…]   signed   ids
    GET …/sms/<account>/virtualNumbers/<number>/incoming/<id>                        signed   one text

A text is there from when it is sent until it has come. Whoever asks signs with the channel's own secrets.
"""

from __future__ import annotations

import hmac
import re
from datetime import datetime
from urllib.parse import parse_qs, unquote

from django.conf import settings
from django.db.models import Q, QuerySet

from accounts.clock import clock
from accounts.encryption import Unsealable
from ingest.polling import SIMULATED
from numbers.carriers import ovh
from numbers.carriers.base import moment
from numbers.models import Channel
from sandbox.behaviour import Answer
from sandbox.dialects import CannotWrite
from sandbox.dialects import ovh as dialect
from sandbox.dialects.base import JSON, dumped, to_the_second
from sandbox.receiver import Request
from sandbox.simulation import SimulatedText
from sandbox.simulator import sent_at, way_of, written

ADDRESS = re.compile(re.escape(SIMULATED) + r"/ovh/([A-Za-z0-9_-]{1,43})(/.*)")
TEXTS = re.compile(r"/sms/([^/]+)/virtualNumbers/([^/]+)/incoming(?:/([0-9]{1,19}))?")
GOOD_FOR_S = 30


def told(status: int, document: object) -> Answer:
    return Answer(status, {"Content-Type": JSON}, dumped(document))


NOTHING = told(404, {"message": "The requested object does not exist"})
FORBIDDEN = told(403, {"errorCode": "INVALID_CREDENTIAL", "message": "This credential is not valid"})


def answer(request: Request) -> Answer:
    """What the carrier says to it."""
    path, _mark, query = request.path.partition("?")
    found = ADDRESS.fullmatch(path) if request.method == "GET" else None
    channel = channel_of(found[1]) if found else None
    if found is None or channel is None:
        return NOTHING
    if found[2] == "/auth/time":
        return told(200, int(clock().timestamp()))
    try:
        return about_texts(request, channel, found[2], query)
    except (CannotWrite, Unsealable):  # its credentials were changed since
        return NOTHING


def channel_of(token: str) -> Channel | None:
    """The simulator's own."""
    known = Channel.objects.filter(token=token, carrier=ovh.name, simulated=True, deleted_at=None)
    return known.select_related("environment").first()


def about_texts(request: Request, channel: Channel, path: str, query: str) -> Answer:
    """Raises CannotWrite, Unsealable."""
    credentials = channel.credentials()
    if not is_signed(request, credentials):
        return FORBIDDEN
    asked = TEXTS.fullmatch(path)
    if asked is None or unquote(asked[1]) != credentials["serviceName"]:
        return NOTHING
    texts = waiting(channel, "+" + unquote(asked[2]).removeprefix("00"))
    if asked[3] is None:
        return told(200, ids(texts, moment(parse_qs(query).get("creationDatetime.from", [""])[0])))
    return one(channel, texts.filter(carrier_message_id=asked[3]).first())


def is_signed(request: Request, credentials: dict[str, str]) -> bool:
    signed_at = request.header("x-ovh-timestamp")
    if not (signed_at.isascii() and signed_at.isdecimal() and len(signed_at) < 12):
        return False
    if abs(int(signed_at) - clock().timestamp()) > GOOD_FOR_S:
        return False
    url = settings.SANDBOX_RECEIVER_URL + request.path
    expected = [credentials["applicationKey"], credentials["consumerKey"]]
    expected.append(ovh.signature(credentials, request.method, url, signed_at))
    shown = [request.header(f"x-ovh-{name}") for name in ("application", "consumer", "signature")]
    return hmac.compare_digest("\n".join(shown).encode(), "\n".join(expected).encode())


def waiting(channel: Channel, number: str) -> QuerySet[SimulatedText]:
    """The texts to a number that were sent, and have not come yet."""
    assert channel.environment is not None  # no simulated one is the operator's
    sent = Q(tries__gt=0) | Q(due_at__lte=clock(channel.environment))
    rows = SimulatedText.objects.filter(
        sent,
        state=SimulatedText.State.WAITING,
        simulation__environment=channel.environment,
        simulation__channel=channel,
        simulation__number_used=number,
        simulation__next_due_at__isnull=False,
    )
    return rows.select_related("simulation__environment").order_by("pk")


def ids(texts: QuerySet[SimulatedText], since: datetime | None) -> list[int]:
    """A text that is brought several times has one."""
    texts = texts.defer("simulation__sealed_said")
    found = (text for text in texts if since is None or to_the_second(sent_at(text.simulation)) >= since)
    return list(dict.fromkeys(int(text.carrier_message_id) for text in found))


def one(channel: Channel, text: SimulatedText | None) -> Answer:
    said = text.simulation.said() if text else None
    if text is None or said is None:
        return NOTHING
    request = dialect.write(written(text.simulation, text, said), way_of(channel))
    return Answer(200, dict(request.headers), request.body)
