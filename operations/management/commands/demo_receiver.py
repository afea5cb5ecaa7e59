"""A customer's webhook receiver: verifies every request with the stock `standardwebhooks` library and says so."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from operations import demo


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    webhook: Webhook
    say: Any

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        try:
            event = self.webhook.verify(body, {name.lower(): value for name, value in self.headers.items()})
        except WebhookVerificationError as error:
            self.say(f"REFUSED: {error}")
            return self.answer(401, {"error": "signature"})
        self.say(f"verified {told(event, self.headers['webhook-id'])}: signature good")
        return self.answer(200, {"status": "verified"})

    def answer(self, status: int, body: dict[str, str]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing of our own accord: what was verified is said above."""


def told(event: dict[str, Any], id: str) -> str:
    """The event in a line; texts come with their tag, other events and tests do without."""
    if event["type"] != "message.received":
        return f"{event['type']} {id}"
    return f"{event['type']} {id} tag={event['data'].get('routingTag') or '-'}"


class Command(BaseCommand):
    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        Handler.webhook = Webhook(demo.read()["endpoint"]["secret"])
        Handler.say = staticmethod(lambda line: self.stdout.write(line))
        with ThreadingHTTPServer(("127.0.0.1", settings.DEMO_RECEIVER_PORT), Handler) as server:
            server.serve_forever()
