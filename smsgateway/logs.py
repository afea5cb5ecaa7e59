"""Logs are JSON lines with an allow-list of fields, so that no message text or phone number can slip in."""

from __future__ import annotations

import json
import logging
import re
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime

#: What a log call may add through `extra=`; anything else is dropped.
FIELDS = (
    "requestId method path status durationMs carrier channel environment endpoint delivery message count process "
    "reason errorCode task replay"
).split()
#: The id of the request that this thread answers (smsgateway.middleware).
present_request: ContextVar[str] = ContextVar("present_request", default="")
# Exception texts come from libraries and may quote what they choked on: whatever could be a number or a
# code is masked.
DIGITS = re.compile(r"\+?\d(?:[ .\-]?\d){3,}")


class JsonFormatter(logging.Formatter):
    """One JSON object a line: at, level, logger, message and the allowed extras."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": DIGITS.sub("[digits]", record.getMessage()),
        }
        if request := present_request.get():
            line["requestId"] = request
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            # Where it happened, never the exception's own text: a database error quotes the row.
            line["where"] = [
                f"{f.filename}:{f.lineno}" for f in traceback.extract_tb(record.exc_info[2])[-5:]
            ]
        return json.dumps(line, default=str)
