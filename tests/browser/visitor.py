"""Somebody at Acme in a real browser, who notes every complaint of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser

from accounts import factors
from accounts.audit import SYSTEM
from accounts.clock import clock
from smsgateway.code import code
from tests.cast import PASSWORD, House, Side

PAGES = (
    "",
    "messages/",
    "messages/{message_id}/",
    "deliveries/",
    "deliveries/?view=waiting",
    "deliveries/?view=all",
    "issues/",
    "issues/{issue_id}/",
    "requests/",
    "requests/?view=refused",
    "replays/",
    "replays/new/",
    "replays/{replay_id}/",
    "numbers/",
    "numbers/?view=requests",
    "numbers/?view=released",
    "numbers/available/",
    "numbers/request/",
    "numbers/requests/{number_request_id}/",
    "numbers/new/",
    "numbers/{number_id}/",
    "channels/",
    "channels/new/",
    "channels/new/?carrier=twilio",
    "channels/new/?carrier=generic",
    "channels/{channel_id}/",
    "routes/",
    "routes/new/",
    "routes/try/",
    "routes/versions/",
    "routes/{route_id}/",
    "endpoints/",
    "endpoints/new/",
    "endpoints/new/?kind=callback",
    "endpoints/new/?kind=polling",
    "endpoints/{callback_id}/",
    "endpoints/{callback_id}/template/",
    "endpoints/{queue_id}/",
    "endpoints/{endpoint_id}/",
    "endpoints/{endpoint_id}/policy/",
    "endpoints/{queue_id}/policy/",
    "endpoints/{endpoint_id}/access/",
    "destinations/",
    "api-keys/",
    "api-keys/new/",
    "api-keys/{key_id}/",
    "oauth-clients/",
    "oauth-clients/new/",
    "oauth-clients/{client_id}/",
    "members/",
    "single-sign-on/",
    "audit/",
    "audit/?seen=on",
)
WIDTHS = (1280, 390, 320)


#: Who types into the log-in before the browser has focused its first field.
TOO_FAST = "info: Autofocus processing was blocked"


class Visitor:
    """`page` is Playwright's; `complaints` holds console lines, script errors and requests to elsewhere."""

    def __init__(self, browser: Browser, url: str, house: House, **context: Any) -> None:
        self.root, self.house = url, house
        self.complaints: list[str] = []
        self.context = browser.new_context(
            viewport={"width": 1280, "height": 800},
            permissions=["clipboard-read", "clipboard-write"],
            locale="en-GB",
            **context,
        )
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.hear(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.watch(request.url))

    def hear(self, told: str) -> None:
        if not told.startswith(TOO_FAST):
            self.complaints.append(told)

    def watch(self, url: str) -> None:
        if urlsplit(url).netloc != urlsplit(self.root).netloc:
            self.complaints.append(f"request to {url}")

    def close(self) -> None:
        self.context.close()

    def log_in(self, role: str = "owner") -> None:
        code = self.code_of(role)
        self.give_password(role)
        self.page.get_by_label("Code").fill(code)
        self.page.get_by_role("button", name="Continue").click()
        self.page.wait_for_url("**/e/**")

    def give_password(self, role: str) -> None:
        self.page.goto(f"{self.root}/login/")
        self.page.locator("input[name=email]").fill(self.house.users[role].email)
        self.page.locator("input[name=password]").fill(PASSWORD)
        self.page.locator("form.sheet button").click()
        self.page.wait_for_url("**/login/second/")

    def code_of(self, role: str) -> str:
        """What this person's authenticator app shows, which they get now."""
        user, secret = self.house.users[role], factors.new_secret()
        factors.forget(user, SYSTEM)
        factors.keep_app(user, secret, SYSTEM)
        return code(secret, clock().timestamp())

    def go(self, path: str, side: Side | None = None) -> None:
        ids = (side or self.house.live).ids
        response = self.page.goto(f"{self.root}/e/{ids['env_id']}/{path.format(**ids)}")
        assert response is not None
        assert response.status == 200, path

    def prefer(self, name: str, value: str) -> None:
        self.context.add_cookies([{"name": name, "value": value, "url": self.root}])
