"""The operators' pages (Django's admin): who exists. Elsewhere operators look and do not touch.

Whatever an operator changes here is in the audit trail; Django's own log, which would hold names, is not written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from allauth.account.admin import EmailAddress  # where they are registered, so that it is done
from allauth.mfa.admin import Authenticator
from allauth.usersessions.admin import UserSession
from django.contrib import admin
from django.contrib.auth import get_permission_codename
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import BaseUserCreationForm, UserChangeForm
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from oauth2_provider import admin as oauth2_admin

from accounts import audit, ids, limits, services
from accounts.audit import Actor
from accounts.models import ApiKey, AuditEntry, Environment, Membership, OAuthClient, Tenant, User

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    Form = ModelForm[Any]
    PersonAdmin = UserAdmin[User]
else:
    ModelAdmin, PersonAdmin = admin.ModelAdmin, UserAdmin

# Tokens, factors and sessions are no operator's to see, and clients have a page of ours below.
for model in (
    EmailAddress,
    Authenticator,
    UserSession,
    oauth2_admin.application_model,
    oauth2_admin.access_token_model,
    oauth2_admin.grant_model,
    oauth2_admin.id_token_model,
    oauth2_admin.refresh_token_model,
):
    admin.site.unregister(model)

admin.site.site_title = admin.site.site_header = _("smsgateway: operator pages")
admin.site.index_title = _("This installation")


def operator(request: HttpRequest) -> Actor:
    return audit.asking("operator", getattr(request.user, "pk", None), request.META)


class Audited(ModelAdmin):
    """Changes go into the audit trail: the names of changed fields, not their values, which may be personal."""

    noun: str
    actions = None  # nothing is deleted in bulk
    show_full_result_count = False

    @admin.display(description=_("id"))
    def public_id(self, row: Any) -> str:
        return ids.public(self.noun, row.pk)

    def tenant_of(self, row: Any) -> Tenant | None:
        return getattr(row, "tenant", None)

    def save_model(self, request: HttpRequest, obj: Any, form: Form, change: bool) -> None:
        super().save_model(request, obj, form, change)
        self.note(request, obj, "updated" if change else "created", sorted(form.changed_data))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.note(request, obj, "deleted", [])
        super().delete_model(request, obj)

    def note(self, request: HttpRequest, row: Any, verb: str, fields: list[str]) -> None:
        action, tenant = f"{self.noun}.{verb}", self.tenant_of(row)
        audit.record(operator(request), action, row.pk, tenant=tenant, after={"fields": fields})

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> None:  # type: ignore[override]
        """Left out: it would keep the row's name."""

    log_change = log_addition  # type: ignore[assignment]

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:  # type: ignore[override]
        """Left out likewise."""


