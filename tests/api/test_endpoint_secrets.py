"""Signing secrets are replaced with an overlap in which both sign, and shown once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from accounts.ids import uuid7
from accounts.models import AuditEntry, Environment
from delivery.engine import Engine
from delivery.models import Delivery, Endpoint
from tests import cast
from tests.cast import Api, House, Side
from tests.live import Receiver, Request, delivering, hexed, receiving

DAY_S = 86_400


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def engine(transactional_db: None) -> Iterator[Engine]:
    with delivering() as engine:
        yield engine


def made(api: Api, receiver: Receiver, **fields: Any) -> dict[str, Any]:
    answer = api.post("endpoints", {"kind": "webhook", "url": receiver.url + "/sms", **fields})
    assert answer.status_code == 201
    new: dict[str, Any] = answer.json()
    return new


def rotated(api: Api, endpoint: dict[str, Any], **fields: Any) -> dict[str, Any]:
    answer = api.post(f"endpoints/{endpoint['id']}/secrets", fields)
    assert answer.status_code == 201
    new: dict[str, Any] = answer.json()
    return new


def delivered(engine: Engine, side: Side, receiver: Receiver) -> Request:
    """What arrives for the newest endpoint of an environment."""
    endpoint = Endpoint.objects.filter(environment=side.environment).latest("pk")
    message, lease = cast.store_message(side.assignment, "Votre code est 020005"), uuid7()
    until, count = datetime.now(UTC) + timedelta(seconds=30), len(receiver.requests)
    delivery = cast.store_delivery(
        message, endpoint, Delivery.State.SENDING, lease=lease, leased_until=until, attempts_made=0
    )
    engine.ring(hexed(lease, [delivery.pk]))
    return receiver.got(count + 1)[-1]


def verifies(secret: str, request: Request) -> bool:
    try:
        Webhook(secret).verify(request.body, request.headers)
    except WebhookVerificationError:
        return False
    return True


def test_both_secrets_sign_until_the_overlap_ends(acme: House, receiver: Receiver, engine: Engine) -> None:
    api = Api(acme.sandbox.key)
    first = made(api, receiver)
    second = rotated(api, first, overlapSeconds=3600)
    during = delivered(engine, acme.sandbox, receiver)
    assert verifies(first["secret"], during)
    assert verifies(second["secret"], during)
    Environment.objects.filter(pk=acme.sandbox.environment.pk).update(clock_offset=timedelta(seconds=3601))
    after = delivered(engine, acme.sandbox, receiver)
    assert not verifies(first["secret"], after)
    assert verifies(second["secret"], after)


def test_the_overlap_is_a_day_unless_chosen(acme: House, api: Api, receiver: Receiver) -> None:
    endpoint = made(api, receiver)
    second = rotated(api, endpoint)
    listed = api.get(f"endpoints/{endpoint['id']}/secrets").json()["data"]
    assert listed[0]["id"] == second["id"]
    assert [one["expiresAt"] is None for one in listed] == [True, False]
    expires_at = datetime.fromisoformat(listed[1]["expiresAt"])
    assert timedelta(hours=23) < expires_at - datetime.now(UTC) <= timedelta(days=1)
    assert "secret" not in listed[0]


def test_no_overlap_ends_the_old_one_at_once(acme: House, receiver: Receiver, engine: Engine) -> None:
    api = Api(acme.live.key)
    first = made(api, receiver)
    second = rotated(api, first, overlapSeconds=0)
    request = delivered(engine, acme.live, receiver)
    assert not verifies(first["secret"], request)
    assert verifies(second["secret"], request)
    assert len(request.headers["webhook-signature"].split(" ")) == 1


@pytest.mark.parametrize("overlap", [-1, 7 * DAY_S + 1, "3600", 1.5, True, None])
def test_the_overlap_has_bounds(api: Api, acme: House, overlap: object) -> None:
    path = f"endpoints/{acme.live.ids['endpoint_id']}/secrets"
    answer = api.post(path, {"overlapSeconds": overlap})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/overlapSeconds"]


def test_a_sixth_secret_is_one_too_many(api: Api, acme: House) -> None:
    path = f"endpoints/{acme.live.ids['endpoint_id']}/secrets"
    assert [api.post(path, {}).status_code for _ in range(5)] == [201, 201, 201, 201, 409]
    assert api.post(path, {"overlapSeconds": 0}).status_code == 201
    assert len(api.get(path).json()["data"]) == 1


def test_a_secret_can_be_withdrawn_but_not_the_last(api: Api, acme: House) -> None:
    path = f"endpoints/{acme.live.ids['endpoint_id']}/secrets"
    old = acme.live.ids["secret_id"]
    assert (refused := api.delete(f"{path}/{old}")).status_code == 409
    assert refused.json()["code"] == "last_secret"
    new = api.post(path, {}).json()["id"]
    assert api.delete(f"{path}/{old}").status_code == 204
    assert [one["id"] for one in api.get(path).json()["data"]] == [new]
    assert api.delete(f"{path}/{old}").status_code == 404
    actions = AuditEntry.objects.filter(target_id=acme.live.endpoint.pk).values_list("action", flat=True)
    assert {"endpoint.secretRotated", "endpoint.secretWithdrawn"} <= set(actions)


def test_a_key_pair_shows_its_public_half_only(acme: House, receiver: Receiver, engine: Engine) -> None:
    api = Api(acme.live.key)
    endpoint = made(api, receiver, signsWith="v1a")
    assert endpoint["secret"].startswith("whpk_")
    second = rotated(api, endpoint)
    assert second["secret"].startswith("whpk_")
    signatures = delivered(engine, acme.live, receiver).headers["webhook-signature"].split(" ")
    assert [one.partition(",")[0] for one in signatures] == ["v1a", "v1a"]
