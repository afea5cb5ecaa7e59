"""What every request to the web process gets first: an id, and the client's true address."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts import ids
from accounts.proxies import client_address
from smsgateway.logs import present_request

Handler = Callable[[HttpRequest], HttpResponse]
#: What a caller may name a request: one of our ids, a UUID, or a trace id. Nothing else, since it goes into logs.
NAME = re.compile(r"req_[0-9a-v]{26}|[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class RequestId:
    """Names each request, as its caller did or anew: in `Request-Id`, logs, audit entries and errors."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META["REQUEST_ID"] = name = name_of(request.META.get("HTTP_REQUEST_ID", ""))
        mark = present_request.set(name)
        try:
            response = self.get_response(request)
        finally:
            present_request.reset(mark)
        response["Request-Id"] = name
        return response


def name_of(given: str) -> str:
    return given if NAME.fullmatch(given) else ids.public("request", ids.uuid7())


class ClientAddress:
    """Replaces REMOTE_ADDR by the address that the nearest trusted proxy saw; a client's own headers change nothing."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META["REMOTE_ADDR"] = client_address(
            request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", "")
        )
        return self.get_response(request)
