"""Characters that programs get wrong. Each text arrives with exactly the code points with which it was sent."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from sandbox.scenarios.base import Category, Scenario, Text

SCENARIOS = (
    Scenario(
        "emoji",
        Category.SCRIPTS,
        _("Emoji of several characters"),
        _("A family, a flag and a skin tone: one picture each, and up to seven code points."),
        (Text("Merci 👨\u200d👩\u200d👧\u200d👦 à demain 🇫🇷 👍🏽"),),
    ),
    Scenario(
        "right-to-left",
        Category.SCRIPTS,
        _("From right to left"),
        _("Arabic and Hebrew with digits between, which run the other way."),
        (Text("مرحبا، طلبك رقم 40817 جاهز للاستلام. שלום"),),
    ),
    Scenario(
        "combining",
        Category.SCRIPTS,
        _("Accents as characters of their own"),
        _("Each é is an e and an accent. It looks the same as one character and is not equal to it."),
        (Text("Cafe\u0301 re\u0301serve\u0301 pour ce soir, a\u0300 bientôt"),),
    ),
    Scenario(
        "homoglyphs",
        Category.SCRIPTS,
        _("Letters that look like others"),
        _("Cyrillic letters among Latin ones: a search for `colis` does not find it."),
        (Text("Vоtrе соlіs еst аrrіvé"),),
    ),
    Scenario(
        "zero-width",
        Category.SCRIPTS,
        _("Characters without width"),
        _("Invisible ones inside words, which hide words from filters. Pages show them as what they are."),
        (Text("Pro\u200bmo\u200dtion\u2060 excep\ufefftion\u00adnelle"),),
    ),
    Scenario(
        "whitespace",
        Category.SCRIPTS,
        _("Spaces and line ends"),
        _("Spaces at both ends, a tab, empty lines: none is trimmed."),
        (Text("  deux espaces\n\nune ligne\tune tabulation  "),),
    ),
    Scenario(
        "markup",
        Category.SCRIPTS,
        _("A text that is code"),
        _("A script, a formula, a template, a quote. Your pages, tables and queries must not obey it."),
        (Text('<script>alert(1)</script> =HYPERLINK("https://phish.example") {{7*7}} \' OR 1=1 -- ${HOME}'),),
    ),
)
