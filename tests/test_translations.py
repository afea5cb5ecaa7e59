"""Every text that people see is there in French, and what is committed is what was translated."""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.translation.template import templatize

FRENCH = settings.BASE_DIR / "locale" / "fr" / "LC_MESSAGES"
MARKS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}
IN_CONTEXT = {"pgettext", "pgettext_lazy"}  # their first argument is the context, their second the text
APART = "\x04"  # what gettext puts between a context and its text
APPS = (
    "accounts",
    "api",
    "dashboard",
    "delivery",
    "inbox",
    "ingest",
    "numbers",
    "operations",
    "routing",
    "smsgateway",
)
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')


def catalogue() -> gettext.GNUTranslations:
    with (FRENCH / "django.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def entries() -> Iterator[tuple[str, list[str]]]:
    """msgid, behind its context where it has one, and its French texts, as the .po file has them."""
    for block in (FRENCH / "django.po").read_text().split("\n\n")[1:]:
        parts: dict[str, str] = {}
        key = ""
        for line in block.splitlines():
            assert "fuzzy" not in line, block
            if line and not line.startswith("#"):
                key = line.split()[0] if not line.startswith('"') else key
                parts[key] = parts.get(key, "") + "".join(
                    ast.literal_eval(f'"{s}"') for s in STRING.findall(line)
                )
        if parts.get("msgid"):
            context = parts["msgctxt"] + APART if "msgctxt" in parts else ""
            yield (
                context + parts["msgid"],
                [text for name, text in parts.items() if name.startswith("msgstr")],
            )


def marked(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            texts = [
                one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)
            ]
            if node.func.id in MARKS and texts[:1]:
                yield texts[0]
            elif node.func.id in IN_CONTEXT and texts[1:]:
                yield texts[0] + APART + texts[1]


def in_code() -> Iterator[tuple[str, str]]:
    for app in APPS:
        for path in (settings.BASE_DIR / app).rglob("*.py"):
            for text in marked(ast.parse(path.read_text())):
                yield str(path), text


def in_templates() -> Iterator[tuple[str, str]]:
    call = re.compile(r"(?:gettext|_)\((u?'(?:[^'\\]|\\.)*'|u?\"(?:[^\"\\]|\\.)*\")")
    for path in (settings.BASE_DIR / "templates").rglob("*.html"):
        for found in call.findall(templatize(path.read_text(), origin=str(path))):
            yield str(path), ast.literal_eval(found)


def test_every_text_has_its_french() -> None:
    known = dict(entries())
    texts = [*in_code(), *in_templates()]
    assert len(texts) > 300
    missing = sorted({(Path(path).name, text) for path, text in texts if text and text not in known})
    assert not missing, "run `make messages` and translate what is new"
    assert not [msgid for msgid, french in known.items() if not all(french)]


def test_the_compiled_file_is_in_step() -> None:
    compiled = catalogue()
    for msgid, french in entries():
        assert compiled.gettext(msgid) == french[0] or compiled.ngettext(msgid, msgid, 1) == french[0], msgid


def test_french_typography_and_placeholders() -> None:
    names = re.compile(r"%\(\w+\)[sd]")
    for msgid, texts in entries():
        for french in texts:
            assert not re.search(r" (?:[:;!?»]|%(?!\())", french), f"a space that may break: {french}"
            assert "'" not in french, french
            assert sorted(names.findall(french)) == sorted(names.findall(msgid)), msgid
