"""The week of the office: the grid, closing places over bookings, the call list, opening again, and what is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from flows.counter import Booking, Decision
from flows.office_days import OfficeDays
from tests.benchmarks.fill import fill
from tests.counters import DAYS, NOW, Office
from tests.desk import OpenDesk, Shown, Visitor, on_sqlite_alone, open_desk
from tests.desk_things import Filling
from tests.offers import with_counsellors
from tests.plans import Statements, generic_plan, plan, scans

LOOK, CLOSE, OPEN, TICK = "該当する予約を確認する", "休止する", "再開する", "連絡済みにする"
ILL = {"first": "2026-11-24", "reason": "away"}


@pytest.fixture
async def desk(office: Office, database_url: str, tmp_path: Path) -> AsyncIterator[OpenDesk]:
    async with open_desk(database_url, tmp_path) as opened:
        yield opened


async def booked(office: Office, chat: int, at: str, state: str = "requested") -> Booking:
    """A request, or what became of it."""
    booking = await office.request(chat, at)
    assert isinstance(booking, Booking)
    for event in {"requested": (), "confirmed": ("confirm",), "in_session": ("confirm", "start")}[state]:
        assert await office.move(booking, event)
    return booking


async def looks(visitor: Visitor, **fields: str) -> Shown:
    """Fill in the form and look at the bookings."""
    await visitor.opens("/closing")
    return await visitor.presses(LOOK, **fields)


async def closes(visitor: Visitor, **fields: str) -> Shown:
    """All the way to the closure's page."""
    shown = await looks(visitor, **fields)
    assert shown.status == 200, shown.text
    return await visitor.presses(CLOSE)


# The grid


async def test_the_week_says_of_each_place_what_it_is(desk: OpenDesk, office: Office) -> None:
    waiting = await booked(office, 1, "2026-11-24 09:30")
    confirmed = await booked(office, 2, "2026-11-24 10:00", "confirmed")
    visitor = await desk.signed_in("reader")
    shown = await visitor.opens("/week?from=2026-11-25")
    for booking in (waiting, confirmed):
        assert f"/bookings/{booking.id}" in shown.links
        assert booking.reference in shown.text
    assert {"申し込み", "確定", "空き"} <= set(shown.text.split("\n")) | {"空き"}
    assert "休み：勤労感謝の日" in shown.text
    assert "川越 太郎" not in shown.html
    assert "週の表" in shown.text


async def test_the_weeks_are_turned_and_a_strange_day_is_said_to_be_one(desk: OpenDesk) -> None:
    visitor = await desk.signed_in()
    assert {"/week?from=2026-11-09", "/week?from=2026-11-23"} <= set((await visitor.opens("/week")).links)
    assert "2026-11-24 のように" in (await visitor.opens("/week?from=tomorrow")).text
    assert (await visitor.opens("/week?from=3000-01-01")).status == 404


async def test_a_reader_sees_the_week_and_cannot_close(desk: OpenDesk) -> None:
    visitor = await desk.signed_in("reader")
    assert not any("/closing" in link for link in (await visitor.opens("/week")).links)
    assert (await visitor.opens("/closing")).status == 403


# Closing


async def test_a_closure_over_bookings_shows_them_and_cancels_nothing(desk: OpenDesk, office: Office) -> None:
    one = await booked(office, 1, "2026-11-24 09:30")
    two = await booked(office, 2, "2026-11-24 13:00", "confirmed")
    other = await booked(office, 3, "2026-11-25 09:30")
    visitor = await desk.signed_in()
    shown = await looks(visitor, **ILL)
    assert "この枠にある予約：2件" in shown.text
    assert one.reference in shown.text
    assert two.reference in shown.text
    assert other.reference not in shown.text
    assert await desk.all("SELECT count(*) FROM closure") == [(0,)], "looking saves nothing"
    shown = await visitor.presses(CLOSE)
    assert "連絡が必要な予約：あと2件" in shown.text
    assert await desk.all("SELECT DISTINCT state FROM booking ORDER BY state") == [("confirmed",), ("requested",)]
    assert await desk.all("SELECT what, note FROM record WHERE what = 'closed'") == [("closed", "1")]


async def test_the_call_list_is_ticked_off_one_by_one(desk: OpenDesk, office: Office) -> None:
    booking = await booked(office, 1, "2026-11-24 09:30")
    visitor = await desk.signed_in()
    await closes(visitor, **ILL)
    colleague = await desk.signed_in("lead")
    await colleague.opens("/closures/1")
    shown = await visitor.presses(TICK)
    assert "あと0件" in shown.text
    assert "連絡済み" in shown.text
    assert f"/bookings/{booking.id}" in shown.links
    assert "すでに連絡済み" in (await colleague.presses(TICK)).text, "who comes second is told"
    assert await desk.all("SELECT booking_id, note FROM record WHERE what = 'called'") == [(booking.id, "1")]


