"""`smsgw`, each command as a person calls it."""

from __future__ import annotations

import getpass
import json
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pytest_django.live_server_helper import LiveServer

from accounts.ids import public
from smsgw import webhooks
from smsgw.cli import main
from smsgw.cli.settings import Settings, path
from smsgw.cli.tail import Row, follow
from tests.cast import House
from tests.live import Receiver, Request, receiving

Answer = tuple[int, dict[str, str], bytes]
TEXT = {
    "id": "msg_1",
    "content": "Votre code est 020005",
    "senderId": "+33639980417",
    "numberUsed": "+33639980001",
    "receivedAt": "2026-11-23T09:30:00.120Z",
    "status": "received",
    "routingTag": None,
    "channelId": "chn_1",
}


@pytest.fixture(autouse=True)
def settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SMSGW_CONFIG", str(tmp_path / "smsgw" / "config.json"))
    return path()


@pytest.fixture
def logged_in(live_server: LiveServer, acme: House) -> Settings:
    made = Settings(live_server.url, acme.sandbox.key)
    made.write()
    return made


@pytest.fixture
def api() -> Iterator[Receiver]:
    """A stand-in for the API, to which one is logged in; after what a test says it answers 401."""
    with receiving() as running:
        Settings(running.url, "sk_test_x").write()
        yield running


def answering(api: Receiver, answers: dict[str, list[object]]) -> None:
    """By path, one page after another."""

    def behave(request: Request) -> Answer:
        left = answers.get(urlsplit(request.path).path, [])
        if not left:
            return 401, {}, b'{"detail": "No more."}'
        return 200, {}, json.dumps(left.pop(0)).encode()

    api.behave = behave


def page(*rows: object) -> dict[str, object]:
    return {"data": rows, "nextCursor": "c1", "hasMore": False}


