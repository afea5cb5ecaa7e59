"""Make the demo tenant once; later starts only refresh the addresses in var/demo.json."""

from typing import Any

from django.core.management.base import BaseCommand

from operations import demo


class Command(BaseCommand):
    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        demo.seed()