class ReadOnly(Audited):
    """Rows that operators only look at; everything else is done through the services."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Acting(ReadOnly):
    """Rows that operators change by pages of their own, each of which calls a service."""

    def may_act(self, request: HttpRequest) -> bool:
        codename = get_permission_codename("change", self.opts)
        return bool(request.user.has_perm(f"{self.opts.app_label}.{codename}"))

    def act(
        self, view: Callable[..., HttpResponse], *, post_only: bool = False
    ) -> Callable[..., HttpResponse]:
        """A view of the operators' pages, for who may change these rows."""

        def enter(request: HttpRequest, **parameters: Any) -> HttpResponse:
            if not self.may_act(request):
                raise PermissionDenied
            if post_only and request.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            return view(request, **parameters)

        return self.admin_site.admin_view(enter)

    def url(self, name: str, *arguments: Any) -> str:
        """The URL of a page of these rows: "changelist", "change" or one of their own."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=arguments)

    def page(
        self, request: HttpRequest, template: str, title: Any, *, status: int = 200, **context: Any
    ) -> HttpResponse:
        shown = {**self.admin_site.each_context(request), "opts": self.opts, "title": title, **context}
        return TemplateResponse(request, template, shown, status=status)


@admin.register(Tenant)
class TenantAdmin(Audited):
    """A new tenant comes with its key and both environments."""

    noun = "tenant"
    list_display = ("name", "public_id", "created_at", "live_approved_at")
    search_fields = ("name",)
    fields = ("name", "live_approved_at")

    def tenant_of(self, row: Tenant) -> Tenant:
        return row

    def save_model(self, request: HttpRequest, obj: Tenant, form: Form, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        created = services.create_tenant(obj.name, operator(request))
        Tenant.objects.filter(pk=created.pk).update(live_approved_at=obj.live_approved_at)
        obj.pk, obj.created_at = created.pk, created.created_at

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


LIMITS_EXPLAINED = {
    "reads_allowed": _("Requests of a key that read, in ten seconds. Empty: as in the settings."),
    "writes_allowed": _(
        "Requests of a key that change something, in ten seconds. Empty: as in the settings."
    ),
    "messages_allowed": _(
        "Texts a month; past it the API is slower, and no text is lost. Empty: as in the settings."
    ),
}


@admin.register(Environment)
class EnvironmentAdmin(Audited):
    """Operators set its limits and nothing else."""

    noun = "environment"
    list_display = ("public_id", "tenant", "kind", "name", "quota_level", "created_at", "deleted_at")
    list_filter = ("kind", "quota_level")
    list_select_related = ("tenant",)
    readonly_fields = (
        "public_id",
        "tenant",
        "kind",
        "name",
        "clock_offset",
        "created_at",
        "emptying_since",
        "deleted_at",
        "quota_level",
    )
    fields = (*readonly_fields, *limits.FIELDS)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Each limit may be empty, and says what it counts."""
        return super().get_form(request, obj, change, help_texts=LIMITS_EXPLAINED, **kwargs)

    def save_model(self, request: HttpRequest, obj: Environment, form: Form, change: bool) -> None:
        limits.choose(obj, operator(request), **{name: form.cleaned_data[name] for name in limits.FIELDS})


class NewPersonForm(BaseUserCreationForm[User] if TYPE_CHECKING else BaseUserCreationForm):  # type: ignore[misc]
    class Meta:
        model = User
        fields = ("email", "name")

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email.lower()  # the log-in compares in lower case


class PersonForm(UserChangeForm[User] if TYPE_CHECKING else UserChangeForm):  # type: ignore[misc]
    class Meta:
        model = User
        fields = "__all__"


@admin.register(User)
class UserPages(Audited, PersonAdmin):
    noun = "user"
    add_form, form = NewPersonForm, PersonForm
    ordering = ("email",)
    list_display = ("email", "name", "public_id", "is_active", "is_staff")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("email", "password", "name", "language", "time_zone")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "password1", "password2")}),)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # a person who leaves becomes inactive: the trail names them


@admin.register(Membership)
class MembershipAdmin(Audited):
    noun = "membership"
    list_display = ("user", "tenant", "role")
    list_filter = ("role",)
    list_select_related = ("user", "tenant")
    autocomplete_fields = ("user", "tenant")


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnly):
    noun = "key"
    list_display = ("name", "prefix", "environment", "created_at", "last_used_at", "revoked_at")
    list_select_related = ("environment",)
    fields = ("public_id", "name", "prefix", "environment", "created_at", "last_used_at", "revoked_at")


@admin.register(OAuthClient)
class OAuthClientAdmin(ReadOnly):
    noun = "client"
    list_display = ("name", "public_id", "environment", "created_at", "last_used_at", "revoked_at")
    list_select_related = ("environment",)
    fields = ("public_id", "name", "environment", "created_at", "last_used_at", "revoked_at")


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly):
    noun = "audit"
    list_display = ("at", "action", "tenant", "actor_kind", "actor_id", "target_id", "request_id")
    list_filter = ("action", "actor_kind")
    list_select_related = ("tenant",)
    ordering = ("-at",)
    fields = (
        "public_id", "at", "action", "tenant", "environment", "actor_kind", "actor_id", "target_id", "before",
        "after", "request_id",
    )  # fmt: skip
