"""Stand-ins for the carriers' own APIs, on a real socket: as strict about who asks as the carriers are."""

from __future__ import annotations

import hashlib
import json
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import parse_qs, unquote, urlsplit

from tests.live import Receiver, Request, receiving

Response = tuple[int, dict[str, str], bytes]


def answer(status: int, document: object) -> Response:
    return status, {"Content-Type": "application/json"}, json.dumps(document).encode()


@dataclass
class FakeOvh:
    """OVHcloud's /1.0 as far as an SMS account needs it. It takes GET only, and keeps what it has."""

    credentials: dict[str, str] = field(
        default_factory=lambda: {
            "applicationKey": "7kbG7Bk7S9Nt7ZSV",
            "applicationSecret": "EXEgWIz07P0HYwtQDs7cNIqCiQaWSuHF",
            "consumerKey": "MtSwSrPpNjqfVSmJhLbPyr2i45lSwPU1",
            "serviceName": "sms-ab12345-1",
        }
    )
    texts: dict[str, dict[int, dict[str, object]]] = field(default_factory=dict)  # by number, as 00…
    ahead_s: int = 0
    failing: int = 0  # requests that end in a 500
    receiver: Receiver = field(default_factory=Receiver)

    def receive(
        self, number: str, id: int, message: str, at: datetime | None = None, sender: str = "+33639980417"
    ) -> None:
        created_at = (at or datetime.now(UTC)).isoformat(timespec="seconds")
        text = {"id": id, "message": message, "sender": sender, "creationDatetime": created_at}
        self.texts.setdefault(number.replace("+", "00"), {})[id] = text | {"credits": 0, "tag": ""}

    def asked(self, ending: str = "") -> list[str]:
        paths = [urlsplit(request.path).path for request in self.receiver.requests]
        return [path for path in paths if path.endswith(ending)]

    def behave(self, request: Request) -> Response:
        parts = urlsplit(request.path)
        if self.failing:
            self.failing -= 1
            return answer(500, {"message": "Internal server error"})
        if parts.path == "/1.0/auth/time":
            return answer(200, int(time.time()) + self.ahead_s)
        if not self.is_signed(request):
            return answer(403, {"errorCode": "INVALID_CREDENTIAL", "message": "This credential is not valid"})
        steps = [unquote(step) for step in parts.path.split("/")[2:]]
        match steps:
            case ["sms", service, "virtualNumbers", number, "incoming", *rest] if (
                service == self.credentials["serviceName"] and number in self.texts
            ):
                return self.incoming(number, rest, parse_qs(parts.query))
        return answer(404, {"message": "The requested object does not exist"})

    def incoming(self, number: str, rest: list[str], query: dict[str, list[str]]) -> Response:
        texts = self.texts[number]
        if rest:
            text = texts.get(int(rest[0]))
            return (
                answer(200, text) if text else answer(404, {"message": "The requested object does not exist"})
            )
        since = (
            datetime.fromisoformat(query["creationDatetime.from"][0])
            if query
            else datetime(1, 1, 1, tzinfo=UTC)
        )
        ids = [id for id, t in texts.items() if datetime.fromisoformat(str(t["creationDatetime"])) >= since]
        return answer(200, sorted(ids, reverse=True))

    def is_signed(self, request: Request) -> bool:
        given, headers = self.credentials, request.headers
        at = headers.get("x-ovh-timestamp", "0")
        url = f"{self.receiver.url}{request.path}"
        signed = "+".join([given["applicationSecret"], given["consumerKey"], "GET", url, "", at])
        return (
            headers.get("x-ovh-application") == given["applicationKey"]
            and headers.get("x-ovh-consumer") == given["consumerKey"]
            and headers.get("x-ovh-signature") == "$1$" + hashlib.sha1(signed.encode()).hexdigest()  # noqa: S324
            and abs(int(at) - time.time() - self.ahead_s) < 30
        )


@contextmanager
def ovh_api() -> Iterator[FakeOvh]:
    with receiving() as receiver:
        fake = FakeOvh(receiver=receiver)
        receiver.behave = fake.behave
        yield fake


ACCOUNT = "AC" + "0123456789abcdef" * 2


@dataclass
class FakeTwilio:
    """The list of messages of one Twilio account, newest first, some a page."""

    token: str = "12345"
    messages: list[dict[str, object]] = field(default_factory=list)
    page_size: int = 2
    next_page: str = ""  # instead of the true one
    receiver: Receiver = field(default_factory=Receiver)

    def receive(self, to: str, sid: str, body: str, at: datetime | None = None, **fields: object) -> None:
        created_at = format_datetime(at or datetime.now(UTC) - timedelta(minutes=1))
        self.messages.insert(
            0,
            {
                "sid": sid,
                "account_sid": ACCOUNT,
                "from": "+33639980417",
                "to": to,
                "body": body,
                "direction": "inbound",
                "status": "received",
                "date_created": created_at,
                "date_sent": created_at,
                "date_updated": created_at,
                "num_segments": "1",
                "num_media": "0",
                "error_code": None,
                "price": None,
                "uri": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{sid}.json",
                **fields,
            },
        )

    def behave(self, request: Request) -> Response:
        login = "Basic " + b64encode(f"{ACCOUNT}:{self.token}".encode()).decode()
        if request.headers.get("authorization") != login:
            return answer(401, {"code": 20003, "message": "Authenticate"})
        parts = urlsplit(request.path)
        base = f"/2010-04-01/Accounts/{ACCOUNT}/Messages"
        if parts.path == base + ".json":
            return self.page(parts.path, parse_qs(parts.query))
        if parts.path.startswith(base) and parts.path.endswith("/Media.json"):
            uri = parts.path.removesuffix(".json") + "/ME1.json"
            return answer(200, {"media_list": [{"sid": "ME1", "content_type": "image/png", "uri": uri}]})
        return answer(404, {"code": 20404, "message": "The requested resource was not found"})

    def page(self, path: str, query: dict[str, list[str]]) -> Response:
        day = datetime.fromisoformat(query["DateSent>"][0]).date() if "DateSent>" in query else date.min
        wanted = [
            m for m in self.messages if m["to"] == query.get("To", [m["to"]])[0] and created(m).date() >= day
        ]
        at = int(query.get("PageToken", ["0"])[0])
        after = at + self.page_size
        kept = "".join(f"{name}={value[0]}&" for name, value in query.items() if name != "PageToken")
        following = f"{path}?{kept.replace('+', '%2B')}PageToken={after}" if after < len(wanted) else None
        document = {
            "messages": wanted[at:after],
            "next_page_uri": self.next_page or following,
            "page": at,
            "uri": path,
        }
        return answer(200, document)


def created(message: dict[str, object]) -> datetime:
    return datetime.strptime(str(message["date_created"]), "%a, %d %b %Y %H:%M:%S %z")


@contextmanager
def twilio_api() -> Iterator[FakeTwilio]:
    with receiving() as receiver:
        fake = FakeTwilio(receiver=receiver)
        receiver.behave = fake.behave
        yield fake
