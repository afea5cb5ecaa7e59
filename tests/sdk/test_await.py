"""docs/await.md, followed to the letter by somebody who tests: from the plugin to a shop that one signs in to.

`RUNS=50` has the shop's own tests run that often one after the other, alone and four at a time.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.conf import settings

from tests.browser.conftest import executable
from tests.product import Product, running
from tests.sdk.terminal import BLOCK, Terminal, packages_in, sections

RUNS = int(os.environ.get("RUNS", "0"))
HERE = "" if executable() else " is not run, there is no Chromium here"


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running(tmp_path_factory.mktemp("product")) as it:
        yield it


@pytest.fixture(scope="module")
def terminal(product: Product, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    packages, folder = packages_in(tmp_path_factory.mktemp("packages")), tmp_path_factory.mktemp("await")
    made = Terminal(folder, "await", packages, port=5000, environment={})
    (folder / "var" / "demo.json").symlink_to(product.folder / "demo.json")
    made.run("".join(what_is_needed()[:2]))
    (folder / "docs").symlink_to(settings.BASE_DIR / "docs")
    yield made
    made.stop()


def what_is_needed() -> list[str]:
    """The lines that find the gateway, then the one that makes the packages."""
    [(_file, _language, block)] = BLOCK.findall(sections("await")["What you need"])
    lines: list[str] = block.splitlines(keepends=True)
    return lines


def again(terminal: Terminal, command: str) -> None:
    for _ in range(RUNS):
        terminal.run(command)


@pytest.mark.timeout(300 + RUNS * 60)
def test_with_pytest(terminal: Terminal) -> None:
    terminal.follow("A first test")
    assert terminal.heard("1 passed")
    terminal.follow("Your application")
    assert terminal.heard("4 passed")
    tests = f"SHOP_URL=http://127.0.0.1:{terminal.port} try/.venv/bin/pytest -q try/shop"
    again(terminal, tests)
    again(terminal, f"{tests} -n 4")


@pytest.mark.timeout(300 + RUNS * 60)
@pytest.mark.parametrize("browser", [pytest.param("Chromium", id=f"Chromium{HERE}")])
def test_in_a_browser(terminal: Terminal, browser: str) -> None:
    """Goes on where the one before ended."""
    if executable():
        terminal.follow("In a browser")
        assert terminal.heard("3 passed")
        tests = f"cd try/shop && SHOP_URL=http://127.0.0.1:{terminal.port} npx playwright test"
        again(terminal, f"({tests} --workers=1)")
        again(terminal, f"({tests} --workers=4)")


def test_nothing_is_left_leased(product: Product, terminal: Terminal) -> None:
    terminal.run(
        """curl -sS "$SMSGATEWAY_URL/v1/sandbox/leases" -H "Authorization: Bearer $SMSGATEWAY_API_KEY\""""
    )
    assert terminal.heard('{"data":[],')


def test_the_rest_is_what_starts_it() -> None:
    """The first section starts the product; tests have it running."""
    page = sections("await")
    assert [line.strip().split("=")[0] for line in what_is_needed()] == [
        "export SMSGATEWAY_URL",
        "export SMSGATEWAY_API_KEY",
        "make packages",
    ]
    followed = {"What you need", "A first test", "Your application", "In a browser"}
    assert {name for name, text in page.items() if "```sh" in text} == followed
