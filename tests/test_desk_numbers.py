"""The office's numbers: what is counted of a month, on the page and in the file; no small count is told."""

from __future__ import annotations

import asyncio
import csv
import os
import sys
from collections.abc import AsyncIterator
from datetime import date, datetime, time
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from bot.database import Transaction
from bot.desk.booking import CANCEL_CHANNELS
from bot.migrate import migrate
from bot.numbers import count, defused
from bot.records import RECORD
from bot.unmet import UNMET
from flows import lifecycle, policy
from flows.counter import Booking, Decision, Permit, Slot
from flows.desk import history
from flows.desk.numbers import (
    AHEAD,
    CANCELLED_BY,
    ENDED_AS,
    IN_SESSION,
    SOURCES,
    Period,
    Tally,
    month_of,
    months_kept,
    period_of,
)
from tests.benchmarks.fill import fill
from tests.counters import DAYS, DETAILS, NOW, Office
from tests.desk import OpenDesk, Visitor, open_desk
from tests.town import Clock

SAVE, NOVEMBER = "CSVで保存する", month_of(date(2026, 11, 1))
FRIDAY, TUESDAY = Clock("2026-11-20 10:00")(), Clock("2026-11-24 09:00")()


@pytest.fixture
async def desk(office: Office, database_url: str, tmp_path: Path) -> AsyncIterator[OpenDesk]:
    async with open_desk(database_url, tmp_path, Clock("2026-12-03 10:00")) as opened:
        yield opened


async def decided(
    office: Office, booking: Booking, event: str, at: datetime, channel: str = "desk", who: int | None = 702
) -> None:
    async def work(transaction: Transaction) -> None:
        decision = Decision(event, at, who, "職員 一号" if who else "", channel=channel)
        assert await office.before(transaction, booking.chat, at).move(booking, event, decision)

    await office.database.run(work)


async def a_month(office: Office) -> None:
    """Of 20 requests 9 are confirmed in time, 6 late; 5 are cancelled before. Of those confirmed 8 are held."""
    starts = [*DAYS.starts(date(2026, 11, 25)), *DAYS.starts(date(2026, 11, 26))][:20]
    bookings = []
    for number, start in enumerate(starts, 1):
        made = await office.request(number, f"{start.astimezone(DAYS.office.zone):%Y-%m-%d %H:%M}")
        assert isinstance(made, Booking)
        bookings.append(made)
    for booking in bookings[:15]:
        await decided(office, booking, "confirm", FRIDAY if booking in bookings[:9] else TUESDAY)
    for booking in bookings[15:]:
        await decided(office, booking, "cancel", FRIDAY, "chat", None)
    over = Clock("2026-11-27 09:00")()
    for booking in bookings[:8]:
        await decided(office, booking, "start", booking.slot.start)
        await decided(office, booking, "finish", over)


def figures(visitor: Visitor, heading: str) -> dict[str, str]:
    """What stands under a heading: the words of each line, and the figure beside them."""
    words = visitor.shown.text.split(heading, 1)[1].split("\n")[3:]
    return dict(zip(words[::2], words[1::2], strict=False))


async def test_5_1_a_month_is_counted_by_what_became_of_it(office: Office, desk: OpenDesk) -> None:
    await a_month(office)
    visitor = await desk.signed_in("reader")
    assert (await visitor.opens("/numbers?from=2026-11")).status == 200
    came = figures(visitor, "申し込み（方法別）")
    assert (came["チャット"], came["電話"], came["合計"]) == ("20", "0", "20")
    replies = figures(visitor, "申し込みへの返信")
    assert replies["翌営業日までに返信"] == "9"
    assert replies["翌営業日より後に返信"] == "6"
    assert replies["返信の前にキャンセル"] == "5"
    assert figures(visitor, "キャンセル（連絡の方法別")["チャット"] == "5"
    ended = figures(visitor, "この期間の相談とその結果")
    assert (ended["実施済み"], ended["キャンセル済み"], ended["これから"], ended["合計"]) == ("8", "5", "7", "20")


async def test_what_a_phone_brought_is_counted_as_such_and_a_next_booking_is_no_request(office: Office) -> None:
    async def work(transaction: Transaction) -> Tally:
        counter = office.before(transaction, None)
        ways = (("request", "phone"), ("request", "form"), ("book_next", "session"))
        for start, (event, channel) in zip(DAYS.starts(date(2026, 11, 24)), ways, strict=False):
            permit = policy.permit(DAYS, Slot("1", start), NOW)
            assert isinstance(permit, Permit)
            asked = Decision(event, NOW, 702, "職員 一号", channel=channel)
            assert isinstance(await counter.request(permit, DETAILS, asked), Booking)
        return await count(transaction, DAYS, NOVEMBER)

    tally = await office.database.run(work)
    assert (tally.sources, tally.in_session) == ({"phone": 1, "form": 1}, 1)
    assert tally.replies == {"waiting": 2}


