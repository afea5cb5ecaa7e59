"""Whether this process can do its work, and what it depends on."""

from __future__ import annotations

from functools import cache
from typing import Literal

import redis
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

BROKER_TIMEOUT_S = 0.5

migrated = False  # once true it stays so: a process never sees its own migrations undone


def database() -> Literal["ok", "unreachable", "migrations pending"]:
    global migrated
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        migrated = migrated or not pending()
    except Error:
        return "unreachable"
    return "ok" if migrated else "migrations pending"


def pending() -> bool:
    """Whether the database lacks a migration that this code knows."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


@cache
def broker_client() -> redis.Redis:
    timeout = BROKER_TIMEOUT_S
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=timeout, socket_connect_timeout=timeout)


def broker() -> Literal["ok", "unreachable"]:
    """Its loss costs time, not texts, so it makes nobody unready."""
    try:
        broker_client().ping()
    except (redis.RedisError, OSError):
        return "unreachable"
    return "ok"
