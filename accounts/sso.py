"""A tenant's single sign-on: which provider vouches for its people, for whom, and what it must be asked.

Who comes in by it is decided in accounts.sso_entry. The client secret is sealed with the tenant's key.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit, keyring, members, oidc
from accounts.audit import Actor
from accounts.clock import clock
from accounts.errors import Conflict, Forbidden, Invalid
from accounts.ids import public
from accounts.models import IdentityProvider, Tenant
from accounts.oidc import Client, Metadata, Outside, Refused

SECRET = "accounts_identityprovider.secret"  # noqa: S105  # the column's name, to which a sealed value is bound
MOST_DOMAINS = 20
LONGEST_SECRET = 1000
DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
NAMES = {
    "issuer": "issuer",
    "client_id": "clientId",
    "domains": "domains",
    "join_role": "joinRole",
    "enforced": "enforced",
    "trusts_second_factor": "trustsSecondFactor",
}

Errors = list[tuple[str, str, str]]


def of(tenant: Tenant) -> IdentityProvider | None:
    return IdentityProvider.objects.select_related("tenant").filter(tenant=tenant).first()


def sign_in_url(tenant: Tenant) -> str:
    """Where its people begin."""
    return f"{settings.PUBLIC_URL}/login/{public('tenant', tenant.pk)}/"


def redirect_uri(tenant: Tenant) -> str:
    """Where the provider sends them back; one a tenant, so that no provider's answer is taken for another's."""
    return f"{sign_in_url(tenant)}callback/"


def client_of(provider: IdentityProvider) -> Client:
    """Who we are to the provider. Raises Unsealable."""
    secret = keyring.open_text(provider.sealed_secret, SECRET, provider.pk)
    return Client(provider.client_id, secret, redirect_uri(provider.tenant))


def create(
    tenant: Tenant,
    actor: Actor,
    held: Collection[str],
    outside: Outside,
    *,
    client_secret: str,
    **columns: Any,
) -> IdentityProvider:
    """Name the tenant's provider: the columns of `NAMES`. Raises Invalid; Conflict where there is one already."""
    provider = IdentityProvider(tenant=tenant, created_at=clock())
    columns = cleaned(columns)
    must_be_right(columns, client_secret, outside)
    with transaction.atomic():
        Tenant.objects.select_for_update().get(pk=tenant.pk)
        if IdentityProvider.objects.filter(tenant=tenant).exists():
            raise Conflict("sso_exists", _("There is a provider already: change it."))
        take(provider, held, columns, client_secret)
        provider.save(force_insert=True)
        audit.record(actor, "sso.created", provider.pk, tenant=tenant, after=told(provider))
    return provider


def change(
    provider: IdentityProvider,
    actor: Actor,
    held: Collection[str],
    outside: Outside,
    *,
    client_secret: str | None = None,
    **columns: Any,
) -> IdentityProvider:
    """Change columns of `NAMES`, or the secret. Raises Invalid, Conflict, Forbidden.

    Sessions that another issuer vouched for end.
    """
    columns = cleaned(columns)
    must_be_right(columns, client_secret, outside)
    with transaction.atomic():
        provider = locked(provider)
        must_cover(held, provider)
        before = told(provider)
        take(provider, held, columns, client_secret)
        provider.save(update_fields=[*NAMES, "sealed_secret"])
        renewed = {"clientSecret": "replaced"} if client_secret is not None else {}
        after = told(provider) | renewed
        if before != after:
            audit.record(
                actor, "sso.updated", provider.pk, tenant=provider.tenant, before=before, after=after
            )
    return provider


@transaction.atomic
def remove(provider: IdentityProvider, actor: Actor, held: Collection[str]) -> None:
    """From now on nobody comes in by it, and who did is out; as whom it knew people is kept.

    Raises Conflict, Forbidden.
    """
    provider = locked(provider)
    must_cover(held, provider)
    audit.record(actor, "sso.deleted", provider.pk, tenant=provider.tenant, before=told(provider))
    provider.delete()


def check(provider: IdentityProvider, actor: Actor, outside: Outside) -> Metadata:
    """Ask the provider for its description and its keys, as each sign-in does.

    Raises Refused, which says what is wrong. Call it outside any transaction.
    """
    found, result = None, "right"
    try:
        found = oidc.discover(provider.issuer, outside)
        oidc.keys_of(found, outside)
    except Refused as problem:
        result = problem.code
        raise
    finally:
        audit.record(actor, "sso.checked", provider.pk, tenant=provider.tenant, after={"result": result})
    return found


