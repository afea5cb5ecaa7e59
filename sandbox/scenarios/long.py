"""Texts that take several SMS. Most carriers join them; vonage brings the parts one by one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sandbox.scenarios.base import Category, Scenario, Text, part
from sandbox.segments import split

VONAGE = "vonage"
LONG = (
    "Bonjour, votre colis n'a pas pu vous parvenir ce matin : le livreur a sonné deux fois et personne n'a ouvert la "
    "porte. Il repassera demain entre 9 h et 12 h, sauf si vous préférez un autre moment de la semaine. Sinon le colis "
    "vous attend au relais du quartier pendant quatorze jours, sur présentation d'une pièce d'identité. Le relais est "
    "ouvert du lundi au samedi, de 8 h à 19 h."
)
FIRST, _SECOND, THIRD = split(LONG)  # as a phone cuts it

SCENARIOS = (
    Scenario(
        "long",
        Category.LONG,
        _("A long text"),
        _("Several SMS, joined to one text before it is delivered."),
        (Text(" ".join(["Votre colis est arrivé au relais."] * 12), "+33639980233"),),
    ),
    Scenario(
        "one-too-many",
        Category.LONG,
        _("One character too many"),
        _("160 characters, of which the euro sign counts twice: the text needs a second SMS."),
        (Text("Total de la commande, ".ljust(159, ".") + "€", "ExampleShop"),),
    ),
    Scenario(
        "parts",
        Category.LONG,
        _("Parts, one by one"),
        _("Three parts come in order. One text is delivered once the last is there."),
        (Text(LONG, "+33639980301", VONAGE, (part(1), part(2), part(3))),),
    ),
    Scenario(
        "parts-reversed",
        Category.LONG,
        _("Parts, the last one first"),
        _("Networks do not keep the order of parts. The text reads as it was written."),
        (Text(LONG, "+33639980302", VONAGE, (part(3), part(2), part(1))),),
    ),
    Scenario(
        "parts-late",
        Category.LONG,
        _("A part comes late"),
        _("The second part comes a minute after the others. The text waits for it, and is whole."),
        (Text(LONG, "+33639980303", VONAGE, (part(1), part(3), part(2, 60))),),
    ),
    Scenario(
        "parts-doubled",
        Category.LONG,
        _("A part comes twice"),
        _("The carrier sends the second part again. It stands in the text once."),
        (Text(LONG, "+33639980304", VONAGE, (part(1), part(2), part(2), part(3))),),
    ),
    Scenario(
        "parts-lost",
        Category.LONG,
        _("A part never comes"),
        _(
            "The second part is lost. After five minutes the rest is delivered, marked `partial`: put the clock "
            "ahead to see it at once."
        ),
        (
            Text(
                LONG,
                "+33639980305",
                VONAGE,
                (part(1), part(3)),
                arrives=FIRST + THIRD,
                partial=True,
            ),
        ),
    ),
    Scenario(
        "parts-emoji",
        Category.LONG,
        _("Parts with emoji"),
        _("Emoji where one part ends and the next begins. No half of one is lost."),
        (Text("📦" * 70, "+33639980306", VONAGE, (part(3), part(1), part(2))),),
    ),
)
