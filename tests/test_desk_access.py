"""Coming in to the desk: links, sessions, roles; and that nobody without the right gets anything from any route."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlmodel import SQLModel
from yarl import URL

from bot import staff
from bot.counter import BOOKING
from bot.desk.rooms import ROUTES
from bot.desk.server import COOKIE
from bot.desk.showing import WANTED
from bot.desk.visit import Route
from flows.counter import Booking
from flows.desk.roles import RIGHTS
from tests.counters import Office
from tests.desk import OpenDesk, Shown, Visitor, open_desk
from tests.desk_things import one_of_each


@pytest.fixture
async def desk(office: Office, database_url: str, tmp_path: Path) -> AsyncIterator[OpenDesk]:
    async with open_desk(database_url, tmp_path) as opened:
        yield opened


NOBODYS = ("0123456789abcdef", "0", "-1", "999999999", "9" * 40, "７", "%00", "\0", "x' OR 1=1")  # ids of nothing


def path_of(route: Route, things: Mapping[str, str]) -> str:
    """An address of this route, of one of these things."""
    return route.path.format(**things)


async def asks(visitor: Visitor, route: Route, path: str, **fields: str) -> Shown:
    return await (visitor.opens(path) if route.method == "GET" else visitor.sends(path, **fields))


async def everything(desk: OpenDesk) -> dict[str, list[tuple[object, ...]]]:
    """All that the office has, but for who is signed in and when they were last here."""
    kept = sorted(SQLModel.metadata.tables.keys() - {"desk_session", "desk_link"})
    return {name: sorted(await desk.all(f"SELECT * FROM {name}"), key=str) for name in kept}  # noqa: S608  # ours


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


async def test_a_link_leads_to_the_page_that_was_asked_for_before(desk: OpenDesk) -> None:
    things, lead, browser = await one_of_each(desk), await desk.member("lead"), desk.browser()
    booking = f"/bookings/{things['booking']}"
    for asked, leads_to in ((booking, booking), ("/week?from=2026-11-30", "/week"), ("/nothing", "/today")):
        assert (await browser.opens(asked)).status == 401
        await browser.opens(await desk.link(lead))
        assert (await browser.presses("職員用ページを開く")).path == leads_to
        await browser.presses("ログアウト")
    await browser.sends(f"{booking}/confirm", version="1")
    await browser.sends(await desk.link(lead))
    assert browser.shown.path == booking, "the page of the form that was refused"


async def test_a_link_leads_nowhere_else(desk: OpenDesk) -> None:
    lead, browser = await desk.member("lead"), desk.browser()
    elsewhere = ("//evil.example/", "https://evil.example/", "/\\evil.example", "x")
    for wanted, leads_to in (("/week", "/week"), *((each, "/today") for each in elsewhere)):
        browser.client.cookie_jar.update_cookies({WANTED: wanted}, URL(desk.origin))
        assert (await browser.sends(await desk.link(lead))).path == leads_to


async def test_of_many_presses_on_one_link_at_once_one_opens_the_desk(desk: OpenDesk) -> None:
    link, browsers = await desk.link(await desk.member("lead")), [desk.browser() for _ in range(6)]
    shown = await asyncio.gather(*(browser.sends(link) for browser in browsers))
    assert sorted(each.status for each in shown) == [200, *[410] * 5]
    assert await desk.all("SELECT count(*) FROM desk_session") == [(1,)]


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
    desk.desk.showing.secure = True
    link = await desk.link(await desk.member("lead"))
    async with desk.browser().client.post(desk.origin + link, allow_redirects=False) as answer:
        assert "Secure" in answer.headers["Set-Cookie"]


async def test_under_a_path_everything_stays_under_it(office: Office, database_url: str, tmp_path: Path) -> None:
    async with open_desk(database_url, tmp_path, base="/office/desk") as under:
        visitor = await under.signed_in()
        assert visitor.shown.status == 200
        assert visitor.shown.path.startswith("/office/desk/")
        assert all(link.startswith(("/office/desk", "#", "")) for link in visitor.shown.links)
        assert (await visitor.opens("/office/desk/")).path == "/office/desk/today"
        assert (await visitor.opens("/requests")).status == 401, "the cookie goes to the desk alone"


async def test_nobody_gets_anything_signed_out(desk: OpenDesk) -> None:
    things = await one_of_each(desk)
    stranger, before = desk.browser(), await everything(desk)
    for route in ROUTES:
        shown = await asks(stranger, route, path_of(route, things))
        assert (shown.status, "/desk" in shown.text) == (401, True), route
    assert await everything(desk) == before


@pytest.mark.parametrize("role", ["counsellor", "reader"])
async def test_a_role_without_the_right_gets_nothing(desk: OpenDesk, role: str) -> None:
    things = await one_of_each(desk)
    visitor = await desk.signed_in(role)
    token, before = visitor.token, await everything(desk)
    forbidden = [route for route in ROUTES if role not in RIGHTS[route.right]]
    assert forbidden
    for route in forbidden:
        shown = await asks(visitor, route, path_of(route, things), token=token, version="1")
        assert (shown.status, "権限" in shown.text) == (403, True), route
    assert await everything(desk) == before


def test_a_lead_has_every_right() -> None:
    assert all("lead" in roles for roles in RIGHTS.values())


async def test_a_form_without_the_token_of_the_session_does_nothing(desk: OpenDesk) -> None:
    things = await one_of_each(desk)
    visitor, other = await desk.signed_in("lead"), await desk.signed_in("counsellor")
    before = await everything(desk)
    for route in ROUTES:
        if route.method == "POST":
            for fields in ({}, {"token": ""}, {"token": "x"}, {"token": other.token}):
                assert (await visitor.sends(path_of(route, things), **fields)).status == 403, route
    assert await everything(desk) == before


async def test_what_is_not_there_is_said_not_to_be_there(desk: OpenDesk) -> None:
    await one_of_each(desk)
    visitor = await desk.signed_in("lead")
    token, before = visitor.token, await everything(desk)
    for route in ROUTES:
        for nobodys in NOBODYS if "{" in route.path else ():
            path = "/".join(quote(nobodys) if part.startswith("{") else part for part in route.path.split("/"))
            assert (await asks(visitor, route, path, token=token, version="1")).status == 404, path
    assert await everything(desk) == before


OF_ANOTHER: tuple[tuple[str, dict[str, str]], ...] = (  # a form of one thing, and what it names of another
    ("/closures/{closure}/called", {"booking": "{missed}"}),
    ("/counsellors/{counsellor}/called", {"booking": "{booking}"}),
    ("/bookings/{proposed}/accept", {"slot": "2026-11-26T01:00:00+00:00 1", "channel": "phone"}),  # that of a request
    ("/bookings/{confirmed}/move", {"time": "2026-11-27T00:30:00+00:00 1", "channel": "phone"}),  # held for somebody
    ("/bookings/{confirmed}/propose", {"time": "2026-11-27T02:00:00+00:00 1"}),
    ("/bookings/{confirmed}/next", {"time": "2026-11-30T02:00:00+00:00 1"}),
    ("/bookings/{confirmed}/counsellor", {"counsellor": "9"}),
    ("/bookings/{booking}/accept", {"slot": "2026-11-27T00:30:00+00:00 1", "channel": "phone"}),  # proposed to another
    ("/bookings/{booking}/correct", {"reason": "joined"}),  # no session was missed
    ("/bookings/{booking}/start", {}),
    ("/people/missed/{confirmed}", {"decision": "warning", "reason": "no_contact", "words": "別の予約", "seen": "1"}),
)


@pytest.mark.parametrize(("path", "fields"), OF_ANOTHER)
async def test_a_form_gets_nothing_of_what_belongs_to_another(
    desk: OpenDesk, path: str, fields: dict[str, str]
) -> None:
    things = await one_of_each(desk)
    visitor = await desk.signed_in("lead")
    token, before = visitor.token, await everything(desk)
    versions = {str(number): str(version) for number, version in await desk.all("SELECT id, version FROM booking")}
    address = path.format(**things)
    version = next((version for number, version in versions.items() if number in address), "1")
    given = {name: value.format(**things) for name, value in fields.items()}
    shown = await visitor.sends(address, token=token, version=version, **given)
    assert shown.status in (404, 409), shown.text
    assert await everything(desk) == before


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


async def test_what_is_wrong_in_the_program_is_not_said_to_be_the_database_and_other_pages_go_on(
    desk: OpenDesk, office: Office
) -> None:
    booking = await office.request(1)
    assert isinstance(booking, Booking)
    moved = BOOKING.update().values(details=b"of another booking")
    await office.database.run(lambda t: t.execute(moved))
    visitor = await desk.signed_in()
    shown = await visitor.opens(f"/bookings/{booking.id}")
    assert shown.status == 500
    assert "プログラムに問題があり" in shown.text
    assert (await visitor.opens("/week")).status == 200


async def test_an_address_of_nothing_leads_back_to_the_desk(desk: OpenDesk) -> None:
    visitor = await desk.signed_in()
    for path in ("/todya", "/closing/check", "/bookings/1/confirm", "/today/"):
        shown = await visitor.opens(path)
        assert shown.status == 404
        assert "お探しのものはありません" in shown.text
        assert "/today" in shown.links
    stranger = await desk.browser().opens("/todya")
    assert stranger.status == 401, "who is signed out learns nothing of what there is, and how to come in"
    assert stranger.links == []
