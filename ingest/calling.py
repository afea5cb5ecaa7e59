"""HTTP that we begin ourselves: bounded in time and size, through no proxy, and never where a redirect points."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from typing import Any

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.exceptions import HTTPError, NewConnectionError

from delivery.addresses import is_allowed
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


def fetch(url: str, total_s: float) -> Reply:
    """GET an https URL that came from outside: public addresses only, as for deliveries. Raises Unanswered."""
    with requests.Session() as session:
        session.adapters.clear()  # https alone
        session.mount("https://", PublicAdapter())
        return send(session, requests.Request("GET", url), total_s)


def send(session: requests.Session, request: requests.Request, total_s: float) -> Reply:
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


class PublicConnection(HTTPSConnection):
    """Hangs up before it says a word to an address that deliveries may not go to."""

    def _new_conn(self) -> socket.socket:
        connected = super()._new_conn()
        if is_allowed(connected.getpeername()[0], settings.DELIVERY_ALLOW_NETWORKS):
            return connected
        connected.close()
        raise NewConnectionError(self, "this address is private or reserved")


class PublicPool(HTTPSConnectionPool):
    ConnectionCls = PublicConnection


class PublicAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"https": PublicPool}
