"""What is for sandboxes alone: whoever asks for it in live is refused, and the trail says so."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts import audit
from accounts.audit import Actor
from accounts.errors import Forbidden
from accounts.models import Environment


def check_sandbox(environment: Environment, actor: Actor, what: str) -> None:
    """Raises Forbidden in live, once the attempt is in the audit trail; `what` names it there in one word."""
    if environment.is_live:
        audit.record(actor, "sandbox.refused", None, environment=environment, after={"what": what})
        raise Forbidden("sandbox_only", _("This is for sandboxes only. Use a key of a sandbox (sk_test_…)."))
