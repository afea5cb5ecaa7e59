"""OAuth2 client credentials against a local token server: one fetch for many, kept until it ends, refetched once."""

from __future__ import annotations

import json
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.conf import LazySettings

from accounts.audit import SYSTEM
from accounts.clock import clock
from delivery import services
from delivery.engine import Engine
from delivery.models import Attempt, Delivery, Endpoint
from tests.cast import House
from tests.certificates import authority, server_context
from tests.deliveries import begun, endpoint_at, heard, settled, tried
from tests.live import Receiver, Request, delivering, receiving, until

Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def server() -> Iterator[Receiver]:
    """A token server whose tokens are t1, t2 …"""
    with receiving() as server:
        server.behave = numbered(server)
        yield server


@pytest.fixture
def engine(transactional_db: None) -> Iterator[Engine]:
    with delivering() as engine:
        yield engine


def answer(status: int = 200, **fields: Any) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(fields).encode()


def numbered(server: Receiver, **fields: Any) -> Callable[[Request], Answer]:
    def behave(request: Request) -> Answer:
        token = f"t{len(server.requests)}"
        return answer(access_token=token, token_type="Bearer", **{"expires_in": 3600} | fields)

    return behave


def oauth2(server: Receiver, **fields: str) -> dict[str, Any]:
    access = {"tokenUrl": f"{server.url}/token", "clientId": "acme", "clientSecret": "s3cret of: acme"}
    return {"oauth2": access | fields}


def endpoint_with_tokens(house: House, receiver: Receiver, server: Receiver, **fields: str) -> Endpoint:
    return endpoint_at(house, receiver.url, access=oauth2(server, **fields))


def tokens_sent(receiver: Receiver) -> list[str]:
    return [request.headers["authorization"].removeprefix("Bearer ") for request in receiver.requests]


def test_a_token_is_got_and_sent(acme: House, receiver: Receiver, server: Receiver, engine: Engine) -> None:
    endpoint = endpoint_with_tokens(acme, receiver, server, scope="sms.write sms.read", audience="sms")
    assert tried(engine, acme, endpoint).state == "delivered"
    (asked,) = server.requests
    assert parse_qs(asked.body.decode()) == {
        "grant_type": ["client_credentials"],
        "scope": ["sms.write sms.read"],
        "audience": ["sms"],
    }
    kind, _space, pair = asked.headers["authorization"].partition(" ")
    assert (kind, b64decode(pair)) == ("Basic", b"acme:s3cret+of%3A+acme")
    assert tokens_sent(receiver) == ["t1"]


def test_a_server_that_wants_the_secret_in_the_body(
    acme: House, receiver: Receiver, server: Receiver, engine: Engine
) -> None:
    endpoint = endpoint_with_tokens(acme, receiver, server, authMethod="client_secret_post")
    assert tried(engine, acme, endpoint).state == "delivered"
    (asked,) = server.requests
    assert parse_qs(asked.body.decode())["client_secret"] == ["s3cret of: acme"]
    assert "authorization" not in asked.headers


def test_many_deliveries_wait_for_one_token_and_use_no_try(
    acme: House, receiver: Receiver, server: Receiver, engine: Engine
) -> None:
    released, behave = threading.Event(), server.behave

    def slowly(request: Request) -> Answer:
        released.wait(20)
        return behave(request)

    server.behave = slowly
    endpoint = endpoint_with_tokens(acme, receiver, server)
    waiting = begun(engine, acme, endpoint, 20)
    server.got(1)
    plain = tried(engine, acme, endpoint_at(acme, receiver.url + "/plain"))  # which waits for nobody's token
    assert plain.state == "delivered"
    assert not Attempt.objects.filter(delivery__endpoint=endpoint).exists()
    released.set()
    assert {(one.state, one.attempts_made) for one in map(settled, waiting)} == {("delivered", 1)}
    assert len(server.requests) == 1


def test_a_token_is_kept_until_shortly_before_its_end(
    acme: House, receiver: Receiver, server: Receiver, engine: Engine
) -> None:
    endpoint = endpoint_with_tokens(acme, receiver, server)
    for ahead in (0, 3500, 3580, 3600):
        engine.tokens.clock = lambda ahead=ahead: clock() + timedelta(seconds=ahead)  # type: ignore[misc]
        tried(engine, acme, endpoint)
    assert tokens_sent(receiver) == ["t1", "t1", "t2", "t2"]


@pytest.mark.parametrize("life", [10, "10", 0, -5, None, "soon", float("nan")])
def test_odd_lives(acme: House, receiver: Receiver, server: Receiver, engine: Engine, life: Any) -> None:
    server.behave = numbered(server, expires_in=life)
    assert tried(engine, acme, endpoint_with_tokens(acme, receiver, server)).state == "delivered"


def test_a_refused_token_is_got_anew_once(
    acme: House, receiver: Receiver, server: Receiver, engine: Engine
) -> None:
    endpoint = endpoint_with_tokens(acme, receiver, server)
    tried(engine, acme, endpoint)
    receiver.behave = lambda request: (401 if "t1" in request.headers["authorization"] else 200, {}, b"")
    done = tried(engine, acme, endpoint)
    assert (done.state, done.attempts_made) == ("delivered", 1)
    assert tokens_sent(receiver) == ["t1", "t1", "t2"]
    receiver.behave = lambda request: (401, {}, b"no")
    refused = tried(engine, acme, endpoint)
    assert (refused.state, refused.error_code, refused.attempts_made) == ("pending", 5110, 1)
    assert tokens_sent(receiver)[3:] == ["t2", "t3"]
    assert len(server.requests) == 3


