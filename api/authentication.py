"""Who asks: `Authorization: Bearer sk_…`. The key decides the environment; no request names one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts import keys
from accounts.models import Environment

if TYPE_CHECKING:
    from rest_framework.views import APIView  # which reads the settings that name this module


@dataclass(frozen=True, slots=True)
class Program:
    """What asks: where it is at home and what it may do there. It is Django's idea of a user as well."""

    kind: Literal["key"]
    id: UUID
    environment: Environment
    scopes: frozenset[str]
    note_use: Callable[[], None]  # for when the answer is on its way
    is_authenticated: Literal[True] = True


class KeyAuthentication(BaseAuthentication):
    """Sets `request.auth` to the Program; its `environment` is where every view starts."""

    def authenticate(self, request: Request) -> tuple[Program, Program] | None:
        scheme, _space, text = get_authorization_header(request).partition(b" ")
        if not scheme:
            return None
        address = request.META["REMOTE_ADDR"]  # the true one (smsgateway.middleware)
        key = keys.find(text.strip().decode("latin-1"), address) if scheme.lower() == b"bearer" else None
        if key is None:
            detail = _("This API key is unknown, has ended, or is not for requests from your address.")
            raise AuthenticationFailed(detail, "invalid_key")
        program = Program(
            "key", key.pk, key.environment, frozenset(key.scopes), partial(keys.note_use, key, address)
        )
        return program, program

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="smsgateway"'


class Scoped(BasePermission):
    """Lets a program do what its scopes allow. A method that declares no permission (api.views.operation) is closed."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not isinstance(request.auth, Program):
            return False
        method = (request.method or "").lower()
        handler = getattr(view, method, None) if method in view.http_method_names else None
        if handler is None:
            return True  # the answer is 405 for everybody
        needed = getattr(handler, "permission", None)
        if needed in request.auth.scopes:
            return True
        self.message = _("This needs the scope %(scope)s, which the key does not have.") % {"scope": needed}
        self.code = "missing_scope"
        return False
