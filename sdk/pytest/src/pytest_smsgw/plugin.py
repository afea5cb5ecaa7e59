"""The plugin: a client, a number for each worker, and the texts to it; what came is in the report of what fails."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress

import pytest

from pytest_smsgw.sms import Mode, Sms
from smsgw import Client, ModeError, NotFoundError, SmsgwError

LEASE_S = 3600


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("smsgw", "texts, through smsgateway")
    group.addoption(
        "--smsgw-live",
        metavar="NUMBER",
        help="use a key of live, which is refused otherwise, and wait for texts to this number of yours",
    )
    parser.addini(
        "smsgw_lease_seconds",
        f"for how long a worker has its number: longer than the tests take ({LEASE_S} unless you choose)",
        default=str(LEASE_S),
    )


def mode_of(config: pytest.Config) -> Mode:
    return "live" if config.getoption("smsgw_live") else "sandbox"


@pytest.fixture(scope="session")
def smsgw(pytestconfig: pytest.Config) -> Iterator[Client]:
    """A client, by SMSGATEWAY_API_KEY and SMSGATEWAY_URL. A key of live is refused without --smsgw-live."""
    with made(mode_of(pytestconfig)) as client:
        yield client


def made(mode: Mode) -> Client:
    """Raises pytest's own failure, which says what to do."""
    __tracebackhide__ = True
    kind = "live (sk_live_…)" if mode == "live" else "a sandbox (sk_test_…)"
    if not os.environ.get("SMSGATEWAY_API_KEY"):
        pytest.fail(f"set SMSGATEWAY_API_KEY to a key of {kind}", pytrace=False)
    if not os.environ.get("SMSGATEWAY_URL"):
        pytest.fail(
            "set SMSGATEWAY_URL to the gateway's address, such as http://127.0.0.1:8000", pytrace=False
        )
    try:
        return Client(mode=mode)
    except ModeError:
        remedy = "" if mode == "live" else ", or choose live by --smsgw-live=+33…"
        told = f"SMSGATEWAY_API_KEY is no key of {kind}: set one{remedy}"
        raise pytest.fail.Exception(told, pytrace=False) from None


@contextmanager
def told_in_a_line() -> Iterator[None]:
    """What the gateway refuses before a test begins, or that it is not there, is nothing in the test's own code."""
    try:
        yield
    except SmsgwError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None


@pytest.fixture(scope="session")
def sms_number(smsgw: Client, pytestconfig: pytest.Config) -> Iterator[str]:
    """A number that only this worker has, E.164; of live the one that was named."""
    if named := pytestconfig.getoption("smsgw_live"):
        yield named
        return
    with told_in_a_line():
        lease = smsgw.sandbox.create_lease(ttl=int(pytestconfig.getini("smsgw_lease_seconds")))
    yield lease.number
    with suppress(NotFoundError):  # it is over
        smsgw.sandbox.delete_lease(lease.id)


@pytest.fixture
def sms(smsgw: Client, sms_number: str, pytestconfig: pytest.Config) -> Sms:
    """The texts to `sms_number` that come from the beginning of this test on."""
    with told_in_a_line():
        return Sms(smsgw, sms_number, mode_of(pytestconfig))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    sms = getattr(item, "funcargs", {}).get("sms")
    if report.when == "call" and report.failed and isinstance(sms, Sms):
        tell(item, report, sms)
    return report


def tell(item: pytest.Item, report: pytest.TestReport, sms: Sms) -> None:
    """Add the texts that came during the test: what can be read at a glance first."""
    try:
        came = sms.report()
    except SmsgwError as error:
        report.sections.append(("texts", f"cannot be read: {error}"))
        return
    told = [f"{text.line}\n{text.link}" for text in came] + [text.json for text in came if text.json]
    report.sections.append(("texts", "\n".join(told) or f"none came to {sms.number}"))
    item.user_properties += [("sms", text.link) for text in came]
