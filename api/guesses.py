"""Wrong keys, tokens and secrets: how many may come from one network before it is told to wait.

Whatever comes is looked at before it counts, so that guesses lock nobody out: a valid key opens, whoever else sends
wrong ones from its network. What is refused is refused alike, whyever.
"""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import APIException

from accounts.encryption import fingerprint
from accounts.proxies import household
from operations import rates

WINDOW_S = 60


class TooManyWrongKeys(APIException):
    """`wait` seconds, and one more wrong key is told to be one."""

    status_code = 429
    default_code = "too_many_wrong_keys"
    default_detail = gettext_lazy(
        "Too many wrong keys, tokens or secrets come from your network: wait as long as Retry-After says."
    )

    def __init__(self, wait: float) -> None:
        super().__init__()
        self.wait = wait


def wrong(address: str) -> None:
    """Count one wrong key from an address. Raises TooManyWrongKeys."""
    policy = rates.Policy("wrong", settings.WRONG_KEYS_A_MINUTE, WINDOW_S)
    standing = rates.take(fingerprint(household(address)).hex(), policy)
    if standing is not None and not standing.allowed:
        raise TooManyWrongKeys(standing.wait_s)
