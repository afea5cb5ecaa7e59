"""Who asks: `Authorization: Bearer sk_…`. The key decides the environment; no request names one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts import services
from accounts.models import ApiKey


@dataclass(frozen=True, slots=True)
class Program:
    """What holds a key, as Django's idea of a user."""

    key_id: UUID
    is_authenticated: Literal[True] = True


class KeyAuthentication(BaseAuthentication):
    """Sets `request.auth` to the ApiKey; its `environment` is where every view starts."""

    def authenticate(self, request: Request) -> tuple[Program, ApiKey] | None:
        scheme, _space, text = get_authorization_header(request).partition(b" ")
        if not scheme:
            return None
        key = services.key_of(text.strip().decode("latin-1")) if scheme.lower() == b"bearer" else None
        if key is None:
            raise AuthenticationFailed(_("This API key is unknown or was revoked."), "invalid_key")
        return Program(key.pk), key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="smsgateway"'


def check_again(request: Request) -> None:
    """Raises AuthenticationFailed where the key that a long request came with is not valid any more."""
    for authenticator in request.authenticators or ():
        authenticator.authenticate(request)
