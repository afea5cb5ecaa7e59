"""What a scenario is: texts as the simulator takes them, and what has to come of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from sandbox.simulator import NOTHING, Order, PartSent

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SOMEBODY, FOREIGNER = "+33639980533", "+447700900117"  # of ranges reserved for fiction


class Category(TextChoices):
    """What a scenario is about, in the order in which people read them."""

    CODES = "codes", _("One-time codes")
    LOOKALIKES = "lookalikes", _("Looks like a code and is none")
    EVERYDAY = "everyday", _("Everyday texts")
    LONG = "long", _("Long texts and their parts")
    SCRIPTS = "scripts", _("Scripts, emoji and odd characters")
    TIMES = "times", _("Time zones and clocks")
    TRAFFIC = "traffic", _("Bursts, repeats and order")
    OPT_OUT = "optOut", _("Opt-out")
    ABUSE = "abuse", _("Spam, fraud and forgery")


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a scenario. It has to arrive `count` times, as it was sent unless `arrives` says otherwise."""

    content: str
    sender: str = SOMEBODY
    carrier: str | None = None  # None: the number's own channel
    parts: tuple[PartSent, ...] | None = None  # as in sandbox.simulator.Order
    count: int = 1
    delay: timedelta = NOTHING
    repeats: int = 0
    skew: timedelta = NOTHING
    arrives: str | None = None  # what is left of it
    partial: bool = False
    code: str | None = None  # that is found in it
    host: str | None = None  # that the code is bound to
    sent_after: timedelta | None = None  # how much later than the text before it, by what their carriers say

    @property
    def arriving(self) -> str:
        return self.content if self.arrives is None else self.arrives

    def order(self, number_used: str, sender_id: str | None = None) -> Order:
        """What the simulator is asked for; `sender_id` writes instead of the text's own sender."""
        return Order(
            number_used=number_used,
            sender_id=sender_id or self.sender,
            content=self.content,
            carrier=self.carrier,
            parts=self.parts,
            count=self.count,
            delay=self.delay,
            repeats=self.repeats,
            skew=self.skew,
        )


@dataclass(frozen=True, slots=True)
class Scenario:
    """Something that happens to whoever receives texts."""

    name: str  # in kebab-case: its address
    category: Category
    title: StrOrPromise
    description: StrOrPromise
    texts: tuple[Text, ...]  # in the order in which they are sent


def part(number: int, late_s: float = 0) -> PartSent:
    return PartSent(number, timedelta(seconds=late_s))
