"""A scenario as people take it along: a command, a test for pytest, a test for Playwright."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import NamedTuple

from sandbox.scenarios import Scenario, Text

#: How far to put the clock ahead where parts of a text never come; a little more than the door waits for them.
PARTS_GIVEN_UP = timedelta(minutes=10)


class Copies(NamedTuple):
    """Each is whole; `$API` and `$AUTH` are set as docs/api.md says, fixtures are those of docs/await.md."""

    curl: str
    pytest: str
    playwright: str


def copies(scenario: Scenario, number_used: str) -> Copies:
    """`number_used`: where the command sends it; tests have a number of their own."""
    return Copies(curl(scenario, number_used), pytest(scenario), playwright(scenario))


def curl(scenario: Scenario, number_used: str) -> str:
    body = json.dumps({"numberUsed": number_used})
    return f'curl "$API/sandbox/scenarios/{scenario.name}/runs?wait=5" -H "$AUTH" --json \'{body}\''


def pytest(scenario: Scenario) -> str:
    lines = [
        f"def test_{scenario.name.replace('-', '_')}(smsgw, sms, sms_number):",
        "    sms.mark()",
        f'    smsgw.sandbox.run_scenario("{scenario.name}", number_used=sms_number, wait=10)',
    ]
    if ahead := waits(scenario):
        lines.append(f'    smsgw.sandbox.advance_clock(advance_by="{ahead}", wait=10)')
    if code := code_of(scenario):
        lines.append(f'    assert sms.wait_for_code() == "{code}"')
    else:
        lines.append(f"    message = sms.wait_for(sender={quoted(scenario.texts[0].sender)})")
        lines.append(f"    assert message.content == {quoted(scenario.texts[0].arriving)}")
    return "\n".join(lines)


def playwright(scenario: Scenario) -> str:
    name = scenario.name
    lines = [
        'import { expect, test } from "smsgateway-sdk/playwright";',
        "",
        f'test("{name}", async ({{ smsgw, sms, smsNumber }}) => {{',
        "  await sms.mark();",
        f'  await smsgw.sandbox.runScenario("{name}", {{ numberUsed: smsNumber }}, {{ wait: 10 }});',
    ]
    if ahead := waits(scenario):
        lines.append(f'  await smsgw.sandbox.advanceClock({{ advanceBy: "{ahead}" }}, {{ wait: 10 }});')
    if code := code_of(scenario):
        lines.append(f'  expect(await sms.waitForCode()).toBe("{code}");')
    else:
        lines.append(
            f"  const message = await sms.waitFor({{ sender: {quoted(scenario.texts[0].sender)} }});"
        )
        lines.append(f"  expect(message.content).toBe({quoted(scenario.texts[0].arriving)});")
    return "\n".join([*lines, "});"])


def code_of(scenario: Scenario) -> str | None:
    return scenario.texts[0].code


def waits(scenario: Scenario) -> str | None:
    """How far the clock is to be put ahead before all has come, as an ISO 8601 duration; None where at once."""
    late = max((latest(text) for text in scenario.texts), default=timedelta())
    return f"PT{late.total_seconds():.0f}S" if late else None


def latest(text: Text) -> timedelta:
    late = max((part.delay for part in text.parts or ()), default=timedelta())
    return text.delay + (PARTS_GIVEN_UP if text.partial else late)


def quoted(text: str) -> str:
    """A string as Python and JavaScript both write it; what cannot be seen is written as an escape."""
    plain = (one if one.isprintable() and one not in '"\\' else json.dumps(one)[1:-1] for one in text)
    return f'"{"".join(plain)}"'
