"""The demo that `make run` shows: a small French company's sandbox, with real texts as such numbers receive them."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts import factors, granting, keys, members, people
from accounts import services as accounts
from accounts.audit import SYSTEM
from accounts.ids import parse, public
from accounts.models import Environment, Tenant, User
from accounts.roles import SCOPES, Role
from delivery import services as delivery
from delivery.models import Endpoint
from numbers import services as numbers
from numbers.models import Assignment, Channel
from routing import services as routing

FILE = settings.VAR_DIR / "demo.json"
TENANT = "Atelier Lumen"
EMAIL = "demo@atelier-lumen.example"
CODES, APPOINTMENTS = "+33639980001", "+33639980002"

#: (our number, sender, text), in the order in which the feeder sends them.
TEXTS = [
    (CODES, "SmallWorld", "SmallWorld code: 034635"),
    (APPOINTMENTS, "+33639980417", "Bonjour, je confirme mon rendez-vous de demain 9 h 30. Merci !"),
    (
        CODES,
        "Remitly",
        "Remitly: Please use your security code 193192 within 10 minutes in-app or online. "
        "Remitly will never call you to ask for this code. Do not share it with anyone.",
    ),
    (CODES, "+447700900117", "Your verification code is: 949119"),
    (CODES, "Doctolib", "482913 est votre code de vérification Doctolib. Ne le communiquez à personne."),
    (CODES, "+12025550143", "ICQ New: 123 - your code"),
    (CODES, "Google", "G-132619 is your Google verification code"),
    (CODES, "+12025550177", "Your Discord verification code is: 020005"),
    (APPOINTMENTS, "+33639980233", "Your appointment is confirmed for the 16th at 2pm."),
    (APPOINTMENTS, "+33639980562", "Où en est ma commande n° 40817 ? Je n’ai pas reçu le suivi 📦"),
    (CODES, "WhatsApp", "Your WhatsApp Business account is being registered on a new device"),
    (CODES, "Impots.gouv", "Votre code de sécurité est 730 214. Il expire dans 15 minutes."),
    (APPOINTMENTS, "+33639980908", "Impossible de venir mardi, peut-on déplacer à jeudi après-midi ?"),
]


def seed() -> dict[str, Any]:
    """Make the demo if it is not there, and say in var/demo.json (readable by its owner only) how to use it."""
    kept = read()
    tenant = Tenant.objects.filter(name=TENANT).first()
    if tenant is None or kept.get("tenant") != public("tenant", tenant.pk):
        with transaction.atomic():
            kept = create(tenant)
    protect(kept["login"])
    told = kept | addresses(kept)
    write(told)
    return told


def protect(login: dict[str, str]) -> None:
    """Give the demo's person a second factor whose secret the file tells, as their role asks for one."""
    user = User.objects.get(email=login["email"])
    if "secret" in login and factors.app_of(user) is not None:
        return
    factors.forget(user, SYSTEM)
    login["secret"] = factors.new_secret()
    factors.keep_app(user, login["secret"], SYSTEM)


