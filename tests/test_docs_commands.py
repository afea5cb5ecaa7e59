"""Every command of the documentation does what it says, against a running product, as somebody who follows it types it.

Where a page has `chn_…`, its reader takes the id that an answer gave, and so does this. A block that cannot run here
stands below with its reason; one that is in neither fails.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.docs import Block, blocks, commands, pages
from tests.live import until
from tests.product import Product, running

SHELL = {"sh", "bash", "console", "curl"}
PROGRAMS = {"python", "py"}
SHOWN = {
    "json",
    "http",
    "csv",
    "text",
    "js",
    "ts",
}  # what answers and files look like; js: tests/test_webhook_examples.py; ts: docs/samples/shop
WEBHOOK_EXAMPLES = "tests/test_webhook_examples.py runs it against deliveries"

#: (page, first line) of the blocks that are not run here, each with its reason.
NOT_HERE = {
    ("README", "make run"): "this is what the tests run in; `make test` is the tests themselves",
    ("acquire-numbers", 'curl "$API/channels/chn_…/available-numbers?country=FR&contains=937" -H "$AUTH"'): (
        "asks a carrier's own API; tests/buying does it with stand-ins of the carriers"
    ),
    ("acquire-numbers", "manage.py buy_number --channel chn_… --country FR --contains 937"): (
        "buys at a carrier; tests/buying does it with stand-ins of the carriers"
    ),
    (
        "adding-a-carrier",
        ".venv/bin/python -m pytest tests/test_carrier_conformance.py tests/test_carrier_fuzz.py \\",
    ): ("these are tests themselves"),
    ("carriers", "python manage.py reconcile --channel chn_… --since 2026-11-24T08:00:00Z"): (
        "asks a carrier's own API; tests/test_reconcile.py does it with a stand-in"
    ),
    ("numbers", "manage.py import_numbers pool.csv --channel chn_… --dry-run"): (
        "the pool is the operator's, of which a demo has none; tests/test_number_import.py runs it"
    ),
    ("operations", "python3 deploy/new_env.py sms.example.com > .env"): (
        "needs Docker; tests/test_deployment.py and tests/test_compose.py hold its parts"
    ),
    ("performance", "make bench"): "measures a whole machine for many minutes",
    ("sandbox", 'smsgw sandbox create "Pull request 7" --json'): "tests/sdk/test_cli_sandbox.py runs it",
    ("sandbox", "smsgw scenarios"): "tests/sdk/test_cli_trigger.py runs it",
    ("webhooks", "import os"): WEBHOOK_EXAMPLES,
}
#: Pages that another test follows from their first line to their last.
ELSEWHERE = {
    "await": "tests/sdk/test_await.py",
    "quickstart": "tests/sdk/test_quickstart.py",
    "receiving": "tests/test_receiving_docs.py",
}
#: What stands for something of one's own, besides ids.
MEANT = {
    "https://example.com/sms": "{receiver}",
    "https://api.example.com/v2": "{receiver}",
}
WITH_LIVE = {"access", "numbers"}  # pages that ask for a key of live
WITHIN_S = 90


@dataclass
class Reader:
    """Somebody who follows one page: what they set, and the latest id of each kind that they were shown."""

    product: Product
    page: str
    folder: Path
    settings: list[str] = field(default_factory=list)
    shown: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        told = self.product.told
        self.key = told["keys"]["live" if self.page in WITH_LIVE else "sandbox"]
        self.shown |= {"ep": told["endpoint"]["id"], "sk_live": self.key, "sk_test": self.key}
        (self.folder / ".curlrc").write_text("fail-with-body\nsilent\nshow-error\nnoproxy = *\n")
        (self.folder / "var").mkdir()
        (self.folder / "var" / "demo.json").symlink_to(self.product.folder / "demo.json")

    @property
    def environment(self) -> dict[str, str]:
        api = self.product.told["api"].rstrip("/")
        auth = f"Authorization: Bearer {self.key}"
        own = {"API": api, "KEY": self.key, "AUTH": auth, "CURL_HOME": str(self.folder)}
        return {"PATH": os.environ["PATH"], **own}

    def filled(self, text: str) -> str:
        """The command as this reader types it."""
        for meant, own in MEANT.items():
            text = text.replace(meant, own.format(**self.product.told))
        text = re.sub(r"http://127\.0\.0\.1:8001/in/\w+/…", lambda _: self.shown["ingestUrl"], text)
        text = re.sub(r"http://127\.0\.0\.1:8003/\S+/…", lambda _: self.shown["receiver"], text)
        return re.sub(r"\b(sk_live|sk_test|[a-z]{2,3})_…", lambda found: self.shown[found[1]], text)

    def type(self, command: str) -> None:
        """Run one command, and look at what it says. Fails when it does."""
        command = self.filled(command)
        assert "…" not in command, f"{self.page}: nothing says what stands for … in {command}"
        if command.startswith(("export ", "API=")):
            self.settings.append(command)
        done = self.run(command)
        end = time.monotonic() + WITHIN_S
        while done.returncode and "$INGEST" in command and time.monotonic() < end:
            done = self.run(command)  # the door hears of a new channel a moment later
        assert done.returncode == 0, f"{self.page}: {command}\n{done.stdout}\n{done.stderr}"
        self.look(done.stdout)

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-euc", "".join([*self.settings, command])],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=WITHIN_S,
            check=False,
        )

    def look(self, answer: str) -> None:
        """Keep the ids and secrets of an answer, by what they begin with."""
        try:
            told = json.loads(answer)
        except ValueError:
            return
        for name, value in members(told):
            if name == "ingestUrl":
                self.shown["ingestUrl"] = value
            elif name == "url" and "/sandbox/receivers/" in value:
                self.shown["receiver"] = value
            elif name in {"id", "lease", "deliveryId", "clientId", "clientSecret", "access_token"}:
                self.shown[value.partition("_")[0]] = value


def members(told: Any) -> Iterator[tuple[str, str]]:
    """Every text that has a name, the deepest first: what an answer itself says of a name comes last."""
    if isinstance(told, list):
        for one in told:
            yield from members(one)
    elif isinstance(told, dict):
        for one in told.values():
            yield from members(one)
        yield from ((name, value) for name, value in told.items() if isinstance(value, str))


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running(tmp_path_factory.mktemp("product")) as it:
        text_arrives(it)
        yield it


def text_arrives(product: Product) -> None:
    """Somebody writes to one of the demo's numbers."""
    channel = product.told["channel"]
    body = {"from": "+33639980417", "to": product.told["numbers"][0], "text": "Votre code est 482913"}
    headers = {"Authorization": f"Bearer {channel['secret']}"}
    with requests.Session() as session:
        session.trust_env = False
        session.post(product.told["ingestUrl"], json=body, headers=headers, timeout=20).raise_for_status()


