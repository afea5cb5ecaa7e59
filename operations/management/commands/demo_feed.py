"""Send the demo's texts through the real door, a few at once and then at a gentle pace, until stopped."""

from __future__ import annotations

import time
from itertools import cycle
from typing import Any

import requests
from django.core.management.base import BaseCommand

from operations import demo

FIRST, PAUSE_S = len(demo.TEXTS), 30


class Command(BaseCommand):
    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        told = demo.read()
        with requests.Session() as session:
            session.trust_env = False  # no proxy between us and our own door
            session.headers["Authorization"] = f"Bearer {told['channel']['secret']}"
            for count, (number, sender, text) in enumerate(cycle(demo.TEXTS)):
                self.send(session, told["ingestUrl"], {"from": sender, "to": number, "text": text})
                time.sleep(0.4 if count < FIRST else PAUSE_S)

    def send(self, session: requests.Session, url: str, text: dict[str, str]) -> None:
        try:
            answer = session.post(url, json=text, timeout=10)
        except requests.RequestException as error:
            self.stdout.write(f"the door did not answer: {type(error).__name__}")
            return
        if answer.status_code != 200:
            self.stdout.write(f"the door answered {answer.status_code}")
