"""Files that people add to a request for a number: several at once, each a PDF, PNG or JPEG."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.audit import Actor
from numbers import requests
from numbers.models import NumberRequest
from numbers.requests import MAX_DOCUMENTS, SIGNATURES, TYPES, wrong_document

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

DOCUMENTS = gettext_lazy("Documents")
MAX_NAME = 120  # characters


class Document(NamedTuple):
    """One file as it was sent."""

    name: str
    content_type: str
    content: bytes


class DocumentsInput(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class DocumentsField(forms.FileField):
    """Cleans to a list of Document; each wrong file is named."""

    widget = DocumentsInput

    def __init__(self, *, label: StrOrPromise = DOCUMENTS, required: bool = True) -> None:
        super().__init__(
            label=label,
            required=required,
            widget=DocumentsInput(attrs={"accept": ",".join(TYPES)}),
            help_text=gettext_lazy("PDF, PNG or JPEG, up to 5 MB each. They are stored encrypted."),
        )

    def clean(self, data: Any, initial: Any = None) -> list[Document]:
        documents = [document_of(super(DocumentsField, self).clean(file)) for file in data or ()]
        problems = [
            f"{document.name}: {detail}"
            for document in documents
            for _pointer, _code, detail in wrong_document(document.content_type, document.content)
        ]
        if len(documents) > MAX_DOCUMENTS:
            problems = [_("A request takes %(most)s documents at most.") % {"most": MAX_DOCUMENTS}]
        if problems or (self.required and not documents):
            raise forms.ValidationError(problems or self.error_messages["required"])
        return documents


def document_of(file: UploadedFile[Any]) -> Document:
    """A file by what it begins with: what the browser says of its type is only what its name ends with."""
    content = file.read()
    said = file.content_type or ""
    told = next((type for type, signature in SIGNATURES.items() if content.startswith(signature)), said)
    return Document(shortened(file.name or ""), told, content)


def shortened(name: str) -> str:
    """A file's name in as many characters as we keep, its ending among them."""
    ending = PurePath(name).suffix[:10]
    return name if len(name) <= MAX_NAME else name[: MAX_NAME - len(ending)] + ending


def check_size(request: HttpRequest, form: forms.Form) -> None:
    """Say that a form is too large: its files were not even read then."""
    most = settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    if form.is_bound and int(request.META.get("CONTENT_LENGTH") or 0) > most:
        detail = _("All documents together may have %(most)s at most.") % {"most": filesizeformat(most)}
        form.add_error("documents" if "documents" in form.fields else None, detail)


def add_all(request: NumberRequest, actor: Actor, documents: list[Document]) -> None:
    """Raises Invalid or Conflict."""
    for document in documents:
        requests.add_document(request, actor, **document._asdict())
