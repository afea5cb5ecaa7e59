"""An OpenID provider that is not ours (npm's oidc-provider, in tests/oidc), and somebody who signs in at it."""

from __future__ import annotations

import json
import re
import subprocess
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from django.test import Client

from accounts import sso
from accounts.audit import SYSTEM
from accounts.ids import public
from accounts.models import IdentityProvider, Tenant
from accounts.roles import PERMISSIONS, Role
from delivery import outside
from tests.live import WITHIN_S
from tests.node import install

FOLDER = Path(__file__).resolve().parent / "oidc"
CLIENT_ID, SECRET = "smsgateway", "only for tests: colons, & and spaces are part of it"
FORM = re.compile(r'<form method="post"')


class Provider:
    """The provider as a process. Its page asks who one is and believes it, where `account` made it known."""

    def __init__(self, redirect_uri: str, **options: Any) -> None:
        install(FOLDER)
        told = {"redirectUri": redirect_uri, "clientId": CLIENT_ID, "secret": SECRET} | options
        self.process = subprocess.Popen(
            ["node", "provider.js", json.dumps(told)],
            cwd=FOLDER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.redirect_uri = redirect_uri
        self.issuer: str = self.hear()["issuer"]

    def hear(self) -> dict[str, Any]:
        """The next event, which comes at once or not at all; the library says other things too."""
        assert self.process.stdout is not None
        timer = threading.Timer(WITHIN_S, self.process.kill)
        timer.start()
        line = next(line for line in self.process.stdout if line.startswith("{"))
        timer.cancel()
        heard: dict[str, Any] = json.loads(line)
        return heard

    def account(self, sub: str, email: str, **more: Any) -> str:
        """Somebody with a verified address, unless `claims` say otherwise."""
        claims = {"email": email, "email_verified": True, "name": "Grace Hopper"} | more.pop("claims", {})
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": "account", "sub": sub, "claims": claims} | more) + "\n")
        self.process.stdin.flush()
        assert self.hear()["sub"] == sub
        return sub

    def answer(self, url: str, sub: str, **form: str) -> str:
        """Where the browser of somebody who signs in as `sub` is sent in the end, from the URL that it was sent to."""
        with requests.Session() as browser:
            browser.trust_env = False
            page = browser.get(url, allow_redirects=False, timeout=WITHIN_S)
            while not page.headers.get("Location", "").startswith(self.redirect_uri):
                if page.is_redirect:
                    url = urljoin(page.url, page.headers["Location"])
                    page = browser.get(url, allow_redirects=False, timeout=WITHIN_S)
                else:
                    assert FORM.search(page.text), page.text
                    data = {"sub": sub} | form
                    page = browser.post(page.url, data=data, allow_redirects=False, timeout=WITHIN_S)
            return page.headers["Location"]

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()


def configured(tenant: Tenant, issuer: str, **columns: Any) -> IdentityProvider:
    """The tenant's provider, as its owner names it."""
    usual = {"client_id": CLIENT_ID, "client_secret": SECRET, "domains": ["acme.example", "acmesant.example"]}
    return sso.create(tenant, SYSTEM, PERMISSIONS[Role.OWNER], outside, issuer=issuer, **usual | columns)


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def begun(browser: Client, tenant: Tenant, **query: str) -> str:
    """Where the browser is sent that begins to sign in."""
    answer = browser.get(f"/login/{public('tenant', tenant.pk)}/go/", query)
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def sign_in(browser: Client, provider: Provider, tenant: Tenant, sub: str, **query: str) -> Any:
    """The whole way there and back; the page that stands at its end."""
    back = provider.answer(begun(browser, tenant, **query), sub)
    return browser.get(path_of(back))