async def test_a_request_with_two_proposed_times_in_the_way_is_one_person_to_call(desk: OpenDesk) -> None:
    async with desk.database.transaction() as transaction:
        filling = Filling(desk, transaction)
        asked = await filling.proposed("2026-11-26 09:30", "2026-11-24 10:00", "2026-11-24 11:00")
    lead = await desk.signed_in("lead")
    shown = await looks(lead, **ILL)
    assert "この枠にある予約：1件" in shown.text
    shown = await lead.presses(CLOSE)
    assert "あと1件" in shown.text
    assert shown.text.count(asked.reference) == 1
    assert "あと0件" in (await lead.presses(TICK)).text


async def test_a_booking_that_was_cancelled_leaves_the_call_list(desk: OpenDesk, office: Office) -> None:
    booking = await booked(office, 1, "2026-11-24 09:30")
    visitor = await desk.signed_in()
    await closes(visitor, **ILL)
    await office.database.run(lambda t: office.before(t, 1).move(booking, "cancel", Decision("cancel", NOW)))
    shown = await visitor.presses(TICK)
    assert "もうありません" in shown.text
    assert booking.reference not in shown.text


async def test_nothing_can_be_requested_in_closed_places_while_the_rest_can(desk: OpenDesk, office: Office) -> None:
    await closes(await desk.signed_in(), **ILL, since="9:30", until="12:00")
    assert await office.request(1, "2026-11-24 09:30") == "taken"
    assert isinstance(await office.request(1, "2026-11-24 13:00"), Booking)
    assert desk.kit.days.places(DAYS.day_of(NOW)), "and the process that closed knows it at once"
    assert len(desk.kit.days.closings) == 1


async def test_a_counsellor_is_ill_for_a_day_and_the_others_go_on(
    office: Office, database_url: str, tmp_path: Path
) -> None:
    async with open_desk(database_url, tmp_path, days=with_counsellors("1", "2")) as desk:
        booking = await booked(office, 1, "2026-11-24 09:30", "confirmed")
        visitor = await desk.signed_in()
        shown = await closes(visitor, **ILL, counsellor="1")
        assert booking.reference in shown.text
        days: OfficeDays = desk.kit.days
        assert set(days.places(DAYS.day_of(booking.slot.start)).values()) == {("2",)}
        shown = await visitor.opens("/week?from=2026-11-24")
        assert "休止の枠" in shown.text, "the booking in a closed place stands out"


async def test_a_day_on_which_the_office_is_closed_moves_deadlines_earlier(desk: OpenDesk) -> None:
    visitor = await desk.signed_in()
    await closes(visitor, first="2026-11-26", reason="building", office="yes")
    assert not desk.kit.days.is_business_day(DAYS.day_of(NOW).replace(day=26))
    assert "休み：臨時の閉庁" in (await visitor.opens("/week?from=2026-11-26")).text


@on_sqlite_alone
@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"first": "2026-11-18"}, "過ぎた日時です"),
        ({"first": "2026-11-19", "since": "8:30", "until": "10:00"}, "過ぎた日時です"),
        ({"first": "tomorrow"}, "2026-11-24 のように"),
        ({"first": "9999-12-31"}, "休止できるのは"),
        ({"last": "2026-11-23"}, "より前になっています"),
        ({"since": "8:00", "until": "10:00"}, "開庁時間は8:30～17:15です"),
        ({"since": "16:00", "until": "18:00"}, "開庁時間は8:30～17:15です"),
        ({"since": "12:00", "until": "10:00"}, "後になっていません"),
        ({"since": "10:00"}, "両方入力"),
        ({"since": "25:00", "until": "26:00"}, "13:30 のように"),
        ({"counsellor": "nobody"}, "在籍している担当者ではありません"),
        ({"office": "yes", "since": "10:00", "until": "12:00"}, "終日・全員の場合だけ"),
        ({"reason": "川越 太郎"}, "選択肢の中から"),
        ({"first": "2026-11-28"}, "相談の枠がない"),
    ],
)
async def test_what_cannot_be_closed_is_refused_with_why_and_what_was_typed_stays(
    desk: OpenDesk, fields: dict[str, str], why: str
) -> None:
    visitor = await desk.signed_in()
    shown = await looks(visitor, **{**ILL, **fields})
    assert shown.status == 409
    assert why in shown.text
    typed = shown.form(LOOK).fields
    assert all(typed[name] == value for name, value in fields.items() if name not in {"reason", "counsellor"})
    nothing = dict.fromkeys(("last", "since", "until", "counsellor", "office"), "")
    assert (await visitor.presses(LOOK, **{**nothing, **ILL})).status == 200, "put right, it goes on"
    assert await desk.all("SELECT count(*) FROM closure") == [(0,)]


