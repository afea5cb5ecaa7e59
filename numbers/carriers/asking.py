"""What the carriers' own APIs have in common for those who ask them: JSON, and statuses that mean the same."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from numbers.carriers.base import Refused, Reply, Unavailable

T = TypeVar("T")


def checked(reply: Reply) -> bytes:
    """The body of a success. Raises Refused for wrong credentials, Unavailable for anything else."""
    if reply.status in (401, 403):
        raise Refused(reply.status, "wrongCredentials")
    if reply.status != 200:
        raise Unavailable(f"status{reply.status}")
    return reply.body


def answered(reply: Reply, decoder: msgspec.json.Decoder[T]) -> T:
    """What a reply says, by type; raises as `checked` does."""
    try:
        return decoder.decode(checked(reply))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise Unavailable("malformedAnswer") from None
