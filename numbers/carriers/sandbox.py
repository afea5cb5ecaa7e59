"""For trying things out: the generic carrier's JSON behind a bearer token, so that one plain `curl` sends a text."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.ids import uuid7
from numbers.carriers.base import CarrierRequest, CredentialField, InboundSms, Refused
from numbers.carriers.generic import accepted, deadline_s, read, try_again

__all__ = ["accepted", "credentials", "deadline_s", "methods", "name", "parse", "try_again", "verify"]

SECRET_LENGTH = range(8, 201)


def _secret_problem(secret: str) -> str | None:
    if len(secret) in SECRET_LENGTH and secret.isascii() and secret.isprintable() and " " not in secret:
        return None
    return _("Must be 8 to 200 printable ASCII characters without spaces.")


name = "sandbox"
methods = frozenset({"POST"})
credentials: Mapping[str, CredentialField] = {
    "secret": CredentialField(
        gettext_lazy("The token to send as `Authorization: Bearer …`."), _secret_problem
    ),
}


def verify(request: CarrierRequest, credentials: Mapping[str, str]) -> None:
    """Check the bearer token."""
    scheme, _space, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Refused(401, "missingToken")
    if not hmac.compare_digest(credentials["secret"].encode(), token.strip().encode("utf-8", "replace")):
        raise Refused(401, "wrongToken")


def parse(request: CarrierRequest, credentials: Mapping[str, str]) -> list[InboundSms]:
    """One text; where the body has no id, each request is a text of its own."""
    return [read(request.body, str(uuid7()))]
