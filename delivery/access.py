"""What an endpoint asks of whoever calls it: headers, credentials, certificates. Checked when it is saved.

Given, kept and shown in one form, {"headers": [{"name", "value", "secret"}], "basic": {"username", "password"},
"bearer": {"token"}, "oauth2": {"tokenUrl", "clientId", "clientSecret", "scope", "audience", "authMethod"},
"clientCertificate": {"certificate", "key"}, "caCertificate"}; what is absent is not asked for. Kept sealed
(`Endpoint.sealed_access`). Shown, each secret is null, and a null given for an otherwise same entry keeps the secret.

Sources: RFC 9110 §5 (fields), RFC 7617 (Basic), RFC 6750 (bearer), RFC 6749 §4.4 and appendix A (client credentials).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import Invalid
from delivery import certificates
from delivery.policy import Errors, refuse_strangers

FIELDS = ("headers", "basic", "bearer", "oauth2", "clientCertificate", "caCertificate")
AUTHORIZING = ("basic", "bearer", "oauth2")
AUTH_METHODS = ("client_secret_basic", "client_secret_post")
MOST_HEADERS = 20
LONGEST_NAME = 100
LONGEST = 4096  # characters of a value
LONGEST_PEM = 65_536

NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
VALUE = re.compile(r"[\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?")
USERNAME = re.compile(r"[^:\x00-\x1f\x7f\ud800-\udfff]+")
PASSWORD = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]+")
TOKEN = re.compile(r"[\x21-\x7e]+")
CLIENT = re.compile(r"[\x20-\x7e]+")
SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*")
PEM = re.compile(r"[\x20-\x7e\t\r\n]+")
SENTENCES: Mapping[re.Pattern[str], Any] = {
    NAME: gettext_lazy("Header names have letters, digits and hyphens."),
    VALUE: gettext_lazy("Use visible ASCII characters, with spaces only between them."),
    USERNAME: gettext_lazy("Neither a colon nor control characters."),
    PASSWORD: gettext_lazy("No control characters."),
    TOKEN: gettext_lazy("Use visible ASCII characters without spaces."),
    CLIENT: gettext_lazy("Use visible ASCII characters."),
    SCOPE: gettext_lazy("Scopes are words of visible ASCII characters, with one space between them."),
    PEM: gettext_lazy("This is no certificate in PEM form."),
}
# Ours, or the connection's.
FORBIDDEN = frozenset(
    """host content-length content-type content-encoding transfer-encoding connection keep-alive upgrade te trailer
    expect user-agent""".split()
)
FORBIDDEN_PREFIXES = ("webhook-", "smsgateway-", "proxy-")


class Part:
    """One object of what was given, and where it stands."""

    def __init__(self, value: Any, pointer: str, errors: Errors, known: tuple[str, ...]) -> None:
        self.pointer, self.errors = pointer, errors
        self.value: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
        self.broken = not isinstance(value, Mapping)
        if self.broken:
            self.refuse("", "invalid", _("Must be an object."))
        refuse_strangers(self.value, known, pointer, errors)

    def refuse(self, name: str, code: str, text: str) -> None:
        self.errors.append((f"{self.pointer}/{name}" if name else self.pointer, code, text))

    def text(
        self,
        name: str,
        form: re.Pattern[str],
        *,
        longest: int = LONGEST,
        kept: Any = None,
        needed: bool = True,
    ) -> str:
        """The text of a field, or what was kept where it is left out; empty where it is refused or not needed."""
        given = self.value.get(name)
        if given is None:
            if kept is None and needed and not self.broken:
                self.refuse(name, "required", _("This field is needed."))
            return str(kept or "")
        if not isinstance(given, str) or not 0 < len(given) <= longest:
            text = _("Must be a text of 1 to %(most)d characters.") % {"most": longest}
            self.refuse(name, "invalid", text)
            return ""
        if not form.fullmatch(given):
            self.refuse(name, "invalid", str(SENTENCES[form]))
            return ""
        return given


def access_of(given: Any, stored: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What is to be kept of `given`, with secrets it leaves out taken from `stored`. Raises Invalid below /access."""
    errors: Errors = []
    whole = Part(given, "/access", errors, FIELDS)
    access: dict[str, Any] = {}
    for name in FIELDS:
        if whole.value.get(name) not in (None, []):
            access[name] = READERS[name](whole.value[name], stored.get(name), errors, now)
    refuse_two_ways(whole, access)
    if errors:
        raise Invalid(errors)
    return access


def refuse_two_ways(whole: Part, access: Mapping[str, Any]) -> None:
    """A request has one Authorization."""
    chosen = [name for name in AUTHORIZING if name in access]
    for name in chosen[1:]:
        whole.refuse(name, "ambiguous", _("Choose one of basic, bearer and oauth2."))
    for place, header in enumerate(access.get("headers", ())):
        if chosen and header["name"].lower() == "authorization":
            text = _("There is an Authorization already: %(chosen)s.") % {"chosen": chosen[0]}
            whole.refuse(f"headers/{place}/name", "ambiguous", text)


