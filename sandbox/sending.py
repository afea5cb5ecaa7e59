"""Sends what simulations planned through the door, as their carriers would: in order, and again if it is not taken.

No transaction is open meanwhile. Whoever sends a simulation holds its lease; when he dies, the next goes on where the
door's answer was last written down, and what was sent twice counts once, for its id is the same.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import DateTimeField, ExpressionWrapper, F, Min, Q, Value

from accounts.clock import clock
from accounts.encryption import Unsealable
from accounts.ids import earliest
from inbox.models import Message
from ingest import polling
from sandbox import magic
from sandbox.dialects import ASKED, DIALECTS, CannotWrite
from sandbox.door import Door
from sandbox.simulation import Said, SimulatedText, Simulation
from sandbox.simulator import way_of, written

log = logging.getLogger("smsgateway.worker")

LEASE = timedelta(seconds=30)
#: A thread of web's or a worker's waits meanwhile; what takes longer is looked at again.
FETCHED_WITHIN_S = 0.5
LOOK_S = 0.05
TRIES = 6
NOT_YET = 404  # the door hears of a new channel a moment after it was made
AGAIN = frozenset({NOT_YET, 408, 429, 503})
NOT_YET_PAUSE = timedelta(seconds=0.1)
LONGEST_S = 2.0  # in one go, for what is due already

State = SimulatedText.State


def send_all_due(until: datetime) -> int:
    """Send what is due of every sandbox, up to the wall clock `until`; answers how many simulations it was about."""
    now = ExpressionWrapper(Value(clock()) + F("environment__clock_offset"), DateTimeField())
    due = Simulation.objects.filter(next_due_at__lte=now).filter(free())
    ids = list(due.order_by("next_due_at").values_list("pk", flat=True)[:100])
    for id in ids:
        if clock() < until:
            send_due(id, (until - clock()).total_seconds() / len(ids))
    return len(ids)


def free() -> Q:
    return Q(leased_until=None) | Q(leased_until__lt=clock())


def send_due(id: UUID, within_s: float) -> None:
    """Send what is due of one simulation, and what becomes due within so many seconds."""
    mine = Simulation.objects.filter(free(), pk=id, next_due_at__isnull=False)
    if not mine.update(leased_until=clock() + LEASE):
        return
    simulation = Simulation.objects.select_related("environment", "channel__environment").get(pk=id)
    try:
        post_due(simulation, time.monotonic() + within_s)
    finally:
        leave(simulation)


def post_due(simulation: Simulation, until: float) -> None:
    said = opened(simulation)
    with closing(Door(simulation.channel)) as door:
        for text in due_texts(simulation, until):
            post(door, simulation, text, said)


def opened(simulation: Simulation) -> Said | None:
    """None where it cannot be read any more, which is sent no more either."""
    try:
        return simulation.said()
    except Unsealable:
        log.exception("a simulation cannot be read", extra={"environment": str(simulation.environment_id)})
        return None


def due_texts(simulation: Simulation, until: float) -> Iterator[SimulatedText]:
    """One after the other as they become due, up to `until` by the monotonic clock; what is due now always begins."""
    last = max(until, time.monotonic() + LONGEST_S)
    waiting = simulation.texts.filter(state=State.WAITING).order_by("due_at", "position")
    while time.monotonic() < last and (text := waiting.first()):
        early_s = (text.due_at - clock(simulation.environment)).total_seconds()
        if early_s > 0 and time.monotonic() + early_s > until:
            return
        time.sleep(max(early_s, 0))
        yield text


def post(door: Door, simulation: Simulation, text: SimulatedText, said: Said | None) -> None:
    """One request or part, and what the door answered."""
    text.tries += 1
    try:
        text.answer = asked(door, simulation, text, said) if said is not None else None
        text.state = state_of(text, said)
        if said is not None and text.state == State.ACCEPTED:
            take_effect(simulation, text, said)
    except CannotWrite:  # the channel's credentials were changed since
        text.answer, text.state = None, State.REFUSED
    if text.state == State.WAITING:
        text.due_at = clock(simulation.environment) + pause(text)
    text.save(update_fields=["tries", "answer", "state", "due_at"])


def take_effect(simulation: Simulation, text: SimulatedText, said: Said) -> None:
    """What the sender does once the door took its text (sandbox.magic)."""
    if magic.writes(said.sender, magic.SENT_TWICE):
        magic.send_twice(simulation.environment, messages_of(simulation, [text]).values())
    elif magic.writes(said.sender, magic.OVER_QUOTA):
        magic.use_up_quota(simulation.environment)


def state_of(text: SimulatedText, said: Said | None) -> SimulatedText.State:
    """What the answer comes to."""
    if text.answer is not None and 200 <= text.answer < 300:
        return State.ACCEPTED
    if text.answer is not None and text.answer not in AGAIN:
        return State.REFUSED
    return State.UNANSWERED if text.tries >= TRIES or said is None else State.WAITING


def pause(text: SimulatedText) -> timedelta:
    """How long the carrier waits before it comes again."""
    return NOT_YET_PAUSE if text.answer == NOT_YET else timedelta(seconds=2 ** (text.tries - 1))


def asked(door: Door, simulation: Simulation, text: SimulatedText, said: Said) -> int | None:
    """The status that the door answers, None where it does not, or is not heard."""
    channel = simulation.channel
    brought = DIALECTS[channel.carrier].write(written(simulation, text, said), way_of(channel))
    if channel.carrier in ASKED:
        return fetched(simulation, text)
    unheard = magic.writes(said.sender, magic.UNHEARD) and not messages_of(simulation, [text])
    status = door.ask(brought)
    return None if unheard and status is not None and 200 <= status < 300 else status


def fetched(simulation: Simulation, text: SimulatedText) -> int | None:
    """200 once the text was taken from its carrier, which is asked; whoever asks is told to do so now. None before."""
    text.save(update_fields=["tries"])  # from now on it lies there (sandbox.carrier_api)
    if is_known(simulation, text, earliest(clock() - polling.first_reach())):
        return 200
    polling.tell(simulation.channel_id, simulation.number_used)
    until = time.monotonic() + FETCHED_WITHIN_S
    while not is_known(simulation, text, simulation.pk):
        if time.monotonic() > until:
            return None
        time.sleep(LOOK_S)
    return 200


def is_known(simulation: Simulation, text: SimulatedText, since: UUID) -> bool:
    """Whether a message of this number since then has the text's id, be it another's: nobody fetches it then."""
    came = Message.objects.filter(
        environment=simulation.environment_id, number_used=simulation.number_used, pk__gte=since
    )
    return came.filter(carrier_message_id=text.carrier_message_id).exists()


def leave(simulation: Simulation) -> None:
    """Give the lease back, and erase what the texts say once all are sent."""
    left = simulation.texts.filter(state=State.WAITING).aggregate(at=Min("due_at"))["at"]
    changes: dict[str, object] = {"leased_until": None, "next_due_at": left}
    if left is None:
        changes["sealed_said"] = None
    Simulation.objects.filter(pk=simulation.pk).update(**changes)


def messages_of(simulation: Simulation, texts: Sequence[SimulatedText]) -> dict[str, UUID]:
    """The messages that the texts became, by the carrier's ids; a joined text has the id of its first part."""
    found = Message.objects.filter(
        environment=simulation.environment_id,
        channel=simulation.channel_id,
        pk__gt=simulation.pk,
        carrier_message_id__in={text.carrier_message_id for text in texts},
    )
    known = dict(found.values_list("carrier_message_id", "pk"))
    joined = {
        text.reference: known[text.carrier_message_id]
        for text in texts
        if text.reference is not None and text.carrier_message_id in known
    }
    parts = {text.carrier_message_id: joined[text.reference] for text in texts if text.reference in joined}
    return parts | known


def is_settled(texts: Sequence[SimulatedText], messages: Mapping[str, UUID]) -> bool:
    """Whether nothing more is to be expected soon: all were sent, and what is whole has arrived."""
    if any(text.state == State.WAITING for text in texts):
        return False
    taken = [text for text in texts if text.state == State.ACCEPTED]
    came: dict[int | None, set[int | None]] = defaultdict(set)
    for text in taken:
        came[text.reference].add(text.part)
    whole = [text for text in taken if text.parts in (None, len(came[text.reference]))]
    return all(text.carrier_message_id in messages for text in whole)
