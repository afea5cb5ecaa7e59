"""Passkeys end to end: Chromium with an authenticator of its own, as a laptop with a fingerprint reader has one."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, expect
from pytest_django.live_server_helper import LiveServer

from accounts import factors
from accounts.models import AuditEntry
from tests.browser.visitor import Visitor
from tests.cast import PASSWORD, House


class Reader:
    """The fingerprint reader of a visitor's machine; `trusts` says whether it knows the finger."""

    def __init__(self, visitor: Visitor) -> None:
        self.session: CDPSession = visitor.context.new_cdp_session(visitor.page)
        self.session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        added = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.id = added["authenticatorId"]

    def trusts(self, yes: bool) -> None:
        self.session.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": yes})

    def credentials(self) -> list[dict[str, Any]]:
        found = self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})
        credentials: list[dict[str, Any]] = found["credentials"]
        return credentials


def add(visitor: Visitor, name: str) -> None:
    visitor.page.goto(f"{visitor.root}/profile/passkeys/new/")
    visitor.page.get_by_label("Name").fill(name)
    visitor.page.get_by_role("button", name="Make a passkey").click()


def leave(visitor: Visitor) -> None:
    visitor.page.goto(f"{visitor.root}/profile/")
    visitor.page.get_by_role("button", name="Log out").click()
    visitor.page.wait_for_url("**/login/")


def enter_by_passkey(visitor: Visitor) -> None:
    visitor.page.goto(f"{visitor.root}/login/")
    visitor.page.get_by_role("button", name="Log in with a passkey").click()


@pytest.fixture
def reader(visitor: Visitor) -> Reader:
    return Reader(visitor)


def test_a_passkey_from_its_making_to_its_end(visitor: Visitor, reader: Reader) -> None:
    page, owner = visitor.page, visitor.house.users["owner"]
    add(visitor, "Grace’s laptop")
    expect(page.get_by_text("shown this once")).to_be_visible()  # no recovery codes yet
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("Grace’s laptop").first).to_be_visible()
    leave(visitor)
    enter_by_passkey(visitor)
    page.wait_for_url("**/e/**")  # nothing but the passkey, and pages with content are open
    page.goto(f"{visitor.root}/profile/")
    page.get_by_text("Rename").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("Old laptop")
    page.get_by_role("row").filter(has_text="passkey").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Old laptop").first).to_be_visible()
    page.get_by_role("button", name="Remove Old laptop").click()
    expect(page.get_by_text("The second factor is removed.")).to_be_visible()
    assert {row.type for row in factors.of(owner)} == {factors.APP, factors.CODES}
    leave(visitor)
    enter_by_passkey(visitor)
    expect(page.get_by_text("This passkey opens no account here.")).to_be_visible()
    told = set(AuditEntry.objects.filter(target_id=owner.pk).values_list("action", flat=True))
    assert {"user.factorAdded", "user.factorRenamed", "user.factorRemoved", "user.signedIn"} <= told


def test_a_passkey_is_the_second_step_and_the_proof(visitor: Visitor, reader: Reader) -> None:
    page = visitor.page
    add(visitor, "Key")
    page.get_by_role("link", name="I have kept them").click()
    leave(visitor)
    page.get_by_label("E-mail").fill(visitor.house.users["owner"].email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/e/**")
    page.goto(f"{visitor.root}/confirm/?next=/profile/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/profile/")


def test_one_is_enough_for_a_role_that_needs_two(
    chromium: Browser, live_server: LiveServer, acme: House
) -> None:
    visitor = Visitor(chromium, live_server.url, acme)
    Reader(visitor)
    page = visitor.page
    page.goto(f"{visitor.root}/login/")
    page.get_by_label("E-mail").fill(acme.users["compliance"].email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_role("link", name="A passkey").click()
    page.get_by_role("button", name="Make a passkey").click()
    page.get_by_role("link", name="I have kept them").click()
    page.wait_for_url("**/e/**")
    visitor.close()
    assert visitor.complaints == []


def test_a_finger_that_it_does_not_know_opens_nothing(visitor: Visitor, reader: Reader) -> None:
    page = visitor.page
    add(visitor, "Key")
    page.get_by_role("link", name="I have kept them").click()
    leave(visitor)
    reader.trusts(False)
    enter_by_passkey(visitor)
    expect(page.get_by_text("The passkey did not answer.")).to_be_visible(timeout=20_000)
    assert page.url.endswith("/login/")


def test_an_answer_is_good_for_one_question(visitor: Visitor, reader: Reader) -> None:
    """What a passkey signed for one log-in is refused by the next."""
    page = visitor.page
    add(visitor, "Key")
    page.get_by_role("link", name="I have kept them").click()
    leave(visitor)
    signed: list[str] = []
    page.on(
        "request",
        lambda request: signed.append(request.post_data or "") if request.method == "POST" else None,
    )
    enter_by_passkey(visitor)
    page.wait_for_url("**/e/**")
    leave(visitor)
    page.goto(f"{visitor.root}/login/passkey/")  # a new question
    page.goto(f"{visitor.root}/login/")
    answer = next(data for data in signed if "credential=" in data)
    page.evaluate(
        """(answer) => {
          const form = document.querySelector("form[data-passkey]");
          form.elements.credential.value = new URLSearchParams(answer).get("credential");
          form.submit();
        }""",
        answer,
    )
    expect(page.get_by_text("This passkey opens no account here.")).to_be_visible()
