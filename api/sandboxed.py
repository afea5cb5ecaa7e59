"""What is there for sandboxes only: a program of live is told so, and its try is written down."""

from __future__ import annotations

from rest_framework.request import Request

from accounts import walls
from accounts.audit import asking
from api.authentication import Program
from api.views import View


class SandboxView(View):
    """A view that a program of a sandbox may ask, before anything else about it is decided."""

    def check_permissions(self, request: Request) -> None:
        program = request.auth
        if isinstance(program, Program):
            actor = asking(program.kind, program.id, request.META)
            walls.keep_out_live(program.environment, actor)
        super().check_permissions(request)
