"""HTTP that we begin at a carrier's API: bounded in time and size, through no proxy, and following no redirect."""

from __future__ import annotations

import time
from collections.abc import Mapping

import requests
from urllib3.exceptions import HTTPError

from numbers.carriers.base import Reply

CONNECT_S, READ_S, TOTAL_S = 3.05, 10.0, 20.0
MAX_ANSWER = 2_000_000  # bytes


class Unanswered(Exception):
    """No answer, or an endless one. `reason` is a word fit for a log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def call(
    method: str,
    url: str,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    *,
    total_s: float = TOTAL_S,
) -> Reply:
    """One request to an address from the settings, and its answer whatever the status. Raises Unanswered."""
    with requests.Session() as session:
        return send(session, requests.Request(method, url, headers, data=body or None), total_s)


def send(session: requests.Session, request: requests.Request, total_s: float) -> Reply:
    """As `call`, by a session that knows where it may go."""
    session.trust_env = False  # neither proxy nor .netrc of whoever started us
    until = time.monotonic() + total_s
    try:
        prepared = session.prepare_request(request)
        timeout = (min(CONNECT_S, total_s), min(READ_S, total_s))
        with session.send(prepared, timeout=timeout, allow_redirects=False, stream=True) as response:
            return Reply(response.status_code, body_of(response, until))
    except (requests.RequestException, HTTPError, OSError, ValueError) as problem:
        raise Unanswered(type(problem).__name__) from None  # what they say may quote the URL


def body_of(response: requests.Response, until: float) -> bytes:
    body = bytearray()
    while chunk := response.raw.read1(65_536, decode_content=True):
        body += chunk
        if len(body) > MAX_ANSWER or time.monotonic() > until:
            raise Unanswered("endless")
    return bytes(body)
