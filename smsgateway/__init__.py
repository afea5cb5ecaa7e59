from pathlib import Path

import numbers

# Every entry point imports this package first. Where the standard library's `numbers` was loaded before
# the project folder came onto the path, give it our app's folder too (see numbers/__init__.py).
if not hasattr(numbers, "__path__"):
    numbers.__path__ = [str(Path(__file__).resolve().parent.parent / "numbers")]

from smsgateway.celery import app as celery

__all__ = ["celery"]
