"""What nobody gets, and that everybody is told why: forged, replayed, spoilt and misplaced requests, faults, open pages
whose session is over. Each refusal is a page in the reader's language, with every header of the others.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from bot.desk.guard import HEADERS
from bot.desk.rooms import ROUTES
from tests.counters import Office
from tests.desk import OpenDesk, Visitor, on_sqlite_alone, open_desk
from tests.desk_things import one_of_each

pytestmark = on_sqlite_alone  # nothing of this has to do with the engine
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
FAULT = "システムや回線の不具合"
ENGLISH = {"Accept-Language": "en-GB,en;q=0.9,ja;q=0.8"}


@pytest.fixture
async def desk(office: Office, database_url: str, tmp_path: Path) -> AsyncIterator[OpenDesk]:
    async with open_desk(database_url, tmp_path) as opened:
        yield opened


async def asked(visitor: Visitor, method: str, path: str, **how: object) -> tuple[int, str, dict[str, str]]:
    url = visitor.place.origin + path
    async with visitor.client.request(method, url, allow_redirects=False, **how) as answer:  # type: ignore[arg-type]
        return answer.status, await answer.text(), dict(answer.headers)


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
async def test_no_other_way_of_asking_does_or_shows_anything(desk: OpenDesk, method: str) -> None:
    things = await one_of_each(desk)
    lead = await desk.signed_in("lead")
    stranger, token = desk.browser(), lead.token
    before = await desk.all("SELECT id, state, version FROM booking ORDER BY id")
    for route in ROUTES:
        path = route.path.format(**things)
        status, html, _ = await asked(stranger, method, path)
        assert (status, method == "HEAD" or "/desk" in html) == (401, True), route
        status, _, headers = await asked(lead, method, path, headers={**FORM, "Origin": desk.origin, "token": token})
        expected = (
            404 if method != "HEAD" or not any(r.method == "GET" and r.path == route.path for r in ROUTES) else 200
        )
        assert status == expected, route
        assert HEADERS.items() <= headers.items()
    assert await desk.all("SELECT id, state, version FROM booking ORDER BY id") == before


SPOILT: tuple[tuple[dict[str, str], bytes, int], ...] = (
    (FORM, b"q=\xff\xfe", 400),
    (FORM, b"q=a%00b", 400),
    ({"Content-Type": "application/x-www-form-urlencoded; charset=klingon"}, b"q=a", 400),
    (FORM, b"q=" + b"a" * 200_000, 413),
    (FORM, b"x=1&" * 5_000, 413),
    ({"Content-Type": "multipart/form-data"}, b"x", 403),
    ({"Content-Type": "multipart/form-data; boundary=b"}, b"x", 403),
    ({"Content-Type": "application/json"}, b'{"token": "x"}', 403),
    ({}, b"token=x", 403),
)


@pytest.mark.parametrize(("headers", "body", "status"), SPOILT)
async def test_a_form_that_cannot_be_read_is_said_so_and_the_desk_goes_on(
    desk: OpenDesk, headers: dict[str, str], body: bytes, status: int
) -> None:
    visitor = await desk.signed_in("lead")
    for path in ("/search", "/leave"):
        got, html, sent = await asked(visitor, "POST", path, data=body, headers=headers)
        assert (got, "何も変更していません" in html, "/today" in html) == (status, True, True), html
        assert HEADERS.items() <= sent.items()
    assert (await visitor.opens("/today")).status == 200, "nobody was signed out"


async def test_signing_out_by_a_forged_form_signs_nobody_out(desk: OpenDesk) -> None:
    visitor = await desk.signed_in("lead")
    assert (await visitor.sends("/leave", token="x")).status == 403
    assert "Set-Cookie" not in visitor.shown.headers
    await visitor.opens("/today")
    assert "ログアウトしました" in (await visitor.presses("ログアウト")).text


async def test_a_form_of_an_earlier_sign_in_is_refused_and_the_page_opened_again_works(desk: OpenDesk) -> None:
    member = await desk.member("lead")
    visitor = await desk.signed_in(member=member)
    old = (await visitor.opens("/pause")).form(FAULT)
    await visitor.opens(await desk.link(member))
    await visitor.presses("職員用ページを開く")
    shown = await visitor.sends("/pause", **old.fields)
    assert (shown.status, "ログインする前から開いていた" in shown.text) == (403, True)
    await visitor.opens("/pause")
    assert "新しい申し込みを止めました" in (await visitor.presses(FAULT)).text


async def test_who_comes_in_again_leaves_no_session_behind(desk: OpenDesk) -> None:
    member = await desk.member("lead")
    visitor = await desk.signed_in(member=member)
    await visitor.opens(await desk.link(member))
    await visitor.presses("職員用ページを開く")
    assert await desk.all("SELECT count(*) FROM desk_session") == [(1,)]
    assert visitor.shown.path == "/today"


async def test_whoever_presses_a_used_link_again_is_led_to_the_desk_where_they_are_signed_in(desk: OpenDesk) -> None:
    link = await desk.link(await desk.member("lead"))
    visitor = desk.browser()
    await visitor.sends(link)
    for shown in (await visitor.opens(link), await visitor.sends(link)):
        assert (shown.status, shown.links) == (410, ["/today"])
    assert (await desk.browser().opens(link)).links == []


@pytest.mark.parametrize(
    "sent", [{"Host": "elsewhere.example"}, {"Origin": "null"}, {"Origin": "http://["}, {"Sec-Fetch-Site": "same-site"}]
)
async def test_what_comes_from_elsewhere_is_refused_in_the_readers_language(
    desk: OpenDesk, sent: dict[str, str]
) -> None:
    visitor = await desk.signed_in("lead")
    for language, words in (({}, "職員用ページ"), (ENGLISH, "Please open")):
        status, html, headers = await asked(visitor, "POST", "/leave", headers={**sent, **language})
        assert status in (403, 421)
        assert words in html
        assert HEADERS.items() <= headers.items()
    assert (await visitor.opens("/today")).status == 200


async def test_a_desk_that_is_opened_by_https_and_set_up_without_says_its_address(desk: OpenDesk) -> None:
    link = await desk.link(await desk.member("lead"))
    by_https = {"Origin": desk.origin.replace("http:", "https:")}
    status, html, _ = await asked(desk.browser(), "POST", link, headers=by_https)
    assert (status, desk.origin in html, "MADOGUCHI_DESK_URL" in html) == (403, True, True)
    assert (await asked(desk.browser(), "POST", link, headers={"Origin": desk.origin}))[0] == 303


async def test_a_stranger_reads_how_to_come_in_in_the_language_of_the_browser(desk: OpenDesk) -> None:
    _, html, _ = await asked(desk.browser(), "GET", "/today", headers=ENGLISH)
    assert "Send /desk to the bot" in html
    assert '<html lang="en">' in html
    link = await desk.link(await desk.member("lead"))
    assert "Open the desk" in (await asked(desk.browser(), "GET", link, headers=ENGLISH))[1]
    for other in ("ja,en;q=0.9", "vi", "*", "x" * 900, ""):
        assert "/desk と送ると" in (await asked(desk.browser(), "GET", "/today", headers={"Accept-Language": other}))[1]


async def test_a_refused_form_says_that_nothing_was_done(desk: OpenDesk) -> None:
    visitor = await desk.signed_in("reader")
    shown = await visitor.sends("/pause", token=visitor.token, reason="fault")
    assert "何も変更していません" in shown.text
    assert "閲覧のみ" in shown.text
    assert "何も変更していません" in (await desk.browser().sends("/pause", reason="fault")).text


WHILE_AWAY = (("GET", "/today"), ("GET", "/nowhere"), ("GET", "/events"), ("POST", "/leave"), ("POST", "/pause"))


async def test_while_the_database_is_away_every_page_says_so_and_then_goes_on(
    desk: OpenDesk, database_url: str
) -> None:
    member = await desk.member("lead")
    visitor, link = await desk.signed_in(member=member), await desk.link(member)
    token = visitor.token
    with closing(sqlite3.connect(make_url(database_url).database or "", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        for method, path in [*WHILE_AWAY, ("GET", link), ("POST", link)]:
            fields = {"token": token} if method == "POST" else None
            status, html, headers = await asked(visitor, method, path, data=fields)
            assert (status, "データベースに接続できません" in html, "/today" in html) == (503, True, True), path
            assert HEADERS.items() <= headers.items()
        other.execute("ROLLBACK")
    assert (await visitor.opens("/today")).status == 200
    await visitor.opens(link)
    assert (await visitor.presses("職員用ページを開く")).path == "/today", "the link was not spent"
