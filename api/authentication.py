"""Who asks: `Authorization: Bearer`, a key or an access token. It decides the environment; no request names one."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts import clients, keys
from accounts.models import Environment
from api import guesses

if TYPE_CHECKING:
    from rest_framework.views import APIView  # which reads the settings that name this module


@dataclass(frozen=True, slots=True)
class Program:
    """What asks: where it is at home and what it may do there. It is Django's idea of a user as well."""

    kind: Literal["key", "client"]
    id: UUID
    environment: Environment
    scopes: frozenset[str]
    note_use: Callable[[], None]  # for when the answer is on its way
    is_authenticated: Literal[True] = True


class BearerAuthentication(BaseAuthentication):
    """Sets `request.auth` to the Program; its `environment` is where every view starts."""

    def authenticate(self, request: Request) -> tuple[Program, Program] | None:
        if not get_authorization_header(request):
            return None
        text, address = credentials_of(request)
        program = program_of(text, address)
        if program is None:
            guesses.wrong(address)
            detail = _("This key or token is unknown, has ended, or is not for requests from your address.")
            raise AuthenticationFailed(detail, "invalid_key")
        return program, program

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="smsgateway"'


def credentials_of(request: Request) -> tuple[str, str]:
    """What a request shows for itself: the text of its key or token, and the address that it comes from."""
    scheme, _space, text = get_authorization_header(request).partition(b" ")
    bearer = text.strip().decode("latin-1") if scheme.lower() == b"bearer" else ""
    return bearer, request.META["REMOTE_ADDR"]  # the true one (smsgateway.middleware)


def open_still(shown: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the credentials that open something now."""
    return {one for one in shown if program_of(*one)}


def check_again(request: Request) -> None:
    """Raises AuthenticationFailed where the key that a long request came with is not valid any more."""
    for authenticator in request.authenticators or ():
        authenticator.authenticate(request)


def program_of(text: str, address: str) -> Program | None:
    """Whose API key or access token `text` is; None for anything that does not open from that address."""
    if text.startswith(clients.TOKEN):
        granted = clients.find(text, address)
        if granted is None:
            return None
        client, scopes = granted
        return Program("client", client.pk, client.environment, scopes, lambda: None)
    key = keys.find(text, address)
    if key is None:
        return None
    return Program(
        "key",
        key.pk,
        key.environment,
        frozenset(key.scopes),
        partial(keys.note_use, key, address),
    )


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
        self.message = _("This needs the scope %(scope)s, which your key or token does not have.") % {
            "scope": needed
        }
        self.code = "missing_scope"
        return False
