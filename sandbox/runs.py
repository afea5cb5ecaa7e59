"""Runs of scenarios: begun here, sent by the simulator through the door, and judged by whoever looks at them.

A run is over once all that was expected came, or once nothing of it is due any more and still something lacks. What is
due later, by the sandbox's clock, it waits for: parts that never come, texts that are sent later, tries of deliveries.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Min
from django.utils.translation import gettext as _

from accounts import audit, keyring, walls
from accounts.audit import Actor
from accounts.clock import clock
from accounts.encryption import Unsealable
from accounts.errors import Invalid
from accounts.models import Environment
from delivery.models import Delivery, Endpoint
from inbox.models import Message, Part
from numbers.phone import normalise
from sandbox import sending, simulator
from sandbox.judging import NOTHING_YET, Came, Outcome, Seen, Verdict, expectations, judge
from sandbox.scenario_run import ScenarioRun
from sandbox.scenarios import SCENARIOS, Scenario, Text
from sandbox.simulation import SimulatedText, Simulation

#: What stands for the sender where whoever began the run named one.
NAMED = "senderId"
#: Where the number's own channel is of a kind that cannot be simulated.
INSTEAD = "sandbox"
EXAMPLE = "+33639980004"
AT_ONCE_S = 2.0  # of a request's time, for what is due already; workers send the rest
#: How long a run waits for what is due and not there: by then the door, its joiner and the workers have had their turn.
PATIENCE = timedelta(seconds=30)

State = ScenarioRun.State


# ---- beginning


def begin(
    environment: Environment,
    actor: Actor,
    names: Iterable[str] | None = None,
    *,
    number_used: str | None = None,
    sender_id: str | None = None,
) -> list[ScenarioRun]:
    """A run of each named scenario, or of all; what is due is sent. All begin, or none.

    Without `number_used` it is the number that the sandbox has held longest; `sender_id` writes instead of the
    scenarios' own senders. Raises Forbidden in live, Invalid, or Conflict when too many texts wait.
    """
    walls.keep_out_live(environment, actor)
    scenarios = list(SCENARIOS.values()) if names is None else chosen(names)
    number = first_number(environment) if number_used is None else held(environment, actor, number_used)
    with transaction.atomic():
        runs = [begun(environment, actor, scenario, number, sender_id) for scenario in scenarios]
    send(runs)
    return runs


def chosen(names: Iterable[str]) -> list[Scenario]:
    """The scenarios of these names, each once. Raises Invalid."""
    wanted = list(dict.fromkeys(names))
    wrong = [place for place, name in enumerate(wanted) if name not in SCENARIOS]
    if wrong:
        detail = _("There is no such scenario.")
        raise Invalid((f"/scenarios/{place}", "unknown_scenario", detail) for place in wrong)
    return [SCENARIOS[name] for name in wanted]


def held(environment: Environment, actor: Actor, number: str) -> str:
    """The number as the sandbox holds it. Raises Invalid where it does not."""
    with walls.watched(environment, actor):
        return simulator.holding_of(environment, number).number.number


def first_number(environment: Environment) -> str:
    """The number that the sandbox has held longest. Raises Invalid where it holds none."""
    rows = environment.assignments.filter(ends_at=None, number__fictional=True).order_by("pk")
    number = rows.values_list("number__number", flat=True).first()
    if number is None:
        detail = _("This sandbox holds no number yet: take one of a range reserved for fiction.")
        raise Invalid([("/numberUsed", "required", detail)])
    return str(number)


def number_shown(environment: Environment) -> str:
    """The same for somebody who only looks: one of the ranges where there is none."""
    try:
        return first_number(environment)
    except Invalid:
        return EXAMPLE


def begun(
    environment: Environment, actor: Actor, scenario: Scenario, number: str, sender_id: str | None
) -> ScenarioRun:
    key = keyring.of(environment.tenant_id)
    run = ScenarioRun(
        environment=environment,
        scenario=scenario.name,
        number_used=number,
        sender_index=key.blind(normalise(sender_id)) if sender_id else None,
        created_at=clock(environment),
    )
    run.expectations = told(expectations(scenario_of(run) or scenario))
    run.save(force_insert=True)
    audit.record(actor, "run.created", run.pk, environment=environment, after={"scenario": scenario.name})
    for text in scenario.texts:
        plan(environment, actor, text, run, sender_id)
    return run


def plan(environment: Environment, actor: Actor, text: Text, run: ScenarioRun, sender_id: str | None) -> None:
    """Raises Invalid."""
    order = text.order(run.number_used, sender_id)
    try:
        simulator.simulate(environment, actor, order, run)
    except Invalid as problem:
        if text.carrier or {error.pointer for error in problem.errors} != {"/carrier"}:
            raise
        simulator.simulate(environment, actor, replace(order, carrier=INSTEAD), run)


def send(runs: Sequence[ScenarioRun]) -> None:
    """What is due of them, as far as there is time for it."""
    until = time.monotonic() + AT_ONCE_S
    waiting = Simulation.objects.filter(run__in=runs).exclude(next_due_at=None).order_by("pk")
    for id in list(waiting.values_list("pk", flat=True)):
        if time.monotonic() < until:
            sending.send_due(id, 0)


# ---- looking


def scenario_of(run: ScenarioRun) -> Scenario | None:
    """What the run is of; None where there is no such scenario any more."""
    scenario = SCENARIOS.get(run.scenario)
    if scenario is None or run.sender_index is None:
        return scenario
    return replace(scenario, texts=tuple(replace(text, sender=NAMED) for text in scenario.texts))


class Found(NamedTuple):
    """What there is of a run: of each of its texts what came, and when the next thing is due."""

    seen: list[Seen]
    messages: list[UUID]
    due_at: datetime | None  # by the sandbox's clock, the past included


def look(run: ScenarioRun) -> ScenarioRun:
    """The run as it stands, which is written down; one that is over stays as it ended."""
    scenario = scenario_of(run)
    if run.state != State.RUNNING or scenario is None:
        return run
    found = look_for(run, scenario)
    note(run, scenario, found)
    fields = ("state", "finished_at", "expectations", "messages", "due_at", "patient_until")
    values = {name: getattr(run, name) for name in fields}
    if not ScenarioRun.objects.filter(pk=run.pk, state=State.RUNNING).update(**values):
        run.refresh_from_db(fields=fields)  # somebody else saw it end
    return run


def note(run: ScenarioRun, scenario: Scenario, found: Found) -> None:
    """What a look found, on the run."""
    environment, now = run.environment, clock()
    verdicts = judge(scenario, found.seen, final=False)
    later = found.due_at is not None and found.due_at > clock(environment)
    if later or run.patient_until is None:
        run.patient_until = None if later else now + PATIENCE
    over = all(verdict.passed for verdict in verdicts) and found.due_at is None  # nothing more is on its way
    if not over and run.patient_until is not None and now >= run.patient_until:
        verdicts, over = judge(scenario, found.seen, final=True), True
    run.expectations, run.messages = told(verdicts), [str(id) for id in found.messages]
    run.due_at = found.due_at if later and not over else None
    if over:
        run.state = State.PASSED if all(verdict.passed for verdict in verdicts) else State.FAILED
        run.finished_at = clock(environment)


def told(verdicts: Iterable[Verdict]) -> list[dict[str, object]]:
    return [verdict._asdict() for verdict in verdicts]


def look_for(run: ScenarioRun, scenario: Scenario) -> Found:
    seen, messages, due = [], [], []
    simulations = run.simulations.order_by("pk").prefetch_related("texts")
    for text, simulation in zip(scenario.texts, simulations, strict=False):
        sent = list(simulation.texts.all())
        rows = came_of(simulation, sent)
        deliveries = deliveries_of(rows)
        seen.append(Seen(ids_of(sent), [came(run, text, row, deliveries[row.pk]) for row in rows]))
        messages += [row.pk for row in rows]
        due += [simulation.next_due_at, parts_due(simulation, sent), *next_tries(deliveries.values())]
    seen += [NOTHING_YET] * (len(scenario.texts) - len(seen))  # where it has got more texts since
    return Found(seen, sorted(messages), min((at for at in due if at is not None), default=None))


def ids_of(sent: Iterable[SimulatedText]) -> list[str]:
    return list(dict.fromkeys(text.carrier_message_id for text in sent))


def came_of(simulation: Simulation, sent: Iterable[SimulatedText]) -> list[Message]:
    """The messages that a simulation's texts became, the oldest first."""
    rows = Message.objects.filter(
        environment=simulation.environment_id,
        channel=simulation.channel_id,
        pk__gt=simulation.pk,
        carrier_message_id__in=ids_of(sent),
    )
    return list(rows.order_by("pk"))


