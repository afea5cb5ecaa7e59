"""Chromium on the live pages. Where there is none these tests are left out, and a line says so."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.browser.visitor import Visitor
from tests.cast import House

NAMES = ("chromium", "chromium-browser", "google-chrome")
HERE = Path(__file__).parent
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def executable() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    ours = [item for item in items if HERE in item.path.parents]
    for item in ours:
        item.add_marker("browser")
    if ours and executable() is None:
        items[:] = [item for item in items if item not in ours]
        config.hook.pytest_deselected(items=ours)
        config.stash[LEFT_OUT] = len(ours)


LEFT_OUT = pytest.StashKey[int]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if count := config.stash.get(LEFT_OUT, 0):
        terminalreporter.write_line(f"{count} browser tests did NOT run: no Chromium here.", yellow=True)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread, beside which Django refuses its ORM unless told otherwise.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=executable(), args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def visitor(chromium: Browser, live_server: LiveServer, acme: House) -> Iterator[Visitor]:
    """Acme's owner, logged in, looking at live. What the console says in the end must be nothing."""
    guest = Visitor(chromium, live_server.url, acme)
    guest.log_in()
    yield guest
    guest.close()
    assert guest.complaints == []
