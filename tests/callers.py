"""Everybody who may ask: people in each role, keys and tokens with what each may, keys for one scope, strangers."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import NamedTuple

from django.test import Client

from accounts import clients, granting, keys
from accounts.audit import SYSTEM
from accounts.models import KeyAddress
from accounts.roles import PERMISSIONS, SCOPES, Role
from tests.cast import House, Side, sign_in


class Caller(NamedTuple):
    """Somebody who asks. `may` is None of who is not known; `secrets`: what was told them once."""

    http: Client
    side: Side
    may: frozenset[str] | None
    secrets: tuple[str, ...] = ()

    @property
    def headers(self) -> dict[str, str]:
        """What a program shows with each request."""
        shown = self.http.defaults.get("HTTP_AUTHORIZATION")
        return {"Authorization": shown} if shown else {}


def bearer(text: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {text}"})


def able(side: Side, may: Collection[str]) -> list[str]:
    """Those of the permissions that a program of that environment can have."""
    return [scope for scope in granting.offered(side.environment, SCOPES) if scope in may]


def of_key(side: Side, may: Collection[str]) -> Caller:
    scopes = able(side, may)
    if not scopes:
        return Caller(Client(), side, None)  # there is no such key
    key, text = keys.create(side.environment, SYSTEM, name="walker", held=SCOPES, scopes=scopes)
    KeyAddress.objects.create(key=key, address="127.0.0.1", first_used_at=key.created_at)
    return Caller(bearer(text), side, frozenset(scopes), (text,))


def of_token(side: Side, may: Collection[str]) -> Caller:
    scopes = able(side, may)
    client, secret = clients.create(side.environment, SYSTEM, name="walker", held=SCOPES, scopes=scopes)
    asked = {"grant_type": "client_credentials", "client_id": client.client_id, "client_secret": secret}
    token = Client().post("/oauth/token", asked).json()["access_token"]
    return Caller(bearer(token), side, frozenset(scopes), (secret, token))


def of_revoked_key(side: Side) -> Caller:
    caller = of_key(side, SCOPES)
    keys.revoke(side.environment.keys.latest("pk"), SYSTEM)
    return caller._replace(may=None)


def of_person(house: House, role: str) -> Caller:
    http = Client()
    sign_in(http, house.users[role])
    return Caller(http, house.live, frozenset(PERMISSIONS[role]))


def nobody(house: House) -> Caller:
    return Caller(Client(), house.live, None)


Making = Callable[[House], Caller]


def making_key(may: Collection[str]) -> Making:
    return lambda house: of_key(house.live, may)


def making_token(may: Collection[str]) -> Making:
    return lambda house: of_token(house.live, may)


ROLES: dict[str, Making] = {
    **{f"a key of {role}": making_key(PERMISSIONS[role]) for role in Role.values},
    **{f"a token of {role}": making_token(PERMISSIONS[role]) for role in Role.values},
}
PROGRAMS: dict[str, Making] = {
    **ROLES,
    **{f"a key for {scope}": making_key([scope]) for scope in SCOPES},
    "a key of the sandbox": lambda house: of_key(house.sandbox, SCOPES),
    "a program that shows nothing": nobody,
    "a guess": lambda house: Caller(bearer("sk_live_" + "a" * 55), house.live, None),
    "a revoked key": lambda house: of_revoked_key(house.live),
}
PEOPLE: dict[str, Making] = {
    **{role: partial(of_person, role=role) for role in Role.values},
    "somebody who is not logged in": nobody,
}
CALLERS: dict[str, Making] = PROGRAMS | PEOPLE
