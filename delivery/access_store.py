"""An endpoint's access as a row keeps it: sealed, with the end of its client certificate in the clear."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts import keyring
from accounts.encryption import Unsealable
from delivery import certificates
from delivery.access import shown
from delivery.allowlist import Allowlist
from delivery.models import ACCESS, Endpoint
from delivery.receivers import is_ours

log = logging.getLogger("smsgateway.delivery")


def stored_access(endpoint: Endpoint) -> dict[str, Any] | None:
    """The access with its secrets; None where it does not open."""
    try:
        return endpoint.access
    except Unsealable:
        log.exception("an access does not open", extra={"endpoint": str(endpoint.pk)})
        return None


def seal_access(endpoint: Endpoint, access: Mapping[str, Any]) -> None:
    """Put what `access_of` made into the row, which the caller saves."""
    key = keyring.of(endpoint.environment.tenant_id)
    endpoint.sealed_access = key.seal(json.dumps(access).encode(), ACCESS, endpoint.pk) if access else None
    endpoint.certificate_expires_at = certificate_expiry(access)


def certificate_expiry(access: Mapping[str, Any]) -> datetime | None:
    """When its client certificate ends."""
    pair = access.get("clientCertificate")
    return certificates.expiry(pair["certificate"]) if pair else None


def shown_access(endpoint: Endpoint) -> dict[str, Any] | None:
    """The access without its secrets; None where it does not open."""
    access = stored_access(endpoint)
    return None if access is None else shown(access)


def for_trail(endpoint: Endpoint) -> dict[str, Any] | None:
    """As shown, and without what stands behind the question mark of the token server's URL."""
    access = shown_access(endpoint)
    if access and "oauth2" in access:
        url = access["oauth2"]["tokenUrl"].partition("?")[0]
        access["oauth2"] = {**access["oauth2"], "tokenUrl": url}
    return access


def lies_outside(endpoint: Endpoint, allowlist: Allowlist | None) -> bool:
    """Whether the environment's destinations leave out where its requests or its tokens come from."""
    if allowlist is None:
        return False
    token_server = (stored_access(endpoint) or {}).get("oauth2", {}).get("tokenUrl")
    url = "" if is_ours(endpoint.url) else endpoint.url
    return any(map(allowlist.leaves_out, filter(None, (url, token_server))))
