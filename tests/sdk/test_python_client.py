"""The Python SDK and the API itself."""

from __future__ import annotations

import asyncio

import pytest

from smsgw import (
    AsyncClient,
    AuthenticationError,
    Client,
    ModeError,
    NotFoundError,
    UnprocessableError,
)
from tests import cast
from tests.cast import House


def test_make_read_change_and_delete(client: Client) -> None:
    made = client.endpoints.create(kind="webhook", url=cast.URL, policy={"deadlineSeconds": 5})
    assert made.secret is not None
    assert made.secret.startswith("whsec_")
    assert client.endpoints.update(made.id, description="Orders").description == "Orders"
    read = client.endpoints.read(made.id)
    assert (read.policy.get("deadlineSeconds"), read.health.state) == (5, "healthy")
    client.endpoints.delete(made.id)
    with pytest.raises(NotFoundError):
        client.endpoints.read(made.id)


def test_null_is_sent_and_what_was_not_given_is_not(client: Client) -> None:
    assert client.retention.update(content_days=7).content_days == 7
    assert client.retention.update(attempts_days=8).content_days == 7
    assert client.retention.update(content_days=None).content_days != 7


def test_an_answer_is_what_its_status_says(client: Client, acme: House) -> None:
    asked = client.numbers.create(
        number="+33937000123", channel_id=acme.live.ids["channel_id"], purpose="Orders"
    )
    assert type(asked).__name__ == "NumberRequest"  # live waits for an approval


def test_a_list_goes_through_all_pages(client: Client, acme: House) -> None:
    kept = {str(cast.store_message(acme.live.assignment).pk) for _ in range(4)}
    assert len(kept) == 4
    rows = list(client.messages.list(limit=2))
    assert len(rows) == 5
    assert sorted((row.received_at for row in rows), reverse=True) == [row.received_at for row in rows]
    pages = list(client.messages.list(limit=2).pages())
    assert [len(page.data) for page in pages] == [2, 2, 1]
    rest = client.messages.list(limit=2, cursor=pages[0].next_cursor)
    assert [row.id for row in rest] == [row.id for row in rows[2:]]


def test_a_refusal_names_the_fields(client: Client) -> None:
    with pytest.raises(UnprocessableError) as caught:
        client.endpoints.create(kind="webhook", url="gopher://example.com/")
    (wrong,) = caught.value.errors
    assert wrong.pointer == "#/url"
    assert (caught.value.code, caught.value.error_code) == ("invalid", 1110)
    assert caught.value.request_id
    assert caught.value.request_id in str(caught.value)
    assert "; #/url: " in str(caught.value)
    assert ".;" not in str(caught.value)


def test_another_tenant_has_nothing_here(client: Client, borealis: House) -> None:
    with pytest.raises(NotFoundError):
        client.messages.read(borealis.live.ids["message_id"])


@pytest.mark.parametrize("id", ["../channels", "a/b", "?x", "é"])
def test_an_id_is_one_step_of_an_address(client: Client, id: str) -> None:
    with pytest.raises(NotFoundError):
        client.messages.read(id)


@pytest.mark.parametrize("id", ["", ".", ".."])
def test_no_id_is_no_address(client: Client, id: str) -> None:
    with pytest.raises(ValueError, match="is no id"):
        client.messages.read(id)


def test_a_wrong_key_is_told(client: Client) -> None:
    with Client("sk_live_wrong", str(client.http.base_url)) as other, pytest.raises(AuthenticationError):
        other.messages.list().first()


def test_any_address_can_be_asked(client: Client) -> None:
    assert client.request("GET", "/v1/event-types").json()["data"]


def test_the_async_client_does_the_same(async_client: AsyncClient, acme: House) -> None:
    cast.store_message(acme.live.assignment)

    async def main() -> tuple[int, int, str]:
        async with async_client as client:
            made = await client.endpoints.create(kind="webhook", url=cast.URL)
            await client.endpoints.delete(made.id)
            rows = [row.status async for row in client.messages.list(limit=1)]
            first = await client.messages.list(limit=1).first()
            with pytest.raises(NotFoundError) as caught:
                await client.endpoints.read(made.id)
            return len(rows), len(first.data), type(caught.value).__name__

    rows, first, error = asyncio.run(main())
    assert (rows, first, error) == (2, 1, "NotFoundError")


@pytest.mark.parametrize(("key", "mode"), [("sk_live_x", "sandbox"), ("sk_test_x", "live"), ("x", "live")])
def test_a_key_of_the_other_environment_is_refused(key: str, mode: str) -> None:
    for kind in (Client, AsyncClient):
        with pytest.raises(ModeError, match=f"for {mode}"):
            kind(key, "http://127.0.0.1:9", mode=mode)  # type: ignore[arg-type]


def test_key_and_address_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="SMSGATEWAY_API_KEY"):
        Client()
    monkeypatch.setenv("SMSGATEWAY_API_KEY", "sk_test_x")
    with pytest.raises(ValueError, match="SMSGATEWAY_URL"):
        Client()
    monkeypatch.setenv("SMSGATEWAY_URL", "http://127.0.0.1:9/base/")
    with Client(mode="sandbox") as client:
        assert client.http.base_url.path == "/base/"
