"""The one table of who may do what, for pages and API alike: people have a role, keys and OAuth clients have scopes.

Whoever hands a permission on must hold it (`covers`), so that no chain of keys, clients and invitations climbs.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    DEVELOPER = "developer", _("Developer")
    COMPLIANCE = "compliance", _("Compliance officer")
    SUPPORT = "support", _("Support")
    BILLING = "billing", _("Billing")
    VIEWER = "viewer", _("Viewer")


READ = "read"  #: see the configuration and the counts of the overview
READ_MESSAGES = (
    "readMessages"  #: see messages without text and sender, deliveries, events, issues, replays, API requests
)
READ_CONTENT = "readContent"  #: see what a text says, who sent it, and what endpoints answered
RECEIVE = "receive"  #: take texts from polling queues, which shows what they say
CONFIGURE = "configure"  #: create and change channels, numbers, routes, endpoints
REPLAY = "replay"  #: send deliveries again, and say what became of an issue
READ_AUDIT = "readAudit"  #: read the audit trail
MANAGE_SANDBOXES = "manageSandboxes"  #: make, reset and delete the sandboxes of the organisation
MANAGE_KEYS = "manageKeys"  #: make, replace and revoke API keys and OAuth clients
MANAGE_MEMBERS = "manageMembers"  #: invite people, change their roles, let them go
MANAGE_CONSENT = "manageConsent"  #: decide about consent, retention and the rights of data subjects
MANAGE_BILLING = "manageBilling"  #: see usage and invoices, change the plan
OWN = "own"  #: make others owners, and end it

#: Whoever may do any of it signs in with two factors: it shows what texts say, or decides about people's data.
PROTECTED = frozenset({READ_CONTENT, RECEIVE, MANAGE_CONSENT})

LOOKING = frozenset({READ, READ_MESSAGES})
BUILDING = LOOKING | {READ_CONTENT, RECEIVE, CONFIGURE, REPLAY, MANAGE_SANDBOXES, MANAGE_KEYS}
RUNNING = BUILDING | {READ_AUDIT, MANAGE_MEMBERS, MANAGE_CONSENT, MANAGE_BILLING}

PERMISSIONS: dict[str, frozenset[str]] = {
    Role.OWNER: RUNNING | {OWN},
    Role.ADMIN: RUNNING,
    Role.DEVELOPER: BUILDING,
    Role.COMPLIANCE: LOOKING | {READ_CONTENT, READ_AUDIT, MANAGE_CONSENT},
    Role.SUPPORT: LOOKING | {REPLAY},
    Role.BILLING: frozenset({READ, MANAGE_BILLING}),
    Role.VIEWER: LOOKING,
}

#: What a key or an OAuth client can be given, in the order in which people choose, and what each means to them.
SCOPES: dict[str, object] = {
    READ: _("See channels, numbers, routes and endpoints"),
    READ_MESSAGES: _("See messages without text and sender, deliveries, events and issues"),
    READ_CONTENT: _("See what texts say, who sent them and what endpoints answered"),
    RECEIVE: _("Take texts from polling queues"),
    CONFIGURE: _("Create and change channels, numbers, routes and endpoints"),
    REPLAY: _("Send deliveries again and settle issues"),
    READ_AUDIT: _("Read the audit log"),
    MANAGE_SANDBOXES: _("Make, reset and delete sandboxes"),
    MANAGE_KEYS: _("Make, replace and revoke keys and OAuth clients"),
    MANAGE_MEMBERS: _("Invite people, change their roles and remove them"),
    MANAGE_CONSENT: _("Decide how long texts and attempts are kept"),
}
#: What a new key has unless somebody says otherwise: everything but the power over who else gets in, and over people's
#: data, and the sight of what everybody did.
USUAL_SCOPES = tuple(
    scope
    for scope in SCOPES
    if scope not in {READ_AUDIT, MANAGE_SANDBOXES, MANAGE_KEYS, MANAGE_MEMBERS, MANAGE_CONSENT}
)


def allows(role: str, permission: str) -> bool:
    return permission in PERMISSIONS.get(role, frozenset())


def needs_second_factor(role: str) -> bool:
    return not PROTECTED.isdisjoint(PERMISSIONS.get(role, frozenset()))


def covers(held: Collection[str], wanted: Collection[str]) -> bool:
    """Whether whoever holds `held` may hand `wanted` on."""
    return set(wanted) <= set(held)


def may_give(held: Collection[str], role: str) -> bool:
    """Power over sandboxes is not weighed: no program of live can have it, and it opens nothing there."""
    return covers({*held, MANAGE_SANDBOXES}, PERMISSIONS[role])
