"""What every request to the web process gets first: an id, and the client's true address."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts import ids
from accounts.proxies import client_address
from smsgateway.logs import present_request

Handler = Callable[[HttpRequest], HttpResponse]


class RequestId:
    """Names each request, as its caller did or anew: in `Request-Id`, logs, audit entries and errors."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META["REQUEST_ID"] = name = ids.request_name(request.META.get("HTTP_REQUEST_ID", ""))
        mark = present_request.set(name)
        try:
            response = self.get_response(request)
        finally:
            present_request.reset(mark)
        response["Request-Id"] = name
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
