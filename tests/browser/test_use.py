"""Using the pages: by keyboard, without a script, and with the little that the script adds."""

from __future__ import annotations

from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from accounts.clock import clock
from delivery.models import Replay
from tests.browser.visitor import Visitor
from tests.cast import URL, House, store_delivery, store_message


def focused(visitor: Visitor) -> str:
    text: str = visitor.page.evaluate("document.activeElement.textContent.trim()")
    return text


def test_the_keyboard_reaches_everything(visitor: Visitor) -> None:
    visitor.go("messages/")
    visitor.page.keyboard.press("Tab")
    assert focused(visitor) == "Skip to content"
    assert visitor.page.locator(".skip").evaluate("e => e.getBoundingClientRect().top") >= 0
    visitor.page.keyboard.press("Enter")
    visitor.page.keyboard.press("Tab")
    assert focused(visitor) == "Follow new messages"
    visitor.page.keyboard.press("Tab")
    outline = visitor.page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "2px"
    expect(visitor.page.locator("tbody .exact").first).to_be_visible()
    visitor.page.keyboard.press("Escape")
    expect(visitor.page.locator("tbody .exact").first).to_be_hidden()
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**/messages/msg_*/")


def test_the_menu_of_a_phone_opens_by_keyboard(visitor: Visitor) -> None:
    visitor.page.set_viewport_size({"width": 390, "height": 800})
    visitor.go("")
    visitor.page.locator(".menu summary").focus()
    visitor.page.keyboard.press("Enter")
    visitor.page.locator(".menu").get_by_role("link", name="Routes").click()
    visitor.page.wait_for_url("**/routes/")


def test_a_value_is_copied_and_said(visitor: Visitor) -> None:
    visitor.go("messages/{message_id}/")
    visitor.page.get_by_role("button", name="Copy msg_").click()
    expect(visitor.page.locator("#said")).to_have_text("Copied")
    assert visitor.page.evaluate("navigator.clipboard.readText()") == visitor.house.live.ids["message_id"]


def test_conditions_are_added_and_removed(visitor: Visitor) -> None:
    visitor.go("routes/new/")
    expect(visitor.page.locator(".condition")).to_have_count(1)
    visitor.page.get_by_label("Name").fill("Two lines")
    for word in ("first", "second"):
        row = visitor.page.locator(".condition").last
        row.get_by_label("Field").select_option("content")
        row.get_by_label("Value").fill(word)
        visitor.page.get_by_role("button", name="Add a condition").click()
    visitor.page.locator(".condition").first.get_by_role("button", name="Remove").click()
    visitor.page.get_by_label("Orders").check()
    visitor.page.get_by_role("button", name="Add the route").click()
    expect(visitor.page.get_by_text("The route is in force.")).to_be_visible()
    route = visitor.house.live.environment.routes.get(name="Two lines")
    assert [condition["value"] for condition in route.conditions] == ["second"]


def test_everything_failed_is_sent_again_at_once(visitor: Visitor) -> None:
    for _n in range(3):
        store_delivery(visitor.house.live.message, visitor.house.live.endpoint)
    visitor.go("deliveries/")
    visitor.page.get_by_label("Select all on this page").check()
    visitor.page.get_by_role("button", name="Send the selected again").click()
    expect(visitor.page.get_by_text("4 deliveries are on their way again.")).to_be_visible()
    expect(visitor.page.get_by_text("No failed delivery")).to_be_visible()


def test_new_messages_are_followed_and_paused(visitor: Visitor) -> None:
    visitor.go("messages/")
    follow = visitor.page.get_by_role("button", name="Follow new messages")
    follow.click()
    visitor.page.locator("h1").click()
    store_message(visitor.house.live.assignment, "brand new")
    expect(visitor.page.get_by_text("brand new")).to_be_visible(timeout=12_000)
    visitor.page.get_by_role("button", name="Pause").click()
    expect(follow).to_be_visible()


def test_a_form_asks_only_for_what_its_choice_needs(visitor: Visitor) -> None:
    visitor.go("endpoints/{endpoint_id}/policy/")
    for choice, shown in (("usual", []), ("My own", ["delays"]), ("factor", ["first", "tries"])):
        visitor.page.get_by_label(choice).first.check()
        for name in ("delays", "first", "tries"):
            expect(visitor.page.locator(f"[name={name}]")).to_be_visible(visible=name in shown)
    visitor.go("endpoints/{endpoint_id}/access/")
    expect(visitor.page.get_by_label("User name", exact=True)).to_be_hidden()
    visitor.page.get_by_label("User name and password").check()
    expect(visitor.page.get_by_label("User name", exact=True)).to_be_visible()
    visitor.go("replays/new/")
    visitor.page.get_by_label("What", exact=True).select_option("missing")
    expect(visitor.page.get_by_label("State")).to_be_hidden()
    expect(visitor.page.get_by_label("Also what routes")).to_be_visible()


