"""The one table of who may do what, for pages and API alike."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    DEVELOPER = "developer", _("Developer")
    COMPLIANCE = "compliance", _("Compliance officer")
    VIEWER = "viewer", _("Viewer")


READ = "read"  #: see configuration, messages without content, deliveries
READ_CONTENT = "readContent"  #: see what a text says and who sent it
CONFIGURE = "configure"  #: create and change channels, numbers, routes, endpoints
REPLAY = "replay"  #: send a delivery again
READ_AUDIT = "readAudit"  #: read the audit trail
MANAGE_MEMBERS = "manageMembers"  #: invite people, change roles and keys

PERMISSIONS: dict[str, frozenset[str]] = {
    Role.OWNER: frozenset({READ, READ_CONTENT, CONFIGURE, REPLAY, READ_AUDIT, MANAGE_MEMBERS}),
    Role.ADMIN: frozenset({READ, READ_CONTENT, CONFIGURE, REPLAY, READ_AUDIT, MANAGE_MEMBERS}),
    Role.DEVELOPER: frozenset({READ, READ_CONTENT, CONFIGURE, REPLAY}),
    Role.COMPLIANCE: frozenset({READ, READ_CONTENT, READ_AUDIT}),
    Role.VIEWER: frozenset({READ}),
}


def allows(role: str, permission: str) -> bool:
    return permission in PERMISSIONS.get(role, frozenset())
