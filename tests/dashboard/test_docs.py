"""The handbook under /docs: docs/*.md as they stand, for anybody, and no link is dead."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from dashboard import manual
from delivery.retry import Reason

SLUGS = sorted({*manual.FILES, *(path.stem for path in (settings.BASE_DIR / "docs").glob("*.md"))})
LINK = re.compile(r'<a href="([^"]+)"')
ID = re.compile(r'id="([^"]+)"')


@pytest.fixture
def anybody(db: None) -> Client:
    return Client()


def page(client: Client, path: str, **query: str) -> str:
    response: Any = client.get(path, query)
    assert response.status_code == 200, path
    content: str = response.content.decode()
    return content


def test_every_page_is_in_the_navigation_once() -> None:
    listed = [slug for group in manual.GROUPS for slug in group.slugs]
    assert len(listed) == len(set(listed))
    assert set(SLUGS) <= set(listed), "put the new page into a group of dashboard.manual"


@pytest.mark.parametrize("slug", [slug for slug in SLUGS if slug != "errors"])
def test_a_page_has_its_title_its_text_and_the_others(anybody: Client, slug: str) -> None:
    shown = page(anybody, f"/docs/{slug}")
    title = manual.file_of(slug).read_text().partition("\n")[0].removeprefix("# ")
    assert f">{title}</h1>" in unescape(re.sub(r"</?code>", "", shown))
    assert f'href="/docs/{slug}" aria-current="page"' in shown
    assert 'lang="en"' in shown


@pytest.mark.parametrize("slug", SLUGS)
def test_no_link_is_dead(anybody: Client, slug: str) -> None:
    for target in LINK.findall(str(manual.pages()[slug].html)):
        path, _, anchor = unescape(target).partition("#")
        if path.startswith("https://"):
            continue
        assert path.startswith("/docs/"), (slug, target)
        assert not anchor or anchor in ID.findall(page(anybody, path)), (slug, target)


@pytest.mark.parametrize("slug", SLUGS)
def test_what_a_page_links_to_is_in_the_repository(slug: str) -> None:
    file = manual.file_of(slug)
    for target in re.findall(r"\]\(([^)#\s]+)", file.read_text()):
        assert target.startswith("https://") or (file.parent / target).exists(), (slug, target)


@pytest.mark.parametrize(
    ("slug", "target"),
    [
        ("quickstart", "/docs/sdk-python"),
        ("quickstart", "/docs/sdk-typescript"),
        ("quickstart", "/docs/samples#receiverpy"),
        ("webhooks", "/docs/samples"),
        ("await", "/docs/samples#shoptest_shoppy"),
        ("sdk-python", "/docs/await"),
        ("sdk-typescript", "/docs/samples"),
    ],
)
def test_sdks_and_samples_are_led_to(slug: str, target: str) -> None:
    assert f'<a href="{target}"' in manual.pages()[slug].html


def test_a_sample_is_shown_whole(anybody: Client) -> None:
    shown = page(anybody, "/docs/samples")
    assert manual.SAMPLES.joinpath("receiver.php").read_text().rstrip("\n") in unescape(shown)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("ApiConnectionError", "/docs/sdk-python#when-something-goes-wrong"),
        ("timeoutMs", "/docs/sdk-typescript"),
        ("messages tail --no-pii", "/docs/sdk-python#command-line"),
        ("hash_equals", "/docs/samples#receiverphp"),
    ],
)
def test_the_search_finds_sdks_and_samples(anybody: Client, wanted: str, found: str) -> None:
    assert f'href="{found}' in page(anybody, "/docs", q=wanted)


def test_code_can_be_copied_whole(anybody: Client) -> None:
    shown = unescape(page(anybody, "/docs/sandbox"))
    assert 'data-copy="export INGEST=' in shown
    assert '<pre tabindex="0"><code>export INGEST=' in shown


@pytest.mark.parametrize("slug", SLUGS)
def test_no_row_fell_out_of_its_table(slug: str) -> None:
    assert "<p>|" not in manual.pages()[slug].html


def test_each_reason_of_a_delivery_is_explained() -> None:
    told = manual.text_of("retries").partition("## Why a delivery waits")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", told, re.MULTILINE)) == set(Reason.values)


def test_html_in_a_page_is_text() -> None:
    hostile = manual.read(
        "x", '# T\n\n<script>alert(1)</script> [a](javascript:alert(1)) <img src=x onerror="y">\n'
    )
    assert "<script" not in hostile.html
    assert "<img" not in hostile.html
    assert 'href="javascript' not in hostile.html


def test_anchors_are_those_of_code_forges() -> None:
    told = manual.read(
        "x", "# A\n\n## What counts as success?\n\n## `PATCH` it\n\n## What counts as success?\n"
    )
    anchors = [section.anchor for section in told.sections]
    assert anchors == ["a", "what-counts-as-success", "patch-it", "what-counts-as-success-1"]


def test_the_index_lists_all(anybody: Client) -> None:
    shown = page(anybody, "/docs")
    assert [slug for slug in SLUGS if f'href="/docs/{slug}"' not in shown] == []
    assert anybody.get("/docs/").headers["Location"] == "/docs"


@pytest.mark.parametrize("wanted", ["Retry-After", "retry-after", "webhook-delivery abort"])
def test_the_search_finds_sections_by_words_in_them(anybody: Client, wanted: str) -> None:
    assert 'href="/docs/retries#what-your-answer-can-ask-for"' in page(anybody, "/docs", q=wanted)


def test_headings_come_first() -> None:
    first = manual.search("replace the secret")[0]
    assert (first.page.slug, first.section.title) == ("webhooks", "Replace the secret")


@pytest.mark.parametrize("wanted", ["", " ", "\0", "(((", "a" * 5000, "nothingissowritten", "<script>"])
def test_no_search_breaks_it(anybody: Client, wanted: str) -> None:
    assert "<script>" not in page(anybody, "/docs", q=wanted).partition("</head>")[2]


def test_it_reads_in_french_around_english_pages(anybody: Client) -> None:
    shown = anybody.get("/docs/webhooks", headers={"Accept-Language": "fr"}).content.decode()
    assert '<html lang="fr"' in shown
    assert '<article class="prose" lang="en">' in shown


@pytest.mark.parametrize(
    "path", ["/docs/nothing", "/docs/..%2Fmanage", "/docs/README", "/docs/reference/nothing"]
)
def test_what_is_not_there_is_404(anybody: Client, path: str) -> None:
    assert anybody.get(path).status_code == 404


def test_pages_load_nothing_from_elsewhere(anybody: Client) -> None:
    for path in ("/docs", "/docs/webhooks", "/docs/reference", "/docs/reference/messages"):
        response = anybody.get(path)
        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert re.findall(r'(?:src|<link[^>]* href)="(https?:)?//', response.content.decode()) == []
