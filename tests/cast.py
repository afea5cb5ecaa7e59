"""The people and things of the tests: two tenants that must never see each other, each with two environments.

`build` makes a whole tenant through the services; `store_message`, `store_delivery` and `store_attempt` write what
otherwise only the door and the delivery engine write, sealed with the tenant's own key.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.test import Client

from accounts import clients, granting, invitations, keyring, keys, members, sso
from accounts import services as accounts
from accounts.audit import SYSTEM
from accounts.clock import clock
from accounts.ids import public, uuid7
from accounts.models import Environment, KeyAddress, Tenant, User
from accounts.roles import SCOPES, Role
from delivery import destinations, outside
from delivery import services as delivery
from delivery.models import RESPONSE, Attempt, Delivery, Destination, Endpoint, Event, Issue, Replay
from inbox.models import CONTENT, SENDER, Explanation, Message
from numbers import phone
from numbers import services as numbers
from numbers.models import Assignment, Channel, NumberRequest
from operations.models import LoggedRequest
from routing import services as routing
from routing.models import Route
from sandbox import receivers
from sandbox.lease import NumberLease
from sandbox.scenario_run import ScenarioRun
from sandbox.simulation import Said, Simulation

PASSWORD = "correct horse battery staple"
CARRIER_SECRET = "whsec_c21zZ2F0ZXdheSB0ZXN0cywgbm90IGEgc2VjcmV0ISE="
URL = "http://127.0.0.1:9/hook"  # loopback is allowed in tests; port 9 answers nobody


@dataclass
class Side:
    """One environment of a tenant with one of everything."""

    environment: Environment
    key: str
    channel: Channel
    assignment: Assignment
    endpoint: Endpoint
    secret: str
    route: Route
    message: Message
    delivery: Delivery
    attempt: Attempt
    number_request: NumberRequest
    event: Event
    issue: Issue
    replay: Replay
    request: LoggedRequest
    queue: Endpoint
    callback: Endpoint
    receiver: UUID  # in live it is nobody's
    simulation: UUID  # likewise
    run: UUID  # likewise
    number_lease: UUID  # likewise
    destination: Destination | None = None  # one would limit where other tests' endpoints may lie

    @property
    def ids(self) -> dict[str, str]:
        """The public id of each thing, by the name its path parameter has."""
        listed = {"destination_id": public("destination", self.destination.pk)} if self.destination else {}
        if provider := sso.of(self.environment.tenant):
            listed["identity_provider_id"] = public("identity_provider", provider.pk)
        return listed | {
            "env_id": public("environment", self.environment.pk),
            "sandbox_id": public("environment", self.environment.pk),
            "membership_id": public(
                "membership", self.environment.tenant.memberships.order_by("-role", "pk")[0].pk
            ),
            "invitation_id": public("invitation", self.environment.tenant.invitations.earliest("pk").pk),
            "client_id": self.environment.clients.order_by("pk")[0].client_id,
            "key_id": public("key", self.environment.keys.order_by("pk")[0].pk),
            "channel_id": public("channel", self.channel.pk),
            "number_id": public("number", self.assignment.number_id),
            "held_number": self.assignment.number.number,
            "endpoint_id": public("endpoint", self.endpoint.pk),
            "callback_id": public("endpoint", self.callback.pk),
            "queue_id": public("endpoint", self.queue.pk),
            "secret_id": public("secret", self.endpoint.secrets.order_by("pk")[0].pk),
            "route_id": public("route", self.route.pk),
            "route_version_id": public("route_version", self.environment.route_versions.all()[0].pk),
            "message_id": public("message", self.message.pk),
            "delivery_id": public("delivery", self.delivery.pk),
            "attempt_id": public("attempt", self.attempt.pk),
            "number_request_id": public("number_request", self.number_request.pk),
            "event_id": public("event", self.event.pk),
            "issue_id": public("issue", self.issue.pk),
            "replay_id": public("replay", self.replay.pk),
            "request_id": public("request", self.request.pk),
            "receiver_id": public("receiver", self.receiver),
            "simulation_id": public("simulation", self.simulation),
            "scenario_name": "stop",
            "run_id": public("run", self.run),
            "number_lease_id": public("number_lease", self.number_lease),
        }


@dataclass
class House:
    """One tenant with its people (one a role) and both environments."""

    tenant: Tenant
    users: dict[str, User]
    live: Side
    sandbox: Side

    @property
    def turned(self) -> House:
        """The same house with its sandbox where the walks look for live: for what only sandboxes have."""
        return replace(self, live=self.sandbox, sandbox=self.live)


@cache
def hashed_password() -> str:
    return make_password(PASSWORD)  # slow on purpose, so once


def build(name: str, live_number: str, sandbox_number: str) -> House:
    tenant = accounts.create_tenant(name, SYSTEM)
    users = {role.value: member(tenant, role) for role in Role}
    live, sandbox = tenant.environments.order_by("kind")
    store_invitation(tenant)
    return House(tenant, users, furnish(live, live_number), furnish(sandbox, sandbox_number))


def member(tenant: Tenant, role: Role) -> User:
    host = "".join(c for c in tenant.name.lower() if c.isascii() and c.isalnum())
    user = User.objects.create(email=f"{role.value}@{host}.example", password=hashed_password())
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    members.add(tenant, user, role, SYSTEM)
    return user


def sign_in(browser: Client, user: User, *, second_factor: bool = True) -> None:
    """Give the browser the session that a log-in a moment ago leaves, by default with both factors."""
    browser.force_login(user)
    at, session = clock().timestamp(), browser.session
    proofs: list[dict[str, Any]] = [{"method": "password", "at": at}]
    if second_factor:
        proofs.append({"method": "mfa", "type": "totp", "at": at})
    session[AUTHENTICATION_METHODS_SESSION_KEY] = proofs
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def furnish(environment: Environment, number: str) -> Side:
    key = key_of(environment)
    clients.create(environment, SYSTEM, name="tests", held=SCOPES)
    channel = numbers.create_channel(
        environment, SYSTEM, carrier="generic", name="Main line", credentials={"secret": CARRIER_SECRET}
    )
    assignment = numbers.assign_number(
        environment, SYSTEM, number=number, channel=channel, label="Front desk"
    )
    new = delivery.create_endpoint(environment, SYSTEM, url=URL, description="Orders")
    route = routing.create_route(
        environment,
        SYSTEM,
        name="Codes",
        conditions=[{"field": "content", "operator": "contains", "value": "code"}],
        endpoints=[new.endpoint],
        routing_tag="codes",
    )
    message = store_message(assignment, route=route)
    failed = store_delivery(message, new.endpoint)
    attempt = store_attempt(failed)
    return Side(
        environment,
        key,
        channel,
        assignment,
        new.endpoint,
        new.secret,
        route,
        message,
        failed,
        attempt,
        store_request(environment),
        store_event(environment, new.endpoint),
        store_issue(failed),
        store_replay(environment, new.endpoint),
        store_logged_request(environment),
        delivery.create_endpoint(environment, SYSTEM, kind="polling", description="Archive").endpoint,
        delivery.create_endpoint(
            environment, SYSTEM, kind="callback", url=URL, description="CRM", template={"method": "GET"}
        ).endpoint,
        uuid7() if environment.is_live else receivers.create(environment, SYSTEM, name="Bin").pk,
        uuid7() if environment.is_live else store_simulation(assignment).pk,
        uuid7() if environment.is_live else store_run(assignment).pk,
        uuid7() if environment.is_live else store_lease(assignment).pk,
    )


def store_invitation(tenant: Tenant, email: str = "guest@example.com", role: str = "viewer") -> str:
    """The text of the link of an open invitation."""
    invitations.store(tenant, SYSTEM, email, role, text := f"invitation of {email} to {tenant.pk}")
    return text


def key_of(environment: Environment) -> str:
    """The text of a key that may do everything, and was used from here before."""
    scopes = granting.offered(environment, SCOPES)
    key, text = keys.create(environment, SYSTEM, name="tests", held=SCOPES, scopes=scopes)
    KeyAddress.objects.create(key=key, address="127.0.0.1", first_used_at=key.created_at)
    return text


def store_simulation(assignment: Assignment) -> Simulation:
    """A text that the simulator sends when no clock can be: that makes no clock wait."""
    environment, now = assignment.environment, clock(assignment.environment)
    row = Simulation(
        environment=environment, channel=assignment.channel, number_used=assignment.number.number
    )
    row.skew, row.created_at, row.next_due_at = timedelta(0), now, now + timedelta(days=4000)
    row.seal(Said("ACME", "Later"))
    row.save(force_insert=True)
    row.texts.create(position=0, due_at=row.next_due_at, carrier_message_id="sim-1")
    return row


def store_run(assignment: Assignment) -> ScenarioRun:
    """A run that is over."""
    now = clock(assignment.environment)
    return ScenarioRun.objects.create(
        environment=assignment.environment,
        scenario="stop",
        number_used=assignment.number.number,
        state=ScenarioRun.State.PASSED,
        created_at=now,
        finished_at=now,
    )


def store_lease(assignment: Assignment) -> NumberLease:
    """A lease of that number for an hour."""
    return NumberLease.objects.create(
        environment=assignment.environment,
        number=assignment.number,
        expires_at=clock() + timedelta(hours=1),
    )


def store_event(environment: Environment, endpoint: Endpoint) -> Event:
    return Event.objects.create(
        environment=environment,
        type="endpoint.enabled",
        payload={"endpointId": public("endpoint", endpoint.pk)},
        created_at=clock(environment),
    )


def store_issue(delivery: Delivery, **columns: Any) -> Issue:
    """An open issue: the delivery's endpoint answers with errors of its own."""
    now = clock(delivery.environment)
    seen = {"first_seen": now, "opened_at": now, "last_seen": now, "told_at": now}
    values: dict[str, Any] = {"error_code": 5105, "count": 1, **seen}
    row = {"environment": delivery.environment, "endpoint": delivery.endpoint, "last_delivery": delivery.pk}
    return Issue.objects.create(**row, **values | columns)


