"""What the sandbox keeps."""

from __future__ import annotations

from sandbox.receiver import ReceivedRequest as ReceivedRequest
from sandbox.receiver import Receiver as Receiver
