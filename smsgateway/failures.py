"""What answers where no view could: a problem under /v1/, a page elsewhere."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.views import defaults

from api import errors

API = "/v1/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API):
        return errors.outside_views(exception, request)
    return defaults.bad_request(request, exception)


def broken(request: HttpRequest) -> HttpResponse:
    error = sys.exception()
    if request.path.startswith(API):
        return errors.outside_views(error if isinstance(error, Exception) else RuntimeError(), request)
    return defaults.server_error(request)
