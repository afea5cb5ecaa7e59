"""OpenID Connect, as the one that relies on a provider: authorization code with PKCE, state and nonce.

OpenID Connect Core 1.0 §3.1 and Discovery 1.0 §4, RFC 7636 (PKCE), RFC 9207 (`iss` in the answer), RFC 9700. Nothing
here opens a connection: `Outside` is the guarded way out that the caller hands in (delivery.outside). Nothing that a
provider says is quoted to anybody: refusals are sentences of ours.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import math
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote_plus, urlencode, urlsplit

import jwt
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

#: What an id token may be signed with: public keys only, so that no published key is ever taken for a shared secret.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
WELL_KNOWN = "/.well-known/openid-configuration"
SCOPE = "openid email profile"
LEEWAY_S = 60  # between the provider's clock and ours
OLDEST_S = 600  # since a token was made: it comes straight from the provider
FRESH_S = 300  # since the person showed the provider who they are, where that was asked for
LONGEST_SUBJECT = 255  # Core §2
TOKENS = jwt.PyJWT({"enforce_minimum_key_length": True})
#: What says "with more than one factor": RFC 8176, PAPE and REFEDS, and OpenID's Enhanced Authentication Profile.
SEVERAL_FACTORS = frozenset(
    {
        "http://schemas.openid.net/pape/policies/2007/06/multi-factor",
        "https://refeds.org/profile/mfa",
        "phr",
        "phrh",
    }
)


class Refused(Exception):
    """Nobody comes in this way. `code` is for the trail and for tests, `detail` a sentence for the person."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


class Outside(Protocol):
    """The way out to addresses that customers named."""

    def trouble_with(self, url: str) -> tuple[str, str] | None:
        """Why nothing is asked of a URL, as a code and a sentence; None where all is well."""

    def fetch(
        self, url: str, form: Mapping[str, str] | None = None, authorization: str = ""
    ) -> Mapping[str, Any]:
        """The JSON object at a URL, by POST where there is a form. Raises Refused."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a provider says of itself (Discovery §3), as far as it is used."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    secret_in_body: bool
    names_itself: bool  # in each answer (RFC 9207)


@dataclass(frozen=True, slots=True)
class Client:
    """Who we are to the provider."""

    id: str
    secret: str
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Begun:
    """What is remembered of a person on their way to the provider, in their session."""

    state: str
    nonce: str
    verifier: str

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Claimed:
    """Whom the provider vouches for."""

    issuer: str
    subject: str
    email: str  # in lower case
    name: str
    several_factors: bool
    at: float  # when they showed the provider who they are, in Unix seconds; 0 where it does not say


def discover(issuer: str, outside: Outside) -> Metadata:
    """What the provider says of itself. Raises Refused where it does not answer, or for another issuer."""
    document = outside.fetch(issuer.rstrip("/") + WELL_KNOWN)
    if document.get("issuer") != issuer:
        detail = _("The provider calls itself otherwise than its issuer is written here.")
        raise Refused("issuer_differs", detail)
    methods = document.get("token_endpoint_auth_methods_supported")
    basic = not isinstance(methods, list) or "client_secret_basic" in methods  # Discovery §3: the default
    return Metadata(
        issuer,
        endpoint_in(document, "authorization_endpoint", issuer),
        endpoint_in(document, "token_endpoint", issuer),
        endpoint_in(document, "jwks_uri", issuer),
        endpoint_in(document, "userinfo_endpoint", issuer) if document.get("userinfo_endpoint") else "",
        secret_in_body=not basic,
        names_itself=document.get("authorization_response_iss_parameter_supported") is True,
    )


def endpoint_in(document: Mapping[str, Any], name: str, issuer: str) -> str:
    """One address of the provider: https, unless its issuer itself is not (which the guard allows in tests only)."""
    url = document.get(name)
    if isinstance(url, str) and urlsplit(url).scheme in {"https", urlsplit(issuer).scheme}:
        return url
    raise Refused("provider_incomplete", _("The provider’s description of itself lacks something we need."))


def begin() -> Begun:
    return Begun(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))


def authorization_url(provider: Metadata, client: Client, begun: Begun, *, again: bool = False) -> str:
    """Where the person's browser goes. `again`: the provider is to ask who they are though it knows."""
    query = {
        "response_type": "code",
        "client_id": client.id,
        "redirect_uri": client.redirect_uri,
        "scope": SCOPE,
        "state": begun.state,
        "nonce": begun.nonce,
        "code_challenge": begun.challenge,
        "code_challenge_method": "S256",
    }
    query |= {"prompt": "login", "max_age": "0"} if again else {}
    joint = "&" if "?" in provider.authorization_endpoint else "?"
    return provider.authorization_endpoint + joint + urlencode(query)


def finish(
    provider: Metadata,
    client: Client,
    begun: Begun,
    answer: Mapping[str, str],
    outside: Outside,
    now: datetime,
) -> Claimed:
    """Whom the provider vouches for, from what the browser brought back.

    The caller has found `begun` by the answer's state. Raises Refused.
    """
    tokens = outside.fetch(
        provider.token_endpoint, *redeeming(provider, client, begun, code_in(provider, answer))
    )
    claims = verified(str(tokens.get("id_token")), keys_of(provider, outside), now)
    must_be_meant_for_us(claims, provider.issuer, client.id, begun.nonce)
    told = claims if "email" in claims else userinfo(provider, claims["sub"], tokens, outside)
    return claimed(claims, told)


def keys_of(provider: Metadata, outside: Outside) -> list[Any]:
    """What it signs with now (RFC 7517 §5), fetched each time: a key that it withdrew counts no longer."""
    keys = outside.fetch(provider.jwks_uri).get("keys")
    if not isinstance(keys, list):
        raise Refused("provider_unreadable", _("The provider’s answer cannot be read."))
    return keys


