"""Channels: each carrier's own credentials, the URL it calls, and secrets that stay inside."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import CARRIER_SECRET, House
from tests.dashboard.browse import Person, text


@pytest.mark.parametrize(
    ("carrier", "credentials"),
    [
        ("twilio", {"authToken": "0123456789abcdef"}),
        ("generic", {"secret": CARRIER_SECRET}),
        ("sandbox", {"secret": "a-token-to-try"}),
    ],
)
def test_a_channel_of_each_carrier(
    acme: House, owner: Person, carrier: str, credentials: dict[str, Any]
) -> None:
    page = text(owner.post(f"channels/new/?carrier={carrier}", name="New one", **credentials))
    channel = acme.live.environment.channels.get(carrier=carrier, name="New one")
    assert channel.path in page
    assert channel.credentials() == credentials
    assert all(value not in page for value in credentials.values())


def test_first_comes_the_choice_of_a_carrier(owner: Person) -> None:
    for path in ("channels/new/", "channels/new/?carrier=nobody"):
        assert "Who brings the texts?" in text(owner.get(path))


def test_a_wrong_credential_is_said_at_its_field(owner: Person) -> None:
    page = text(owner.post("channels/new/?carrier=generic", secret="short"))
    assert "whsec_" in page.partition('id="id_secret_error"')[2].partition("</p>")[0]
    page = text(owner.post("channels/new/?carrier=twilio", authToken="abc", sharedKeyId="CR1"))
    assert "required" in page.partition('id="id_sharedKey_error"')[2].partition("</p>")[0]


def test_empty_credentials_keep_the_old_ones(acme: House, owner: Person) -> None:
    assert "Renamed" in text(owner.post("channels/{channel_id}/", name="Renamed", secret=""))
    acme.live.channel.refresh_from_db()
    assert acme.live.channel.credentials() == {"secret": CARRIER_SECRET}


def test_the_secret_is_on_no_page(owner: Person) -> None:
    for path in ("channels/", "channels/{channel_id}/"):
        assert CARRIER_SECRET not in text(owner.get(path))


def test_a_channel_in_use_stays(acme: House, owner: Person) -> None:
    assert "Numbers are bound to this channel" in text(owner.post("channels/{channel_id}/delete/"))
    acme.live.environment.assignments.update(ends_at=acme.live.message.received_at)
    assert "The channel is closed" in text(owner.post("channels/{channel_id}/delete/"))
    assert owner.get("channels/{channel_id}/").status_code == 404


def test_the_sandbox_command_shows_its_token_to_who_may_configure(
    acme: House, owner: Person, viewer: Person
) -> None:
    owner.post("channels/new/?carrier=sandbox", name="Tries", secret="a-token-to-try")
    channel = acme.live.environment.channels.get(carrier="sandbox")
    acme.live.environment.assignments.update(channel=channel)
    acme.live.channel = channel
    assert "Bearer a-token-to-try" in text(owner.get("channels/{channel_id}/"))
    page = text(viewer.get("channels/{channel_id}/"))
    assert "Bearer YOUR_TOKEN" in page
    assert "a-token-to-try" not in page


@pytest.mark.parametrize(
    ("carrier", "credentials", "told"),
    [
        ("infobip", {"username": "bob", "password": "a-long-random-password"}, "user name and password"),
        ("plivo", {"authToken": "0123456789abcdef"}, "In the carrier’s console"),
        ("twilio", {"authToken": "0123456789abcdef"}, "In Twilio’s console"),
        ("generic", {"secret": CARRIER_SECRET}, "signed as Standard Webhooks sign"),
    ],
)
def test_a_channel_says_what_to_do_with_its_url(
    owner: Person, carrier: str, credentials: dict[str, Any], told: str
) -> None:
    page = text(owner.post(f"channels/new/?carrier={carrier}", **credentials))
    hint = page.partition('id="url"')[2].partition("</p>")[0]
    assert told in hint
    assert ("Standard Webhooks" in hint) is (carrier == "generic")


def test_a_channel_without_a_name_is_known_by_its_carrier(owner: Person) -> None:
    page = text(owner.post("channels/new/?carrier=twilio", authToken="0123456789abcdef"))
    assert "<h1>Twilio</h1>" in page
    assert ">Twilio</option>" in text(owner.get("numbers/new/"))


def test_code_in_a_help_text_is_set_as_code(owner: Person) -> None:
    assert "<code>Authorization: Bearer …</code>" in text(owner.get("channels/new/?carrier=sandbox"))


MAPPED: dict[str, Any] = {
    "token": "let-me-in-0123",
    "bodyKind": "form",
    "textField": "Content",
    "sentAtFormat": "%d/%m/%Y %H:%M",
    "answerBody": "ACK",
}


def a_mapped_channel(acme: House, owner: Person) -> None:
    """Acme's channel from now on."""
    text(owner.post("channels/new/?carrier=generic", name="Mapped", **MAPPED))
    acme.live.channel = acme.live.environment.channels.get(name="Mapped")


