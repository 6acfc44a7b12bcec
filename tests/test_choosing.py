"""Days and times are offered as long as they can be booked, one week a page; what is gone says why."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.database import Transaction
from flows.choosing import chosen_slot, date_and_time, day_gone, free_times, local_time, open_days, time_gone, turning
from flows.counter import Slot
from flows.policy import days_to_offer
from flows.steps import OLD_BUTTON, Conversation
from flows.text import Text
from tests.conversations.visitor import DAYS, NOW
from tests.offers import before, hold, labels, said, with_counsellors

OFFERED = days_to_offer(DAYS, NOW)
TUESDAY, WEDNESDAY = date(2026, 11, 24), date(2026, 11, 25)  # the Monday is a holiday
DEADLINE_OF_TUESDAY = datetime(2026, 11, 19, 15, tzinfo=UTC)  # the midnight after the 19th in Kawagoe


def at(page: int = 0, day: date = TUESDAY, counsellor: str = "") -> Conversation:
    known = {"counsellor": counsellor} if counsellor else {}
    return Conversation(page=page, answers={"day": day.isoformat()}, known=known)


async def test_a_week_is_a_page_that_turns_both_ways(transaction: Transaction) -> None:
    first, second = [labels(await open_days(before(transaction, at(page)))) for page in (0, 1)]
    assert first == [*(f"11月{day}　空き11" for day in ("24日(火)", "25日(水)", "26日(木)", "27日(金)")), "次の週"]
    assert second[0] == "11月30日(月)　空き11"
    assert second[-2:] == ["前の週", "次の週"]
    offer = await open_days(before(transaction, at(1)))
    assert [button.value for button in offer.rows[-1]] == ["page0", "page2"]


async def test_the_last_week_leads_back_only_and_pages_beyond_it_are_it(transaction: Transaction) -> None:
    last = [labels(await open_days(before(transaction, at(page)))) for page in (4, 5, 999)]
    assert last[0] == last[1] == last[2]
    assert last[0] == ["12月14日(月)　空き11", *last[0][1:]]
    assert last[0][-1] == "前の週"


async def test_two_years_have_weeks_of_one_number(transaction: Transaction) -> None:
    """A page is a week, not the days of a year."""
    now = datetime(2026, 12, 21, 1, tzinfo=UTC)
    pages = [labels(await open_days(before(transaction, at(page), now))) for page in range(3)]
    assert [page[0].split("　")[0] for page in pages] == ["12月23日(水)", "12月28日(月)", "2027年1月4日(月)"]


async def test_a_full_day_is_no_button_and_is_named(transaction: Transaction) -> None:
    await hold(transaction, [WEDNESDAY])
    offer = await open_days(before(transaction, at()))
    days = [label.split("　")[0] for label in labels(offer)]
    assert days == ["11月24日(火)", "11月26日(木)", "11月27日(金)", "次の週"]
    assert said(offer.say).splitlines()[-1] == "11月25日(水)"


async def test_a_week_without_a_free_day_is_no_page(transaction: Transaction) -> None:
    await hold(transaction, [day for day in OFFERED if day < date(2026, 11, 30)])
    offer = await open_days(before(transaction, at()))
    assert labels(offer)[0] == "11月30日(月)　空き11"
    assert labels(offer)[-1] == "次の週"
    assert "空いている時間はありません" not in said(offer.say)


async def test_where_no_day_is_full_none_is_named(transaction: Transaction) -> None:
    offer = await open_days(before(transaction, at()))
    assert said(offer.say) == said(offer.say[:1])
    assert "11月24日(火)" in said(offer.say)


async def test_where_nothing_is_free_people_read_until_when_and_whom_to_call(transaction: Transaction) -> None:
    await hold(transaction, OFFERED)
    offer = await open_days(before(transaction, at()))
    assert labels(offer) == []
    for words in ("11月24日(火)", "12月18日(金)", "049-242-0197"):
        assert words in said(offer.say)


async def test_where_there_is_no_day_to_choose_people_read_whom_to_call(transaction: Transaction) -> None:
    offer = await open_days(before(transaction, at(), datetime(2027, 12, 28, tzinfo=UTC)))
    assert labels(offer) == []
    assert "049-242-0197" in said(offer.say)
    assert "月" not in said(offer.say).split("電話")[0]


async def test_times_are_three_in_a_row(transaction: Transaction) -> None:
    offer = await free_times(before(transaction, at()))
    assert [len(row) for row in offer.rows] == [3, 3, 3, 2]
    assert labels(offer)[:4] == ["9:30", "10:00", "10:30", "11:00"]
    assert "11月24日(火)" in said(offer.say)


async def test_who_comes_again_sees_the_times_of_their_counsellor_first(transaction: Transaction) -> None:
    days = with_counsellors("1", "2")
    await hold(transaction, [TUESDAY], "2", *DAYS.starts(TUESDAY)[:9])
    offer = await free_times(before(transaction, at(counsellor="2"), days=days))
    assert labels(offer)[:3] == ["15:00", "15:30", "9:30"]
    assert len(offer.rows[0]) == 2
    assert "2" in said(offer.say[1:])
    assert [button.value for button in offer.rows[0]] == ["1500-2", "1530-2"]


@pytest.mark.parametrize("counsellor", ["2", "nobody any more"])
async def test_where_all_or_none_are_the_counsellors_nothing_is_said_of_it(
    transaction: Transaction, counsellor: str
) -> None:
    offer = await free_times(before(transaction, at(counsellor=counsellor), days=with_counsellors("1", "2")))
    assert len(labels(offer)) == 11
    assert len(offer.say) == 1


async def test_an_office_with_one_counsellor_does_not_speak_of_counsellors(transaction: Transaction) -> None:
    await hold(transaction, [TUESDAY], "1", *DAYS.starts(TUESDAY)[:3])
    offer = await free_times(before(transaction, at(counsellor="1")))
    assert (labels(offer)[0], len(offer.say)) == ("11:00", 1)


async def test_a_full_day_has_no_times_and_says_so(transaction: Transaction) -> None:
    await hold(transaction, [TUESDAY])
    offer = await free_times(before(transaction, at()))
    assert labels(offer) == []
    assert "11月24日(火) は空きがありません" in said(offer.say)


async def test_a_day_whose_deadline_is_over_has_no_times_and_says_why(transaction: Transaction) -> None:
    offer = await free_times(before(transaction, at(), DEADLINE_OF_TUESDAY))
    assert labels(offer) == []
    assert "締め切" in said(offer.say)


async def test_why_a_day_is_gone(transaction: Transaction) -> None:
    here, late = before(transaction, at()), before(transaction, at(), DEADLINE_OF_TUESDAY)
    assert "空きがありません" in said((day_gone(here, "2026-11-24").why,))
    assert "締め切" in said((day_gone(late, "2026-11-24").why,))
    assert "勤労感謝の日" in said((day_gone(here, "2026-11-23").why,))
    assert "まだ" in said((day_gone(here, "2027-02-02").why,))
    assert day_gone(here, "9999-99-99").why == day_gone(here, "9999-01-04").why == OLD_BUTTON
    assert day_gone(here, "2026-11-24").came_to == ""


async def test_why_a_time_is_gone(transaction: Transaction) -> None:
    here, late = before(transaction, at()), before(transaction, at(), DEADLINE_OF_TUESDAY)
    assert "11月24日(火) 13:30 は" in said((time_gone(here, "1330-1").why,))
    assert (time_gone(late, "1330-1").came_to, time_gone(here, "1330-1").came_to) == ("day_gone", "")
    assert time_gone(here, "25xx").why == OLD_BUTTON
    for no_session in ("1200-1", "0931-1", "0930-2"):
        assert "その時間の相談はありません" in said((time_gone(here, no_session).why,))


async def test_the_last_moment_of_a_day_still_has_its_times(transaction: Transaction) -> None:
    offer = await free_times(before(transaction, at(), DEADLINE_OF_TUESDAY - timedelta(milliseconds=1)))
    assert len(labels(offer)) == 11


@pytest.mark.parametrize(
    ("page", "pages", "values"),
    [(0, 1, []), (0, 2, ["page1"]), (1, 2, ["page0"]), (1, 3, ["page0", "page2"]), (2, 3, ["page1"])],
)
def test_pages_turn_as_far_as_there_are_any(page: int, pages: int, values: list[str]) -> None:
    rows = turning(page, pages)
    assert [[button.value for button in row] for row in rows] == ([values] if values else [])


@pytest.mark.parametrize(("value", "counsellor", "start"), [("0930-1", "1", (9, 30)), ("1505-sato2", "sato2", (15, 5))])
async def test_the_answers_are_a_place(
    transaction: Transaction, value: str, counsellor: str, start: tuple[int, int]
) -> None:
    context = before(transaction, Conversation(answers={"day": "2026-11-24", "time": value}))
    slot = chosen_slot(context)
    assert slot == Slot(counsellor, DAYS.at(TUESDAY, time(*start)))
    assert local_time(context, slot) == time(*start)
    assert date_and_time(context.answers, DAYS) == Text("{date} {time}", date=TUESDAY, time=time(*start))
