"""One-time codes, as services write them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sandbox.scenarios.base import Category, Scenario, Text

SCENARIOS = (
    Scenario(
        "code-fr",
        Category.CODES,
        _("A code in French"),
        _("Six digits in a sentence, from a sender with a name: what most people get when they sign in."),
        (
            Text(
                "482913 est votre code de vérification Doctolib. Ne le communiquez à personne.",
                "Doctolib",
                code="482913",
            ),
        ),
    ),
    Scenario(
        "code-en",
        Category.CODES,
        _("A code in English, with a prefix"),
        _("Google writes G- before its codes. What people type is the digits."),
        (Text("G-132619 is your Google verification code", "Google", code="132619"),),
    ),
    Scenario(
        "code-leading-zero",
        Category.CODES,
        _("A code that begins with zero"),
        _("Whoever reads the code as a number loses the zero, and one time in ten nobody can sign in."),
        (Text("Votre code est 030712", code="030712"),),
    ),
    Scenario(
        "code-for-website",
        Category.CODES,
        _("A code bound to a website"),
        _("The last line names the website, so that browsers fill the code in there and nowhere else."),
        (
            Text(
                "747723 is your ExampleCo authentication code.\n\n@example.com #747723",
                "ExampleCo",
                code="747723",
                host="example.com",
            ),
        ),
    ),
    Scenario(
        "code-for-android-app",
        Category.CODES,
        _("A code for an Android app"),
        _("The eleven characters at the end tell the phone which app may read the text. They are no code."),
        (Text("<#> Votre code ExampleApp est 135790\nFA+9qCX9VSu", "ExampleApp", code="135790"),),
    ),
    Scenario(
        "code-three-digits",
        Category.CODES,
        _("A code of three digits"),
        _("Short, and still a code: the words around it say so."),
        (Text("123 is your ExampleCo code", "ExampleCo", code="123"),),
    ),
    Scenario(
        "code-alphanumeric",
        Category.CODES,
        _("A code of letters and digits"),
        _("Capital letters and digits mixed. A pattern of digits only misses it."),
        (Text("Your ExampleCo login code is K7P9QX.", "ExampleCo", code="K7P9QX"),),
    ),
    Scenario(
        "code-spaced",
        Category.CODES,
        _("A code with a space in it"),
        _("Two groups of three digits for the eye. What people type has no space."),
        (Text("Votre code de confirmation : 123 456", "ExampleCo", code="123456"),),
    ),
    Scenario(
        "code-dashed",
        Category.CODES,
        _("A code with a dash in it"),
        _("Likewise with a dash, as some messengers write it."),
        (Text("Your ExampleChat code: 604-118", "ExampleChat", code="604118"),),
    ),
    Scenario(
        "code-among-numbers",
        Category.CODES,
        _("A code among other numbers"),
        _("One text with a code, a time limit and a telephone number. Only one of them is the code."),
        (
            Text(
                "Your ExampleCo security code is 193192. It expires in 10 minutes. "
                "Questions? Call +44 7700 900117.",
                "ExampleCo",
                code="193192",
            ),
        ),
    ),
)