def test_a_key_is_tried_and_kept_for_its_owner_only(
    live_server: LiveServer, acme: House, monkeypatch: pytest.MonkeyPatch, settings_file: Path
) -> None:
    monkeypatch.setattr(getpass, "getpass", lambda prompt: acme.sandbox.key)
    assert main(["login", "--url", live_server.url + "/"]) == 0
    assert Settings.read() == Settings(live_server.url, acme.sandbox.key)
    assert stat.S_IMODE(settings_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(settings_file.parent.stat().st_mode) == 0o700


def test_a_wrong_key_is_not_kept(
    live_server: LiveServer,
    monkeypatch: pytest.MonkeyPatch,
    settings_file: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SMSGATEWAY_API_KEY", "sk_test_wrong")
    assert main(["login", "--url", live_server.url]) == 1
    assert capsys.readouterr().err.startswith("smsgw: 401")
    assert not settings_file.exists()


def test_no_key_at_all_is_said(
    monkeypatch: pytest.MonkeyPatch, settings_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def ended(prompt: str) -> str:
        raise EOFError

    monkeypatch.delenv("SMSGATEWAY_API_KEY", raising=False)
    monkeypatch.setattr(getpass, "getpass", ended)
    assert main(["login", "--url", "http://127.0.0.1:9"]) == 1
    assert capsys.readouterr().err == "smsgw: no key was given\n"
    assert not settings_file.exists()


def test_whoever_has_not_logged_in_is_told_how(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["messages", "tail"]) == 1
    assert capsys.readouterr().err == "smsgw: log in first: smsgw login --url https://…\n"


def test_a_broken_file_is_told(settings_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings_file.parent.mkdir()
    settings_file.write_text("[]")
    assert main(["logs", "tail"]) == 1
    assert "log in again" in capsys.readouterr().err


def test_a_live_key_triggers_nothing(
    live_server: LiveServer, acme: House, capsys: pytest.CaptureFixture[str]
) -> None:
    Settings(live_server.url, acme.live.key).write()
    assert main(["trigger", "code-fr"]) == 1
    assert "this client is for sandbox" in capsys.readouterr().err


def test_a_delivery_is_sent_again(
    logged_in: Settings, acme: House, capsys: pytest.CaptureFixture[str]
) -> None:
    id = public("delivery", acme.sandbox.delivery.pk)
    assert main(["deliveries", "resend", id]) == 0
    assert capsys.readouterr().out == f"{id} pending\n"
    acme.sandbox.delivery.refresh_from_db()
    assert acme.sandbox.delivery.state == "pending"


def test_texts_are_shown_as_they_come(api: Receiver, capsys: pytest.CaptureFixture[str]) -> None:
    answering(api, {"/v1/messages": [page({"id": "msg_0"})], "/v1/feed": [page(TEXT), page(TEXT)]})
    assert main(["messages", "tail"]) == 1  # when the key is revoked
    out, err = capsys.readouterr()
    line = "2026-11-23T09:30:00.120Z  +33639980001  +33639980417  received  Votre code est 020005\n"
    assert (out, err) == (line * 2, "smsgw: 401: No more.\n")
    assert "cursor=msg_0" in api.requests[1].path


def test_texts_are_shown_without_what_is_personal(api: Receiver, capsys: pytest.CaptureFixture[str]) -> None:
    answering(api, {"/v1/messages": [page()], "/v1/feed": [page(TEXT)]})
    main(["messages", "tail", "--no-pii"])
    assert capsys.readouterr().out == "2026-11-23T09:30:00.120Z  +33639980001  received\n"


def test_texts_are_shown_as_json(api: Receiver, capsys: pytest.CaptureFixture[str]) -> None:
    answering(api, {"/v1/messages": [page()], "/v1/feed": [page(TEXT)]})
    main(["messages", "tail", "--json", "--no-pii"])
    assert json.loads(capsys.readouterr().out) == {**TEXT, "content": None, "senderId": None}


def test_texts_are_forwarded_as_a_webhook_has_them(
    api: Receiver, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(api, {"/v1/messages": [page()], "/v1/feed": [page(TEXT)]})
    main(["listen", "--forward-to", receiver.url + "/sms"])
    (request,) = receiver.requests
    event = webhooks.verify(request.body, request.headers, Settings.read().signing_secret)
    assert (request.path, event.id, event.type) == ("/sms", "msg_1", "message.received")
    assert (event.data["content"], event.data["senderId"]) == (TEXT["content"], TEXT["senderId"])
    assert "channelId" not in event.data
    out = capsys.readouterr().out
    assert out.splitlines() == [
        f"Signing secret: {Settings.read().signing_secret}",
        f"Forwarding to {receiver.url}/sms",
        "msg_1  200",
    ]


def test_a_receiver_that_is_away_ends_nothing(api: Receiver, capsys: pytest.CaptureFixture[str]) -> None:
    answering(api, {"/v1/messages": [page()], "/v1/feed": [page(TEXT), page({**TEXT, "id": "msg_2"})]})
    secret = "whsec_c21zZ2F0ZXdheSB0ZXN0cywgbm90IGEgc2VjcmV0ISE="
    main(["listen", "--forward-to", "http://127.0.0.1:9/sms", "--secret", secret])
    away = "not reached, and not sent again (ConnectError)"
    assert capsys.readouterr().out.splitlines()[2:] == [f"msg_1  {away}", f"msg_2  {away}"]
    assert Settings.read().signing_secret == ""


def test_a_receiver_without_a_scheme_is_refused_at_once(
    api: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["listen", "--forward-to", "localhost:8080/sms"])
    assert "localhost:8080/sms has to begin with http:// or https://" in capsys.readouterr().err
    assert api.requests == []


def test_the_secret_stays_the_same(api: Receiver) -> None:
    first = Settings.read().with_signing_secret().signing_secret
    assert Settings.read().with_signing_secret().signing_secret == first
    assert first.startswith("whsec_")


def test_what_is_new_is_followed_oldest_first() -> None:
    looks: Iterator[list[Row]] = iter(
        [[{"id": "2"}, {"id": "1"}], [{"id": "2"}, {"id": "1"}], [{"id": "4"}, {"id": "3"}, {"id": "2"}]]
    )
    rows = follow(lambda: next(looks), pause=lambda: None)
    assert [next(rows)["id"] for _ in range(2)] == ["3", "4"]
