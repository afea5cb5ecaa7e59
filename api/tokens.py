"""POST /oauth/token: the client credentials grant (RFC 6749 §4.4), and no other.

django-oauth-toolkit reads the request and stores the token, as a digest; oauthlib decides by the RFC's rules. What is
ours is whose secret it is, which scopes there are, and the trail.
"""

from __future__ import annotations

from base64 import b64decode
from math import ceil
from typing import Any
from urllib.parse import unquote_plus

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from oauth2_provider.oauth2_backends import OAuthLibCore
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.scopes import BaseScopes
from oauthlib.oauth2 import BackendApplicationServer

from accounts import audit, clients
from accounts.clock import clock
from accounts.models import OAuthClient
from accounts.roles import SCOPES
from api import guesses, limits
from api.errors import RETRY_AFTER_S, TooManyRequests

UNKNOWN = 401  # no such client, or not its secret


class Scopes(BaseScopes):  # type: ignore[misc]  # the library has no types
    """A client may ask for some of its scopes, and gets all of them where it asks for none."""

    def get_all_scopes(self) -> dict[str, object]:
        return SCOPES

    def get_available_scopes(self, application: Any = None, *_args: Any, **_kwargs: Any) -> list[str]:
        return list(application.scopes)

    get_default_scopes = get_available_scopes


class Validator(OAuth2Validator):  # type: ignore[misc]  # likewise
    """Knows clients by id and secret together, from the header or the body (RFC 6749 §2.3.1)."""

    def authenticate_client(self, request: Any, *_args: Any, **_kwargs: Any) -> bool:
        id, secret = in_header(request) or (request.client_id or "", request.client_secret or "")
        request.client = clients.authenticate(id, secret, request.headers["REMOTE_ADDR"])
        return request.client is not None

    def _check_and_set_request_resource(self, request: Any) -> None:
        request.resource = []  # there is one resource server, so that RFC 8707's parameter says nothing

    def _create_access_token(self, expires: Any, request: Any, token: Any, *args: Any, **kwargs: Any) -> Any:
        """Within the library's transaction. Raises TooManyRequests."""
        client: OAuthClient = request.client
        standing = limits.take(client.environment, client.pk, "POST")
        if standing is not None and not standing.allowed:
            raise TooManyRequests(standing.wait_s)
        OAuthClient.objects.filter(pk=client.pk).update(last_used_at=clock(client.environment))
        audit.record(
            audit.asking("client", client.pk, request.headers),
            "client.tokenIssued",
            client.pk,
            environment=client.environment,
            after={"scopes": token["scope"].split()},
        )
        return super()._create_access_token(expires, request, token, *args, **kwargs)


def in_header(request: Any) -> tuple[str, str] | None:
    """What stands in `Authorization: Basic`; None for anything else."""
    scheme, _space, text = request.headers.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        id, secret = b64decode(text).decode().split(":", 1)
    except ValueError:  # no base64, no UTF-8, or no colon
        return None
    return unquote_plus(id), unquote_plus(secret)


server = BackendApplicationServer(
    Validator(),
    token_generator=clients.new_token,
    token_expires_in=settings.OAUTH2_PROVIDER["ACCESS_TOKEN_EXPIRE_SECONDS"],
)
core = OAuthLibCore(server)


@csrf_exempt  # whoever asks shows a secret, not a cookie
@require_POST
@sensitive_post_parameters("client_secret")
def token(request: HttpRequest) -> HttpResponse:
    """A token, or an error as RFC 6749 §5.2 has it; 503 while the database is away, as the rest of the API.

    429 for a client that asks too often, and for a network that sends wrong secrets.
    """
    told = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    try:
        _url, headers, body, status = core.create_token_response(request)
        if status == UNKNOWN:
            guesses.wrong(request.META["REMOTE_ADDR"])
    except (TooManyRequests, guesses.TooManyWrongKeys) as error:
        headers, body, status = later(error.wait), '{"error": "slow_down"}', 429
    except (OperationalError, InterfaceError):
        headers, body, status = later(RETRY_AFTER_S), '{"error": "temporarily_unavailable"}', 503
    return HttpResponse(body, status=status, headers=told | headers)


def later(seconds: float) -> dict[str, str]:
    return {"Retry-After": str(max(1, ceil(seconds)))}
