"""What every request to the web process gets first: an id, and the client's true address."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts.ids import uuid7
from accounts.proxies import client_address

Handler = Callable[[HttpRequest], HttpResponse]


class RequestId:
    """Gives each request an id of ours, shows it in `Request-Id`, and hands it to audit entries and errors."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META["REQUEST_ID"] = f"req_{uuid7().hex}"
        response = self.get_response(request)
        response["Request-Id"] = request.META["REQUEST_ID"]
        return response


class ClientAddress:
    """Replaces REMOTE_ADDR by the address that the nearest trusted proxy saw; a client's own headers change nothing."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META["REMOTE_ADDR"] = client_address(
            request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", "")
        )
        return self.get_response(request)
