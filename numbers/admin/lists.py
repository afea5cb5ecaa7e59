"""Numbers from a file into the pool: looked at first, then confirmed."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import ids
from accounts.admin import Acting, operator
from numbers.admin.channels import channel_choices, own
from numbers.importing import Imported, import_numbers
from numbers.listing import COLUMNS, Rejected
from numbers.models import Channel

MAX_FILE = 1_500_000  # bytes, some 40,000 numbers; more than that is for the command
SHOWN = 100  # problems, and numbers of a kind, on one page


class ImportForm(forms.Form):
    """The file at first; then, to confirm, the very bytes that were looked at."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"), required=False, help_text=gettext_lazy("For lines that name none.")
    )
    content = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].choices = [("", "–"), *channel_choices()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        file = self.cleaned_data.get("file")
        if file:
            self.cleaned_data["raw"] = file.read(MAX_FILE + 1)
        else:
            self.cleaned_data["raw"] = decoded(self.cleaned_data.get("content", ""))
        if not self.cleaned_data["raw"]:
            self.add_error("file", _("Choose a file."))
        elif len(self.cleaned_data["raw"]) > MAX_FILE:
            self.add_error("file", _("A larger file than 1.5 MB is for the command import_numbers."))
        return self.cleaned_data

    def channel_row(self) -> Channel | None:
        id = ids.parse("channel", self.cleaned_data["channel"])
        return own().filter(pk=id).first() if id else None


def decoded(content: str) -> bytes:
    try:
        return b64decode(content, validate=True)
    except ValueError:
        return b""


def list_page(admin: Acting, request: HttpRequest) -> HttpResponse:
    """Show what a file would do; `confirmed` does it."""
    form = ImportForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    context: dict[str, Any] = {"form": form, "columns": COLUMNS}
    if form.is_valid():
        confirmed = "confirmed" in request.POST
        try:
            done = imported(request, form, dry_run=not confirmed)
        except Rejected as rejected:
            found = rejected.problems
            context |= {"problems": found[:SHOWN], "more": max(len(found) - SHOWN, 0)}
        else:
            if confirmed:
                messages.success(request, counted(done))
                return HttpResponseRedirect(admin.url("changelist"))
            context |= preview(form, done)
    return admin.page(request, "admin/numbers/import.html", _("Import numbers"), **context)


def imported(request: HttpRequest, form: ImportForm, *, dry_run: bool) -> Imported:
    return import_numbers(
        form.cleaned_data["raw"], operator(request), channel=form.channel_row(), dry_run=dry_run
    )


def counted(done: Imported) -> str:
    values = {
        "created": len(done.created),
        "updated": len(done.updated),
        "unchanged": len(done.unchanged),
    }
    return _("%(created)s created, %(updated)s updated, %(unchanged)s unchanged.") % values


def preview(form: ImportForm, done: Imported) -> dict[str, Any]:
    content = b64encode(form.cleaned_data["raw"]).decode()
    initial = {"content": content, "channel": form.cleaned_data["channel"]}
    kinds = [
        (_("New in the pool"), done.created),
        (_("Brought up to date"), done.updated),
        (_("Unchanged"), done.unchanged),
    ]
    shown = [(words, len(numbers), numbers[:SHOWN]) for words, numbers in kinds]
    return {"preview": shown, "confirm": initial, "changes": bool(done.created or done.updated)}
