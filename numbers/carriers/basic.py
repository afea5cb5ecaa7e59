"""HTTP Basic, for carriers that sign nothing: the secret in the path says which channel, the password who calls.

Where the carrier publishes its addresses, the channel can be closed to all others.
"""

from __future__ import annotations

import hmac
from base64 import b64decode
from binascii import Error
from collections.abc import Mapping
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from numbers.carriers import networks
from numbers.carriers.base import CarrierRequest, CredentialField, Refused, secret_problem

# Many clients send their credentials only when asked for them.
CHALLENGE = {"WWW-Authenticate": 'Basic realm="smsgateway", charset="UTF-8"'}


def _username_problem(username: str) -> str | None:
    return _("Must not contain a colon.") if ":" in username else secret_problem(username)


credentials: Mapping[str, CredentialField] = {
    "username": CredentialField(
        gettext_lazy(
            "The user name that the carrier sends by HTTP Basic; put it into the carrier's console."
        ),
        _username_problem,
        secret=False,
        needs="password",
    ),
    "password": CredentialField(
        gettext_lazy("The password that goes with it. Make it long and random."),
        secret_problem,
        needs="username",
    ),
    **networks.credentials,
}

optional = {name: replace(field, required=False) for name, field in credentials.items()}


def verify(request: CarrierRequest, credentials: Mapping[str, str], status: int = 401) -> None:
    """Check the caller's address, and the `Authorization: Basic …` in constant time.

    `status` is the one of a refusal; by default a wrong address gets 403 and asks for no password.
    """
    networks.check(request, credentials, 403 if status == 401 else status)
    scheme, _space, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic" or not encoded:
        raise Refused(status, "missingCredentials", CHALLENGE)
    try:
        given = b64decode(encoded.strip(), validate=True)
    except (Error, ValueError):  # ValueError: not ASCII
        raise Refused(status, "malformedHeader", CHALLENGE) from None
    expected = f"{credentials['username']}:{credentials['password']}".encode()
    if not hmac.compare_digest(expected, given):
        raise Refused(status, "wrongCredentials", CHALLENGE)