def texts_arrive_until(product: Product, condition: Callable[[], object]) -> None:
    """A route is in force at the door a moment after it is made, so the first text may still go elsewhere."""
    for _ in range(20):
        text_arrives(product)
        with suppress(AssertionError):
            until(condition, 2)
            return
    raise AssertionError("no text came")


def something_waits(reader: Reader) -> None:
    """Texts arrive until one is in the queue that the reader made."""
    url = f"{reader.environment['API']}/endpoints/{reader.shown['ep']}"
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = f"Bearer {reader.key}"
        oldest = "oldestUndeliveredSeconds"
        texts_arrive_until(reader.product, lambda: session.get(url, timeout=20).json()[oldest] is not None)


#: What happens just before a command that begins so.
MEANWHILE: Mapping[tuple[str, str], Callable[[Reader], None]] = {
    ("polling", 'curl "$API/endpoints/ep_…/queue?'): something_waits,
}


def known(block: Block) -> bool:
    return block.page in ELSEWHERE or (block.page, block.first) in NOT_HERE


PAGES = sorted({block.page for block in blocks() if block.language in SHELL and not known(block)})


def test_every_block_says_what_it_is() -> None:
    strange = [block for block in blocks() if block.language not in SHELL | PROGRAMS | SHOWN]
    assert strange == []


def test_what_is_not_run_here_is_there() -> None:
    there = {(block.page, block.first) for block in blocks()}
    assert set(NOT_HERE) <= there
    assert len(pages()) > 20


@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_work_as_they_stand(product: Product, page: str, tmp_path: Path) -> None:
    reader = Reader(product, page, tmp_path)
    reader.type('curl "$API/messages?limit=1" -H "$AUTH"\n')  # so that they have seen a text's id
    for block in blocks():
        if block.page == page and block.language in SHELL and not known(block):
            for command in commands(block.text):
                for (where, start), happens in MEANWHILE.items():
                    if where == page and command.startswith(start):
                        happens(reader)
                reader.type(command)


def test_every_program_is_run() -> None:
    programs = {(b.page, b.first, b.text) for b in blocks() if b.language in PROGRAMS and not known(b)}
    assert {page for page, _first, _text in programs} <= {"polling"}


@pytest.mark.timeout(300)
def test_the_loop_that_asks_a_queue_gets_what_comes(product: Product, tmp_path: Path) -> None:
    (program,) = [b.text for b in blocks() if b.page == "polling" and b.language in PROGRAMS]
    reader = Reader(product, "polling", tmp_path)
    reader.type("""curl $API/endpoints -H "$AUTH" --json '{"kind": "polling"}'\n""")
    reader.type(
        """curl $API/routes -H "$AUTH" --json '{"name": "Loop", "position": 1, "endpointIds": ["ep_…"]}'\n"""
    )
    said = tmp_path / "said.log"
    with said.open("wb") as output:
        loop = subprocess.Popen(
            [sys.executable, "-u", "-c", program],
            env=reader.environment | {"QUEUE": reader.shown["ep"], "NO_PROXY": "*"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        texts_arrive_until(product, lambda: loop.poll() is not None or "482913" in said.read_text())
        assert loop.poll() is None, said.read_text()
    finally:
        loop.terminate()
        loop.wait(10)