def store_replay(environment: Environment, endpoint: Endpoint) -> Replay:
    """A planned job that nobody has started."""
    now = clock(environment)
    return Replay.objects.create(
        environment=environment,
        kind=Replay.Kind.RECOVER,
        filter={"endpoint": str(endpoint.pk), "since": now.isoformat()},
        planned=1,
        created_at=now,
    )


def with_destinations(house: House) -> House:
    """The house, where each environment allows loopback and nothing else."""
    for side in (house.live, house.sandbox):
        side.destination = destinations.allow(side.environment, SYSTEM, "127.0.0.0/8")
    return house


def with_provider(house: House) -> House:
    """The house, whose people may sign in at a provider that does not answer."""
    sso.create(
        house.tenant,
        SYSTEM,
        SCOPES,
        outside,
        issuer="http://127.0.0.1:9",
        client_id="tests",
        client_secret="hush",
        domains=["house.example"],
    )
    return house


def store_request(environment: Environment, **columns: Any) -> NumberRequest:
    """A request for a number of the pool that nobody has decided."""
    values: dict[str, Any] = {
        "kind": NumberRequest.Kind.POOL,
        "purpose": "Appointments",
        "monthly_volume": 500,
        "country": "FR",
        "created_at": clock(environment),
    }
    return NumberRequest.objects.create(environment=environment, **values | columns)


