"""Changing one's password, and the way back for who forgot it."""

from __future__ import annotations

from allauth.core.ratelimit import consume
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import passwords, sessions, sign_in
from accounts.audit import asking
from accounts.errors import Invalid
from accounts.forms import refuse
from accounts.throttle import TooMany
from dashboard.devices import source_of
from dashboard.entrance import wait_text
from dashboard.page import OwnRequest, actor, after, own_page
from dashboard.password_form import ChangeForm, ForgottenForm, NewForm
from dashboard.profile import show


@sensitive_post_parameters("present", "password")
@own_page("POST")
def change(request: OwnRequest) -> HttpResponse:
    """The present password is asked for even of who is logged in; all other sessions end."""
    form = ChangeForm(request.POST)
    if not form.is_valid() or not is_right(request, form):
        return show(request, password=form)
    key = request.session.session_key
    try:
        passwords.change(request.user, form.cleaned_data["password"], actor(request), session=key)
    except Invalid as problem:
        refuse(form, problem)
        return show(request, password=form)
    update_session_auth_hash(request, request.user)  # gives the session a new key as well
    sessions.renamed(key or "", request.session.session_key or "")
    messages.success(request, _("The password is changed. Your other sessions are ended."))
    return redirect("profile")


def is_right(request: OwnRequest, form: ChangeForm) -> bool:
    email = request.user.email
    try:
        if sign_in.check_password(email, form.cleaned_data["present"], source_of(request, email)):
            return True
        form.add_error("present", _("This is not your password."))
    except TooMany as refused:
        form.add_error("present", wait_text(refused.wait))
    return False


@never_cache
@require_http_methods(["GET", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """The answer is the same for every address, and does not wait for what is done about it."""
    form = ForgottenForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(
            request, "password_forgotten.html", {"form": form}, status=422 if form.is_bound else 200
        )
    email = form.cleaned_data["email"].strip().lower()
    sent = render(request, "password_sent.html")
    if not consume(request, action="reset_password", key=email):
        return sent
    url, actor = f"{settings.PUBLIC_URL}{reverse('password.new')}?link=", asking("system", None, request.META)
    return after(sent, lambda: passwords.send_link(email, url, actor))


@never_cache
@sensitive_post_parameters("password", "link")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """What the link opens. It logs nobody in: the second factor is asked for as ever."""
    text = request.POST.get("link") or request.GET.get("link", "")
    user = passwords.find(text)
    if user is None:
        return render(request, "link_gone.html", status=404)
    form = NewForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        actor = asking("user", user.pk, request.META)
        try:
            passwords.change(user, form.cleaned_data["password"], actor, forgotten=True)
        except Invalid as problem:
            refuse(form, problem)
        else:
            logout(request)  # this browser's session has ended with the others
            messages.success(request, _("The password is changed. Log in with it."))
            return redirect("account_login")
    context = {"form": form, "text": text, "address": user.email}
    return render(request, "password_new.html", context, status=422 if form.is_bound else 200)