def test_a_mistake_shows_whatever_is_chosen(visitor: Visitor) -> None:
    visitor.go("replays/new/")
    visitor.page.get_by_label("What", exact=True).select_option("matching")
    visitor.page.get_by_label("State").select_option("delivered")
    visitor.page.get_by_label("What", exact=True).select_option("recover")
    visitor.page.get_by_label("Endpoint").select_option(label="Orders")
    visitor.page.get_by_role("button", name="Plan").click()
    expect(visitor.page.get_by_text("does not take it").first).to_be_visible()
    expect(visitor.page.get_by_label("State")).to_be_visible()
    (refused,) = visitor.complaints
    assert "422" in refused
    visitor.complaints.clear()


def running(house: House, planned: int = 4) -> Replay:
    job = house.live.replay
    job.state, job.planned, job.started_at = Replay.State.RUNNING, planned, clock()
    job.save()
    return job


def test_a_running_replay_is_followed_to_its_end(visitor: Visitor) -> None:
    job = running(visitor.house)
    visitor.go("replays/{replay_id}/")
    bar = visitor.page.get_by_role("progressbar", name="0 of 4 sent again so far")
    expect(bar).to_have_js_property("value", 0)
    Replay.objects.filter(pk=job.pk).update(queued=3)
    expect(visitor.page.get_by_role("progressbar", name="3 of 4")).to_have_js_property("value", 3)
    visitor.page.get_by_role("button", name="Cancel the replay").focus()
    Replay.objects.filter(pk=job.pk).update(state="done", finished_at=clock())
    expect(visitor.page.locator(".head .chip")).to_have_text("Done")
    expect(visitor.page.get_by_role("button", name="Cancel the replay")).to_have_count(0)
    expect(visitor.page.locator("#said")).to_contain_text("Done")
    assert visitor.page.evaluate("document.activeElement.id") == "content"


def test_following_a_replay_is_paused(visitor: Visitor) -> None:
    running(visitor.house)
    visitor.go("replays/{replay_id}/")
    visitor.page.get_by_role("button", name="Stop following").click()
    expect(visitor.page.get_by_role("button", name="Follow")).to_be_visible()


def test_a_replay_is_followed_without_a_script(
    chromium: Browser, live_server: LiveServer, acme: House
) -> None:
    job = running(acme)
    visitor = Visitor(chromium, live_server.url, acme, java_script_enabled=False)
    visitor.log_in()
    visitor.go("replays/{replay_id}/")
    Replay.objects.filter(pk=job.pk).update(queued=3)
    expect(visitor.page.get_by_role("progressbar", name="3 of 4")).to_be_visible(timeout=12_000)
    visitor.page.get_by_role("link", name="Leave it still").click()
    assert visitor.page.locator("meta[http-equiv=refresh]").count() == 0
    visitor.close()
    assert visitor.complaints == []


def test_an_endpoint_from_nothing_to_its_secret(visitor: Visitor) -> None:
    visitor.go("endpoints/new/")
    visitor.page.get_by_label("URL").fill(URL)
    visitor.page.get_by_role("button", name="Add the endpoint").click()
    secret = visitor.page.locator(".reveal pre").first.inner_text()
    assert secret.startswith("whsec_")
    visitor.page.reload()
    assert secret not in visitor.page.content()


def test_all_of_it_works_without_a_script(chromium: Browser, live_server: LiveServer, acme: House) -> None:
    visitor = Visitor(chromium, live_server.url, acme, java_script_enabled=False)
    visitor.log_in()
    visitor.go("routes/new/")
    rows = visitor.page.locator(".condition")
    expect(rows).to_have_count(3)
    visitor.page.get_by_label("Name").fill("By hand")
    for n, word in enumerate(("un", "deux", "trois")):
        rows.nth(n).get_by_label("Field").select_option("content")
        rows.nth(n).get_by_label("Value").fill(word)
    visitor.page.get_by_label("Drop").check()
    visitor.page.get_by_role("button", name="Add the route").click()
    expect(visitor.page.get_by_text("The route is in force.")).to_be_visible()
    visitor.page.get_by_role("button", name="Move By hand up").click()
    expect(visitor.page.locator(".routes h2").first).to_have_text("By hand")
    visitor.go("deliveries/")
    visitor.page.get_by_label("Select dlv_").check()
    visitor.page.get_by_role("button", name="Send the selected again").click()
    expect(visitor.page.get_by_text("1 delivery is on its way again.")).to_be_visible()
    visitor.page.get_by_role("button", name="Log out").first.click()
    expect(visitor.page.get_by_role("heading", name="Log in")).to_be_visible()
    visitor.close()
    assert visitor.complaints == []


def test_the_operators_pages_keep_the_policy(chromium: Browser, live_server: LiveServer, acme: House) -> None:
    user = acme.users["owner"]
    user.is_staff = user.is_superuser = True
    user.save()
    visitor = Visitor(chromium, live_server.url, acme)
    visitor.log_in()
    for path in (
        "",
        "accounts/tenant/",
        "accounts/tenant/add/",
        "accounts/membership/add/",
        "inbox/message/",
        "numbers/number/",
        "numbers/number/add/",
        "numbers/number/import/",
        "numbers/channel/add/",
        "numbers/channel/add/?carrier=generic",
        "numbers/numberrequest/",
        f"numbers/numberrequest/{acme.live.number_request.pk}/change/",
        "accounts/user/",
    ):
        visitor.page.goto(f"{live_server.url}/operator/{path}")
        assert visitor.page.locator("#site-name").is_visible()
    visitor.close()
    assert visitor.complaints == []
