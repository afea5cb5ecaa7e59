"""Second factors of people: an authenticator app, passkeys, and recovery codes for the day when both are lost.

django-allauth keeps them (`allauth.mfa`); the secrets are sealed with the cell's key. Whoever calls has asked for a
recent proof of who they are.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from accounts import keyring, mail, people
from accounts.audit import Actor
from accounts.clock import clock
from accounts.errors import Conflict, Invalid
from accounts.models import User

APP, PASSKEY, CODES = Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN, Authenticator.Type.RECOVERY_CODES
KINDS = {APP: "app", PASSKEY: "passkey", CODES: "recoveryCodes"}  # as the audit trail names them
COLUMN, ROW = "mfa_authenticator.data", UUID(int=0)  # django-allauth seals before the row is there
MOST_PASSKEYS = 20
NAME_LENGTH = 60


def seal(text: str) -> str:
    return b64encode(keyring.of(None).seal(text.encode(), COLUMN, ROW)).decode()


def unseal(text: str) -> str:
    return keyring.open_text(b64decode(text), COLUMN, ROW)


def of(user: User) -> list[Authenticator]:
    return list(Authenticator.objects.filter(user=user).order_by("pk"))


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey as its owner sees it. Its id is the credential's: public, random, and nobody else's."""

    row: Authenticator

    @property
    def id(self) -> str:
        return str(self.row.data["credential"]["id"])

    @property
    def name(self) -> str:
        return str(self.row.data["name"])


def passkey(user: User, id: str) -> Authenticator | None:
    """The passkey of `user` with that id."""
    passkeys = (row for row in of(user) if row.type == PASSKEY)
    return next((row for row in passkeys if Passkey(row).id == id), None)


def app_of(user: User) -> Authenticator | None:
    found: Authenticator | None = Authenticator.objects.filter(user=user, type=APP).first()
    return found


def has_second(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user, type__in=(APP, PASSKEY)).exists())


def new_secret() -> str:
    """160 random bits in base32, as an authenticator app takes them."""
    return str(generate_totp_secret())


def counter_of(secret: str, code: str) -> int | None:
    """The half-minute in which `code` is the app's, if that is now or next to it."""
    wanted = "".join(code.split())
    present = int(clock().timestamp()) // app_settings.TOTP_PERIOD
    tolerance = app_settings.TOTP_TOLERANCE
    for counter in range(present - tolerance, present + tolerance + 1):
        if constant_time_compare(wanted, format_hotp_value(hotp_value(secret, counter))):
            return counter
    return None


@transaction.atomic
def add_app(user: User, secret: str, code: str, actor: Actor) -> None:
    """Take on an authenticator app that shows `code`. Raises Invalid, or Conflict where there is one already."""
    counter = counter_of(secret, code)
    if counter is None:
        raise Invalid([("/code", "wrong_code", _("This is not the code that the app shows now."))])
    keep_app(user, secret, actor, used=counter)


@transaction.atomic
def keep_app(user: User, secret: str, actor: Actor, *, used: int = 0) -> None:
    """Take on an app that knows `secret`; codes up to the half-minute `used` count no more. Raises Conflict."""
    locked(user)
    if app_of(user) is not None:
        raise Conflict("app_exists", _("There is an authenticator app already: remove it first."))
    row = TOTP.activate(user, secret).instance
    row.data["counter"] = used
    row.save(update_fields=["data"])
    added(user, row, actor)


@transaction.atomic
def add_passkey(user: User, name: str, credential: Mapping[str, Any], actor: Actor) -> None:
    """Take on a passkey whose registration was verified. Raises Conflict for too many."""
    locked(user)
    if Authenticator.objects.filter(user=user, type=PASSKEY).count() >= MOST_PASSKEYS:
        raise Conflict("too_many_passkeys", _("At most %(count)d.") % {"count": MOST_PASSKEYS})
    added(user, WebAuthn.add(user, name[:NAME_LENGTH], dict(credential)).instance, actor)


def added(user: User, row: Authenticator, actor: Actor) -> None:
    people.record(user, "user.factorAdded", actor, after={"kind": KINDS[row.type]})
    mail.notice(user, "factorAdded")


@transaction.atomic
def rename_passkey(row: Authenticator, name: str, actor: Actor) -> None:
    row.data["name"] = name[:NAME_LENGTH]
    row.save(update_fields=["data"])
    people.record(row.user, "user.factorRenamed", actor, after={"kind": KINDS[row.type]})


@transaction.atomic
def remove(row: Authenticator, actor: Actor) -> None:
    """Remove a factor; recovery codes go with the last one that they stood in for."""
    user = row.user
    locked(user)
    row.delete()
    if not has_second(user):
        Authenticator.objects.filter(user=user).delete()
    people.record(user, "user.factorRemoved", actor, before={"kind": KINDS[row.type]})
    mail.notice(user, "factorRemoved")


@transaction.atomic
def forget(user: User, actor: Actor) -> int:
    """Remove all factors of somebody who lost them, so that they set up new ones; answers how many it were."""
    count: int = Authenticator.objects.filter(user=user).delete()[0]
    people.record(user, "user.factorsForgotten", actor)
    mail.notice(user, "factorRemoved")
    return count


@transaction.atomic
def new_recovery_codes(user: User, actor: Actor) -> list[str]:
    """Ten codes that each stand in for the second factor once; those before end. Raises Conflict without a factor."""
    locked(user)
    if not has_second(user):
        raise Conflict("no_factor", _("Set up an authenticator app or a passkey first."))
    Authenticator.objects.filter(user=user, type=CODES).delete()
    codes: list[str] = RecoveryCodes.activate(user).generate_codes()
    people.record(user, "user.recoveryCodesMade", actor)
    mail.notice(user, "recoveryCodesMade")
    return codes


@transaction.atomic
def accept(user: User, code: str, actor: Actor) -> Authenticator | None:
    """The factor that `code` proves: the app's present code, or a recovery code. Each counts once."""
    rows = Authenticator.objects.select_for_update().filter(user=user, type__in=(APP, CODES))
    for row in rows.order_by("-type"):
        if row.type == APP and app_accepts(row, code):
            return row
        if row.type == CODES and row.wrap().validate_code(code):
            row.refresh_from_db()
            left = len(row.wrap().get_unused_codes())
            people.record(user, "user.recoveryCodeUsed", actor, after={"left": left})
            mail.notice(user, "recoveryCodeUsed")
            return row
    return None


def app_accepts(row: Authenticator, code: str) -> bool:
    """Whether it is the code of a half-minute after all whose codes were used (RFC 6238 §5.2)."""
    counter = counter_of(unseal(row.data["secret"]), code)
    if counter is None or counter <= row.data.get("counter", -1):
        return False
    row.data["counter"] = counter
    row.save(update_fields=["data"])
    return True


def locked(user: User) -> None:
    """Nobody else changes the factors of `user` until the transaction ends."""
    User.objects.select_for_update().get(pk=user.pk)
