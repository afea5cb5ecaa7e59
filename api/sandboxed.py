"""What is there for sandboxes only: a program of live is told so, and its try is written down."""

from __future__ import annotations

from django.utils.translation import gettext as _
from rest_framework.request import Request

from accounts import walls
from accounts.audit import asking
from accounts.errors import Forbidden
from api.authentication import Program
from api.views import View


class SandboxView(View):
    """A view that a program of a sandbox may ask, before anything else about it is decided."""

    def check_permissions(self, request: Request) -> None:
        program = request.auth
        if isinstance(program, Program) and program.environment.is_live:
            actor = asking(program.kind, program.id, request.META)
            walls.note_refusal(program.environment, actor, "sandbox_only")
            raise Forbidden("sandbox_only", _("This is for keys and tokens of a sandbox: yours is of live."))
        super().check_permissions(request)