def headers_of(given: Any, stored: Any, errors: Errors, now: datetime) -> list[dict[str, Any]]:
    if not isinstance(given, list) or len(given) > MOST_HEADERS:
        text = _("Must be a list of at most %(most)d headers.") % {"most": MOST_HEADERS}
        errors.append(("/access/headers", "invalid", text))
        return []
    secret = {header["name"].lower(): header["value"] for header in stored or () if header["secret"]}
    seen: set[str] = set()
    return [
        header_of(one, f"/access/headers/{place}", secret, seen, errors) for place, one in enumerate(given)
    ]


def header_of(
    given: Any, pointer: str, stored: Mapping[str, str], seen: set[str], errors: Errors
) -> dict[str, Any]:
    part = Part(given, pointer, errors, ("name", "value", "secret"))
    name = part.text("name", NAME, longest=LONGEST_NAME)
    secret = part.value.get("secret", True)
    if not isinstance(secret, bool):
        part.refuse("secret", "invalid", _("Must be true or false."))
    value = part.text("value", VALUE, kept=stored.get(name.lower()) if secret is True else None)
    if name.lower() in FORBIDDEN or name.lower().startswith(FORBIDDEN_PREFIXES):
        part.refuse("name", "forbidden", _("This header is ours to set, or the connection's."))
    elif name and name.lower() in seen:
        part.refuse("name", "duplicate", _("This header is in the list already."))
    seen.add(name.lower())
    return {"name": name, "value": value, "secret": secret}


def basic_of(given: Any, stored: Any, errors: Errors, now: datetime) -> dict[str, Any]:
    part = Part(given, "/access/basic", errors, ("username", "password"))
    username = part.text("username", USERNAME)
    same = stored is not None and stored["username"] == username
    password = part.text("password", PASSWORD, kept=stored["password"] if same else None)
    return {"username": username, "password": password}


def bearer_of(given: Any, stored: Any, errors: Errors, now: datetime) -> dict[str, Any]:
    part = Part(given, "/access/bearer", errors, ("token",))
    return {"token": part.text("token", TOKEN, kept=stored and stored["token"])}


def oauth2_of(given: Any, stored: Any, errors: Errors, now: datetime) -> dict[str, Any]:
    names = ("tokenUrl", "clientId", "clientSecret", "scope", "audience", "authMethod")
    part = Part(given, "/access/oauth2", errors, names)
    made = {"tokenUrl": part.text("tokenUrl", TOKEN, longest=2000), "clientId": part.text("clientId", CLIENT)}
    # Whoever may change the address of the token server shall not learn the secret by it.
    same = stored is not None and all(stored[name] == made[name] for name in made)
    made["clientSecret"] = part.text("clientSecret", CLIENT, kept=stored["clientSecret"] if same else None)
    for name, form in (("scope", SCOPE), ("audience", CLIENT)):
        if text := part.text(name, form, needed=False):
            made[name] = text
    method = part.value.get("authMethod") or AUTH_METHODS[0]
    if method not in AUTH_METHODS:
        known = {"known": ", ".join(AUTH_METHODS)}
        part.refuse("authMethod", "invalid", _("Use one of: %(known)s.") % known)
    return made | {"authMethod": method}


def certificate_of(given: Any, stored: Any, errors: Errors, now: datetime) -> dict[str, Any]:
    part = Part(given, "/access/clientCertificate", errors, ("certificate", "key"))
    pem = part.text("certificate", PEM, longest=LONGEST_PEM)
    try:
        certificate = certificates.chain(pem, now) if pem else ""
    except certificates.Unusable as problem:
        part.refuse("certificate", "invalid", problem.detail)
        certificate = ""
    same = stored is not None and stored["certificate"] == certificate
    key = part.text("key", PEM, longest=LONGEST_PEM, kept=stored["key"] if same else None)
    if certificate and key:
        try:
            key = certificates.key_of(key, certificate)
        except certificates.Unusable as problem:
            part.refuse("key", "invalid", problem.detail)
    return {"certificate": certificate, "key": key}


def ca_of(given: Any, stored: Any, errors: Errors, now: datetime) -> str:
    part = Part({"caCertificate": given}, "/access", errors, ("caCertificate",))
    try:
        return certificates.bundle(part.text("caCertificate", PEM, longest=LONGEST_PEM), now)
    except certificates.Unusable as problem:
        if not errors or errors[-1][0] != "/access/caCertificate":
            part.refuse("caCertificate", "invalid", problem.detail)
        return ""


READERS = {
    "headers": headers_of,
    "basic": basic_of,
    "bearer": bearer_of,
    "oauth2": oauth2_of,
    "clientCertificate": certificate_of,
    "caCertificate": ca_of,
}
SECRETS = {"basic": "password", "bearer": "token", "oauth2": "clientSecret", "clientCertificate": "key"}


def shown(access: Mapping[str, Any]) -> dict[str, Any]:
    """What anybody may see of it: each secret is null."""
    without: dict[str, Any] = {
        name: {**access[name], secret: None} for name, secret in SECRETS.items() if name in access
    }
    if "headers" in access:
        without["headers"] = [
            {**header, "value": None} if header["secret"] else header for header in access["headers"]
        ]
    return {**access, **without}
