"""From the search to a text, and back to the carrier."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from django.conf import LazySettings

from accounts.audit import SYSTEM
from inbox.models import Message
from numbers import requests
from numbers.models import Assignment, NumberRequest
from tests.buying.counter import (
    NUMBER,
    buy,
    carrier_of,
    number_path,
    opened,
    path,
    where_texts_go,
)
from tests.carrier_battery import CASES, Sms
from tests.cast import Api, House
from tests.live import LiveDoor, until
from tests.shops import Shop
from tests.shops.telnyx import TelnyxShop


def test_from_the_search_to_a_text_and_back(
    transactional_db: None, acme: House, shop: Shop, door: LiveDoor, settings: LazySettings
) -> None:
    case = next(case for case in CASES if case.name == carrier_of(shop))
    key = {"publicKey": case.credentials["publicKey"]} if isinstance(shop, TelnyxShop) else {}
    api, channel = Api(acme.live.key), opened(acme.live.environment, shop, **key)
    [offer] = api.get(path(channel, "available-numbers?country=FR&contains=5001")).json()["data"]
    assert buy(api, channel, offer["number"]).status_code == 202
    requests.approve(NumberRequest.objects.get(number=NUMBER), SYSTEM)
    door.in_force(lambda known: (channel.pk, NUMBER) in known.holders)

    url, now = where_texts_go(shop), datetime.now(UTC)
    assert url.startswith(settings.PUBLIC_INGEST_URL + "/in/")
    case = replace(case, credentials=channel.credentials())
    body = case.enclosed(case.body(Sms("to the bought one", recipient=NUMBER, at=now)), now)
    signed = {"content-type": case.content_type, **case.sign(url, body, case.credentials, now)}
    sent = door.post(url.removeprefix(settings.PUBLIC_INGEST_URL), body, signed)
    assert sent.status_code == case.carrier.accepted.status
    until(lambda: Message.objects.filter(number_used=NUMBER).exists())
    message = Message.objects.get(number_used=NUMBER)
    assert (message.content, message.environment_id) == ("to the bought one", acme.live.environment.pk)

    held = Assignment.objects.get(number__number=NUMBER, ends_at=None)
    assert api.delete(number_path(held, "?giveBack=true")).status_code == 204
    assert shop.account == {}