def test_settings_are_shown_again_and_secrets_kept(acme: House, owner: Person, viewer: Person) -> None:
    a_mapped_channel(acme, owner)
    page = text(owner.get("channels/{channel_id}/"))
    assert 'value="Content"' in page
    assert "let-me-in-0123" not in page
    assert "as you have described it below" in page
    assert 'value="Content"' not in text(viewer.get("channels/{channel_id}/"))
    changed = {name: value for name, value in MAPPED.items() if name not in ("token", "answerBody")}
    text(owner.post("channels/{channel_id}/", **{**changed, "textField": "Message"}))
    acme.live.channel.refresh_from_db()
    kept = {"token": "let-me-in-0123", **changed, "textField": "Message"}
    assert acme.live.channel.credentials() == kept


def test_another_way_to_show_the_secret_replaces_the_first(acme: House, owner: Person) -> None:
    a_mapped_channel(acme, owner)
    text(owner.post("channels/{channel_id}/", hmacSecret="between-us", hmacHeader="X-Signature"))
    acme.live.channel.refresh_from_db()
    assert acme.live.channel.credentials() == {"hmacSecret": "between-us", "hmacHeader": "X-Signature"}


def test_a_mistake_in_a_mapping_opens_its_section(owner: Person) -> None:
    page = text(owner.post("channels/new/?carrier=generic", token="let-me-in-0123", textField="data[x]"))
    assert "Must be keys with dots" in page.partition('id="id_textField_error"')[2].partition("</p>")[0]
    assert '<details class="more" open><summary>Where the fields are</summary>' in page
    assert '<details class="more"><summary>What we answer</summary>' in page


def test_a_request_can_be_tried_on_the_page(acme: House, owner: Person) -> None:
    a_mapped_channel(acme, owner)
    assert "Try a request" in text(owner.get("channels/{channel_id}/"))
    form = "from=%2B33639980417&to=%2B33939000001&Content=%C3%87a+va+%3F&sentAt=23%2F11%2F2026+09%3A30"
    page = text(owner.post("channels/{channel_id}/try/", body=form))
    assert "Ça va ?" in page
    assert "+33 6 39 98 04 17" in page
    assert "None: a repeat within seconds" in page
    page = text(owner.post("channels/{channel_id}/try/", body="from=%2B33639980417&to=38600&text=x"))
    assert "<code>/Content</code> is required" in page
    assert owner.post("channels/{channel_id}/try/", body="x" * 100_001).status_code == 200


def test_a_line_has_nothing_to_try(acme: House, owner: Person) -> None:
    given: dict[str, Any] = {"host": "smsc.example.com", "systemId": "acme", "password": "s3cret"}
    text(owner.post("channels/new/?carrier=smpp", name="Line", **given))
    acme.live.channel = acme.live.environment.channels.get(name="Line")
    assert "Try a request" not in text(owner.get("channels/{channel_id}/"))
    assert owner.post("channels/{channel_id}/try/").status_code == 404
