"""OVHcloud, which is asked: `write` makes what its API answers about one text.

Who asks shows secrets that only the channel knows, so the simulator answers for channels of its own alone.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from sandbox.dialects.base import JSON, CannotWrite, Text, Way, Written, dumped, secret, to_the_second

hands_over_parts = False
tells_time = True
LARGEST = 2**63 - 1


def credentials(seed: bytes) -> dict[str, str]:
    known = secret(seed)
    return {
        "applicationKey": "simulator",
        "applicationSecret": known[:32],
        "consumerKey": known[32:],
        "serviceName": "sms-simulator-1",
    }


def write(text: Text, way: Way) -> Written:
    if dict(way.credentials) != credentials(way.seed):
        detail = _(
            "Only OVHcloud has the texts of this channel. Name the carrier ovh to use a simulated one."
        )
        raise CannotWrite("/carrier", "cannot_sign", detail)
    return Written(dumped(document(text)), {"Content-Type": JSON})


def document(text: Text) -> dict[str, object]:
    return {
        "creationDatetime": to_the_second(text.sent_at).isoformat(timespec="seconds"),
        "credits": 0,
        "id": whole(text.id),
        "message": text.content,
        "sender": text.sender,
        "tag": "",
    }


def whole(id: str) -> int:
    """An id as theirs are. Raises CannotWrite."""
    if id.isascii() and id.isdecimal() and not id.startswith("0") and len(id) < 20 and int(id) <= LARGEST:
        return int(id)
    detail = _("This carrier’s ids are whole numbers, such as 40817.")
    raise CannotWrite("/carrierMessageId", "invalid_value", detail)
