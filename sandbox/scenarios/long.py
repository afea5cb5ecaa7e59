"""Texts that take several SMS. Most carriers join them; vonage brings the parts one by one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sandbox.scenarios.base import Category, Scenario, Text, part

VONAGE = "vonage"
#: Three parts of 153, 153 and less characters, as a phone cuts them.
FIRST = "Premier passage : votre colis n'a pas trouvé preneur. ".ljust(153, ".")
SECOND = "Deuxième passage : demain entre 9 h et 12 h. ".ljust(153, ".")
THIRD = "Sinon il vous attend au relais, sur présentation d'une pièce d'identité."
LONG = FIRST + SECOND + THIRD

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