def code_in(provider: Metadata, answer: Mapping[str, str]) -> str:
    """The code of an answer that came from this provider and says yes."""
    named = answer.get("iss", provider.issuer if not provider.names_itself else "")
    if named != provider.issuer:
        raise Refused("issuer_differs", _("The answer came from another provider than was asked."))
    if answer.get("error") == "access_denied":
        raise Refused("cancelled", _("You did not sign in at your organisation’s provider."))
    if answer.get("error") or not answer.get("code"):
        raise Refused("provider_refused", _("Your organisation’s provider did not sign you in."))
    return answer["code"]


def redeeming(provider: Metadata, client: Client, begun: Begun, code: str) -> tuple[Mapping[str, str], str]:
    """The form that turns a code into tokens, and the Authorization header beside it (RFC 6749 §2.3.1)."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": client.redirect_uri,
        "code_verifier": begun.verifier,
    }
    if provider.secret_in_body:
        return form | {"client_id": client.id, "client_secret": client.secret}, ""
    pair = f"{quote_plus(client.id)}:{quote_plus(client.secret)}"
    return form, f"Basic {base64.b64encode(pair.encode()).decode()}"


def verified(token: str, keys: Sequence[Any], now: datetime) -> Mapping[str, Any]:
    """The claims of a token that one of the keys signed, at present good. Raises Refused."""
    for key in matching(token, keys):
        try:
            claims: dict[str, Any] = TOKENS.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                options={
                    "require": ["iss", "sub", "aud", "exp", "iat", "nonce"],
                    "verify_aud": False,  # for whom and when is asked below, of our own clock
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
        except (jwt.PyJWTError, ValueError):
            continue
        must_be_of_now(claims, now)
        return claims
    raise Refused("token_unsigned", _("The provider’s answer is not signed as it must be."))


def matching(token: str, keys: Sequence[Any]) -> Iterator[jwt.PyJWK]:
    """The keys that may have signed it: of the name, and for the algorithm, that its head gives."""
    try:
        head = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError):
        return
    name, algorithm = head.get("kid"), head.get("alg")
    if algorithm not in ALGORITHMS:
        return
    for key in keys:
        if not isinstance(key, dict) or (name is not None and key.get("kid") != name):
            continue
        if key.get("use", "sig") != "sig" or key.get("alg", algorithm) != algorithm:
            continue
        try:
            yield jwt.PyJWK(key, algorithm)
        except (jwt.PyJWTError, ValueError):
            continue


def must_be_of_now(claims: Mapping[str, Any], now: datetime) -> None:
    at = now.timestamp()
    times = [claims.get(name) for name in ("exp", "iat")] + [claims.get("nbf", 0)]
    if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in times):
        raise Refused("token_malformed", _("The provider’s answer cannot be read."))
    exp, iat, nbf = (float(one) for one in times if one is not None)
    if not (at < exp + LEEWAY_S and at - OLDEST_S < iat < at + LEEWAY_S and nbf < at + LEEWAY_S):
        detail = _("The provider’s answer is too old, or its clock is wrong.")
        raise Refused("token_expired", detail)


def must_be_meant_for_us(claims: Mapping[str, Any], issuer: str, client_id: str, nonce: str) -> None:
    """Core §3.1.3.7: of this issuer, for this client, in answer to this request."""
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    party = claims.get("azp", client_id if len(audience) == 1 else None)
    if claims["iss"] != issuer:
        raise Refused("token_issuer", _("The answer came from another provider than was asked."))
    if client_id not in audience or party != client_id:
        raise Refused("token_audience", _("The provider’s answer was meant for another application."))
    if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
        raise Refused("token_nonce", _("The provider’s answer belongs to another try to sign in."))
    if not 0 < len(claims["sub"]) <= LONGEST_SUBJECT:
        raise Refused("token_malformed", _("The provider’s answer cannot be read."))


def userinfo(
    provider: Metadata, subject: str, tokens: Mapping[str, Any], outside: Outside
) -> Mapping[str, Any]:
    """The claims that the token left out (Core §5.3): they count only for the same subject."""
    if not provider.userinfo_endpoint:
        return {}
    told = outside.fetch(provider.userinfo_endpoint, authorization=f"Bearer {tokens.get('access_token')}")
    if told.get("sub") != subject:
        raise Refused("subject_differs", _("The provider answered about two different people."))
    return told


def claimed(claims: Mapping[str, Any], told: Mapping[str, Any]) -> Claimed:
    email, name = told.get("email"), told.get("name")
    if not isinstance(email, str) or told.get("email_verified") is not True:
        detail = _("Your organisation’s provider does not say that it verified your e-mail address.")
        raise Refused("email_unverified", detail)
    try:
        validate_email(email.strip())
    except ValidationError:
        raise Refused("email_malformed", _("What the provider calls your e-mail address is none.")) from None
    return Claimed(
        claims["iss"],
        claims["sub"],
        email.strip().lower(),
        name.strip()[:120] if isinstance(name, str) else "",
        several_factors(claims),
        moment(claims.get("auth_time")),
    )


def moment(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else 0.0


def several_factors(claims: Mapping[str, Any]) -> bool:
    """Whether the provider says that it asked for more than one factor."""
    methods = claims.get("amr")
    return "mfa" in (methods if isinstance(methods, list) else ()) or claims.get("acr") in SEVERAL_FACTORS


def must_be_fresh(claimed: Claimed, now: datetime) -> None:
    """Raises Refused unless the person showed the provider who they are just now."""
    if not abs(now.timestamp() - claimed.at) <= FRESH_S:
        raise Refused("not_fresh", _("The provider did not ask you again who you are."))
