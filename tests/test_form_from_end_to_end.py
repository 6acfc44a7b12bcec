"""The form question by question: what each asks, of whom; where one comes back to; what is said at each of its ends."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from sqlalchemy import select

from bot import pausing
from bot.database import Transaction
from bot.unmet import UNMET
from flows import policy
from flows.booking import BOOKING
from flows.choosing import chosen_day
from flows.desk.roles import Member
from flows.moving import MOVE_IT
from flows.reception import Command
from flows.steps import BACK, QUIT, End
from flows.suspending import OBJECT
from flows.welcome import MENU
from tests.clauses.screens import reads
from tests.conversations.visitor import DAYS, NOW, OUTBOX, Visitor, come_to
from tests.conversations.visitors import at_the_form, coming_back, suspended, with_a_request
from tests.offers import hold

ASKED = {
    "terms": "はじめに、利用規約の大切な点をお読みください。",
    "registered": "質問1／3",
    "device": "質問2／3",
    "continuing": "質問3／3",
    "privacy": "お預かりした情報は、予約と本人確認のためだけに使い、",
    "name": "求職登録と同じお名前を入力してください。",
    "seeker_number": "求職番号を入力してください。",
    "registered_when": "求職登録をしたのはいつですか。",
    "day": "希望する日を選んでください。",
    "time": "11月24日(火) の希望する時間を選んでください。",
    "email": "連絡先のメールアドレスを入力してください。",
    "phone": "求職情報に登録した電話番号を入力してください。",
    "companion": "通訳や介助の方など、同席する方はいますか",
    "language": "通訳の言語を選んでください。",
    "told_by_phone": "この点は、相談の日までに電話でお知らせください。",
    "review": "申し込みの内容をご確認ください。",
    "waiting": "申し込みを送りました。",
}
OF_EVERYBODY_NEW = ("terms", "privacy")  # and of nobody else


async def walks_through(visitor: Visitor) -> list[str]:
    """With an interpreter of a language that is on no list; what is asked says so."""
    asked = []
    while not isinstance(visitor.step, End):
        asked.append(name := visitor.conversation.state)
        assert ASKED[name] in await reads(visitor)
        press = {"companion": "interpreter", "language": "other", "review": "send"}.get(name)
        await (visitor.presses(press) if press else visitor.answers())
    assert ASKED[visitor.conversation.state] in await reads(visitor)
    return [*asked, visitor.conversation.state]


async def test_whoever_is_new_is_asked_everything_and_told_of_terms_and_privacy_first(transaction: Transaction) -> None:
    assert await walks_through(await at_the_form(transaction)) == list(ASKED)


async def test_whoever_comes_back_is_asked_all_but_what_was_told(transaction: Transaction) -> None:
    asked = await walks_through(await coming_back(transaction))
    assert asked == [name for name in ASKED if name not in OF_EVERYBODY_NEW]


@pytest.mark.parametrize("name", ["name", "day", "phone", "companion"])
async def test_back_from_what_one_came_to_change_leads_to_the_review(transaction: Transaction, name: str) -> None:
    visitor = await come_to(await at_the_form(transaction), "review")
    before = dict(visitor.conversation.answers)
    for value in ("change", name):
        await visitor.presses(value)
    assert visitor.conversation.state == name
    await visitor.presses(BACK)
    assert (visitor.conversation.state, visitor.conversation.answers) == ("review", before)


async def test_4_1_a_time_whose_day_can_be_asked_for_no_more_leads_back_to_the_days(transaction: Transaction) -> None:
    visitor = await come_to(await at_the_form(transaction), "time")
    visitor.now = policy.closes_at(DAYS, chosen_day(visitor.context))
    await visitor.presses("0930-1")
    assert visitor.conversation.state == "day"
    assert "締め切り" in await reads(visitor)
    await visitor.answers()
    assert visitor.conversation.state == "time"


async def test_a_time_or_a_day_that_is_pressed_in_vain_is_counted(transaction: Transaction) -> None:
    visitor = await come_to(await at_the_form(transaction), "time")
    day = chosen_day(visitor.context)
    await hold(transaction, [day])
    await visitor.presses("0930-1")
    await visitor.presses(BACK)
    assert visitor.conversation.state == "day"
    await visitor.presses(day.isoformat())
    counted = set(await transaction.execute(select(UNMET.c.start, UNMET.c.what)))
    assert counted == {(DAYS.at(day, time(9, 30)), "start"), (DAYS.at(day, time()), "day")}


# Its ends


async def test_whoever_stops_has_sent_nothing_and_what_was_typed_is_gone(transaction: Transaction) -> None:
    visitor = await come_to(await at_the_form(transaction), "email")
    await visitor.presses(QUIT)
    assert (visitor.conversation.state, visitor.conversation.answers) == ("stopped", {})
    assert (await reads(visitor)).startswith("入力をやめました。申し込みはしていません。")


async def test_below_the_words_of_an_end_stands_what_can_be_done_instead(transaction: Transaction) -> None:
    visitor = await with_a_request(transaction)
    await visitor.says(Command("book"))
    assert (visitor.conversation.state, (await visitor.screen()).rows) == ("movable", (*MOVE_IT, *MENU))
    visitor = await suspended(transaction)
    assert (visitor.conversation.state, (await visitor.screen()).rows) == ("suspended", (*OBJECT, *MENU))


async def test_whoever_asks_while_requests_are_paused_or_too_often_reads_how_to_phone(transaction: Transaction) -> None:
    lead = Member(8, "責任者 一号", "lead")
    assert await pausing.pause(transaction, OUTBOX, "hands", lead, NOW)
    visitor = await at_the_form(transaction)
    assert visitor.conversation.state == "paused"
    assert "新しい申し込みの受付を止めています" in await reads(visitor)
    assert await pausing.resume(transaction, OUTBOX, lead, NOW)
    for _ in range(DAYS.office.requests_per_day):
        await visitor.says(Command("book"))
        await visitor.finishes()
        await visitor.says(Command("mine"))
        for _ in range(2):
            await visitor.presses("cancel")
    await visitor.says(Command("book"))
    assert visitor.conversation.state == "limited"
    assert "短い間に多くの申し込みがあった" in await reads(visitor)
    visitor.now += timedelta(days=1)
    await visitor.says(Command("book"))
    assert visitor.conversation.state == "registered"


def test_every_end_of_the_form_is_named_in_words_or_by_what_led_there() -> None:
    silent = {step.name for step in BOOKING.steps if isinstance(step, End) and step.say is None}
    assert silent == {"already", "movable", "suspended"}, "what led there says which booking, or why"
