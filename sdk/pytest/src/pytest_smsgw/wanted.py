"""Which text a test waits for, and why another one is not it. Pure: nothing here waits or asks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from smsgw.models import Message


@dataclass(frozen=True)
class Wanted:
    """What the text must be. `sender` counts whatever its case; `pattern` is searched for in the text."""

    number: str
    sender: str | None = None
    pattern: re.Pattern[str] | None = None
    with_code: bool = False

    def miss(self, message: Message) -> str | None:
        """Why a text is not the one, without what it says; None where it is."""
        if message.number_used != self.number:
            return "it came to another number"
        if self.sender is not None and (message.sender_id or "").casefold() != self.sender.casefold():
            return "it has another sender"
        if self.pattern is not None and not self.pattern.search(message.content or ""):
            return "its text does not match the pattern"
        if self.with_code and code_of(message) is None:
            return "no code was found in it"
        return None

    def missing(self, text: str) -> str:
        """That there is no `text` like that, beginning with what is wanted of it, which the number is not part of."""
        told = [f"from {self.sender!r}"] if self.sender is not None else []
        told += [f"matching {self.pattern.pattern!r}"] if self.pattern is not None else []
        told += ["with a code"] if self.with_code else []
        return f"{', '.join(told)}: no {text}" if told else f"no {text}"


def code_of(message: Message) -> str | None:
    """The code that the gateway found in a text, as it is to be typed: leading zeros are part of it."""
    return None if message.code is None else message.code.value