def store_message(
    assignment: Assignment,
    content: str = "Votre code est 020005",
    sender: str = "+33639980417",
    *,
    route: Route | None = None,
    explanation: list[dict[str, Any]] | None = None,
    **columns: Any,
) -> Message:
    """A text to a held number, as the door would store it."""
    environment = assignment.environment
    key, pk = keyring.of(environment.tenant_id), uuid7()
    values: dict[str, Any] = {
        "id": pk,
        "environment": environment,
        "channel": assignment.channel,
        "number": assignment.number,
        "number_used": assignment.number.number,
        "sealed_content": key.seal(content.encode(), CONTENT, pk),
        "sealed_sender": key.seal(sender.encode(), SENDER, pk),
        "sender_index": key.blind(sender),
        "sender_type": phone.sender_type(sender),
        "sender_country": phone.country_of(sender) or "",
        "received_at": clock(environment),
        "carrier_message_id": f"carrier-{pk}",
        "encoding": "gsm7",
        "segments": 1,
        "simulated": not environment.is_live,
    }
    if explanation:
        values["why"] = Explanation.objects.create(id=uuid7(), environment=environment, told=explanation)
    if route is not None:
        values |= {"route_id": route.pk, "route_name": route.name, "route_version": route.version}
        values |= {"routing_tag": route.routing_tag}
    return Message.objects.create(**values | columns)


