"""What every address under /v1/sandbox/ stands on: a key of live is refused, which the audit trail remembers."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request

from api.views import ApiRequest, View
from sandbox.walls import check_sandbox


class SandboxView(View):
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # who may not do it at all is told that first
        assert isinstance(request, ApiRequest)
        check_sandbox(request.environment, request.actor, request.path)
