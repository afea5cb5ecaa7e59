"""What businesses and their customers write to each other."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sandbox.scenarios.base import FOREIGNER, Category, Scenario, Text

SCENARIOS = (
    Scenario(
        "onboarding",
        Category.EVERYDAY,
        _("Welcome, confirm your number"),
        _("The first text after somebody signed up: a welcome with a code in it."),
        (
            Text(
                "Bienvenue chez ExampleCo ! Confirmez votre numéro avec le code 551204, valable 10 minutes.",
                "ExampleCo",
                code="551204",
            ),
        ),
    ),
    Scenario(
        "password-reset",
        Category.EVERYDAY,
        _("A new password"),
        _("The code with which somebody chooses a new password, and what to do who asked for none."),
        (
            Text(
                "904417 is your ExampleCo password reset code. If you did not ask for it, ignore this text.",
                "ExampleCo",
                code="904417",
            ),
        ),
    ),
    Scenario(
        "order-alert",
        Category.EVERYDAY,
        _("The order has arrived"),
        _("A shop tells where the parcel lies and until when. Its numbers are no codes."),
        (
            Text(
                "Votre commande 40817 est arrivée au point relais Gare du Nord. À retirer avant le 30/11.",
                "ExampleShop",
            ),
        ),
    ),
    Scenario(
        "support",
        Category.EVERYDAY,
        _("A question to support"),
        _("A customer asks after an order. Have a route on words such as `commande`, and see who gets it."),
        (Text("Bonjour, où en est ma commande n° 40817 ? Je n’ai pas reçu le suivi 📦"),),
    ),
    Scenario(
        "appointment",
        Category.EVERYDAY,
        _("An appointment is confirmed"),
        _("A patient answers a reminder in words of their own."),
        (Text("Bonjour, je confirme mon rendez-vous de demain 9 h 30. Merci !", "+33639980562"),),
    ),
    Scenario(
        "short-code",
        Category.EVERYDAY,
        _("From a short code"),
        _("Five digits as a sender: a service that nobody can call back."),
        (Text("Votre facture du mois est disponible.", "36184"),),
    ),
    Scenario(
        "foreign",
        Category.EVERYDAY,
        _("From another country"),
        _("A British number writes to a French one. `senderCountry` says GB."),
        (Text("Your parcel is at the front desk.", FOREIGNER),),
    ),
    Scenario(
        "empty",
        Category.EVERYDAY,
        _("Nothing at all"),
        _(
            "Somebody sends an empty text, by mistake or to see whether the number lives. It is a text all the same."
        ),
        (Text(""),),
    ),
)
