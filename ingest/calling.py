"""Documents that a stranger's request points to, such as a certificate: fetched from public addresses only."""

from __future__ import annotations

import socket
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
