"""Libraries that are not ours, in Python and JavaScript: what they say of a request that we sent."""

from __future__ import annotations

import json
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tests.node import install

FOLDER = Path(__file__).resolve().parent / "webhooks"


class Signed(NamedTuple):
    """A request as its receiver has it; `key` is `whsec_…` or `whpk_…`."""

    key: str
    headers: Mapping[str, str]
    body: bytes


def verified(requests: Sequence[Signed]) -> list[dict[str, bool]]:
    """For each request whether each library takes it."""
    return [
        {"python": in_python(one)} | {name: said is True for name, said in told.items()}
        for one, told in zip(requests, in_javascript(requests), strict=True)
    ]


def in_python(request: Signed) -> bool:
    return in_nacl(request) if request.key.startswith("whpk_") else in_standard(request)


def in_standard(request: Signed) -> bool:
    try:
        Webhook(request.key).verify(request.body, dict(request.headers), json_parse=False)
    except WebhookVerificationError:
        return False
    return True


def in_nacl(request: Signed) -> bool:
    """No library of Standard Webhooks knows v1a in Python: by its specification."""
    key = VerifyKey(b64decode(request.key.removeprefix("whpk_")))
    signed = (
        f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
    )
    for kind, _comma, value in (
        one.partition(",") for one in request.headers["webhook-signature"].split(" ")
    ):
        try:
            if kind == "v1a" and key.verify(signed, b64decode(value)):
                return True
        except BadSignatureError:
            continue
    return False


def in_javascript(requests: Sequence[Signed]) -> list[dict[str, bool | str]]:
    install(FOLDER)
    given = [{**one._asdict(), "body": b64encode(one.body).decode()} for one in requests]
    done = subprocess.run(
        ["node", "verify.mjs"], cwd=FOLDER, input=json.dumps(given).encode(), capture_output=True, check=True
    )
    answers: list[dict[str, bool | str]] = json.loads(done.stdout)
    return answers
