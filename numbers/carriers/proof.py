"""How a system of the customer's own shows a shared secret, where it cannot sign as Standard Webhooks do.

A token in a header or in the query, an HMAC-SHA256 of the raw body, or HTTP Basic. Which of them is decided by the
credentials that the channel has, never by the request.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from numbers.carriers import basic
from numbers.carriers.base import CarrierRequest, CredentialField, Refused, secret_problem
from numbers.carriers.forms import form_of, query_of
from numbers.carriers.rules import ascii_text, header_problem, one_of

WAYS = ("secret", "token", "hmacSecret", "username")
ENCODINGS = ("hex", "base64")


def _token_problem(token: str) -> str | None:
    return secret_problem(token) or (None if len(token) >= 8 else _("Must have 8 characters or more."))


def only(way: str) -> Callable[[Mapping[str, str]], str | None]:
    """Whether this is the one way in which the channel's callers show who they are."""

    def problem(given: Mapping[str, str]) -> str | None:
        others = [other for other in WAYS if other != way and other in given]
        return _("Give only one of this and %(others)s.") % {"others": ", ".join(others)} if others else None

    return problem


def _hmac_problem(given: Mapping[str, str]) -> str | None:
    if given.get("bodyKind") == "query":
        return _("An HMAC is over the body, and a query has none.")
    return only("hmacSecret")(given)


def _parameter_problem(given: Mapping[str, str]) -> str | None:
    return _("Give only one of this and tokenHeader.") if "tokenHeader" in given else None


SECTION = gettext_lazy("Other ways to show the secret")
credentials: Mapping[str, CredentialField] = {
    "token": CredentialField(
        gettext_lazy(
            "Instead of the signing secret: a token that the sender shows as it is, as `Authorization: Bearer …` "
            "unless one of the next two fields says otherwise. 8 to 200 characters."
        ),
        _token_problem,
        required=False,
        section=SECTION,
        beside=only("token"),
    ),
    "tokenHeader": CredentialField(
        gettext_lazy("The header that the token comes in, such as `X-Token`."),
        header_problem,
        required=False,
        secret=False,
        needs="token",
        section=SECTION,
    ),
    "tokenParameter": CredentialField(
        gettext_lazy("The parameter of the query that the token comes in, such as `key`."),
        ascii_text(64),
        required=False,
        secret=False,
        needs="token",
        section=SECTION,
        beside=_parameter_problem,
    ),
    "hmacSecret": CredentialField(
        gettext_lazy("Instead: the secret of an HMAC-SHA256 over the raw body."),
        secret_problem,
        required=False,
        needs="hmacHeader",
        section=SECTION,
        beside=_hmac_problem,
    ),
    "hmacHeader": CredentialField(
        gettext_lazy("The header that the HMAC comes in, such as `X-Signature`."),
        header_problem,
        required=False,
        secret=False,
        needs="hmacSecret",
        section=SECTION,
    ),
    "hmacEncoding": CredentialField(
        gettext_lazy("How it is written: hex by default, or base64."),
        one_of(*ENCODINGS),
        required=False,
        secret=False,
        needs="hmacSecret",
        choices=ENCODINGS,
        section=SECTION,
    ),
    "hmacPrefix": CredentialField(
        gettext_lazy("What stands before it in the header, such as `sha256=`."),
        ascii_text(20),
        required=False,
        secret=False,
        needs="hmacSecret",
        section=SECTION,
    ),
    **{
        name: CredentialField(
            about,
            basic.credentials[name].problem,
            required=False,
            secret=basic.credentials[name].secret,
            needs=basic.credentials[name].needs,
            section=SECTION,
            beside=only("username") if name == "username" else None,
        )
        for name, about in (
            ("username", gettext_lazy("Instead: the user name that the sender shows by HTTP Basic.")),
            ("password", gettext_lazy("The password that goes with it. Make it long and random.")),
        )
    },
}


def verify(request: CarrierRequest, credentials: Mapping[str, str]) -> None:
    """Check what the channel's credentials ask for; raises Refused."""
    if "hmacSecret" in credentials:
        _check_hmac(request, credentials)
    elif "token" in credentials:
        _check_token(request, credentials)
    else:
        basic.verify(request, credentials)


def _check_hmac(request: CarrierRequest, credentials: Mapping[str, str]) -> None:
    given = request.headers.get(credentials["hmacHeader"].lower(), "").strip()
    prefix, encoding = credentials.get("hmacPrefix", ""), credentials.get("hmacEncoding", "hex")
    if not given:
        raise Refused(401, "missingSignature")
    digest = hmac.digest(credentials["hmacSecret"].encode(), request.body, "sha256")
    if encoding == "hex":
        expected, given = prefix + digest.hex(), given[: len(prefix)] + given[len(prefix) :].lower()
    else:
        expected = prefix + b64encode(digest).decode()
    if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
        raise Refused(401, "wrongSignature")


def _check_token(request: CarrierRequest, credentials: Mapping[str, str]) -> None:
    given = _shown(request, credentials)
    if not given:
        raise Refused(401, "missingToken")
    if not hmac.compare_digest(credentials["token"].encode(), given):
        raise Refused(401, "wrongToken")


def _shown(request: CarrierRequest, credentials: Mapping[str, str]) -> bytes:
    """The token of the request, empty where it has none."""
    if parameter := credentials.get("tokenParameter"):
        values = form_of(query_of(request)).get(parameter.encode(), [b""])
        return values[0]
    if header := credentials.get("tokenHeader"):
        return request.headers.get(header.lower(), "").strip().encode("utf-8", "replace")
    scheme, _space, token = request.headers.get("authorization", "").partition(" ")
    return token.strip().encode("utf-8", "replace") if scheme.lower() == "bearer" else b""
