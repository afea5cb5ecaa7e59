"""Documents that a stranger's request points to, such as a certificate: fetched from public addresses only."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Any

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

from delivery.addresses import is_allowed
from numbers.calling import send
from numbers.carriers.base import Reply


def fetch(url: str, total_s: float) -> Reply:
    """GET an https URL that came from outside: public addresses only, as for deliveries. Raises Unanswered."""
    with requests.Session() as session:
        session.adapters.clear()  # https alone
        session.mount("https://", PublicAdapter())
        return send(session, requests.Request("GET", url), total_s)


class PublicConnection(HTTPSConnection):
    """Connects to the very addresses it has judged; one that deliveries may not go to is enough to connect to none."""

    def _new_conn(self) -> socket.socket:
        for address in self.judged():
            with suppress(OSError):
                return socket.create_connection((address, self.port), self.timeout)
        raise NewConnectionError(self, "no connection")

    def judged(self) -> list[str]:
        try:
            found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise NewConnectionError(self, "no such name") from None
        addresses = [str(sockaddr[0]) for *_kind, sockaddr in found]
        if not all(is_allowed(one, settings.DELIVERY_ALLOW_NETWORKS) for one in addresses):
            raise NewConnectionError(self, "an address is private or reserved")
        return addresses


class PublicPool(HTTPSConnectionPool):
    ConnectionCls = PublicConnection


class PublicAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"https": PublicPool}
