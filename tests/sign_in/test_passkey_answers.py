"""What claims to come from a passkey and does not: refused, whatever it is, and never a fault of ours."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from django.test import Client

from accounts import factors
from tests.cast import House, sign_in
from tests.sign_in.guest import Guest


def coded(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


CLIENT = coded(
    json.dumps({"type": "webauthn.get", "challenge": "AAAA", "origin": "http://testserver"}).encode()
)
DATA = coded(b"\x00" * 32 + b"\x05" + b"\x00" * 4)


def answer(**response: Any) -> dict[str, Any]:
    return {
        "id": "AAAA",
        "rawId": "AAAA",
        "type": "public-key",
        "clientExtensionResults": {},
        "response": response,
    }


SIGNED = {"clientDataJSON": CLIENT, "authenticatorData": DATA, "signature": "AAAA"}
HOSTILE: list[Any] = [
    "",
    "not json",
    "null",
    "[]",
    "1",
    '"x"',
    "{}",
    "[" * 5000,
    {"id": 1},
    {"response": None},
    {"id": "AAAA", "rawId": "AAAA", "type": "public-key"},
    answer(),
    answer(**SIGNED),
    answer(**SIGNED, userHandle=None),
    answer(**SIGNED, userHandle=7),
    answer(**SIGNED, userHandle="é"),
    answer(**SIGNED, userHandle=coded(b"\xff\xfe")),
    answer(**SIGNED, userHandle=coded(b"nobody")),
    answer(**SIGNED, userHandle=coded(b"0" * 32)),
    answer(**SIGNED | {"authenticatorData": coded(b"short")}, userHandle=coded(b"0" * 32)),
    answer(**SIGNED | {"clientDataJSON": coded(b"[]")}, userHandle=coded(b"0" * 32)),
    answer(clientDataJSON=CLIENT, attestationObject=coded(b"\xa3cfmtdnone")),
    answer(clientDataJSON=CLIENT, attestationObject=coded(b"\xff" * 40)),
    answer(clientDataJSON=CLIENT, attestationObject=coded(b"\x9f" * 4000)),
]


def written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


@pytest.mark.parametrize("hostile", range(len(HOSTILE)))
@pytest.mark.parametrize("asked", [True, False])
def test_it_opens_nothing(owner: object, acme: House, hostile: int, asked: bool) -> None:
    guest = Guest(Client(), acme.users["owner"])
    if asked:
        guest.get("/login/passkey/")
    assert guest.post("/login/passkey/", credential=written(HOSTILE[hostile]))["Location"] == "/login/"
    guest.with_app().password()
    assert guest.post("/login/second/", credential=written(HOSTILE[hostile])).status_code == 401
    assert guest.get("/profile/").status_code == 302


@pytest.mark.parametrize("hostile", range(len(HOSTILE)))
def test_it_is_not_taken_on(acme: House, hostile: int) -> None:
    browser = Client()
    sign_in(browser, acme.users["owner"])
    browser.get("/profile/passkeys/new/")
    sent = browser.post("/profile/passkeys/new/", {"name": "x", "credential": written(HOSTILE[hostile])})
    assert sent.status_code == 422
    assert factors.of(acme.users["owner"]) == []


def test_somebody_elses_passkey_is_neither_renamed_nor_removed(acme: House) -> None:
    browser = Client()
    sign_in(browser, acme.users["owner"])
    for action in ("name", "remove"):
        for named in ("AAAA", "", "\x00"):
            sent = browser.post(f"/profile/passkeys/{action}/", {"passkey": named, "name": "mine"})
            assert sent.status_code == 404