async def test_5_2_small_counts_are_hidden_and_cannot_be_worked_out(office: Office, desk: OpenDesk) -> None:
    for number, start in enumerate(("09:30", "10:00", "10:30"), 1):
        await office.request(number, f"2026-11-24 {start}")
    visitor = await desk.signed_in()
    await visitor.opens("/numbers?from=2026-11")
    came = figures(visitor, "申し込み（方法別）")
    assert (came["チャット"], came["電話"], came["合計"]) == ("<5", "0", "<5")
    assert "3" not in came.values()


async def test_wishes_in_vain_stand_by_weekday_and_half_hour(desk: OpenDesk) -> None:
    tuesday = date(2026, 11, 24)
    rows = [
        {"start": DAYS.at(tuesday, time(10)), "what": "start", "times": 7},
        {"start": DAYS.at(date(2026, 11, 17), time(10)), "what": "start", "times": 2},
        {"start": DAYS.at(tuesday, time(13, 30)), "what": "start", "times": 4},
        {"start": DAYS.at(tuesday, time()), "what": "day", "times": 6},
        {"start": DAYS.at(date(2026, 11, 19), time()), "what": "nothing", "times": 5},
        {"start": DAYS.at(date(2026, 12, 1), time(10)), "what": "start", "times": 50},
        {"start": DAYS.at(date(2026, 12, 1), time(13, 30)), "what": "start", "times": 50},
    ]
    async with desk.database.transaction() as transaction:
        await transaction.execute(insert(UNMET), rows)
    visitor = await desk.signed_in()
    shown = (await visitor.opens("/numbers?from=2026-11")).text
    assert "10:00\n0\n9\n0\n0\n0\n10:30" in shown
    assert "13:30\n0\n<5\n0\n0\n0\n14:00" in shown
    assert "1日すべて埋まっていた\n0\n6\n0\n0\n0" in shown
    assert "どの日にも空きがなかった回数:\n5" in shown
    desk.clock.turn("2026-12-01 09:00")
    visitor = await desk.signed_in()
    shown = (await visitor.opens("/numbers?from=2026-11&to=2026-12")).text
    assert "10:00\n0\n59\n0\n0\n0\n10:30" in shown
    assert "13:30\n0\n≥51\n0\n0\n0\n14:00" in shown, "one month taken from the other tells nothing of it"
    assert "≥ は" in shown


