"""The ordinary way to build this: a DRF view that writes with the ORM, one Celery task a message, `requests`.

Fair, not a straw man: granian, connections kept to the database, the broker and the receiver, indexes where they
are needed, both sides signed, the answer after the commit, the task rung after it. It has no routing, filters,
encryption, retries or recovery, so it does less than the product does.
"""

import smsgateway  # noqa: F401  first, so that `numbers` is both the app and the stdlib module
from bench.baseline.celery import app as celery

__all__ = ["celery"]
