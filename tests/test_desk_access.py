"""Coming in to the desk: links, sessions, roles; and that nobody without the right gets anything from any route."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import staff
from bot.desk.rooms import ROUTES
from bot.desk.server import COOKIE
from bot.desk.visit import Route
from flows.desk.roles import RIGHTS
from tests.counters import Office
from tests.desk import OpenDesk, open_desk


@pytest.fixture
async def desk(office: Office, database_url: str, tmp_path: Path) -> AsyncIterator[OpenDesk]:
    async with open_desk(database_url, tmp_path) as opened:
        yield opened


def path_of(route: Route, booking: str = "0123456789abcdef") -> str:
    """An address of this route."""
    return "/".join(booking if part.startswith("{") else part for part in route.path.split("/"))


async def test_a_link_opens_a_session_once(desk: OpenDesk) -> None:
    lead = await desk.member("lead")
    link, browser = await desk.link(lead), desk.browser()
    assert (await browser.opens(link)).status == 200
    assert (await browser.opens(link)).status == 200, "looking at it spends nothing: previews do it too"
    assert "申し込み" in (await browser.presses("職員用ページを開く")).text
    other = desk.browser()
    assert (await other.opens(link)).status == 410
    assert (await other.sends(link)).status == 410
    assert (await other.opens("/requests")).status == 401


async def test_a_link_is_good_for_five_minutes(desk: OpenDesk) -> None:
    link = await desk.link(await desk.member("lead"))
    desk.clock.turn("2026-11-19 10:05")
    shown = await desk.browser().opens(link)
    assert shown.status == 410
    assert "/desk" in shown.text, "it says what to do"


async def test_a_session_ends_after_twelve_hours(desk: OpenDesk) -> None:
    visitor = await desk.signed_in()
    desk.clock.turn("2026-11-19 21:59")
    assert (await visitor.opens("/requests")).status == 200
    desk.clock.turn("2026-11-19 22:00")
    assert (await visitor.opens("/requests")).status == 401


async def test_signing_out_ends_the_session_in_every_copy_of_its_cookie(desk: OpenDesk) -> None:
    visitor = await desk.signed_in()
    copy = desk.browser()
    copy.client.cookie_jar.update_cookies({each.key: each.value for each in visitor.client.cookie_jar})
    assert (await copy.opens("/requests")).status == 200
    await visitor.opens("/requests")
    await visitor.presses("ログアウト")
    assert (await copy.opens("/requests")).status == 401


async def test_the_end_of_somebodys_rights_closes_sessions_and_links_at_once(desk: OpenDesk) -> None:
    member = await desk.member("counsellor")
    visitor, link = await desk.signed_in(member=member), await desk.link(member)
    async with desk.database.transaction() as transaction:
        assert await staff.end(transaction, member.id, None, desk.clock())
    assert (await visitor.opens("/requests")).status == 401
    assert (await desk.browser().opens(link)).status == 410


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(desk: OpenDesk) -> None:
    browser = desk.browser()
    link = await desk.link(await desk.member("lead"))
    async with browser.client.post(desk.origin + link, allow_redirects=False) as answer:
        cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"} <= set(cookie.split("; "))
    assert "Secure" not in cookie, "the desk of the test is plain http"


async def test_behind_https_the_cookie_is_secure(desk: OpenDesk) -> None:
    desk.desk.secure = True
    link = await desk.link(await desk.member("lead"))
    async with desk.browser().client.post(desk.origin + link, allow_redirects=False) as answer:
        assert "Secure" in answer.headers["Set-Cookie"]


async def test_under_a_path_everything_stays_under_it(office: Office, database_url: str, tmp_path: Path) -> None:
    async with open_desk(database_url, tmp_path, base="/office/desk") as under:
        visitor = await under.signed_in()
        assert visitor.shown.status == 200
        assert visitor.shown.path.startswith("/office/desk/")
        assert all(link.startswith(("/office/desk", "#", "")) for link in visitor.shown.links)
        assert (await visitor.opens("/requests")).status == 404


async def test_nobody_gets_anything_signed_out(desk: OpenDesk) -> None:
    stranger = desk.browser()
    for route in ROUTES:
        shown = await (stranger.opens if route.method == "GET" else stranger.sends)(path_of(route))
        assert (shown.status, "/desk" in shown.text) == (401, True), route


async def test_a_role_without_the_right_gets_nothing(desk: OpenDesk) -> None:
    for role in ("lead", "counsellor", "reader"):
        visitor = await desk.signed_in(role)
        token = visitor.token
        for route in ROUTES:
            if role not in RIGHTS[route.right]:
                path = path_of(route)
                shown = await (visitor.opens(path) if route.method == "GET" else visitor.sends(path, token=token))
                assert (shown.status, "権限" in shown.text) == (403, True), route


async def test_a_form_without_the_token_of_the_session_does_nothing(desk: OpenDesk) -> None:
    visitor, other = await desk.signed_in("lead"), await desk.signed_in("counsellor")
    for route in ROUTES:
        if route.method == "POST":
            for fields in ({}, {"token": ""}, {"token": "x"}, {"token": other.token}):
                assert (await visitor.sends(path_of(route), **fields)).status == 403, route


async def test_what_is_not_there_is_said_not_to_be_there(desk: OpenDesk) -> None:
    visitor = await desk.signed_in("lead")
    token = visitor.token
    for route in ROUTES:
        if "{" in route.path:
            path, form = path_of(route), {"token": token, "version": "1"}
            shown = await (visitor.opens(path) if route.method == "GET" else visitor.sends(path, **form))
            assert shown.status == 404, route


async def test_a_form_from_another_site_is_refused(desk: OpenDesk) -> None:
    visitor = await desk.signed_in("lead")
    token = visitor.token
    for headers in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
        async with visitor.client.post(desk.origin + "/leave", data={"token": token}, headers=headers) as answer:
            assert answer.status == 403
    assert (await visitor.opens("/requests")).status == 200


async def test_another_name_for_this_address_is_refused(desk: OpenDesk) -> None:
    async with desk.browser().client.get(desk.origin + "/requests", headers={"Host": "elsewhere.example"}) as answer:
        assert answer.status == 421


async def test_every_answer_forbids_what_is_not_from_here(desk: OpenDesk) -> None:
    visitor = await desk.signed_in()
    for path in ("/requests", "/static/desk.js", "/nowhere", "/enter/nothing"):
        shown = await visitor.opens(path)
        assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert (await visitor.opens("/requests")).headers["Cache-Control"] == "no-store"


async def test_a_code_to_join_is_for_one_use_and_one_day(desk: OpenDesk) -> None:
    now = desk.clock()
    async with desk.database.transaction() as transaction:
        code, other = [await staff.invite(transaction, "counsellor", None, now) for _ in range(2)]
        assert await staff.join(transaction, code, 1, "職員 一号", now)
        assert await staff.join(transaction, code, 2, "職員 二号", now) is None
        desk.clock.turn("2026-11-20 10:00")
        assert await staff.join(transaction, other, 2, "職員 二号", desk.clock()) is None
        assert [member.name for member in await staff.members(transaction)] == ["職員 一号"]
