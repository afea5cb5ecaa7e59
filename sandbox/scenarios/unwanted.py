"""People who want no more texts, and texts that nobody wants. Each arrives like any other."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sandbox.scenarios.base import Category, Scenario, Text

SCENARIOS = (
    Scenario(
        "stop",
        Category.OPT_OUT,
        _("STOP"),
        _(
            "Somebody wants no more texts, in the word for it. It arrives like any other text: act on it yourself."
        ),
        (Text("STOP", "+33639980908"),),
    ),
    Scenario(
        "arret",
        Category.OPT_OUT,
        _("ARRET"),
        _("The same in French. It arrives like any other text: act on it yourself."),
        (Text("ARRET", "+33639980909"),),
    ),
    Scenario(
        "not-stop",
        Category.OPT_OUT,
        _("Stop, and not meant so"),
        _(
            "The word stands in a sentence about something else. Whoever looks for it anywhere loses a customer."
        ),
        (Text("Je m'arrête chez vous à 17 h, au stop devant la mairie", "+33639980910"),),
    ),
    Scenario(
        "spam",
        Category.ABUSE,
        _("Spam"),
        _("Somebody promises a prize. It arrives like any other text."),
        (Text("FÉLICITATIONS !!! Vous avez gagné 1 000 €. Répondez OUI au 36184", "36184"),),
    ),
    Scenario(
        "smishing",
        Category.ABUSE,
        _("A parcel that is none"),
        _(
            "A small fee, a link to a host that looks like a known one. It arrives like any other text; open no link."
        ),
        (
            Text(
                "Votre colis est en attente. Réglez 1,99 € sous 24 h : https://livraison.colis-suivi.example/fr",
                "+33639980977",
            ),
        ),
    ),
    Scenario(
        "spoofed-sender",
        Category.ABUSE,
        _("A sender that looks like another"),
        _(
            "Two texts whose senders look alike: the second writes its o in Cyrillic. Names are not proof of anything, "
            "and `senderId` tells them apart."
        ),
        (
            Text("Votre rendez-vous est confirmé", "Doctolib"),
            Text("Confirmez votre carte : https://doctolib.rdv-carte.example", "D\u043ectolib"),
        ),
    ),
    Scenario(
        "altered",
        Category.ABUSE,
        _("A text altered on its way"),
        _(
            "The same text twice, the second time with two digits exchanged. Nothing in it says which is right: both "
            "arrive, each with its code. Such a text exists in a sandbox only."
        ),
        (
            Text("Votre code ExampleCo est 482913", "ExampleCo", code="482913"),
            Text("Votre code ExampleCo est 489213", "ExampleCo", code="489213"),
        ),
    ),
)
