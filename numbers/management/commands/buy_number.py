"""Buy a number for the pool at the carrier of one of the operator's channels.

    manage.py buy_number --channel chn_…                                   what was begun and is not finished
    manage.py buy_number --channel chn_… --country FR [--contains 937]     what there is
    manage.py buy_number --channel chn_… --number +33937000009 [--monthly-price 150 --currency EUR]

The price is what a tenant pays a month, in minor units. After a failure run the same command again: nothing is bought
twice.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import ids
from accounts.audit import Actor
from accounts.errors import Conflict, Invalid
from numbers import acquisition, sellers
from numbers.carriers.selling import Offer, Query
from numbers.models import Channel


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--channel", required=True, help="its id, chn_…")
        parser.add_argument("--country", help="two letters, as in FR")
        parser.add_argument("--contains", default="", help="digits that the number must contain")
        parser.add_argument("--number", help="the one to buy, in international form")
        parser.add_argument(
            "--monthly-price", type=int, help="what a tenant pays, in minor units: 150 is 1.50"
        )
        parser.add_argument("--currency", help="three letters, as in EUR")

    def handle(self, *args: Any, **options: Any) -> None:
        channel = operators(options["channel"])
        try:
            if options["number"]:
                self.buy(channel, options)
            elif options["country"]:
                self.show(channel, options)
            else:
                self.remind(channel)
        except Invalid as problem:
            raise CommandError("; ".join(error.detail for error in problem.errors)) from None
        except Conflict as problem:
            raise CommandError(problem.detail) from None

    def buy(self, channel: Channel, options: dict[str, Any]) -> None:
        price = price_of(options["monthly_price"], options["currency"])
        row = acquisition.buy_for_pool(channel, Actor("operator"), number=options["number"], price=price)
        self.stdout.write(f"{row.number} is in the pool")

    def show(self, channel: Channel, options: dict[str, Any]) -> None:
        offers = sellers.search(channel, Query(options["country"], contains=options["contains"]))
        for offer in offers:
            self.stdout.write(line(offer))
        if not offers:
            self.stdout.write("the carrier has no such number that the pool may hold")

    def remind(self, channel: Channel) -> None:
        for purchase in acquisition.unfinished(channel):
            self.stdout.write(
                f"{purchase.number}  {purchase.state} since {purchase.created_at:%Y-%m-%dT%H:%MZ}"
            )
        self.stdout.write(
            "say --country to see what there is, or --number to buy or to finish one of those above"
        )


def operators(text: str) -> Channel:
    id = ids.parse("channel", text)
    channel = Channel.objects.filter(pk=id, environment=None, deleted_at=None).first() if id else None
    if channel is None:
        raise CommandError("--channel must be the id of an open channel of the operator's, chn_…")
    return channel


def price_of(amount: int | None, currency: str | None) -> tuple[int, str] | None:
    if amount is None and currency is None:
        return None
    if amount is None or amount < 0 or not currency or len(currency) != 3 or not currency.isalpha():
        raise CommandError("a price needs both: --monthly-price 150 --currency EUR")
    return amount, currency.upper()


def line(offer: Offer) -> str:
    price = "" if offer.monthly_price is None else f"{offer.monthly_price} {offer.currency} (minor units)"
    return "  ".join(filter(None, (offer.number, offer.region, " ".join(offer.capabilities), price)))
