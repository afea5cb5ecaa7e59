"""Prints a fresh `.env` for docker-compose.yml: `python3 deploy/new_env.py app.example.com > .env`.

Keep the file: without ENCRYPTION_KEYS and INDEX_KEY the stored messages cannot be read again.
"""

from __future__ import annotations

import base64
import secrets
import sys


def lines(host: str) -> list[str]:
    return [
        f"PUBLIC_HOST={host}",
        f"SECRET_KEY={secrets.token_urlsafe(50)}",
        f"ENCRYPTION_KEYS=k1:{key()}",
        f"INDEX_KEY={key()}",
        *(f"{name}_PASSWORD={secrets.token_urlsafe(24)}" for name in ("SUPERUSER", "OWNER", "APP", "VALKEY")),
    ]


def key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.stdout.write("\n".join(lines(sys.argv[1])) + "\n")
