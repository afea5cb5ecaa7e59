"""The door as a carrier reaches it: by a request over HTTP, or by a text down the line that we hold to its SMSC."""

from __future__ import annotations

import socket
from collections.abc import Mapping

import requests
from django.conf import settings

from delivery import receivers
from ingest.smpp import pdu
from ingest.smpp.pdu import Deliver, Frames, Malformed
from numbers.calling import Unanswered, send
from numbers.models import Channel
from sandbox.dialects import Written

ANSWER_WITHIN_S = 5.0
PIECE = 4096
REFUSED = 400
#: What the command_status of a deliver_sm_resp is in HTTP's words; all others are REFUSED.
STATUSES: Mapping[int, int | None] = {
    pdu.ROK: 200,
    pdu.RTHROTTLED: 429,
    pdu.RX_T_APPN: 503,
    pdu.RINVBNDSTS: None,  # nobody is bound, or hung up
}


class Door:
    """For texts of one channel, one after the other: connections are kept from each to the next."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.session = requests.Session()
        self.line: Transmitter | None = None

    def close(self) -> None:
        self.session.close()
        self.hang_up()

    def ask(self, written: Written | Deliver) -> int | None:
        """The status that it answers, or what that comes to in HTTP; None where it does not answer."""
        return self.post(written) if isinstance(written, Written) else self.send_down(written)

    def post(self, request: Written) -> int | None:
        url = settings.INTERNAL_INGEST_URL + self.channel.path + (request.query and f"?{request.query}")
        outgoing = requests.Request(request.method, url, request.headers, data=request.body)
        try:
            return send(self.session, outgoing, ANSWER_WITHIN_S).status
        except Unanswered:
            return None

    def send_down(self, text: Deliver) -> int | None:
        try:
            self.line = self.line or bound(self.channel.credentials())
            return STATUSES.get(self.line.deliver(text), REFUSED)
        except (OSError, Malformed):
            self.hang_up()  # an answer that comes after all must not be taken for the next one's
            return None

    def hang_up(self) -> None:
        if self.line:
            self.line.close()
            self.line = None


def bound(credentials: Mapping[str, str]) -> Transmitter:
    """Raises OSError where the SMSC is not reached or refuses the login, or Malformed."""
    line = Transmitter(socket.create_connection(receivers.smsc(), ANSWER_WITHIN_S))
    try:
        line.bind(credentials)
    except BaseException:
        line.close()
        raise
    return line


class Transmitter:
    """A bind to the sandbox's SMSC, which passes on what comes here to whoever receives with the same login.

    All raise OSError where the connection is lost or nothing is answered in time, and Malformed.
    """

    def __init__(self, link: socket.socket) -> None:
        self.link, self.frames, self.sequence = link, Frames(), 1

    def close(self) -> None:
        self.link.close()

    def bind(self, credentials: Mapping[str, str]) -> None:
        login = credentials["systemId"], credentials["password"]
        if self.answer(pdu.bind(pdu.BIND_TRANSMITTER, self.sequence, *login)) != pdu.ROK:
            raise ConnectionRefusedError

    def deliver(self, text: Deliver) -> int:
        """The command_status that the receiver answers; RINVBNDSTS where there is none."""
        self.sequence += 1
        return self.answer(pdu.encode(pdu.DELIVER_SM, self.sequence, pdu.deliver(text)))

    def answer(self, request: bytes) -> int:
        self.link.sendall(request)
        while data := self.link.recv(PIECE):
            if found := list(self.frames.feed(data)):
                return found[0].status  # there is one question at a time
        raise ConnectionResetError
