"""Records of the desk: who did and who looked at what, in words, found by an index, and without personal data."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, text

from bot.database import Transaction
from bot.desk.records import MOST
from bot.records import DECISION, RECORD, record
from bot.retention import AT_ONCE, forget_what_is_old
from flows.counter import Booking, Decision
from flows.desk.records import What
from flows.desk.roles import Member
from tests.benchmarks.fill import fill
from tests.counters import DAYS, NOW, Office
from tests.desk import OpenDesk, Shown, Visitor, on_sqlite_alone, open_desk
from tests.plans import Statements, generic_plan, plan
from tests.town import Clock

PERSONAL = ("川越 太郎", "11030-00000001", "taro@example.jp", "9012345678", "090-1234")
COLLEAGUE = Member(702, "職員 一号", "counsellor")
WRONG = {
    "from=2026-02-30": "2026-11-24 や 11/24 のように", "to=x": "2026-11-24 や 11/24 のように",
    "from=2026-11-20&to=2026-11-19": "最初の日", "ref=12345": "123-456 のように",
    "ref=000-001": "この受付番号の予約はありません", "who=x": "選んでください", "what=nothing": "選んでください",
}  # fmt: skip


@pytest.fixture
async def desk(office: Office, database_url: str, tmp_path: Path) -> AsyncIterator[OpenDesk]:
    async with open_desk(database_url, tmp_path) as opened:
        yield opened


async def requested(office: Office, chat: int = 1, at: str = "2026-11-24 09:30") -> Booking:
    booking = await office.request(chat, at, Clock("2026-11-19 09:00")())
    assert isinstance(booking, Booking)
    return booking


async def at_the_records(desk: OpenDesk, **asked: str) -> Visitor:
    lead = await desk.signed_in("lead")
    await asks(lead, **asked)
    return lead


async def asks(lead: Visitor, **asked: str) -> Shown:
    """By the form on the page; `first` and `last` are its days."""
    names = {"first": "from", "last": "to"}
    return await lead.opens("/records?" + "&".join(f"{names.get(name, name)}={value}" for name, value in asked.items()))


def listed(shown: Shown) -> str:
    return shown.text.partition("新しい順\n")[2].partition("\nこれより前の記録")[0]


async def write(desk: OpenDesk, *acts: What, at: str = "2026-11-19 10:00", booking: str | None = None) -> None:
    async def work(transaction: Transaction) -> None:
        for act in acts:
            await record(transaction, Clock(at)(), act, COLLEAGUE, booking)

    await desk.database.run(work)


# What is shown


async def test_who_did_and_who_looked_stands_there_the_newest_first(office: Office, desk: OpenDesk) -> None:
    booking = await requested(office)
    clerk = await desk.signed_in()
    await clerk.opens(f"/bookings/{booking.id}")
    await clerk.presses("個人情報を表示する")
    desk.clock.turn("2026-11-19 10:05")
    await clerk.presses("確定する", f"/bookings/{booking.id}/confirm")
    await clerk.presses("検索", "/search", q="川越 太郎")
    lead = await at_the_records(desk)
    text = listed(lead.shown)
    told = ["予約を検索しました：氏名で", "確定", "個人情報を表示しました", "申し込み"]
    places = [text.index(words) for words in told]
    assert places == sorted(places)
    for words in ("職員 一号", "本人", "チャットで", booking.reference, "11月19日(木) 10:05"):
        assert words in text
    assert f"/bookings/{booking.id}" in lead.shown.links
    assert not [personal for personal in PERSONAL if personal in lead.shown.html]


@on_sqlite_alone
async def test_what_the_clock_did_names_it_once(office: Office, desk: OpenDesk) -> None:
    booking, by_the_clock = await requested(office), Decision("lapse", NOW, channel="clock")
    assert await office.database.run(lambda t: office.before(t, booking.chat).move(booking, "lapse", by_the_clock))
    text = listed((await at_the_records(desk)).shown)
    assert "時刻による自動処理" in text
    assert "時刻により自動で" not in text


async def test_looking_into_the_records_is_recorded_once_for_a_look(desk: OpenDesk) -> None:
    lead = await at_the_records(desk)
    assert "操作記録を表示しました" in listed(lead.shown)
    await asks(lead, what="looks")
    desk.clock.turn("2026-11-19 10:29")
    await asks(lead)
    looks = "SELECT who, note FROM record WHERE what = 'read_records'"
    assert await desk.all(looks) == [(701, "")]
    desk.clock.turn("2026-11-19 10:30")
    await asks(lead)
    assert await desk.all(looks) == [(701, ""), (701, "")]


async def test_leads_alone_look_into_them(desk: OpenDesk) -> None:
    for role in ("counsellor", "reader"):
        visitor = await desk.signed_in(role)
        assert "/records" not in visitor.shown.links
        assert (await visitor.opens("/records")).status == 403
    assert "/records" in (await at_the_records(desk)).shown.links


async def test_a_booking_that_was_deleted_and_a_colleague_who_left_are_told_as_that(desk: OpenDesk) -> None:
    await desk.member("counsellor")
    await write(desk, "looked", booking="0123456789abcdef")
    assert await desk.all("UPDATE staff SET ended_at = since WHERE id = 702 RETURNING id")
    lead = await at_the_records(desk, who="702")
    assert "削除された予約" in listed(lead.shown)
    assert "職員 一号" in listed(lead.shown)
    assert "（権限終了）" in lead.shown.text


# What is asked for


async def test_records_are_found_by_member_kind_day_and_booking(office: Office, desk: OpenDesk) -> None:
    booking, other = await requested(office), await requested(office, 2, "2026-11-25 09:30")
    await write(desk, "looked", at="2026-11-18 23:59", booking=booking.id)
    await write(desk, "looked", "url_set", at="2026-11-19 00:00", booking=other.id)
    lead = await at_the_records(desk)
    counted = {
        "who=702": (2, 1), "who=701": (0, 0), "what=looked": (2, 0), "what=url_set": (0, 1), "what=bookings": (0, 1),
        "what=looks&who=702": (2, 0), "what=url_set&who=701": (0, 0), "from=2026-11-19": (1, 1), "to=11/18": (1, 0),
        "from=2026-11-18&to=2026-11-18&who=702": (1, 0), f"ref={booking.reference}": (1, 0),
        f"ref={other.ref}&what=looks": (1, 0), f"ref={other.ref}&to=2026-11-18": (0, 0),
        f"ref={booking.ref}&who=701": (0, 0),
    }  # fmt: skip
    for asked, (looked, url_set) in counted.items():
        text = listed(await lead.opens(f"/records?{asked}"))
        assert (text.count("個人情報を表示しました"), text.count("相談用URL")) == (looked, url_set), asked
    assert "この条件の記録はありません" in (await asks(lead, who="701", what="paused")).text


async def test_what_cannot_be_asked_for_is_told_and_the_form_can_be_mended(desk: OpenDesk) -> None:
    lead = await desk.signed_in("lead")
    for asked, words in WRONG.items():
        refused = await lead.opens(f"/records?{asked}")
        assert (refused.status, words in refused.text) == (200, True), asked
        assert 'aria-invalid="true"' in refused.html
        assert listed(refused) == "", "nothing that was not asked for"
        assert refused.form("表示").fields.keys() == {"who", "what", "from", "to", "ref"}
    assert "操作記録を表示しました" in listed(await asks(lead, what="looks"))


async def test_every_record_is_on_one_page_and_no_page_shows_one_twice(desk: OpenDesk) -> None:
    """At one moment there may be more records than a page holds, of both tables."""

    def many(connection: Connection) -> None:
        act = {"at": NOW, "who": 702, "name": "職員 一号", "what": "called", "note": ""}
        connection.execute(insert(RECORD), [{**act, "booking_id": f"a{number}"} for number in range(MOST + 7)])
        move = {
            "at": NOW,
            "who": 702,
            "name": "職員 一号",
            "event": "extend",
            "reason": "",
            "channel": "",
            "starts": "",
        }
        connection.execute(insert(DECISION), [{**move, "booking_id": f"m{number}"} for number in range(MOST + 7)])

    await desk.database.run_sync(many)
    await desk.member("counsellor")
    lead = await at_the_records(desk, who="702")
    pages = [lead.shown]
    while older := [link for link in pages[-1].links if "before=" in link]:
        pages.append(await lead.opens(older[0].replace("&amp;", "&")))
    called = [listed(page).count("休止について電話しました") for page in pages]
    extended = [listed(page).count("45分まで延長") for page in pages]
    assert (sum(called), sum(extended), len(pages)) == (MOST + 7, MOST + 7, 3)
    assert "最新の記録へ" in pages[-1].text


async def test_an_address_that_was_not_made_here_shows_nothing(desk: OpenDesk) -> None:
    lead = await at_the_records(desk)
    for before in ("x", "2026-11-19", "2026-11-19T10:00 1 1", "0001-01-01T00:00%2B09:00 1 1", "2026-11-19T10:00Z -1 1"):
        assert (await lead.opens(f"/records?before={before}")).status == 404, before
    assert (await asks(lead)).status == 200


async def test_5_1_records_are_kept_as_long_as_the_office_says(office: Office, desk: OpenDesk) -> None:
    looks: list[What] = ["looked"] * (AT_ONCE + 1)
    await write(desk, *looks, at="2026-11-18 10:00")
    await write(desk, "url_set")
    later = NOW + timedelta(days=DAYS.office.record_days) - timedelta(seconds=1)
    left = []
    for _ in range(2):
        await desk.database.run(lambda t: forget_what_is_old(t, office.seal, DAYS.office, later))
        left += await desk.all("SELECT count(*) FROM record")
    assert left == [(2,), (1,)], "a bounded round at a time"


# What it costs


async def test_a_page_of_them_is_a_piece_of_one_index_each(desk: OpenDesk) -> None:
    await desk.database.run_sync(lambda connection: fill(connection, 6_000))
    lead, statements = await at_the_records(desk), Statements()
    with statements.listening():
        for asked in ("", "who=705", "what=looks", "what=confirm", "who=705&what=looks", "who=705&what=confirm"):
            assert (await lead.opens(f"/records?{asked}&from=2026-01-01&to=2026-11-19")).status == 200
    lists = {said: values for said, values in statements.seen[""].items() if "ORDER BY" in said and " < (" in said}
    assert len(lists) == 8

    def steps(connection: Connection) -> list[str]:
        connection.execute(text("ANALYZE"))
        found = [step for said, values in lists.items() for step in plan(connection, said, values)]
        if connection.dialect.name == "postgresql":
            found += [step for said in lists for step in generic_plan(connection, said)]
        return [step for step in found if step not in ("Node Type: Limit", "Node Type: Incremental Sort")]

    for step in await desk.database.run_sync(steps):
        assert step.startswith("SEARCH") or ("Index Scan" in step and ("ROW(" in step or "at <= " in step)), step
