"""Somebody on their way in, with a password and perhaps an authenticator app."""

from __future__ import annotations

from typing import Any

from django.test import Client

from accounts import factors
from accounts.audit import SYSTEM
from accounts.clock import clock
from accounts.models import AuditEntry, User
from smsgateway.code import code
from tests.cast import PASSWORD

HERE, ELSEWHERE = "192.0.2.10", "198.51.100.20"


class Guest:
    def __init__(self, http: Client, user: User, address: str = HERE) -> None:
        self.http, self.user, self.address = http, user, address
        self.secret = ""

    def get(self, path: str, **query: str) -> Any:
        return self.http.get(path, query, REMOTE_ADDR=self.address)

    def post(self, path: str, **data: str) -> Any:
        return self.http.post(path, data, REMOTE_ADDR=self.address)

    def password(self, password: str = PASSWORD, **more: str) -> Any:
        return self.post("/login/", email=self.user.email, password=password, **more)

    def with_app(self) -> Guest:
        """Give the person an authenticator app."""
        self.secret = factors.new_secret()
        factors.keep_app(self.user, self.secret, SYSTEM)
        return self

    def code(self) -> str:
        return code(self.secret, clock().timestamp())

    def second(self, text: str = "") -> Any:
        return self.post("/login/second/", code=text or self.code())

    def log_in(self) -> Guest:
        answer = self.password()
        assert answer.status_code == 302, answer.content
        if self.secret:
            answer = self.second()
            assert answer.status_code == 302, answer.content
        return self


def trail(user: User) -> set[str]:
    """The actions that the audit trail has of `user`. While the clock stands still they have no order."""
    return set(AuditEntry.objects.filter(target_id=user.pk).values_list("action", flat=True))
