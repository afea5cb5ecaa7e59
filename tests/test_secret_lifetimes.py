"""Signing secrets: several sign at once, each to the end of its own overlap, and none lies in the clear."""

from __future__ import annotations

from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from delivery.engine import Engine
from delivery.models import Endpoint, EndpointSecret
from tests.cast import Api, House
from tests.live import Receiver, Request
from tests.test_delivery_health import Lane

HOUR_S, DAY_S = 3600, 86_400


class Keeper:
    """An endpoint of a sandbox whose secrets were replaced, and what its receiver may verify with."""

    def __init__(self, house: House, engine: Engine, receiver: Receiver) -> None:
        self.api, self.receiver = Api(house.sandbox.key), receiver
        self.lane = Lane(house, engine, receiver)
        made = self.api.post("endpoints", {"kind": "webhook", "url": receiver.url}).json()
        self.id, self.secrets = made["id"], [made["secret"]]
        self.lane.endpoint = Endpoint.objects.latest("pk")

    def rotate(self, overlap_s: int) -> None:
        made = self.api.post(f"endpoints/{self.id}/secrets", {"overlapSeconds": overlap_s})
        self.secrets.append(made.json()["secret"])

    def verifying(self) -> list[bool]:
        """Which secrets verify what is sent now, in the order in which they were made."""
        self.lane.ring(self.lane.born())
        return [verifies(secret, self.receiver.requests[-1]) for secret in self.secrets]


def verifies(secret: str, request: Request) -> bool:
    try:
        Webhook(secret).verify(request.body, request.headers)
    except WebhookVerificationError:
        return False
    return True


@pytest.fixture
def keeper(acme: House, receiver: Receiver, engine: Engine) -> Keeper:
    return Keeper(acme, engine, receiver)


def test_each_signs_to_the_end_of_its_own_overlap(keeper: Keeper) -> None:
    keeper.rotate(HOUR_S)
    keeper.rotate(DAY_S)
    assert keeper.verifying() == [True, True, True]
    keeper.lane.pass_by(HOUR_S + 1)
    assert keeper.verifying() == [False, True, True]
    keeper.lane.pass_by(DAY_S)
    assert keeper.verifying() == [False, False, True]


def test_a_shorter_overlap_ends_those_before_sooner_and_a_longer_one_lengthens_none(keeper: Keeper) -> None:
    keeper.rotate(DAY_S)
    keeper.rotate(HOUR_S)
    keeper.rotate(7 * DAY_S)
    keeper.lane.pass_by(HOUR_S + 1)
    assert keeper.verifying() == [False, False, True, True]


def test_an_overlap_may_last_seven_days_and_does(keeper: Keeper) -> None:
    keeper.rotate(7 * DAY_S)
    keeper.lane.pass_by(7 * DAY_S - HOUR_S)
    assert keeper.verifying() == [True, True]
    keeper.lane.pass_by(HOUR_S + 1)
    assert keeper.verifying() == [False, True]


def test_one_that_leaked_signs_no_more_at_once(keeper: Keeper) -> None:
    keeper.rotate(0)
    assert keeper.verifying() == [False, True]


def test_none_lies_in_the_clear_and_none_is_told_again(keeper: Keeper) -> None:
    keeper.rotate(HOUR_S)
    rows = list(EndpointSecret.objects.filter(endpoint=keeper.lane.endpoint).order_by("created_at"))
    assert [row.secret for row in rows] == keeper.secrets
    for row, secret in zip(rows, keeper.secrets, strict=True):
        assert secret.removeprefix("whsec_").encode() not in bytes(row.sealed_secret)
    answers: list[Any] = [keeper.api.get(f"endpoints/{keeper.id}{more}") for more in ("", "/secrets")]
    assert not [
        secret for secret in keeper.secrets for answer in answers if secret in answer.content.decode()
    ]