def read() -> dict[str, Any]:
    try:
        value = json.loads(FILE.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def write(told: dict[str, Any]) -> None:
    FILE.parent.mkdir(parents=True, exist_ok=True)
    new = Path(f"{FILE}.new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(told, file, indent=2, ensure_ascii=False)
    new.replace(FILE)


def create(tenant: Tenant | None) -> dict[str, Any]:
    """Everything that has a secret is made anew, since the file that knew it is gone."""
    password, fresh = secrets.token_urlsafe(12), tenant is None
    tenant = tenant or accounts.create_tenant(TENANT, SYSTEM)
    user, _ = User.objects.get_or_create(email=EMAIL, defaults={"name": "Camille Martin", "is_staff": True})
    people.verify(user)
    user.is_superuser = True
    user.set_password(password)
    user.save()
    if fresh:
        members.add(tenant, user, Role.OWNER, SYSTEM)
    sandbox = tenant.environments.filter(kind=Environment.Kind.SANDBOX, deleted_at=None).earliest("pk")
    live = tenant.environments.get(kind=Environment.Kind.LIVE)
    return {
        "tenant": public("tenant", tenant.pk),
        "login": {"email": EMAIL, "password": password},
        "keys": {
            name: keys.create(env, SYSTEM, name="Demo", held=SCOPES, scopes=granting.offered(env, SCOPES))[1]
            for name, env in (("sandbox", sandbox), ("live", live))
        },
        **configure(sandbox),
    }


def configure(sandbox: Environment) -> dict[str, Any]:
    """Channel, endpoint, numbers and routes; what an earlier demo left of them goes first."""
    clear(sandbox)
    secret = secrets.token_urlsafe(18)
    channel = numbers.create_channel(
        sandbox, SYSTEM, carrier="sandbox", name="Simulated carrier", credentials={"secret": secret}
    )
    new = delivery.create_endpoint(
        sandbox, SYSTEM, url=receiver_url(), description="Demo receiver", is_default=True
    )
    for number, label in ((CODES, "Verification codes"), (APPOINTMENTS, "Appointments and orders")):
        numbers.assign_number(sandbox, SYSTEM, number=number, channel=channel, label=label)
    route(sandbox, new.endpoint)
    return {
        "channel": {"path": channel.path, "secret": secret},
        "endpoint": {"id": public("endpoint", new.endpoint.pk), "secret": new.secret},
        "numbers": [CODES, APPOINTMENTS],
    }


def clear(sandbox: Environment) -> None:
    for old_route in sandbox.routes.all():
        routing.delete_route(old_route, SYSTEM)
    for assignment in Assignment.objects.filter(environment=sandbox, ends_at=None):
        numbers.release_number(assignment, SYSTEM)
    for channel in Channel.objects.filter(environment=sandbox, deleted_at=None):
        numbers.delete_channel(channel, SYSTEM)
    for endpoint in Endpoint.objects.filter(environment=sandbox, deleted_at=None):
        delivery.delete_endpoint(endpoint, SYSTEM)


def route(sandbox: Environment, endpoint: Endpoint) -> None:
    routing.create_route(
        sandbox,
        SYSTEM,
        name="Account take-over warnings",
        conditions=[{"field": "content", "operator": "contains", "value": "registered on a new device"}],
        action="quarantine",
    )
    routing.create_route(
        sandbox,
        SYSTEM,
        name="One-time codes",
        conditions=[
            {"field": "numberUsed", "operator": "equals", "value": CODES},
            {"field": "content", "operator": "matches", "value": r"\bcode\b"},
        ],
        endpoints=[endpoint],
        routing_tag="one-time-code",
    )
    routing.create_route(
        sandbox,
        SYSTEM,
        name="Appointments",
        conditions=[{"field": "numberUsed", "operator": "equals", "value": APPOINTMENTS}],
        endpoints=[endpoint],
        routing_tag="appointments",
    )


def receiver_url() -> str:
    return f"http://127.0.0.1:{settings.DEMO_RECEIVER_PORT}/sms"


def addresses(kept: dict[str, Any]) -> dict[str, Any]:
    """What depends on where this start listens."""
    ingest = settings.PUBLIC_INGEST_URL + kept["channel"]["path"]
    text = json.dumps({"from": "+33639980123", "to": CODES, "text": "Votre code est 493 027"})
    follow(kept["endpoint"]["id"])
    return {
        "dashboard": settings.PUBLIC_URL + "/",
        "api": settings.PUBLIC_URL + "/v1/",
        "ingest": settings.PUBLIC_INGEST_URL,
        "ingestUrl": ingest,
        "receiver": receiver_url(),
        "curl": "\n".join(
            (
                f"curl -i {ingest} \\",
                f"  -H 'Authorization: Bearer {kept['channel']['secret']}' \\",
                "  -H 'Content-Type: application/json' \\",
                f"  -d '{text}'",
            )
        ),
    }


def follow(endpoint_id: str) -> None:
    """Move the demo's endpoint along when its receiver listens elsewhere than at the last start."""
    endpoint = Endpoint.objects.filter(pk__in=[parse("endpoint", endpoint_id)], deleted_at=None).first()
    if endpoint and endpoint.url != receiver_url() and endpoint.url.startswith("http://127.0.0.1:"):
        delivery.update_endpoint(endpoint, SYSTEM, url=receiver_url())