def deliveries_of(rows: Iterable[Message]) -> dict[UUID, list[Delivery]]:
    found: dict[UUID, list[Delivery]] = defaultdict(list)
    own = Delivery.objects.filter(message__in=rows, event_type="message.received")
    for delivery in own.select_related("endpoint"):
        assert delivery.message_id is not None
        found[delivery.message_id].append(delivery)
    return found


def came(run: ScenarioRun, text: Text, row: Message, deliveries: Sequence[Delivery]) -> Came:
    try:
        content = row.content
    except Unsealable:
        content = None
    key = keyring.of(run.environment.tenant_id)
    wrote = bytes(run.sender_index) if run.sender_index is not None else key.blind(normalise(text.sender))
    own = row.sender_index is not None and bytes(row.sender_index) == wrote
    return Came(
        row.carrier_message_id,
        content,
        text.sender if own else None,
        row.partial,
        row.sent_at,
        outcome_of(deliveries),
    )


def outcome_of(deliveries: Sequence[Delivery]) -> Outcome:
    """What a message's deliveries come to; in a queue of the customer's it has arrived."""
    states = {delivery.state for delivery in deliveries if delivery.endpoint.kind != Endpoint.Kind.POLLING}
    if Delivery.State.FAILED in states:
        return "failed"
    if states - {Delivery.State.DELIVERED, Delivery.State.CANCELLED}:
        return "pending"
    return "delivered" if states else "queued" if deliveries else "noEndpoint"


def parts_due(simulation: Simulation, sent: Iterable[SimulatedText]) -> datetime | None:
    """When parts that lie and wait for others are delivered without them."""
    waiting = Part.objects.filter(
        environment=simulation.environment_id,
        channel=simulation.channel_id,
        carrier_message_id__in=ids_of(sent),
    )
    found: datetime | None = waiting.aggregate(at=Min("expires_at"))["at"]
    return found


def next_tries(groups: Iterable[Sequence[Delivery]]) -> list[datetime | None]:
    return [
        delivery.due_at
        for deliveries in groups
        for delivery in deliveries
        if delivery.state == Delivery.State.PENDING and delivery.endpoint.kind != Endpoint.Kind.POLLING
    ]
