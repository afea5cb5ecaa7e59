"""An OpenID provider that says whatever a test wants: right unless told otherwise."""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client

from accounts.models import Tenant
from tests.identity_provider import CLIENT_ID, begun, path_of
from tests.live import Receiver, Request, receiving

Token = Callable[[Mapping[str, Any]], str]


@cache
def rsa(number: int) -> RSAPrivateKey:
    """Keys take long to make, so one of each number."""
    return generate_private_key(65537, 2048)


def published(number: int = 0) -> dict[str, Any]:
    jwk: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(rsa(number).public_key(), as_dict=True)
    return jwk | {"kid": "k", "use": "sig", "alg": "RS256"}


def signed(claims: Mapping[str, Any], number: int = 0) -> str:
    return jwt.encode(dict(claims), rsa(number), "RS256", {"kid": "k"})


def unsigned(claims: Mapping[str, Any]) -> str:
    """alg none (RFC 8725 §2.1)."""
    return jwt.encode(dict(claims), "", "none", {"kid": "k"})


def confused(claims: Mapping[str, Any]) -> str:
    """HS256 with the published key for its secret (RFC 8725 §2.1), written by hand: libraries refuse to."""
    public = rsa(0).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head, body = ({"alg": "HS256", "kid": "k"}, dict(claims))
    text = b".".join(urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=") for one in (head, body))
    algorithm = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    return (text + b"." + urlsafe_b64encode(algorithm.sign(text, public)).rstrip(b"=")).decode()


@dataclass
class Forger:
    """What it says: `metadata` and `claims` are laid over what is right, `token` writes the id token."""

    receiver: Receiver
    metadata: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    keys: list[Any] = field(default_factory=lambda: [published()])
    token: Token = signed
    nonce: str = ""
    broken: Mapping[str, tuple[int, bytes]] = field(default_factory=dict)  # paths that answer otherwise

    @property
    def issuer(self) -> str:
        return self.receiver.url

    def behave(self, request: Request) -> tuple[int, dict[str, str], bytes]:
        path = urlsplit(request.path).path
        if path in self.broken:
            status, body = self.broken[path]
            return status, {}, body
        said = self.answer_at(path)
        return 200, {"Content-Type": "application/json"}, json.dumps(said).encode()

    def answer_at(self, path: str) -> Mapping[str, Any]:
        match path:
            case "/.well-known/openid-configuration":
                return self.description()
            case "/jwks":
                return {"keys": self.keys}
            case "/token":
                token = self.token(self.said())
                return {"access_token": "t", "token_type": "Bearer", "id_token": token}
        return self.userinfo

    def description(self) -> dict[str, Any]:
        url = self.issuer
        right = {
            "issuer": url,
            "authorization_endpoint": f"{url}/authorize",
            "token_endpoint": f"{url}/token",
        }
        return right | {"jwks_uri": f"{url}/jwks", "userinfo_endpoint": f"{url}/userinfo"} | self.metadata

    def said(self) -> dict[str, Any]:
        now = int(time.time())
        right = {"iss": self.issuer, "sub": "s-1", "aud": CLIENT_ID, "iat": now, "exp": now + 300}
        right |= {"nonce": self.nonce, "email": "grace@acme.example", "email_verified": True}
        return {name: value for name, value in (right | self.claims).items() if value is not ...}

    def sign_in(self, browser: Client, tenant: Tenant, **query: str) -> Any:
        """There and back, as somebody whom it sends back at once; `query` is laid over what it sends back."""
        asked = parse_qs(urlsplit(begun(browser, tenant)).query)
        self.nonce = asked["nonce"][0]
        back = {"code": "c", "state": asked["state"][0]} | query
        return browser.get(path_of(f"{asked['redirect_uri'][0]}?{urlencode(back)}"))


@contextmanager
def forging() -> Iterator[Forger]:
    with receiving() as receiver:
        forger = Forger(receiver)
        receiver.behave = forger.behave
        yield forger
