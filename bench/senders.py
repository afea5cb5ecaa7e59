"""Eight senders as stubborn as a good carrier: each repeats a text, under the same MessageSid, until it gets a 200.

    python -m bench.senders <port> <path> <public URL> <rate a second> <stop file> <file for the result>

They keep to the rate on average: what an outage held up follows at once. When the stop file appears each finishes
its text; the result is JSON: `{"acknowledged": {id: [ns of the first try, ns of the 200]}, "given_up": [id],
"repeats": {reason: count}}`.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from bench import texts

SENDERS = 8
ANSWER_WITHIN_S = 15  # what Twilio gives
AGAIN_AFTER_S = 0.2
GIVE_UP_AFTER_S = 60


class Sender(threading.Thread):
    """One connection, one text at a time."""

    def __init__(self, index: int, door: texts.Door, rate: float, stop: Path) -> None:
        super().__init__(daemon=True)
        self.index, self.door, self.rate, self.stop = index, door, rate, stop
        self.acknowledged: dict[str, tuple[int, int]] = {}
        self.given_up: list[str] = []
        self.repeats: Counter[str] = Counter()
        self.link: http.client.HTTPConnection | None = None

    def run(self) -> None:
        began, count = time.monotonic(), 0
        while not self.stop.exists():
            wait = began + count / self.rate - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            self.one(count * SENDERS + self.index)
            count += 1

    def one(self, number: int) -> None:
        """Sends one text until it is acknowledged."""
        id = f"f{number:07d}"
        body, headers = texts.form(self.door, texts.fields(id, number))
        first, until = time.time_ns(), time.monotonic() + GIVE_UP_AFTER_S
        while time.monotonic() < until:
            reason = self.attempt(body, headers)
            if not reason:
                self.acknowledged[id] = first, time.time_ns()
                return
            self.repeats[reason] += 1
            time.sleep(AGAIN_AFTER_S)
        self.given_up.append(id)

    def attempt(self, body: bytes, headers: dict[str, str]) -> str:
        """Why it was not acknowledged, or ''."""
        try:
            if self.link is None:
                self.link = http.client.HTTPConnection("127.0.0.1", self.door.port, timeout=ANSWER_WITHIN_S)
            self.link.request("POST", self.door.path, body, headers)
            answer = self.link.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as error:
            if self.link is not None:
                self.link.close()
            self.link = None
            return type(error).__name__
        return "" if answer.status == 200 else str(answer.status)


def main() -> None:
    port, path, public, rate = int(sys.argv[1]), sys.argv[2], sys.argv[3], float(sys.argv[4])
    stop, result = Path(sys.argv[5]), Path(sys.argv[6])
    door = texts.Door(path, texts.TOKEN, public, port)
    senders = [Sender(index, door, rate / SENDERS, stop) for index in range(SENDERS)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    told = {
        "acknowledged": {id: moments for one in senders for id, moments in one.acknowledged.items()},
        "given_up": [id for one in senders for id in one.given_up],
        "repeats": dict(sum((one.repeats for one in senders), Counter[str]())),
    }
    new = result.with_suffix(".new")
    new.write_text(json.dumps(told))
    new.rename(result)
    threading.Event().wait()  # the supervisor ends us with the rest


if __name__ == "__main__":
    main()
