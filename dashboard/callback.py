"""The request that a callback makes: its template in pieces, with the request for an example text beside it."""

from __future__ import annotations

import json
import re
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import Invalid
from accounts.roles import CONFIGURE
from dashboard.endpoints import open_endpoints
from dashboard.forms import refuse
from dashboard.page import PageRequest, actor, find, go, page
from delivery import services
from delivery.models import Endpoint
from delivery.preview import Preview, preview
from delivery.template import CONTENT_TYPES, LONGEST_BODY, METHODS, PLACES

#: Where a piece of the template is edited, by the beginning of its pointer; the longest first.
FIELDS = {
    "/template/success/statuses": "statuses",
    "/template/success/contains": "contains",
    "/template/success/pointer": "pointer",
    "/template/success/equals": "equals",
    "/template/contentType": "content_type",
    "/template/method": "method",
    "/template/path": "path",
    "/template/query": "query",
    "/template/headers": "headers",
    "/template/body": "body",
}


def code(**attributes: Any) -> dict[str, Any]:
    return {"class": "code", "autocomplete": "off", "spellcheck": "false", **attributes}


class TemplateForm(forms.Form):
    """The template as people write it; `template` gives it as it is kept."""

    method = forms.ChoiceField(label=gettext_lazy("Method"), choices=[(word, word) for word in METHODS])
    path = forms.CharField(
        label=gettext_lazy("Path"),
        required=False,
        help_text=gettext_lazy("Goes behind the endpoint’s URL: `/inbox/{numberUsed}`."),
        widget=forms.TextInput(attrs=code()),
    )
    query = forms.CharField(
        label=gettext_lazy("Query"),
        required=False,
        help_text=gettext_lazy("One a line: `from={senderId}`."),
        widget=forms.Textarea(attrs=code(rows=3)),
    )
    headers = forms.CharField(
        label=gettext_lazy("Headers"),
        required=False,
        help_text=gettext_lazy("One a line: `X-Tag: {routingTag}`."),
        widget=forms.Textarea(attrs=code(rows=3)),
    )
    content_type = forms.ChoiceField(
        label=gettext_lazy("Content type"), choices=[(word, word) for word in CONTENT_TYPES], required=False
    )
    body = forms.CharField(
        label=gettext_lazy("Body"),
        required=False,
        strip=False,
        max_length=LONGEST_BODY,
        help_text=gettext_lazy(
            "In JSON, a place inside quotes is part of a text; without quotes it is a whole value."
        ),
        widget=forms.Textarea(attrs=code(rows=10)),
    )
    statuses = forms.CharField(
        label=gettext_lazy("Statuses"),
        required=False,
        help_text=gettext_lazy("Instead of any 2xx: `200, 202`."),
    )
    contains = forms.CharField(label=gettext_lazy("The answer contains"), required=False)
    pointer = forms.CharField(
        label=gettext_lazy("The answer’s value at"),
        required=False,
        help_text=gettext_lazy("A JSON pointer: `/result/status`."),
        widget=forms.TextInput(attrs=code()),
    )
    equals = forms.CharField(
        label=gettext_lazy("is"),
        required=False,
        help_text=gettext_lazy("A text, or `1`, `true`, `null`; quote a text that looks like one of these."),
        widget=forms.TextInput(attrs=code()),
    )

    def template(self) -> dict[str, Any]:
        """What is to be stored: only what was filled in."""
        given = self.cleaned_data
        body = given["body"].replace("\r\n", "\n") if given["method"] != "GET" else ""
        values: dict[str, Any] = {
            "path": given["path"],
            "query": lines(given["query"], "="),
            "headers": lines(given["headers"], ":"),
            "contentType": given["content_type"] if given["method"] != "GET" else "",
            "body": body,
            "success": success_of(given),
        }
        return {"method": given["method"], **{name: value for name, value in values.items() if value}}


def lines(text: str, between: str) -> list[dict[str, str]]:
    pairs = (line.partition(between) for line in text.splitlines() if line.strip())
    return [{"name": name.strip(), "value": value.strip()} for name, _, value in pairs]


def success_of(given: dict[str, Any]) -> dict[str, Any]:
    words = re.split(r"[\s,;]+", given["statuses"].strip())
    found: dict[str, Any] = {
        "statuses": [int(word) if word.isdecimal() and word.isascii() else word for word in words if word],
        "contains": given["contains"],
        "pointer": given["pointer"],
    }
    values = {name: value for name, value in found.items() if value}
    return values | ({"equals": scalar(given["equals"])} if given["equals"] or given["pointer"] else {})


def scalar(text: str) -> Any:
    """JSON where it is a single value of JSON, else the text itself."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return text if isinstance(value, dict | list) else value


def initial_of(template: dict[str, Any]) -> dict[str, Any]:
    success = template.get("success", {})
    initial = {name: template.get(name, "") for name in ("method", "path", "body")}
    initial["content_type"] = template.get("contentType", "")
    initial["query"] = "\n".join(f"{one['name']}={one['value']}" for one in template.get("query", []))
    initial["headers"] = "\n".join(f"{one['name']}: {one['value']}" for one in template.get("headers", []))
    initial["statuses"] = ", ".join(map(str, success.get("statuses", [])))
    initial |= {name: success.get(name, "") for name in ("contains", "pointer")}
    return initial | {"equals": written(success["equals"]) if "equals" in success else ""}


def written(value: Any) -> str:
    """As `scalar` reads it."""
    return value if isinstance(value, str) and scalar(value) == value else json.dumps(value)


def callback(request: PageRequest, id: str) -> Endpoint:
    return find(open_endpoints(request).filter(kind=Endpoint.Kind.CALLBACK), "endpoint", id)


@page(get=CONFIGURE, post=CONFIGURE)
def edit(request: PageRequest, callback_id: str) -> HttpResponse:
    """Save what the form says, or with `preview` show the request that it makes."""
    endpoint = callback(request, callback_id)
    form = TemplateForm(request.POST or None, initial=initial_of(endpoint.template))
    shown = checked(endpoint, form)
    if shown is not None and form.is_bound and "preview" not in request.POST:
        services.update_endpoint(endpoint, actor(request), template=form.template())
        messages.success(request, _("Saved."))
        return go(request, "endpoints.one", endpoint_id=callback_id)
    context = {
        "endpoint": endpoint,
        "form": form,
        "shown": shown,
        "preview": form.is_bound,
        "places": [f"{{{name}}}" for name in PLACES],
    }
    return render(request, "endpoint_template.html", context, status=422 if shown is None else 200)


def checked(endpoint: Endpoint, form: TemplateForm) -> Preview | None:
    """The request that the form describes; None where it describes none, which the form then says."""
    if form.is_bound and not form.is_valid():
        return None
    try:
        return preview(endpoint, template=form.template() if form.is_bound else None)
    except Invalid as problem:
        if form.is_bound:
            refuse(form, problem, {error.pointer: field_of(error.pointer) for error in problem.errors})
        return None


def field_of(pointer: str) -> str:
    return next((name for begins, name in FIELDS.items() if pointer.startswith(begins)), "")