def store_logged_request(environment: Environment, **columns: Any) -> LoggedRequest:
    """A request to the API that was answered well."""
    pk = columns.pop("id", uuid7())
    values: dict[str, Any] = {
        "id": pk,
        "at": clock(environment),
        "request_id": public("request", pk),
        "method": "GET",
        "path": "/v1/messages",
        "status": 200,
        "duration_us": 4_200,
        "actor_kind": "key",
        "actor_id": environment.keys.earliest("created_at").pk,
        "address": "192.0.2.7",
    }
    return LoggedRequest.objects.create(environment=environment, **values | columns)


def store_delivery(
    message: Message, endpoint: Endpoint, state: str = Delivery.State.FAILED, **columns: Any
) -> Delivery:
    """A delivery of a message, by default one that used up its tries."""
    now = clock(message.environment)
    values: dict[str, Any] = {
        "environment": message.environment,
        "endpoint": endpoint,
        "message": message,
        "state": state,
        "created_at": now,
        "attempts_made": 1,
    }
    if state == Delivery.State.FAILED:
        values |= {"error_code": 5105, "finished_at": now}
    if state == Delivery.State.SENDING:
        values |= {"lease": uuid7(), "leased_until": now + timedelta(seconds=30)}
    if state == Delivery.State.PENDING:
        values |= {"due_at": now + timedelta(minutes=5)}
    return Delivery.objects.create(**values | columns)


def store_attempt(
    delivery: Delivery, number: int = 1, response: str = "out of order", **columns: Any
) -> Attempt:
    """One failed try of a delivery, answered with a 503."""
    pk = uuid7()
    values: dict[str, Any] = {
        "id": pk,
        "delivery": delivery,
        "environment": delivery.environment,
        "number": number,
        "started_at": clock(delivery.environment),
        "status": 503,
        "error_code": 5105,
        "address": "127.0.0.1",
        "dns_us": 40,
        "connect_us": 310,
        "first_byte_us": 2_500,
        "total_us": 2_750,
        "sealed_response": keyring.of(delivery.environment.tenant_id).seal(response.encode(), RESPONSE, pk),
    }
    return Attempt.objects.create(**values | columns)


BULK = re.compile(r"/v1/replays(/[^/]+/run)?$")  # where each POST must have a name of its own


class Api:
    """A client of the API with one key."""

    def __init__(self, key: str | None) -> None:
        self.http = Client(headers={"Authorization": f"Bearer {key}"} if key else None)

    def __call__(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """The response to `method /v1/path`; `body` goes as JSON, bytes go as they are."""
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        url = path if path.startswith("/") else f"/v1/{path}"
        if method == "POST" and BULK.match(url):
            headers = {"Idempotency-Key": uuid7().hex} | headers
        return self.http.generic(method, url, raw, content_type="application/json", headers=headers or None)

    def get(self, path: str) -> Any:
        return self("GET", path)

    def post(self, path: str, body: object = None) -> Any:
        return self("POST", path, body)

    def patch(self, path: str, body: object = None) -> Any:
        return self("PATCH", path, body)

    def delete(self, path: str) -> Any:
        return self("DELETE", path)


def moment(text: str) -> datetime:
    """A time as the API writes it."""
    return datetime.fromisoformat(text)
