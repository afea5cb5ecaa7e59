"""`make code`: the code that an authenticator app would show now for the demo's log-in."""

from __future__ import annotations

import base64
import hmac
import json
import os
import sys
import time
from pathlib import Path

PERIOD_S, DIGITS = 30, 6
SHORTEST_S = 5
ROOT = Path(__file__).resolve().parent.parent


def code(secret: str, at: float) -> str:
    """The code for a base32 secret at that Unix time (RFC 6238 with its defaults)."""
    digest = hmac.digest(base64.b32decode(secret), int(at // PERIOD_S).to_bytes(8, "big"), "sha1")
    start = digest[-1] & 0x0F
    value = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{value % 10**DIGITS:0{DIGITS}}"


def left() -> float:
    """For how many seconds the code of now is good."""
    return PERIOD_S - time.time() % PERIOD_S


def main() -> int:
    file = Path(os.environ.get("VAR_DIR", ROOT / "var")) / "demo.json"
    try:
        secret = json.loads(file.read_text())["login"]["secret"]
    except (OSError, ValueError, KeyError):
        print(f"{file} names no log-in: start the demo with `make run` first.", file=sys.stderr)
        return 1
    if left() < SHORTEST_S:  # too short to type it
        time.sleep(left())
    print(f"{code(secret, time.time())}   good for {left():.0f} seconds, once")
    return 0


if __name__ == "__main__":
    sys.exit(main())
