"""Create a tenant with a live and a sandbox environment and its first owner, who is asked to choose the password."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from accounts import keys, members, people, services
from accounts.audit import Actor
from accounts.ids import public
from accounts.models import User
from accounts.roles import SCOPES, Role


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the organisation's name")
        parser.add_argument("owner", help="the first owner's e-mail address")

    def handle(self, *args: Any, name: str, owner: str, **options: Any) -> None:
        user = User.objects.filter(email=owner.lower()).first() or User(email=owner.lower())
        try:
            validate_email(owner)
            if user._state.adding:
                choose_password(user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        with transaction.atomic():
            user.save()
            people.verify(user)
            tenant = services.create_tenant(name, Actor("operator"))
            members.add(tenant, user, Role.OWNER, Actor("operator"))
            texts = [
                keys.create(env, Actor("operator"), name="First key", held=SCOPES)[1]
                for env in tenant.environments.all()
            ]
        self.stdout.write(f"{public('tenant', tenant.pk)}\n" + "\n".join(texts))


def choose_password(user: User) -> None:
    password = getpass.getpass(f"Password for {user.email}: ")
    validate_password(password, user)
    user.set_password(password)
