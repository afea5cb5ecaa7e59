"""How a state looks: always a word, an icon and a colour."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from delivery.models import Delivery, Issue, Replay
from inbox.models import Message
from ingest.models import Line
from numbers.models import Channel, NumberRequest
from sandbox.receiver import ReceivedRequest
from sandbox.scenario_run import ScenarioRun


class Look(NamedTuple):
    """tone is a class of the stylesheet (good, bad, waiting, quiet, info); icon a name of the lucide set."""

    words: Any
    tone: str
    icon: str


MESSAGE = {
    "received": Look(Message.State.RECEIVED.label, "info", "inbox"),
    "queued": Look(Message.State.QUEUED.label, "waiting", "clock"),
    "delivered": Look(Message.State.DELIVERED.label, "good", "circle-check"),
    "failed": Look(Message.State.FAILED.label, "bad", "circle-x"),
    "dropped": Look(Message.State.DROPPED.label, "quiet", "circle-minus"),
    "quarantined": Look(Message.State.QUARANTINED.label, "waiting", "shield-alert"),
    "blocked": Look(Message.State.BLOCKED.label, "bad", "shield-ban"),
    "expired": Look(Message.State.EXPIRED.label, "quiet", "clock-alert"),
}
DELIVERY = {
    "pending": Look(Delivery.State.PENDING.label, "waiting", "clock"),
    "sending": Look(Delivery.State.SENDING.label, "info", "send"),
    "delivered": Look(Delivery.State.DELIVERED.label, "good", "circle-check"),
    "failed": Look(Delivery.State.FAILED.label, "bad", "circle-x"),
    "held": Look(Delivery.State.HELD.label, "quiet", "circle-pause"),
    "cancelled": Look(Delivery.State.CANCELLED.label, "quiet", "circle-slash"),
}
ISSUE = {
    "open": Look(Issue.State.OPEN.label, "bad", "circle-alert"),
    "acknowledged": Look(Issue.State.ACKNOWLEDGED.label, "waiting", "eye"),
    "resolved": Look(Issue.State.RESOLVED.label, "good", "circle-check"),
}
REPLAY = {
    "planned": Look(Replay.State.PLANNED.label, "info", "clipboard-list"),
    "running": Look(Replay.State.RUNNING.label, "waiting", "clock"),
    "done": Look(Replay.State.DONE.label, "good", "circle-check"),
    "failed": Look(Replay.State.FAILED.label, "bad", "circle-x"),
    "cancelled": Look(Replay.State.CANCELLED.label, "quiet", "circle-slash"),
}
HEALTH = {
    "healthy": Look(_("Healthy"), "good", "circle-check"),
    "failing": Look(_("Failing"), "waiting", "circle-alert"),
    "open": Look(_("Left alone"), "bad", "circle-x"),
    "disabled": Look(_("Disabled"), "quiet", "circle-pause"),
}
FINDING = {
    "right": Look(_("Right"), "good", "circle-check"),
    "wrong": Look(_("Wrong"), "bad", "circle-x"),
    "unknown": Look(_("No answer"), "quiet", "circle-dashed"),
}
ENDPOINT = {
    "enabled": Look(_("Enabled"), "good", "circle-check"),
    "disabled": Look(_("Disabled"), "quiet", "circle-pause"),
    "outside": Look(_("Not allowed"), "bad", "shield-ban"),
}
LINE = {
    "connecting": Look(Line.State.CONNECTING.label, "waiting", "clock"),
    "bound": Look(Line.State.BOUND.label, "good", "circle-check"),
    "waiting": Look(Line.State.WAITING.label, "waiting", "clock-alert"),
    "refused": Look(Line.State.REFUSED.label, "bad", "circle-x"),
    "stopped": Look(Line.State.STOPPED.label, "quiet", "circle-pause"),
}
ACTION = {
    "deliver": Look(_("Deliver"), "info", "send"),
    "drop": Look(_("Drop"), "quiet", "circle-minus"),
    "quarantine": Look(_("Quarantine"), "waiting", "shield-alert"),
}
NUMBER_REQUEST = {
    "requested": Look(NumberRequest.Status.REQUESTED.label, "waiting", "clock"),
    "approved": Look(NumberRequest.Status.APPROVED.label, "good", "circle-check"),
    "refused": Look(NumberRequest.Status.REFUSED.label, "bad", "circle-x"),
    "cancelled": Look(NumberRequest.Status.CANCELLED.label, "quiet", "circle-slash"),
}
REGIONS = {  # proper names, the same in every language
    "ile-de-france": "Île-de-France",
    "nord-ouest": "Nord-Ouest",
    "nord-est": "Nord-Est",
    "sud-est": "Sud-Est",
    "sud-ouest": "Sud-Ouest",
    "outre-mer": "Outre-mer",
    "guadeloupe": "Guadeloupe",
    "guyane": "Guyane",
    "martinique": "Martinique",
    "la-reunion": "La Réunion",
    "mayotte": "Mayotte",
    "saint-pierre-et-miquelon": "Saint-Pierre-et-Miquelon",
    "saint-barthelemy": "Saint-Barthélemy",
    "saint-martin": "Saint-Martin",
}
CARRIERS = {
    "twilio": "Twilio",
    "vonage": "Vonage SMS",
    "vonage-messages": "Vonage Messages",
    "telnyx": "Telnyx",
    "plivo": "Plivo",
    "sinch": "Sinch",
    "messagebird": "MessageBird",
    "bird": "Bird",
    "aws": "AWS End User Messaging",
    "infobip": "Infobip",
    "bandwidth": "Bandwidth",
    "clickatell": "Clickatell",
    "highconnection": "High Connection",
    "smpp": "SMPP",
    "ovh": "OVHcloud",
    "generic": _("Generic"),
    "sandbox": _("Sandbox"),
}
PROGRAM = {
    "active": Look(_("Active"), "good", "circle-check"),
    "replaced": Look(_("Replaced"), "waiting", "clock"),
    "expired": Look(_("Expired"), "quiet", "clock-alert"),
    "revoked": Look(_("Revoked"), "quiet", "circle-slash"),
}
SIGNATURE = {
    "valid": Look(ReceivedRequest.Signature.VALID.label, "good", "shield-check"),
    "wrong": Look(ReceivedRequest.Signature.WRONG.label, "bad", "shield-x"),
    "stale": Look(ReceivedRequest.Signature.STALE.label, "waiting", "clock-alert"),
    "missing": Look(ReceivedRequest.Signature.MISSING.label, "quiet", "shield-off"),
    "unknown": Look(ReceivedRequest.Signature.UNKNOWN.label, "quiet", "circle-dashed"),
}
RUN = {
    "running": Look(ScenarioRun.State.RUNNING.label, "waiting", "clock"),
    "passed": Look(ScenarioRun.State.PASSED.label, "good", "circle-check"),
    "failed": Look(ScenarioRun.State.FAILED.label, "bad", "circle-x"),
}
#: What a scenario expects something of.
ABOUT = {
    "messages": _("Messages"),
    "order": _("Order"),
    "content": _("Text"),
    "sender": _("Sender"),
    "partial": _("Parts missing"),
    "code": _("Code"),
    "host": _("Website of the code"),
    "sentAfter": _("Sent after the text before"),
    "delivered": _("Delivered"),
}
#: What that is, where it is a word of ours.
EXPECTED = {
    ("order", "asSent"): _("as sent"),
    ("order", "another"): _("another"),
    ("content", ""): _("empty"),
    ("sender", "senderId"): _("the one that was named"),
    ("sender", "another"): _("another"),
    ("partial", "true"): _("yes"),
    ("partial", "false"): _("no"),
    ("code", "none"): _("none"),
    ("host", "none"): _("none"),
    ("delivered", "delivered"): _("wherever your routes send it"),
    ("delivered", "noEndpoint"): _("no endpoint takes it"),
    ("delivered", "queued"): _("in your queue"),
    ("delivered", "pending"): _("not yet"),
    ("delivered", "failed"): _("failed"),
}
LOOKS = {
    "program": PROGRAM,
    "message": MESSAGE,
    "delivery": DELIVERY,
    "endpoint": ENDPOINT,
    "issue": ISSUE,
    "replay": REPLAY,
    "health": HEALTH,
    "finding": FINDING,
    "action": ACTION,
    "line": LINE,
    "number_request": NUMBER_REQUEST,
    "signature": SIGNATURE,
    "run": RUN,
}


def look(noun: str, state: str) -> Look:
    return LOOKS[noun].get(state) or Look(state, "quiet", "circle-dashed")


def region(slug: str) -> str:
    """A region's name; one that is not of France's plan is shown as it was written."""
    return REGIONS.get(slug, slug)


def titled(channel: Channel) -> str:
    """A channel's name; one without is known by its carrier's."""
    return channel.name or str(CARRIERS.get(channel.carrier, channel.carrier))
