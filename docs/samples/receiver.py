"""Plain Python, without a library: SMSGATEWAY_SECRET=whsec_… python3 receiver.py"""

import hmac
import json
import os
import time
from base64 import b64decode, b64encode
from http.server import BaseHTTPRequestHandler, HTTPServer

KEY = b64decode(os.environ["SMSGATEWAY_SECRET"].removeprefix("whsec_"))


def is_verified(body: bytes, id: str, timestamp: str, signatures: str) -> bool:
    """Whether a request is the gateway's: https://www.standardwebhooks.com"""
    if not id or not timestamp.isdecimal() or abs(time.time() - int(timestamp)) > 300:
        return False  # more than five minutes old: somebody may be repeating it
    mac = hmac.digest(KEY, f"{id}.{timestamp}.".encode() + body, "sha256")
    expected = b"v1," + b64encode(mac)
    found = [hmac.compare_digest(expected, one.encode()) for one in signatures.split(" ")]
    return any(found)  # there are two while a secret changes


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        # the octets that were signed, not parsed yet
        body = self.rfile.read(int(self.headers["content-length"]))
        id, timestamp, signatures = (
            self.headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature")
        )
        if is_verified(body, id, timestamp, signatures):
            event = json.loads(body)  # the id is the same on every retry: keep it, and drop repeats
            if event["type"] == "message.received":
                print("verified:", event["data"]["senderId"], event["data"]["content"], flush=True)
            self.send_response(204)
        else:
            self.send_response(401)
        self.end_headers()


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8080"))), Receiver).serve_forever()