async def test_an_overlapping_closure_is_refused_and_the_other_one_is_named(desk: OpenDesk) -> None:
    visitor = await desk.signed_in()
    await closes(visitor, **ILL, last="2026-11-26", since="13:00", until="16:00")
    shown = await looks(visitor, first="2026-11-25", reason="training")
    assert shown.status == 409
    assert (
        "すでに休止している枠と重なっています：11月24日(火)～11月26日(木) 13:00～16:00 全員（職員の不在）" in shown.text
    )
    shown = await closes(visitor, first="2026-11-25", since="9:30", until="13:00", reason="training")
    assert shown.status == 200, "beside it there is room"


async def test_of_two_who_close_at_once_the_second_is_told(desk: OpenDesk) -> None:
    one, other = await desk.signed_in(), await desk.signed_in("lead")
    await looks(one, **ILL)
    await looks(other, **ILL)
    assert (await one.presses(CLOSE)).status == 200
    shown = await other.presses(CLOSE)
    assert shown.status == 409
    assert "すでに休止している" in shown.text
    assert await desk.all("SELECT count(*) FROM closure") == [(1,)]


async def test_a_booking_that_came_after_the_look_is_shown_before_anything_is_saved(
    desk: OpenDesk, office: Office
) -> None:
    visitor = await desk.signed_in()
    await looks(visitor, **ILL)
    booking = await booked(office, 1, "2026-11-24 09:30")
    shown = await visitor.presses(CLOSE)
    assert shown.status == 409
    assert "予約が変わりました" in shown.text
    assert booking.reference in shown.text
    assert (await visitor.presses(CLOSE)).path == "/closures/1"


# Opening again


async def test_a_closure_is_opened_again(desk: OpenDesk, office: Office) -> None:
    visitor = await desk.signed_in()
    await closes(visitor, **ILL)
    other = await desk.signed_in("lead")
    await other.opens("/closures/1")
    shown = await visitor.presses(OPEN)
    assert shown.path == "/week"
    assert "再開しました：11月24日(火) 終日" in shown.text
    assert isinstance(await office.request(1), Booking)
    assert "すでに再開" in (await other.presses(OPEN)).text
    assert await desk.all("SELECT note FROM record WHERE what = 'opened'") == [("1",)]


async def test_a_part_of_a_closure_is_opened_and_the_rest_stays_with_its_ticks(desk: OpenDesk, office: Office) -> None:
    booking = await booked(office, 1, "2026-11-24 13:00")
    visitor = await desk.signed_in()
    await closes(visitor, **ILL, last="2026-11-25")
    await visitor.presses(TICK)
    await visitor.presses(OPEN, last="2026-11-24", since="9:30", until="12:00")
    places = [len(desk.kit.days.places(DAYS.day_of(NOW).replace(day=day))) for day in (24, 25)]
    assert places == [5, 0]
    left = [number for (number,) in await desk.all("SELECT id FROM closure WHERE ended_at IS NULL ORDER BY id")]
    links = (await visitor.opens("/closures/1")).links
    assert [f"/closures/{number}" in links for number in left] == [True, True], "none before the first session"
    pages = [await visitor.opens(f"/closures/{number}") for number in left]
    [page] = [page for page in pages if booking.reference in page.text]
    assert "あと0件" in page.text


async def test_what_a_closure_does_not_close_cannot_be_opened(desk: OpenDesk) -> None:
    visitor = await desk.signed_in()
    await closes(visitor, **ILL)
    shown = await visitor.presses(OPEN, first="2026-11-26", last="")
    assert shown.status == 409
    assert "この休止に含まれていません" in shown.text


# What it costs


async def test_the_week_is_found_by_an_index_and_opens_nothing_sealed(desk: OpenDesk) -> None:
    await desk.database.run_sync(lambda connection: fill(connection, 6_000))
    visitor, statements = await desk.signed_in("reader"), Statements()
    with statements.listening():
        assert (await visitor.opens("/week")).status == 200
    seen = statements.seen[""]
    assert not any("details" in statement for statement in seen)

    def steps(connection: Connection) -> list[str]:
        connection.execute(text("ANALYZE"))
        found = []
        for statement, values in seen.items():
            if "hold" in statement:
                found += plan(connection, statement, values)
                found += generic_plan(connection, statement) if connection.dialect.name == "postgresql" else []
        return found

    there = await desk.database.run_sync(steps)
    assert there
    assert not [step for step in there if scans(step)]
