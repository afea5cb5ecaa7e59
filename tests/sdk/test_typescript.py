"""The TypeScript SDK: it compiles, and its own tests pass, at a server of theirs and at the real API."""

from __future__ import annotations

import json

from pytest_django.live_server_helper import LiveServer

from tests import cast
from tests.cast import House
from tests.sdk.node import FOLDER, built, ran


def test_it_compiles_and_knows_its_version() -> None:
    version = json.loads((FOLDER / "package.json").read_text())["version"]
    assert f'"{version}"' in (built() / "dist" / "version.js").read_text()


def test_at_a_server_that_misbehaves() -> None:
    ran("retry.test.mjs")


def test_waiting() -> None:
    ran("waiting.test.mjs")


def test_what_a_test_has() -> None:
    ran("sms.test.mjs")


def test_fixtures_of_playwright() -> None:
    ran("playwright.test.mjs")


def test_at_the_real_api(live_server: LiveServer, acme: House, borealis: House) -> None:
    for _ in range(4):
        cast.store_message(acme.live.assignment)
    ran(
        "client.test.mjs",
        SMSGATEWAY_URL=live_server.url,
        SMSGATEWAY_API_KEY=acme.live.key,
        CHANNEL=acme.live.ids["channel_id"],
        OTHERS_MESSAGE=borealis.live.ids["message_id"],
        HOOK=cast.URL,
    )
