"""The simulator as its users have it, with the worker that goes on where web left off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from inbox.models import Message
from sandbox import sending
from tests.cast import Api, House
from tests.live import until


@dataclass
class Simulator:
    api: Api
    house: House

    @property
    def number(self) -> str:
        return self.house.sandbox.assignment.number.number

    def ask(self, content: str = "Votre code est 020005", **fields: Any) -> Any:
        """The answer to an order."""
        wanted = {"numberUsed": self.number, "senderId": "+33639980417", "content": content}
        return self.api.post("sandbox/messages", wanted | fields)

    def send(self, content: str = "Votre code est 020005", **fields: Any) -> dict[str, Any]:
        """An order that is taken, once workers have sent all that is due and what is whole has arrived."""
        answer = self.ask(content, **fields)
        assert answer.status_code == 202, answer.content
        return self.settled(answer.json()["id"])

    def settled(self, id: str) -> dict[str, Any]:
        told: dict[str, Any] = {}

        def look() -> bool:
            self.work()
            told.update(self.api.get(f"sandbox/messages/{id}").json())
            sent = all(text["state"] != "waiting" for text in told["texts"])
            whole = [text for text in told["texts"] if text["part"] is None and text["state"] == "accepted"]
            return sent and all(text["messageId"] for text in whole)

        until(look)
        return told

    def work(self) -> None:
        """What a worker does each second."""
        sending.send_all_due(datetime.now(UTC) + timedelta(seconds=1))

    def messages(self) -> list[Message]:
        """What came by the simulator, the oldest first."""
        ours = self.house.sandbox.environment.messages.exclude(pk=self.house.sandbox.message.pk)
        return list(ours.order_by("pk"))

    def refused(self, **fields: Any) -> tuple[int, str, str]:
        """(status, pointer, code) of an order that is not taken."""
        answer = self.ask(**fields)
        [error] = answer.json()["errors"]
        return answer.status_code, error["pointer"], error["code"]
