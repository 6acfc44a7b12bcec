"""Lists of the desk that are too long for one page: what comes first, and how one goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from bot import measures
from bot.desk import requests, search
from bot.desk.missed import MEASURES, TO_WEIGH
from bot.people_index import indexes
from flows.counter import Booking
from tests.benchmarks.fill import fill, in_hand
from tests.counters import DETAILS, NOW, Office
from tests.desk import OpenDesk, Shown, open_desk
from tests.desk_things import LEAD, Filling


@pytest.fixture
async def desk(office: Office, database_url: str, tmp_path: Path) -> AsyncIterator[OpenDesk]:
    async with open_desk(database_url, tmp_path) as opened:
        yield opened


def links(shown: Shown, to: str) -> set[str]:
    return {link for link in shown.links if link.startswith(to)}


async def test_todays_sessions_those_that_are_over_stand_below_what_is_to_be_done(desk: OpenDesk) -> None:
    async with desk.database.transaction() as transaction:
        filling = Filling(desk, transaction)
        over = await filling.booking("2026-11-24 09:30", "confirm", chat=1)
        to_come = await filling.booking("2026-11-24 13:00", "confirm", chat=2)
    desk.clock.turn("2026-11-24 09:30")
    page = await (visitor := await desk.signed_in()).opens("/today")
    assert "本日の終了分" not in page.text
    assert page.text.index(over.reference) < page.text.index(to_come.reference)
    await visitor.presses("開始する（参加した）")
    below = (await visitor.presses("終了する（実施した）")).text.partition("本日の終了分：1件")[2]
    assert over.reference in below
    assert to_come.reference not in below


async def test_requests_the_most_urgent_are_shown_and_what_waits_for_staff_before_all(
    office: Office, desk: OpenDesk
) -> None:
    most = requests.MOST
    await desk.database.run_sync(lambda connection: in_hand(connection, office.seal, most + 1, state="proposed"))
    waits = await office.request(1, "2026-11-26 10:00")
    assert isinstance(waits, Booking)
    page = await (await desk.signed_in()).opens("/requests")
    assert f"急ぐものから {most} 件を表示しています" in page.text
    assert waits.reference in page.text
    assert page.html.count('<li class="card') == most


async def test_what_a_search_finds_goes_on_on_the_next_page(office: Office, desk: OpenDesk) -> None:
    most, index = search.MOST, indexes(office.seal, DETAILS)["name_index"]

    def many(connection: Connection) -> None:
        fill(connection, most + 5)
        connection.execute(text("UPDATE booking SET erased = false, name_index = :index"), {"index": index})

    await desk.database.run_sync(many)
    visitor = await desk.signed_in()
    found = await visitor.presses("検索", "/search", q="川越 太郎")
    assert f"1件目～{most}件目" in found.text
    first = links(found, "/bookings/")
    [onward] = links(found, "?page=")
    rest = await visitor.opens(found.path + onward)
    assert f"{most + 1}件目～{most + 5}件目" in rest.text
    assert len(first | links(rest, "/bookings/")) == most + 5
    [back] = links(rest, "?page=")
    assert links(await visitor.opens(found.path + back), "/bookings/") == first
    for nowhere in ("?page=3", "?page=0", "?page=x", "?page=999", "?page=１"):
        assert (await visitor.opens(found.path + nowhere)).status == 404


async def warned(desk: OpenDesk, *people: Booking) -> None:
    async with desk.database.transaction() as t:
        for number, booking in enumerate(people):
            of = (f"somebody {number}", booking)
            await measures.decide(t, desk.kit.seal, *of, "warning", "no_contact", None, "電話も不通。", LEAD, NOW)


async def test_measures_go_on_on_the_next_page_and_one_that_rests_on_nothing_stands_first(desk: OpenDesk) -> None:
    async with desk.database.transaction() as transaction:
        filling = Filling(desk, transaction)
        still_missed = await filling.booking("2026-11-24 09:30", "confirm", "miss", chat=1)
        corrected = await filling.booking("2026-11-25 09:30", "confirm", "miss", "correct", chat=2)
    await warned(desk, corrected, *[still_missed] * (MEASURES + 1))
    lead = await desk.signed_in("lead")
    first = await lead.opens("/people")
    assert next(link for link in first.links if link.startswith("/people/measures/")) == "/people/measures/1"
    assert len(links(first, "/people/measures/")) == MEASURES + 1
    [onward] = links(first, "/people?warned=")
    rest = await lead.opens(onward)
    everyone = {f"/people/measures/{number + 1}" for number in range(MEASURES + 2)}
    assert links(first, "/people/measures/") | links(rest, "/people/measures/") == everyone
    assert "/people#warned" in rest.links
    for nowhere in ("x", "-1", "９", "9" * 40):
        assert (await lead.opens(f"/people?warned={nowhere}")).status == 404


async def test_people_to_weigh_the_longest_waiting_come_first_and_the_rest_follow(
    desk: OpenDesk, office: Office
) -> None:
    def many(connection: Connection) -> None:
        in_hand(connection, office.seal, TO_WEIGH + 1, state="missed")
        connection.execute(text("DELETE FROM measure"))

    await desk.database.run_sync(many)
    lead = await desk.signed_in("lead")
    page = await lead.opens("/people")
    assert "判断が済むと、続きが表示されます" in page.text
    [newest] = await desk.all("SELECT id FROM booking ORDER BY start DESC LIMIT 1")
    assert f"/bookings/{newest[0]}" not in page.links
    weighed = {"decision": "nothing", "reason": "no_contact", "words": "電話も不通。"}
    page = await lead.presses("決定する", "/missed/", **weighed)
    assert "判断が済むと、続きが表示されます" not in page.text
    assert f"/bookings/{newest[0]}" in page.links