def told(provider: IdentityProvider) -> dict[str, Any]:
    """What the trail keeps: all but the secret."""
    return {name: getattr(provider, column) for column, name in NAMES.items()}


def take(
    provider: IdentityProvider, held: Collection[str], columns: Mapping[str, Any], client_secret: str | None
) -> None:
    """Put values that are right into the row. Raises Invalid for a role that whoever asks could not give."""
    for column, value in columns.items():
        setattr(provider, column, value)
    must_cover(held, provider, pointer="/joinRole" if "join_role" in columns else "")
    if client_secret is not None:
        key = keyring.of(provider.tenant_id)
        provider.sealed_secret = key.seal(client_secret.encode(), SECRET, provider.pk)


def must_cover(held: Collection[str], provider: IdentityProvider, pointer: str = "") -> None:
    """Whoever decides who is believed must be able to give the role that comes of it."""
    if not provider.join_role:
        return
    try:
        members.check_role(held, provider.join_role)
    except Invalid as problem:
        if pointer:
            raise Invalid([(pointer, error.code, error.detail) for error in problem.errors]) from None
        detail = _("People join with a role that may do more than you, so this is not yours to change.")
        raise Forbidden("beyond_you", detail) from None


def locked(provider: IdentityProvider) -> IdentityProvider:
    """The row as it is now. Raises Conflict for one gone."""
    rows = IdentityProvider.objects.select_for_update(of=("self",)).select_related("tenant")
    found = rows.filter(pk=provider.pk).first()
    if found is None:
        raise Conflict("sso_gone", _("There is no provider any more."))
    return found


def cleaned(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Domains in lower case, once each; a name of a role, or nothing."""
    found = dict(columns)
    if "domains" in found:
        found["domains"] = list(dict.fromkeys(one.strip().lower().lstrip("@") for one in found["domains"]))
    if "join_role" in found:
        found["join_role"] = found["join_role"] or ""
    return found


def must_be_right(columns: Mapping[str, Any], client_secret: str | None, outside: Outside) -> None:
    """Raises Invalid naming each wrong column. It may look up the issuer's name: outside any transaction."""
    errors: Errors = []
    if "issuer" in columns:
        errors += wrong_issuer(columns["issuer"], outside)
    if "client_id" in columns and not (
        0 < len(columns["client_id"]) <= 255 and columns["client_id"].isprintable()
    ):
        errors.append(("/clientId", "invalid_value", _("Must be from 1 to 255 characters.")))
    if client_secret is not None and not 0 < len(client_secret) <= LONGEST_SECRET:
        errors.append(("/clientSecret", "invalid_value", _("Must be from 1 to 1,000 characters.")))
    if "domains" in columns:
        errors += wrong_domains(columns["domains"])
    if errors:
        raise Invalid(errors)


def wrong_issuer(issuer: str, outside: Outside) -> Errors:
    """Discovery 1.0 §2: a URL without query and fragment."""
    trouble = outside.trouble_with(issuer)
    if trouble is not None:
        return [("/issuer", *trouble)]
    if len(issuer) > 500 or urlsplit(issuer).query or "?" in issuer:
        return [("/issuer", "url_invalid", _("Must be a URL without a query."))]
    return []


def wrong_domains(domains: Sequence[str]) -> Errors:
    if not domains:
        return [("/domains", "required", _("Name at least one domain of your e-mail addresses."))]
    if len(domains) > MOST_DOMAINS:
        return [("/domains", "too_many", _("At most %(count)d.") % {"count": MOST_DOMAINS})]
    detail = _("Must be a domain such as example.com.")
    return [
        (f"/domains/{at}", "invalid_value", detail)
        for at, one in enumerate(domains)
        if len(one) > 253 or not DOMAIN.fullmatch(one)
    ]


def for_address(email: str) -> Tenant | None:
    """Whose provider asks for addresses of that domain, where one tenant alone says so.

    Domains are what tenants say, so where two do, neither is shown to the other's people.
    """
    domain = email.strip().lower().rpartition("@")[2]
    found = IdentityProvider.objects.select_related("tenant").filter(domains__contains=[domain])[:2]
    return found[0].tenant if len(found) == 1 else None
