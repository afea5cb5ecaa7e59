"""Remove all second factors of somebody who lost them, after you have made sure who asks; they set up new ones."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import factors, sessions
from accounts.audit import Actor
from accounts.models import User


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the person's e-mail address")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        user = User.objects.filter(email=email.lower()).first()
        if user is None:
            raise CommandError("There is no account with this address.")
        count = factors.forget(user, Actor("operator"))
        ended = sessions.end_all(user, Actor("operator"))
        self.stdout.write(
            f"{count} removed, {ended} sessions ended. The next log-in asks to set up a new one."
        )
