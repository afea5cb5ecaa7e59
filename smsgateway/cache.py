"""The cache: it may be away or emptied at any moment, which costs a count or a look-up and stops nobody."""

from __future__ import annotations

import logging
from typing import Any, TypeVar

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

Answer = TypeVar("Answer")
logger = logging.getLogger("smsgateway.cache")


class Forgetful(RedisCache):
    """Redis, or nothing: without it, whatever is looked for is not there and whatever is added is new."""

    def add(self, *args: Any, **kwargs: Any) -> bool:
        try:
            return bool(super().add(*args, **kwargs))
        except RedisError as error:
            return told(error, True)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except RedisError as error:
            return told(error, default)

    def set(self, *args: Any, **kwargs: Any) -> None:
        try:
            super().set(*args, **kwargs)
        except RedisError as error:
            told(error, None)

    def delete(self, key: str, version: int | None = None) -> bool:
        try:
            return bool(super().delete(key, version))
        except RedisError as error:
            return told(error, False)


def told(error: RedisError, answer: Answer) -> Answer:
    logger.warning("The cache is away, so nothing is limited by it: %s", type(error).__name__)
    return answer
