"""Search on the desk: exactly what was meant is found, each look is recorded, and no value is left anywhere."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from structlog.typing import EventDict

from bot.people_index import indexes
from bot.retention import forget_what_is_old
from flows.counter import Booking
from tests.benchmarks.fill import fill
from tests.counters import DAYS, DETAILS, Office
from tests.desk import OpenDesk, Shown, Visitor, open_desk
from tests.plans import Statements, generic_plan, plan, scans
from tests.town import Clock

TARO = {"seeker_number": "11030-01234567", "name": "川越 太郎", "phone": {"e164": "+819012345678"}}
HANAKO = {"seeker_number": "11030-07654321", "name": "見本 花子", "phone": {"e164": "+819087654321"}}
SPELLINGS = {
    "11030-01234567": "number", "求職番号 １１０３００１２３４５６７": "number", "090-1234-5678": "phone",
    "+81 90 1234 5678": "phone", "川越太郎": "name", "川越　太郎": "name",
}  # fmt: skip
PERSONAL = ("川越", "11030-01234567", "0901234", "90-1234", "taro@example.jp")


@pytest.fixture
async def desk(office: Office, database_url: str, tmp_path: Path) -> AsyncIterator[OpenDesk]:
    async with open_desk(database_url, tmp_path) as opened:
        yield opened


async def requested(office: Office, chat: int, at: str, **details: object) -> Booking:
    booking = await office.request(chat, at, Clock("2026-11-19 09:00")(), **details)
    assert isinstance(booking, Booking)
    return booking


async def two_people(office: Office) -> tuple[Booking, Booking]:
    return (
        await requested(office, 1, "2026-11-24 09:30", **TARO),
        await requested(office, 2, "2026-11-25 10:00", **HANAKO),
    )


async def looks_for(visitor: Visitor, typed: str) -> Shown:
    """By the box at the top of whatever page is shown."""
    return await visitor.presses("検索", "/search", q=typed)


async def searches(desk: OpenDesk) -> list[tuple[object, ...]]:
    return await desk.all("SELECT who, booking_id, note FROM record WHERE what = 'searched' ORDER BY id")


# What is found


async def test_a_reference_leads_straight_to_its_booking_from_any_page(office: Office, desk: OpenDesk) -> None:
    booking, other = await two_people(office)
    visitor = await desk.signed_in("reader")
    for page in ("/today", "/requests", "/week", f"/bookings/{other.id}"):
        await visitor.opens(page)
        assert (await looks_for(visitor, booking.reference)).path == f"/bookings/{booking.id}"
    assert await searches(desk) == [(703, None, "reference")] * 4


async def test_a_person_is_found_exactly_and_shown_without_personal_details(office: Office, desk: OpenDesk) -> None:
    booking, other = await two_people(office)
    visitor, by_what = await desk.signed_in(), []
    for typed, by in SPELLINGS.items():
        found = await looks_for(visitor, typed)
        for words in (booking.reference, "11月24日(火) 9:30", "申し込み中", "1件"):
            assert words in found.text, typed
        assert f"/bookings/{booking.id}" in found.links
        assert other.reference not in found.text
        assert not [personal for personal in PERSONAL if personal in found.html.partition("<h2")[2]]
        by_what.append((702, None, by))
    assert await searches(desk) == by_what


async def test_digits_that_may_be_either_number_are_looked_for_as_both(office: Office, desk: OpenDesk) -> None:
    first = await requested(office, 1, "2026-11-24 09:30", **{**HANAKO, "seeker_number": "09012-345678"})
    second = await requested(office, 2, "2026-11-25 10:00", **TARO)
    found = await looks_for(await desk.signed_in(), "09012-345678")
    assert found.text.index(second.reference) < found.text.index(first.reference), "the newest first"
    assert await searches(desk) == [(702, None, "number phone")]


async def test_a_day_shows_all_that_was_booked_on_it_also_what_was_cancelled(office: Office, desk: OpenDesk) -> None:
    cancelled, other_day = await two_people(office)
    await office.move(cancelled, "cancel")
    again = await requested(office, 3, "2026-11-24 10:00")
    visitor = await desk.signed_in("reader")
    found = await looks_for(visitor, "11/24")
    assert found.text.index(cancelled.reference) < found.text.index(again.reference)
    assert "キャンセル済み" in found.text
    assert other_day.reference not in found.text
    await visitor.opens("/search")
    assert other_day.reference in (await visitor.presses("この日の予約を表示する", q="2026-11-25")).text


async def test_nothing_found_says_what_to_do_and_the_next_search_finds(office: Office, desk: OpenDesk) -> None:
    booking, _ = await two_people(office)
    visitor = await desk.signed_in()
    unknown = "000-000" if booking.ref != "000000" else "999-999"
    assert f"受付番号{unknown}の予約はありません" in (await looks_for(visitor, unknown)).text
    assert "この日の予約や申し込みはありません" in (await looks_for(visitor, "12/1")).text
    assert "予約のときの内容と同じでなければ見つかりません" in (await looks_for(visitor, "川越 次郎")).text
    assert booking.reference in (await looks_for(visitor, "川越 太郎")).text


async def test_erased_people_are_not_found_and_this_is_said(office: Office, desk: OpenDesk) -> None:
    booking, missed = await two_people(office)
    await office.move(missed, "confirm")
    await office.move(missed, "miss")
    later = Clock("2027-06-01 10:00")()
    await office.database.run(lambda t: forget_what_is_old(t, office.seal, DAYS.office, later))
    visitor = await desk.signed_in()
    for typed in ("川越 太郎", "090-1234-5678", "11030-01234567", "11030-07654321"):
        found = await looks_for(visitor, typed)
        assert booking.reference not in found.text
        assert missed.reference not in found.text
        assert "個人情報は相談日から90日で消去します" in found.text
    assert (await looks_for(visitor, booking.reference)).path == f"/bookings/{booking.id}"
    assert missed.reference in (await looks_for(visitor, "2026-11-25")).text


# What cannot be read, and who may


async def test_what_cannot_be_read_is_told_with_examples_and_stands_in_the_box_to_be_mended(
    office: Office, desk: OpenDesk
) -> None:
    booking, _ = await two_people(office)
    visitor = await desk.signed_in()
    for typed in ("11030-O1234567", "090-1234", "川越太郎1", "12345", " ", "taro@example.jp"):
        refused = await looks_for(visitor, typed)
        assert refused.status == 409
        for example in ("受付番号：123-456", "日付：2026-11-24", "求職番号：11030-01234567", "氏名：川越 太郎"):
            assert example in refused.text
        assert f'value="{typed.strip()}"' in refused.html
    assert await searches(desk) == [], "nothing was looked at"
    assert booking.reference in (await looks_for(visitor, "11030-01234567")).text


async def test_a_reader_of_english_gets_the_examples_in_english(desk: OpenDesk) -> None:
    visitor = await desk.signed_in()
    await visitor.presses("English")
    refused = await visitor.presses("Search", "/search", q="12345")
    assert "Nothing was searched: this could not be read" in refused.text
    assert "job-seeker number: 11030-01234567" in refused.text


async def test_a_my_number_is_neither_looked_for_nor_shown_again(desk: OpenDesk) -> None:
    refused = await looks_for(await desk.signed_in(), "6214 9832 0257")
    assert refused.status == 409
    assert "マイナンバー" in refused.text
    assert "6214" not in refused.html
    assert await searches(desk) == []


async def test_whoever_may_not_see_details_searches_by_reference_and_day_only(office: Office, desk: OpenDesk) -> None:
    booking, _ = await two_people(office)
    reader = await desk.signed_in("reader")
    for typed in ("川越 太郎", "11030-01234567", "090-1234-5678"):
        refused = await looks_for(reader, typed)
        assert refused.status == 409
        assert "検索できません" in refused.text
    assert (await reader.sends("/search/people", token=reader.token, q="川越 太郎")).status == 403
    await reader.opens("/search")
    assert booking.reference in (await looks_for(reader, "2026-11-24")).text


# What is left of it


async def test_no_value_is_left_in_an_address_a_log_or_the_database(
    office: Office, desk: OpenDesk, logged: list[EventDict]
) -> None:
    await two_people(office)
    visitor = await desk.signed_in()
    for typed, value in (("川越 太郎", "川越"), ("11030-01234567", "01234567"), ("090-1234-5678", "1234-5678")):
        found = await looks_for(visitor, typed)
        assert re.fullmatch("/search/[A-Za-z0-9_-]+", found.path)
        assert value not in str(await desk.all("SELECT * FROM record")) + str(logged)
        assert indexes(office.seal, DETAILS)["name_index"] not in found.path


async def test_what_was_found_opens_for_whoever_searched_and_for_half_an_hour(office: Office, desk: OpenDesk) -> None:
    booking, _ = await two_people(office)
    visitor, colleague = await desk.signed_in(), await desk.signed_in("lead")
    found = await looks_for(visitor, "川越 太郎")
    desk.clock.turn("2026-11-19 10:29")
    again = await visitor.opens(found.path)
    assert booking.reference in again.text, "as after a step back"
    assert len(await searches(desk)) == 1, "which is the same look"
    assert (await colleague.opens(found.path)).status == 404
    desk.clock.turn("2026-11-19 10:30")
    late = await visitor.opens(found.path)
    assert booking.reference not in late.text
    assert "もう一度検索してください" in late.text
    assert booking.reference in (await looks_for(visitor, "川越 太郎")).text


async def test_what_was_found_closes_when_the_right_is_taken_away(office: Office, desk: OpenDesk) -> None:
    await two_people(office)
    visitor = await desk.signed_in()
    found = await looks_for(visitor, "川越 太郎")
    assert await desk.all("UPDATE staff SET role = 'reader' WHERE id = 702 RETURNING id")
    assert (await visitor.opens(found.path)).status == 404
    assert (await visitor.opens("/search")).status == 200


# What it costs


async def test_every_search_is_by_an_index_and_opens_nothing_sealed(desk: OpenDesk) -> None:
    await desk.database.run_sync(lambda connection: fill(connection, 6_000))
    visitor, statements = await desk.signed_in(), Statements()
    with statements.listening():
        for typed in ("123-456", "2026-05-11", "11030-01234567", "090-1234-5678", "川越 太郎"):
            assert (await looks_for(visitor, typed)).status == 200
    seen = {statement: values for statement, values in statements.seen[""].items() if "FROM booking" in statement}
    assert len(seen) == 5
    assert not any("details" in statement for statement in seen)

    def steps(connection: Connection) -> list[str]:
        found = [step for statement, values in seen.items() for step in plan(connection, statement, values)]
        if connection.dialect.name == "postgresql":
            connection.execute(text("ANALYZE"))
            found += [step for statement in seen for step in generic_plan(connection, statement)]
        return found

    assert not [step for step in await desk.database.run_sync(steps) if scans(step)]
