"""Texts with numbers in them that are no codes, and one about a code that is not in it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sandbox.scenarios.base import FOREIGNER, Category, Scenario, Text

SCENARIOS = (
    Scenario(
        "not-a-code-amount",
        Category.LOOKALIKES,
        _("An amount of money"),
        _("A payment in French notation, with its date. Neither is a code."),
        (Text("Votre paiement de 1 249,90 EUR a été accepté le 26/11/2026.", "ExampleBank"),),
    ),
    Scenario(
        "not-a-code-date",
        Category.LOOKALIKES,
        _("A date, a time and a room"),
        _("A reminder of an appointment has many digits and no code."),
        (Text("Rappel : rendez-vous le 16/12/2026 à 14h30, salle 204.", "ExampleCo"),),
    ),
    Scenario(
        "not-a-code-phone",
        Category.LOOKALIKES,
        _("A telephone number"),
        _("Somebody asks to be called back."),
        (Text("Please call me back on +44 7700 900117 before 18:00.", FOREIGNER),),
    ),
    Scenario(
        "not-a-code-order",
        Category.LOOKALIKES,
        _("An order number"),
        _("Eight digits that are the same tomorrow: a number to look something up by, not to sign in with."),
        (Text("Order 40817263 has shipped. Track it at https://shop.example/t/40817263", "ExampleShop"),),
    ),
    Scenario(
        "not-a-code-announced",
        Category.LOOKALIKES,
        _("A code that is elsewhere"),
        _("The text says that a code was sent by e-mail. It has none itself."),
        (Text("Votre code vous a été envoyé par e-mail.", "ExampleCo"),),
    ),
)
