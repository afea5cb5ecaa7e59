"""Makes some of a history's texts legible: `python -m bench.legible <environment> <sender> [<file of message ids>]`.

PostgreSQL, which fills the tables (bench.history), cannot seal. Without a file, a few hundred of the environment's
texts become the sender's; with one, the texts that it names get content and sender that open.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path

import smsgateway  # noqa: F401  first, so that `numbers` is both the app and the stdlib module

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smsgateway.settings")

import django

django.setup()

from accounts import ids, keyring  # noqa: E402
from accounts.models import Environment  # noqa: E402
from inbox.models import CONTENT, SENDER, Message  # noqa: E402


def give(environment: Environment, sender: str) -> None:
    """One of the history's senders is that one from now on."""
    known = hashlib.md5(b"77", usedforsecurity=False).digest()
    texts = environment.messages.filter(sender_index=known)
    texts.update(sender_index=keyring.of(environment.tenant_id).blind(sender))


def reveal(environment: Environment, sender: str, wanted: list[str]) -> None:
    key = keyring.of(environment.tenant_id)
    known = [id for one in wanted if (id := ids.parse("message", one))]
    texts = environment.messages.in_bulk(known).values()
    for text in texts:
        text.sealed_content = key.seal(b"Votre code est 020005. Il est valable 10 minutes.", CONTENT, text.pk)
        text.sealed_sender = key.seal(sender.encode(), SENDER, text.pk)
    Message.objects.bulk_update(texts, ["sealed_content", "sealed_sender"], batch_size=500)


def main() -> None:
    id, sender, *files = sys.argv[1:]
    (environment,) = Environment.objects.filter(pk__in=[ids.parse("environment", id)])
    if files:
        reveal(environment, sender, json.loads(Path(files[0]).read_text()))
    else:
        give(environment, sender)


if __name__ == "__main__":
    main()
