"""How soon a reader has the first page of a tenant's messages, from the API and from the dashboard."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import requests

from bench.measure import percentile
from bench.stack import Failed, Running
from smsgateway.code import code
from smsgateway.run import HOST

CALLS = 50
ANSWER_WITHIN_S = 30
PAUSE_S = 0.05
ALL_WITHIN_S = 60  # then fewer calls have to do
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(frozen=True)
class Page:
    """Milliseconds from the request to the whole answer, of so many calls; `trouble` ended them early."""

    name: str
    took: list[float]
    trouble: str = ""

    @property
    def p95(self) -> float:
        return percentile(sorted(self.took), 0.95)


def read(running: Running, told: Mapping[str, Any]) -> list[Page]:
    """The first pages, by what `bench.seed` told of key, login and numbers. Raises Failed."""
    origin = f"http://{HOST}:{running.ports['web']}"
    home = f"{origin}/e/{told['environment']}/"
    messages = f"{home}messages/"
    api = requests.Session()
    api.headers["Authorization"] = f"Bearer {told['key']}"
    person = logged_in(origin, **told["login"])
    asked: dict[str, Callable[[], requests.Response]] = {
        "API: messages": lambda: api.get(f"{origin}/v1/messages", timeout=ANSWER_WITHIN_S),
        "API: deliveries": lambda: api.get(f"{origin}/v1/deliveries", timeout=ANSWER_WITHIN_S),
        "pages: overview": lambda: person.get(home, timeout=ANSWER_WITHIN_S),
        "pages: messages": lambda: person.get(messages, timeout=ANSWER_WITHIN_S),
        "pages: messages of a busy number": narrowed(person, messages, told["busy"]),
        "pages: messages of a quiet number": narrowed(person, messages, told["quiet"]),
    }
    return [timed(running, name, get) for name, get in asked.items()]


def narrowed(person: requests.Session, messages: str, number: str) -> Callable[[], requests.Response]:
    return lambda: person.get(messages, params={"number": number}, timeout=ANSWER_WITHIN_S)


def logged_in(origin: str, email: str, password: str, secret: str) -> requests.Session:
    person = requests.Session()
    sent(person, f"{origin}/login/", {"email": email, "password": password})
    answer = sent(person, f"{origin}/login/second/", {"code": code(secret, time.time())})
    if not answer.ok or "/login/" in answer.url:
        raise Failed(f"the reader cannot log in: {answer.status_code}")
    return person


def sent(person: requests.Session, url: str, data: dict[str, str]) -> requests.Response:
    """The answer to the form at `url`."""
    form = TOKEN.search(person.get(url, timeout=ANSWER_WITHIN_S).text)
    if form is None:
        raise Failed(f"there is no form at {url}")
    return person.post(url, {"csrfmiddlewaretoken": form[1], **data}, timeout=ANSWER_WITHIN_S)


def timed(running: Running, name: str, get: Callable[[], requests.Response]) -> Page:
    """Calls it until there are enough, time is up, or one fails."""
    took: list[float] = []
    until = time.monotonic() + ALL_WITHIN_S
    while len(took) < CALLS and time.monotonic() < until:
        began = time.monotonic()
        try:
            get().raise_for_status()
        except requests.RequestException as error:
            return Page(name, took, f"{name}: {type(error).__name__}")
        took.append(1000 * (time.monotonic() - began))
        running.wait(PAUSE_S)
    return Page(name, took)
