"""Tags and filters of the pages: states, ids, times, numbers, and texts of strangers made harmless."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import lucide
from django import template
from django.template.context import RequestContext
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, parse

from accounts import ids
from accounts.clock import clock, stamp
from dashboard import error_docs, manual, reasons, text
from dashboard.context import section_in
from dashboard.words import CARRIERS, look, region, titled
from delivery.models import Replay
from numbers import money
from numbers.models import Number
from numbers.plan import Capability, Category

register = template.Library()
MINUTE, HOUR, DAY = 60, 3600, 86_400
STALE_AFTER_S = 14 * DAY


@register.simple_tag
@lru_cache(maxsize=500)
def icon(name: str, size: int = 16) -> SafeString:
    """A decorative icon; the word beside it says what it means."""
    svg = lucide._render_icon(name, size, aria_hidden="true", focusable="false", **{"class": "icon"})
    return mark_safe(svg)  # noqa: S308  the installed set's own SVG


@register.simple_tag
def chip(noun: str, state: str) -> SafeString:
    words, tone, name = look(noun, state)
    return format_html('<span class="chip {}">{} {}</span>', tone, icon(name, 14), words)


@register.filter
def carrier(name: str) -> Any:
    return CARRIERS.get(name, name)


register.filter(titled)
register.filter(region)
register.filter(reasons.why)
register.filter("documented", error_docs.html)
register.simple_tag(manual.navigation, name="manual")


@register.filter
def category(value: str) -> Any:
    """The words of a number's category, which begin a line."""
    return capfirst(Category(value).label) if value in Category.values else value


@register.filter
def capabilities(number: Number) -> str:
    return ", ".join(str(Capability(value).label) for value in number.capabilities)


@register.filter
def monthly_price(number: Number) -> str:
    """What a number costs a month; a dash where no price is agreed."""
    return "–" if number.monthly_price is None else money.shown(number.monthly_price, number.currency)


@register.filter
def coded(words: Any) -> SafeString:
    """A sentence of ours with what stands between back-ticks set as code."""
    halves = enumerate(str(words).split("`"))
    return format_html_join(
        "", "{}", ((format_html("<code>{}</code>", part) if at % 2 else part,) for at, part in halves)
    )


@register.filter
def public(id: UUID, noun: str) -> str:
    return ids.public(noun, id)


@register.simple_tag(takes_context=True)
def page(context: RequestContext, name: str, **parameters: str) -> str:
    """The URL of a page of the present environment."""
    env_id = ids.public("environment", context["environment"].pk)
    return reverse(name, kwargs={"env_id": env_id, **parameters})


@register.simple_tag(takes_context=True)
def page_in(context: RequestContext, environment: Any) -> str:
    """The present section in another environment."""
    name = section_in(context.get("section") or "environment", environment)
    return reverse(name, kwargs={"env_id": ids.public("environment", environment.pk)})


@register.inclusion_tag("parts/copy.html")
def copyable(value: str, shown: str = "", kind: str = "id") -> dict[str, str]:
    """A value in monospace with a button that copies it (a script shows the button)."""
    return {"value": value, "shown": shown or value, "kind": kind}


@register.inclusion_tag("parts/when.html", takes_context=True)
def when(context: RequestContext, at: datetime | None, focusable: bool = True) -> dict[str, Any]:
    """A time relative to now; the exact one shows on hover and focus. Inside a link pass focusable=False."""
    if at is None:
        return {"at": None}
    relative = ago((clock(context.get("environment")) - at).total_seconds()) or exact_day(at)
    return {"at": at, "stamp": stamp(at), "relative": relative, "exact": exact(at), "focusable": focusable}


def ago(seconds: float) -> str:
    """ "3 min ago", "in 5 min"; empty where a date says more."""
    if abs(seconds) > STALE_AFTER_S:
        return ""
    if -2 < seconds < 2:
        return _("just now")
    span = short_span(abs(seconds))
    return _("%(span)s ago") % {"span": span} if seconds > 0 else _("in %(span)s") % {"span": span}


def short_span(seconds: float) -> str:
    """A length of time in its largest unit."""
    if seconds < MINUTE:
        return _("%(count)d s") % {"count": seconds}
    if seconds < HOUR:
        return _("%(count)d min") % {"count": seconds // MINUTE}
    if seconds < 2 * DAY:
        return _("%(count)d h") % {"count": seconds // HOUR}
    days = int(seconds // DAY)
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


def exact(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{exact_day(at)} {local:%H:%M:%S}.{local.microsecond // 1000:03d} {local:%Z}"


def exact_day(at: datetime) -> str:
    return formats.date_format(timezone.localtime(at), "j N Y")


register.filter("exact", exact)
register.filter("exact_day", exact_day)


@register.filter
def span(seconds: float | None) -> str:
    return "–" if seconds is None else short_span(seconds)


@register.filter
def about(seconds: float) -> str:
    """A length of time to the nearest of its largest unit: 27 h 35 min are 28 h."""
    unit = next(
        (unit for least, unit in ((2 * DAY, DAY), (HOUR, HOUR), (MINUTE, MINUTE)) if seconds >= least), 1
    )
    return short_span(round(seconds / unit) * unit)


@register.filter
def milliseconds(microseconds: float | None) -> str:
    """Microseconds as milliseconds; from one second on as seconds, then in the largest unit."""
    if microseconds is None:
        return "–"
    if microseconds >= 2 * MINUTE * 1e6:
        return short_span(microseconds / 1e6)
    if microseconds >= 1_000_000:
        return _("%(count)s s") % {"count": formats.number_format(microseconds / 1e6, 1)}
    digits = 1 if 50 <= microseconds < 10_000 else 0
    return _("%(count)s ms") % {"count": formats.number_format(microseconds / 1000, digits)}


@register.filter
def count(number: int) -> str:
    return formats.number_format(number, 0, force_grouping=True)


@register.filter
def planned(job: Replay) -> str:
    """How many deliveries a replay would touch, as far as they were counted."""
    if job.planned_exact:
        return count(job.planned)
    return _("more than %(count)s") % {"count": count(job.planned)} if job.planned else _("not counted")


@register.filter
@lru_cache(maxsize=2000)
def phone(number: str) -> str:
    """An E.164 number grouped as its country writes it; anything else as it is."""
    if not number.startswith("+"):
        return number
    try:
        return format_number(parse(number), PhoneNumberFormat.INTERNATIONAL)
    except NumberParseException:
        return number


@register.filter
def visible(value: str) -> SafeString:
    """A stranger's text, escaped, with characters that hide or turn round shown as what they are."""
    return format_html_join("", "{}", ((shown(piece),) for piece in text.pieces(value)))


def shown(piece: text.Piece) -> str | SafeString:
    if not piece.hidden:
        return piece.text
    return format_html('<span class="hidden-character" title="{}">{}</span>', piece.name, piece.text)


@register.filter
def excerpt(value: str, length: int = 90) -> str:
    return text.excerpt(value, length)


@register.filter
def lookup(mapping: dict[Any, Any], key: Any) -> Any:
    return mapping.get(key)


@register.filter
def short(id: str) -> str:
    """A public id's prefix and end, enough to tell neighbours apart."""
    return f"{id.partition('_')[0]}_…{id[-8:]}"
