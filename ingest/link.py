"""A connection to the database for one coroutine of an intake."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg

WRITE_TIMEOUT_S = 3


class Link:
    """One connection that is made when needed and dropped at the first doubt."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.connection: psycopg.AsyncConnection[Any] | None = None

    async def execute(self, sql: str, parameters: dict[str, Any]) -> psycopg.AsyncCursor[Any]:
        # A frozen server obeys no statement_timeout, hence a time-out on this side as well.
        async with asyncio.timeout(WRITE_TIMEOUT_S):
            if self.connection is None or self.connection.closed:
                self.connection = await psycopg.AsyncConnection.connect(
                    self.dsn, autocommit=True, prepare_threshold=1
                )
            return await self.connection.execute(sql, parameters)

    async def fetch(self, sql: str, parameters: dict[str, Any]) -> list[Any]:
        return await (await self.execute(sql, parameters)).fetchall()

    def drop(self) -> None:
        # No polite close: it may wait for a frozen server.
        if self.connection is not None:
            self.connection.pgconn.finish()
            self.connection = None
