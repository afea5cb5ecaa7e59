"""When texts come, how often, and in which order."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from sandbox.scenarios.base import Category, Scenario, Text

SCENARIOS = (
    Scenario(
        "time-zones",
        Category.TIMES,
        _("Two carriers, two time zones"),
        _(
            "High Connection writes the time of Paris and Vonage that of Greenwich. `sentAt` of both is in UTC, and "
            "says the same moment."
        ),
        (
            Text("Il est la même heure à Paris", carrier="highconnection"),
            Text("It is the same time in London", carrier="vonage", sent_after=timedelta(0)),
        ),
    ),
    Scenario(
        "clock-ahead",
        Category.TIMES,
        _("A carrier in summer time"),
        _(
            "The first carrier’s clock is two hours ahead, as when local time is taken for UTC. Its text comes first "
            "and says that it was sent last: sort by `receivedAt`."
        ),
        (
            Text("Envoyé à l'heure d'été", carrier="vonage", skew=timedelta(hours=2)),
            Text("Envoyé juste après", carrier="vonage", sent_after=timedelta(hours=-2)),
        ),
    ),
    Scenario(
        "hour-twice",
        Category.TIMES,
        _("The hour that exists twice"),
        _(
            "Two texts an hour apart. Put the clock to 00:30 UTC on the last Sunday of October first, run this, and "
            "put it an hour ahead: in Paris both came at 02:30. Whoever stores local times cannot tell them apart."
        ),
        (
            Text("Première fois 02:30, heure d'été"),
            Text("Deuxième fois 02:30, heure d'hiver", delay=timedelta(hours=1)),
        ),
    ),
    Scenario(
        "burst",
        Category.TRAFFIC,
        _("Twenty at once"),
        _("A burst of equal texts, each with an id of its own. All arrive, in the order in which they came."),
        (Text("Je participe !", "+33639980621", count=20),),
    ),
    Scenario(
        "repeat",
        Category.TRAFFIC,
        _("The carrier repeats itself"),
        _(
            "The same text three times with the same id, as when the carrier did not hear our answer. It counts once."
        ),
        (Text("Oui, je viens", "+33639980622", repeats=2),),
    ),
    Scenario(
        "same-text-twice",
        Category.TRAFFIC,
        _("The same words twice"),
        _("Somebody writes the same twice. These are two texts: only the carrier’s id tells a repeat."),
        (Text("Vous êtes ouverts ?", "+33639980623", count=2),),
    ),
    Scenario(
        "out-of-order",
        Category.TRAFFIC,
        _("The answer before the question"),
        _("What was sent last comes first. `sentAt` tells the order in which they were written."),
        (
            Text("… et pour deux personnes", carrier="vonage", skew=timedelta(seconds=120)),
            Text("Je voudrais réserver ce soir", carrier="vonage", sent_after=timedelta(seconds=-120)),
        ),
    ),
)
