"""`Idempotency-Key`: a POST that is sent again, since its answer got lost, is answered again and not done again.

A key counts for one path of one program. What was answered 2xx is kept for 24 hours; anything else changed nothing,
so that its repetition is judged anew (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/).
"""

from __future__ import annotations

import json
import logging
import re
from typing import TYPE_CHECKING

from django.db import Error
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from operations import repetition

if TYPE_CHECKING:
    from api.views import ApiRequest

log = logging.getLogger("smsgateway.api")

#: A structured field's string, in quotation marks, or bare.
KEY = re.compile(r'"([\x21\x23-\x5b\x5d-\x7e]{1,255})"|([\x21\x23-\x5b\x5d-\x7e]{1,255})')


class Missing(APIException):
    status_code = 400
    default_code = "idempotency_key_missing"
    default_detail = gettext_lazy("This call starts a bulk job: name it with the header Idempotency-Key.")


class Malformed(APIException):
    status_code = 400
    default_code = "idempotency_key_malformed"
    default_detail = gettext_lazy("An Idempotency-Key is 1 to 255 visible ASCII characters.")


class InUse(APIException):
    status_code = 409
    default_code = "idempotency_key_in_use"
    default_detail = gettext_lazy("The first request with this Idempotency-Key has no answer yet.")
    wait = 1  # second


class Reused(APIException):
    status_code = 422
    default_code = "idempotency_key_reused"
    default_detail = gettext_lazy("This Idempotency-Key came with another body before.")


class Answered(Exception):
    """Ends a request that is a repetition."""

    def __init__(self, kept: repetition.Kept) -> None:
        super().__init__()
        headers = {"Idempotent-Replayed": "true"}
        self.response = Response(json.loads(kept.body), kept.status, headers=headers)


def begin(request: ApiRequest, *, required: bool) -> repetition.Claim | None:
    """The claim of a request with a key. Raises Answered, and what is wrong with the key or the body."""
    given = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if given is None:
        if required:
            raise Missing
        return None
    match = KEY.fullmatch(given.strip())
    if match is None:
        raise Malformed
    # As read, not as sent: another order of members or other spaces ask for the same.
    body = json.dumps([request.META.get("QUERY_STRING", ""), request.data], sort_keys=True)
    try:
        name = match[1] or match[2]
        found = repetition.begin(request.environment, request.program.id, request.path, name, body)
    except repetition.InUse:
        raise InUse from None
    except repetition.Reused:
        raise Reused from None
    if isinstance(found, repetition.Kept):
        raise Answered(found)
    return found


def end(claim: repetition.Claim, answer: Response) -> None:
    """Keep the answer to what was done. It is done whatever happens here, so that nothing here changes the answer."""
    try:
        if 200 <= answer.status_code < 300:
            repetition.keep(claim, answer.status_code, JSONRenderer().render(answer.data) or b"null")
        else:
            repetition.release(claim)
    except Error as error:
        log.warning("api: answer not kept", extra={"reason": type(error).__name__})
