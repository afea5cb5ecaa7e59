"""What each action of the audit trail is in words; one that is not here is shown as it is written."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

ACTIONS: dict[str, Any] = {
    "audit.exported": _("Audit log exported"),
    "channel.created": _("Channel created"),
    "channel.deleted": _("Channel deleted"),
    "channel.updated": _("Channel changed"),
    "client.created": _("OAuth client made"),
    "client.refused": _("OAuth client refused"),
    "client.revoked": _("OAuth client revoked"),
    "client.rotated": _("OAuth client’s secret replaced"),
    "client.tokenIssued": _("Access token given out"),
    "client.updated": _("OAuth client changed"),
    "delivery.replayed": _("Delivery sent again"),
    "destination.created": _("Destination allowed"),
    "destination.deleted": _("Destination taken off the list"),
    "endpoint.checked": _("Endpoint’s code checked"),
    "endpoint.created": _("Endpoint created"),
    "endpoint.deleted": _("Endpoint deleted"),
    "endpoint.disabled": _("Endpoint disabled"),
    "endpoint.secretRotated": _("Signing secret replaced"),
    "endpoint.secretWithdrawn": _("Signing secret withdrawn"),
    "endpoint.updated": _("Endpoint changed"),
    "endpoint.warned": _("Endpoint warned"),
    "invitation.accepted": _("Invitation accepted"),
    "invitation.created": _("Member invited"),
    "invitation.resent": _("Invitation sent again"),
    "invitation.withdrawn": _("Invitation withdrawn"),
    "issue.updated": _("Issue’s state changed"),
    "key.created": _("API key made"),
    "key.refused": _("API key refused: not from there"),
    "key.revoked": _("API key revoked"),
    "key.rotated": _("API key replaced"),
    "key.updated": _("API key changed"),
    "key.usedFromNewAddress": _("API key used from a new address"),
    "member.added": _("Member added"),
    "member.removed": _("Member removed"),
    "member.updated": _("Member’s role changed"),
    "message.read": _("Content of texts shown"),
    "number.assigned": _("Number assigned"),
    "number.given_back": _("Number given back to the carrier"),
    "number.pooled": _("Number bought for the pool"),
    "number.released": _("Number released"),
    "number.restored": _("Number back in the pool"),
    "number.updated": _("Number changed"),
    "number.withdrawn": _("Number withdrawn from the pool"),
    "number_document.added": _("Document added to a request"),
    "number_document.opened": _("Document of a request opened"),
    "number_request.approved": _("Number request approved"),
    "number_request.cancelled": _("Number request cancelled"),
    "number_request.created": _("Number requested"),
    "number_request.refused": _("Number request refused"),
    "purchase.bought": _("Number bought"),
    "purchase.ordering": _("Number ordered"),
    "replay.cancelled": _("Replay cancelled"),
    "replay.failed": _("Replay ended early"),
    "replay.finished": _("Replay finished"),
    "replay.planned": _("Replay planned"),
    "replay.started": _("Replay started"),
    "retention.updated": _("Retention changed"),
    "route.created": _("Route created"),
    "route.deleted": _("Route deleted"),
    "route.updated": _("Route changed"),
    "tenant.created": _("Organisation created"),
    "user.created": _("Account made"),
    "user.updated": _("Account changed"),
}
ACTORS: dict[str, Any] = {
    "user": _("Person"),
    "key": _("API key"),
    "client": _("OAuth client"),
    "operator": _("Operator"),
    "system": _("smsgateway"),
}


def action(name: str) -> Any:
    return ACTIONS.get(name, name)
