"""Put the numbers of a CSV file into the pool, all of them or none."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.audit import Actor
from accounts.ids import parse
from numbers.importing import import_numbers
from numbers.listing import Rejected, Wrong
from numbers.models import Channel

SHOWN = 50


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="CSV; the columns are in docs/numbers.md")
        parser.add_argument("--channel", default="", help="chn_…, the operator's, for lines that name none")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")

    def handle(self, *args: Any, file: Path, channel: str, dry_run: bool, **options: Any) -> None:
        try:
            raw = file.read_bytes()
            done = import_numbers(raw, Actor("operator"), channel=operators_channel(channel), dry_run=dry_run)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except Rejected as rejected:
            raise CommandError(told(rejected.problems)) from rejected
        will = "would be " if dry_run else ""
        for verb in ("created", "updated", "unchanged"):
            numbers = getattr(done, verb)
            listed = f": {' '.join(numbers)}" if numbers and options["verbosity"] > 1 else ""
            self.stdout.write(f"{len(numbers)} {will}{verb}{listed}")


def operators_channel(text: str) -> Channel | None:
    if not text:
        return None
    id = parse("channel", text)
    channel = Channel.objects.filter(pk=id, environment=None, deleted_at=None).first() if id else None
    if channel is None:
        raise CommandError("The operator has no such channel.")
    return channel


def told(problems: list[Wrong]) -> str:
    shown = [f"line {p.line}{', ' if p.column else ''}{p.column}: {p.detail}" for p in problems[:SHOWN]]
    more = [f"… and {len(problems) - SHOWN} more"] if len(problems) > SHOWN else []
    return "\n".join(["Nothing was imported.", *shown, *more])
