"""Opens sessions: to addresses that the channel's owner may reach, each failure with its reason."""

from __future__ import annotations

import asyncio
import socket
import ssl

from django.conf import settings

from delivery import receivers
from delivery.addresses import MAX_ADDRESSES, is_allowed
from ingest.configuration import ChannelView
from ingest.models import Line
from ingest.smpp import pdu
from ingest.smpp.bind import Bind
from ingest.smpp.session import Session, Taker

CONNECT_WITHIN_S = 10
Reason = Line.Reason

# After so many refusals in a row a person must look. An SMSC may take a minute or two to notice that our last
# connection is dead, and until then says that we are bound already.
REFUSALS = {
    pdu.RINVPASWD: (Reason.WRONG_PASSWORD, 3),
    pdu.RINVSYSID: (Reason.WRONG_SYSTEM_ID, 3),
    pdu.RBINDFAIL: (Reason.BIND_FAILED, 3),
    pdu.RALYBND: (Reason.ALREADY_BOUND, 8),
}


class Failed(Exception):
    """No session. `patience`: after so many such failures in a row trying again is useless; None: never."""

    def __init__(self, reason: Line.Reason, patience: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.patience = reason, patience


async def open_session(bind: Bind, channel: ChannelView, intake: Taker) -> Session:
    """A bound session. Raises Failed."""
    session = await connected(bind, channel, intake)
    try:
        status = await session.open()
    except TimeoutError:
        session.transport.abort()
        raise Failed(Reason.SILENT) from None
    except ConnectionError:
        raise Failed(session.reason) from None
    except BaseException:
        session.transport.abort()
        raise
    if status != pdu.ROK:
        session.transport.close()
        raise Failed(*REFUSALS.get(status, (Reason.BIND_FAILED, None)))
    return session


async def connected(bind: Bind, channel: ChannelView, intake: Taker) -> Session:
    """A connection to the first of the host's addresses that takes one. Raises Failed."""
    failed = Failed(Reason.UNREACHABLE)
    _host, port = destination(bind, channel)
    for address in await addresses(bind, channel):
        try:
            async with asyncio.timeout(CONNECT_WITHIN_S):
                _transport, session = await asyncio.get_running_loop().create_connection(
                    lambda: Session(bind, channel, intake),
                    address,
                    port,
                    ssl=bind.tls,
                    server_hostname=bind.tls_name if bind.tls else None,
                )
                return session
        except ssl.SSLError:
            failed = Failed(Reason.TLS_FAILED)
        except OSError:  # TimeoutError too
            continue
    raise failed


def destination(bind: Bind, channel: ChannelView) -> tuple[str, int]:
    """Host and port. The simulator's own channels lead to the sandbox's SMSC alone, whatever they are set to."""
    return receivers.smsc() if channel.simulated else (bind.host, bind.port)


async def addresses(bind: Bind, channel: ChannelView) -> list[str]:
    """The host's numeric addresses. Raises Failed where there are none or its owner may not reach one of them.

    A tenant chooses the host, so it must not lead inside. The operator's own SMSCs may be behind a VPN, and the
    sandbox's lies inside.
    """
    loop = asyncio.get_running_loop()
    host, port = destination(bind, channel)
    try:
        async with asyncio.timeout(CONNECT_WITHIN_S):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Failed(Reason.UNRESOLVED) from None
    numeric = list(dict.fromkeys(str(sockaddr[0]) for *_kind, sockaddr in found))
    if channel.environment is not None and not channel.simulated:
        networks = tuple(settings.DELIVERY_ALLOW_NETWORKS)
        if len(numeric) > MAX_ADDRESSES or not all(is_allowed(one, networks) for one in numeric):
            raise Failed(Reason.FORBIDDEN_ADDRESS, patience=1)
    return numeric