async def test_a_file_is_for_a_month_that_is_over_and_its_taking_is_recorded(office: Office, desk: OpenDesk) -> None:
    await a_month(office)
    visitor = await desk.signed_in("reader")
    await visitor.opens("/numbers?from=2026-11")
    shown = await visitor.presses(SAVE)
    assert (shown.status, shown.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert shown.headers["Content-Disposition"] == "attachment; filename*=UTF-8''madoguchi-2026-11.csv"
    assert shown.html.startswith("\ufeff開始,終了,表,項目,件数\r\n")
    lines = {tuple(line[2:4]): line[4] for line in csv.reader(shown.html.lstrip("\ufeff").splitlines())}
    assert lines["申し込み（方法別）", "チャット"] == "20"
    assert lines["申し込みへの返信（第4条(2)）", "翌営業日より後に返信"] == "6"
    taken = select(RECORD.c.who, RECORD.c.note).where(RECORD.c.what == "exported")
    assert await desk.all(taken) == [(703, "2026-11")]


async def test_of_this_month_there_is_no_file_yet(desk: OpenDesk) -> None:
    visitor = await desk.signed_in()
    shown = await visitor.opens("/numbers")
    assert "この月は終わっていないため" in shown.text
    assert SAVE not in shown.text
    shown = await visitor.sends("/numbers", token=visitor.token, **{"from": "2026-12", "to": "2026-12"})
    assert (shown.status, "終わっていない月は" in shown.text) == (409, True)
    assert await desk.all(select(RECORD.c.id).where(RECORD.c.what == "exported")) == []
    await visitor.opens("/numbers?from=2026-11")
    assert (await visitor.presses(SAVE)).status == 200


async def test_a_month_that_is_not_in_the_list_is_said_to_be_none_and_this_month_is_shown(desk: OpenDesk) -> None:
    visitor = await desk.signed_in()
    for asked in ("from=2026-13", "from=x", "from=2024-01", "from=2027-01", "from=2026-11&to=2026-10"):
        shown = await visitor.opens(f"/numbers?{asked}")
        assert (shown.status, "一覧にある月を選び" in shown.text) == (200, True), asked
        assert "統計\n2026年12月" in shown.text
    shown = await visitor.opens("/numbers?from=2026-10&to=2026-11")
    assert "2026年10月 – 2026年11月" in shown.text


async def test_more_than_a_page_can_count_in_its_time_is_said_so(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'madoguchi.db'}"
    async with open_desk(url, tmp_path, Clock("2026-11-19 10:00")) as desk:
        await migrate(desk.database)
        await desk.database.run_sync(lambda connection: fill(connection, 5_000))
        visitor = await desk.signed_in()
        shown = await visitor.opens("/numbers?from=2025-12&to=2026-10")
        assert "4000件を超えるため" in shown.text
        shown = await visitor.opens("/numbers?from=2026-09")
        assert "4000件を超えるため" not in shown.text


@pytest.mark.parametrize("begin", "=+-@\t\r\n＝＋－＠")
def test_no_cell_is_run_as_a_formula(begin: str) -> None:
    assert defused(f"{begin}HYPERLINK(1)") == f"'{begin}HYPERLINK(1)"
    assert defused("<5") == "<5"


def test_the_months_are_those_of_which_every_record_is_kept() -> None:
    months = months_kept(DAYS.office, date(2026, 12, 3))
    assert (months[0].name, months[-1].name, len(months)) == ("2026-12", "2026-01", 12)
    assert months_kept(DAYS.office, date(2026, 12, 1))[-1].name == "2025-12"
    whole = period_of(months, "2026-01", "2026-12")
    assert whole == Period(date(2026, 1, 1), date(2027, 1, 1))
    assert whole.name == "2026-01_2026-12"
    assert not whole.over(date(2026, 12, 31))
    assert whole.over(date(2027, 1, 1))


def test_every_booking_is_in_one_line_whatever_became_of_it() -> None:
    assert {*ENDED_AS, *AHEAD} - {"ahead"} == {*lifecycle.STATES} - {"new"}
    assert {*SOURCES, IN_SESSION} == {*history.SOURCES}
    assert {*CANCEL_CHANNELS, "chat"} <= {*CANCELLED_BY}


async def exported(tmp_path: Path, url: str, *options: str) -> tuple[int, bytes, str]:
    """What the operator gets from the command line on 2026-12-03."""
    clock = tmp_path / "clock"
    clock.write_text(str((Clock("2026-12-03 10:00")() - datetime.now().astimezone()).total_seconds()), "ascii")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("MADOGUCHI_")},
        "MADOGUCHI_DATA": str(tmp_path), "MADOGUCHI_DATABASE_URL": url, "MADOGUCHI_CLOCK": str(clock),
        "MADOGUCHI_API_URL": "http://127.0.0.1:9",
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "export", *options, env=environment, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, error = await process.communicate()
    return process.returncode or 0, out, error.decode()


async def test_the_command_line_gives_the_same_file_and_is_recorded_as_the_operators(
    office: Office, desk: OpenDesk, database_url: str, tmp_path: Path
) -> None:
    await a_month(office)
    visitor = await desk.signed_in()
    await visitor.opens("/numbers?from=2026-11")
    page = (await visitor.presses(SAVE)).html
    code, out, _ = await exported(tmp_path, database_url)
    assert (code, out.decode()) == (0, page)
    taken = select(RECORD.c.who, RECORD.c.note).where(RECORD.c.what == "exported").order_by(RECORD.c.id)
    assert await desk.all(taken) == [(702, "2026-11"), (None, "2026-11")]


async def test_the_command_line_refuses_other_months_in_one_sentence(tmp_path: Path) -> None:
    url, file = f"sqlite:///{tmp_path / 'madoguchi.db'}", tmp_path / "numbers.csv"
    code, out, error = await exported(tmp_path, url, "--from", "2026-12", "--output", str(file))
    assert (code, out, error.count("\n")) == (2, b"", 1)
    assert "2026-01 to 2026-11" in error
    assert not file.exists()
    code, _, error = await exported(
        tmp_path, url, "--from", "2026-11", "--output", str(tmp_path / "no folder" / "n.csv")
    )
    assert (code, error.count("\n"), "n.csv" in error) == (1, 1, True)
    two_months = ("--from", "2026-10", "--to", "2026-11", "--language", "en")
    code, out, _ = await exported(tmp_path, url, *two_months, "--output", str(file))
    assert (code, out) == (0, b"")
    assert file.read_bytes().startswith(b"\xef\xbb\xbfFrom,To,Table,Item,Count\r\n2026-10-01,2026-11-30,")
