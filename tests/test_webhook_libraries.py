"""Stock libraries verify everything that we send, and nothing that was changed on the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from accounts.audit import SYSTEM
from accounts.ids import public
from delivery import secrets, services
from delivery.engine import Engine
from delivery.models import Delivery, Endpoint
from delivery.services import NewEndpoint
from tests.cast import Api, House
from tests.deliveries import settled, tried
from tests.live import Receiver, delivering, receiving
from tests.webhook_libraries import Signed, verified

SCHEMES = pytest.mark.parametrize("scheme", Endpoint.Scheme.values)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def engine(transactional_db: None) -> Iterator[Engine]:
    with delivering() as engine:
        yield engine


class Sending:
    """Endpoints of one scheme at one receiver, and what each of them was sent."""

    def __init__(self, house: House, engine: Engine, receiver: Receiver, scheme: str) -> None:
        self.house, self.engine, self.receiver, self.scheme = house, engine, receiver, scheme

    def endpoint(self, path: str, **fields: Any) -> NewEndpoint:
        environment = self.house.live.environment
        url = f"{self.receiver.url}/{path}"
        return services.create_endpoint(environment, SYSTEM, url=url, signs_with=self.scheme, **fields)

    def text(self, path: str, **fields: Any) -> Signed:
        new = self.endpoint(path, **fields)
        assert tried(self.engine, self.house, new.endpoint).state == "delivered"
        return self.last(path, new.secret)

    def last(self, path: str, key: str) -> Signed:
        (*_, request) = (one for one in self.receiver.requests if one.path.startswith(f"/{path}"))
        return Signed(key, request.headers, request.body)

    def event(self) -> Signed:
        new = self.endpoint("event", events=["endpoint.disabled"])
        services.update_endpoint(self.house.live.endpoint, SYSTEM, disabled=True)
        assert self.engine.sweep() == 1
        assert settled(Delivery.objects.get(endpoint=new.endpoint)).state == "delivered"
        return self.last("event", new.secret)

    def rotated(self) -> list[Signed]:
        """One request, by either of its secrets."""
        new = self.endpoint("rotated")
        _row, newer = secrets.rotate(new.endpoint, SYSTEM)
        assert tried(self.engine, self.house, new.endpoint).state == "delivered"
        return [self.last("rotated", key) for key in (new.secret, secrets.shown(newer))]

    def replayed(self) -> Signed:
        new = self.endpoint("replayed")
        delivery = services.replay(tried(self.engine, self.house, new.endpoint), SYSTEM)
        assert self.engine.sweep() == 1
        assert settled(delivery).state == "delivered"
        return self.last("replayed", new.secret)


@pytest.fixture
def sending(acme: House, engine: Engine, receiver: Receiver, scheme: str) -> Sending:
    return Sending(acme, engine, receiver, scheme)


@SCHEMES
def test_they_take_all_that_we_send(acme: House, receiver: Receiver, sending: Sending) -> None:
    sandbox = Sending(
        House(acme.tenant, acme.users, acme.sandbox, acme.live), sending.engine, receiver, sending.scheme
    )
    sent = {
        "full": sending.text("full"),
        "thin": sending.text("thin", payload="thin"),
        "sandbox": sandbox.text("sandbox"),
        "replayed": sending.replayed(),
        "callback": sending.text("callback", kind="callback", template={"body": '{"text": {content}}'}),
        "no body": sending.text(
            "get", kind="callback", template={"method": "GET", "query": [{"name": "t", "value": "{content}"}]}
        ),
        "event": sending.event(),
    }
    sent |= dict(zip(("older secret", "newer secret"), sending.rotated(), strict=True))
    taken = dict(zip(sent, verified(list(sent.values())), strict=True))
    assert {name: answers for name, answers in taken.items() if not all(answers.values())} == {}
    assert {len(answers) for answers in taken.values()} == {3 if sending.scheme == "v1" else 2}
    assert b'"simulated":true' in sent["sandbox"].body
    assert b"content" not in sent["thin"].body
    assert sent["replayed"].headers["smsgateway-replay"] == "1"
    assert sent["event"].headers["webhook-id"].startswith("evt_")
    assert sent["no body"].body == b""
    assert sent["newer secret"].headers["webhook-signature"].count(",") == 2


@SCHEMES
def test_they_take_nothing_that_was_changed(sending: Sending) -> None:
    good = sending.text("good")
    id, signature = good.headers["webhook-id"], good.headers["webhook-signature"]
    stale = str(int(good.headers["webhook-timestamp"]) - 1)
    changed = {
        "body": good._replace(body=good.body.replace(b"code", b"Code")),
        "body, longer": good._replace(body=good.body + b" "),
        "no body": good._replace(body=b""),
        "id": good._replace(headers={**good.headers, "webhook-id": id + "x"}),
        "time": good._replace(headers={**good.headers, "webhook-timestamp": stale}),
        "signature": good._replace(headers={**good.headers, "webhook-signature": signature.swapcase()}),
        "version": good._replace(
            headers={**good.headers, "webhook-signature": "v2" + signature[signature.index(",") :]}
        ),
        "another's key": good._replace(key=sending.endpoint("other").secret),
    }
    taken = dict(zip(changed, verified(list(changed.values())), strict=True))
    assert {name: answers for name, answers in taken.items() if any(answers.values())} == {}
    assert all(verified([good])[0].values())


@pytest.mark.parametrize("scheme", ["v1"])
def test_they_take_the_check_as_it_is_meant(api: Api, receiver: Receiver, sending: Sending) -> None:
    new = sending.endpoint("check")
    api.post(f"endpoints/{public('endpoint', new.endpoint.pk)}/check")
    probes = [Signed(new.secret, request.headers, request.body) for request in receiver.got(4)]
    taken = [set(answers.values()) for answers in verified(probes)]
    assert taken == [{True}, {False}, {False}, {True}]