def test_many_refused_at_once_get_one_new_token(
    acme: House, receiver: Receiver, server: Receiver, engine: Engine
) -> None:
    endpoint = endpoint_with_tokens(acme, receiver, server)
    tried(engine, acme, endpoint)
    receiver.behave = lambda request: (401 if "t1" in request.headers["authorization"] else 200, {}, b"")
    assert {settled(one).state for one in begun(engine, acme, endpoint, 12)} == {"delivered"}
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("behaviour", "cause"),
    [
        (
            answer(401, error="invalid_client", error_description="Unknown client"),
            "The token server answered 401: invalid_client: Unknown client.",
        ),
        ((503, {}, b"<html>"), "The token server answered 503."),
        ((302, {"Location": "http://127.0.0.1:9/"}, b""), "The token server answered 302."),
        ((200, {}, b"t1"), "The token server's answer holds no bearer token."),
        ((200, {}, b"[" * 60_000), "The token server's answer holds no bearer token."),
        (answer(access_token="t1", token_type="mac"), "The token server's answer holds no bearer token."),
        (answer(access_token="t1\r\nX-A: b"), "The token server's answer holds no bearer token."),
        (answer(access_token=5), "The token server's answer holds no bearer token."),
    ],
)
def test_a_server_that_gives_none(
    acme: House, receiver: Receiver, server: Receiver, engine: Engine, behaviour: Answer, cause: str
) -> None:
    server.behave = lambda request: behaviour
    failed = tried(engine, acme, endpoint_with_tokens(acme, receiver, server))
    assert (failed.state, failed.error_code, failed.reason) == ("pending", 5114, "slow")
    assert heard(failed) == cause
    assert receiver.requests == []


def test_a_cause_that_is_no_text_harms_nobody(
    acme: House, receiver: Receiver, server: Receiver, engine: Engine
) -> None:
    server.behave = lambda request: (400, {"Content-Type": "application/json"}, b'{"error": "\\ud800"}')
    failed = tried(engine, acme, endpoint_with_tokens(acme, receiver, server))
    assert (failed.state, failed.error_code) == ("pending", 5114)
    assert [held.waiting for held in engine.tokens.held.values()] == [[]]


def test_a_server_that_is_away_is_left_alone_for_a_moment(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    with receiving() as server:
        server.behave = lambda request: (500, {}, b"")
        endpoint = endpoint_with_tokens(acme, receiver, server)
        assert {tried(engine, acme, endpoint).error_code for _ in range(3)} == {5114}
        assert len(server.requests) == 1
        server.behave = numbered(server)
        engine.tokens.clock = lambda: clock() + timedelta(seconds=11)
        assert tried(engine, acme, endpoint).state == "delivered"


def test_a_server_that_nobody_finds(
    acme: House, receiver: Receiver, server: Receiver, engine: Engine
) -> None:
    endpoint = endpoint_with_tokens(acme, receiver, server, tokenUrl="http://127.0.0.1:9/token")
    failed = tried(engine, acme, endpoint)
    assert (failed.error_code, heard(failed)) == (5114, "The token server gave no answer: connect.")


def test_a_token_server_is_guarded_as_endpoints_are(
    acme: House, server: Receiver, transactional_db: None, settings: LazySettings
) -> None:
    access = oauth2(server)
    endpoint = endpoint_at(acme, "https://hooks.invalid/", access=access)
    settings.DELIVERY_ALLOW_NETWORKS = ()
    with delivering() as engine:
        assert heard(tried(engine, acme, endpoint)) == "The token server gave no answer: refused_address."
    assert server.requests == []


def test_a_changed_client_gets_a_token_of_its_own(
    acme: House, receiver: Receiver, server: Receiver, engine: Engine
) -> None:
    endpoint = endpoint_with_tokens(acme, receiver, server)
    tried(engine, acme, endpoint)
    services.update_endpoint(endpoint, SYSTEM, description="the same client")
    tried(engine, acme, endpoint)
    services.update_endpoint(endpoint, SYSTEM, access=oauth2(server, clientId="other"))
    tried(engine, acme, endpoint)
    assert tokens_sent(receiver) == ["t1", "t1", "t2"]


def test_endpoints_share_no_token(acme: House, receiver: Receiver, server: Receiver, engine: Engine) -> None:
    for _ in range(2):
        tried(engine, acme, endpoint_with_tokens(acme, receiver, server))
    assert tokens_sent(receiver) == ["t1", "t2"]


def test_a_token_server_of_a_private_issuer(
    acme: House, receiver: Receiver, engine: Engine, tmp_path: Path
) -> None:
    with receiving(server_context(tmp_path)) as server:
        server.behave = numbered(server)
        strange = tried(engine, acme, endpoint_with_tokens(acme, receiver, server))
        assert heard(strange) == "The token server gave no answer: tls."
        access = oauth2(server) | {"caCertificate": authority().pem}
        assert tried(engine, acme, endpoint_at(acme, receiver.url, access=access)).state == "delivered"


def test_stopping_hands_back_what_waits_for_a_token(
    acme: House, receiver: Receiver, server: Receiver, transactional_db: None
) -> None:
    released = threading.Event()
    server.behave = lambda request: released.wait(20) and answer(access_token="late")  # type: ignore[assignment, return-value]
    with delivering() as engine:
        waiting = begun(engine, acme, endpoint_with_tokens(acme, receiver, server), 3)
        server.got(1)
        until(lambda: sum(len(held.waiting) for held in engine.tokens.held.values()) == 3)
        threading.Timer(0.5, released.set).start()
    assert {Delivery.objects.get(pk=one.pk).state for one in waiting} == {"pending"}
    assert receiver.requests == []
