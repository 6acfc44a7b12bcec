"""The form that asks for a session: its progress, what of it is private, and what is looked at again at its end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.database import Transaction
from bot.known import CONSENT, PERSON
from flows import reception
from flows.choosing import chosen_day, chosen_slot
from flows.counter import Permit
from flows.dialog import Dialog
from flows.policy import permit
from flows.steps import BACK, Offer, Screen
from flows.text import Text
from tests.conversations.visitor import DAYS, NOW, Visitor, come_to
from tests.conversations.visitors import at_the_form, coming_back
from tests.counters import DETAILS
from tests.offers import hold, labels, said

COUNTED = ("name", "seeker_number", "day", "time", "email", "phone", "companion", "review")


async def at_the_review(transaction: Transaction) -> Visitor:
    return await come_to(await at_the_form(transaction), "review")


def progress(screen: Screen) -> tuple[int, int] | None:
    match screen.say[0]:
        case Text(sentence="{step}/{steps}", values={"step": int(step), "steps": int(steps)}):
            return step, steps
    return None


def told(visitor: Visitor) -> str:
    return said(tuple(visitor.conversation.notes))


async def test_each_question_says_how_far_one_is_and_the_review_is_the_last(transaction: Transaction) -> None:
    visitor, seen = await at_the_form(transaction), {}
    while visitor.conversation.state != "waiting":
        seen[visitor.conversation.state] = progress(await visitor.screen())
        await (visitor.presses("send") if visitor.conversation.state == "review" else visitor.answers())
    counted = [how_far for how_far in seen.values() if how_far]
    assert counted == [(step, len(counted)) for step in range(1, len(counted) + 1)]
    assert [name for name in seen if name in COUNTED and seen[name]] == list(COUNTED)


@pytest.mark.parametrize("dialog", reception.DIALOGS.values(), ids=reception.DIALOGS)
def test_whatever_is_typed_is_private(dialog: Dialog) -> None:
    assert {q.name for q in dialog.questions if q.read} == {q.name for q in dialog.questions if q.private}


async def test_who_comes_back_agrees_and_is_informed_once(transaction: Transaction) -> None:
    visitor = await coming_back(transaction)
    visitor.now += timedelta(days=1)
    await visitor.finishes()
    assert visitor.conversation.state == "waiting"
    assert [row.at for row in await transaction.execute(CONSENT.select())] == [NOW]
    assert [row.informed_at for row in await transaction.execute(PERSON.select())] == [NOW]


async def test_who_never_agreed_is_forgotten_once_told_so(transaction: Transaction) -> None:
    visitor = await at_the_form(transaction)
    await visitor.presses("disagree")
    assert visitor.conversation.state == "no_consent"
    assert (await visitor.screen()).forget


async def test_who_agreed_before_and_not_to_the_new_terms_is_not_forgotten(transaction: Transaction) -> None:
    visitor = await at_the_form(transaction)
    visitor.conversation.known["consent"] = {
        "version": "昔", "sha256": "old", "at": NOW.isoformat(), "language": "ja", "how": "button",
    }  # fmt: skip
    await visitor.presses("disagree_now")
    assert visitor.conversation.state == "old_consent"
    screen = await visitor.screen()
    assert not screen.forget
    assert "そのまま有効です" in said(screen.say)


async def test_a_form_that_was_closed_says_so(transaction: Transaction) -> None:
    visitor = await at_the_review(transaction)
    await reception.expire(visitor.context)
    words = said((await visitor.screen()).say)
    assert words.startswith("【入力を終了しました】")


async def test_a_day_that_is_full_by_now_says_so_and_others_are_offered(transaction: Transaction) -> None:
    visitor = await come_to(await at_the_form(transaction), "day")
    day = DAYS.business_day_after(DAYS.day_of(NOW), 2)
    await hold(transaction, [day])
    await visitor.presses(day.isoformat())
    assert visitor.conversation.state == "day"
    assert "空きがありません" in told(visitor)
    await visitor.finishes()
    assert visitor.conversation.state == "waiting"


async def test_a_time_that_somebody_else_has_by_now_says_so_and_others_are_offered(transaction: Transaction) -> None:
    visitor = await come_to(await at_the_form(transaction), "time")
    start = DAYS.starts(chosen_day(visitor.context))[0]
    await hold(transaction, [DAYS.day_of(start)], "1", start)
    await visitor.presses(f"{start.astimezone(DAYS.office.zone):%H%M}-1")
    assert visitor.conversation.state == "time"
    assert "ほかの方" in told(visitor)
    await visitor.finishes()
    assert visitor.conversation.state == "waiting"


async def test_a_request_that_comes_too_late_leads_to_the_days_and_says_why(transaction: Transaction) -> None:
    visitor = await at_the_review(transaction)
    day = chosen_day(visitor.context)
    visitor.now += timedelta(days=1)
    await visitor.presses("send")
    assert visitor.conversation.state == "day"
    assert "締め切り" in told(visitor)
    await visitor.answers()
    assert chosen_day(visitor.context) > day
    assert visitor.conversation.state == "time"


async def test_who_has_a_booking_by_now_is_told_which(transaction: Transaction) -> None:
    visitor = await at_the_review(transaction)
    permitted = permit(DAYS, chosen_slot(visitor.context), NOW)
    assert isinstance(permitted, Permit)
    await visitor.counter.request(permitted, DETAILS)
    booking = await visitor.counter.live()
    assert booking
    await visitor.presses("send")
    assert visitor.conversation.state == "movable"
    assert booking.reference in said((await visitor.screen()).say)


@pytest.mark.parametrize("condition", ["registered", "device", "continuing"])
async def test_2_head_without_one_of_the_conditions_nothing_is_sent_whatever_was_shown(
    transaction: Transaction, condition: str
) -> None:
    visitor = await at_the_review(transaction)
    visitor.conversation.answers[condition] = "no"
    await visitor.presses("send")
    assert visitor.conversation.state == "not_eligible"
    assert await visitor.counter.live() is None


@pytest.mark.parametrize(
    ("name", "button"),
    [
        ("name", "前と同じお名前を使う"),
        ("seeker_number", "前と同じ求職番号を使う"),
        ("email", "前と同じ：i***@example.jp"),
        ("phone", "前と同じ：***-****-5432"),
    ],
)
async def test_who_comes_back_can_give_the_same_answer_without_seeing_it(
    transaction: Transaction, name: str, button: str
) -> None:
    visitor = await coming_back(transaction)
    given = (visitor.conversation.known["before"])[name]
    await come_to(visitor, name)
    same = (await visitor.screen()).rows[0]
    assert (labels(Offer((same,))), same[0].value) == ([button], "same")
    await visitor.presses("same")
    assert visitor.conversation.state != name
    assert visitor.conversation.answers[name] == given


async def test_who_is_new_is_offered_no_answer_of_before(transaction: Transaction) -> None:
    visitor = await come_to(await at_the_form(transaction), "name")
    assert "same" not in [button.value for row in (await visitor.screen()).rows for button in row]


async def test_back_from_the_language_of_an_interpreter_leads_to_the_companion_as_the_review_would_lack_it(
    transaction: Transaction,
) -> None:
    visitor = await at_the_review(transaction)
    for value in ("change", "companion", "interpreter"):
        await visitor.presses(value)
    assert visitor.conversation.state == "language"
    await visitor.presses(BACK)
    assert visitor.conversation.state == "companion"
    await visitor.presses("none")
    assert visitor.conversation.state == "review"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (("none",), "同席：なし"),
        (("interpreter", "vi"), "同席：通訳（ベトナム語）"),
        (("carer",), "同席：介助・支援の方"),
        (("other", "continue"), "同席：そのほか（電話で相談）"),
    ],
)
async def test_the_review_says_who_joins(transaction: Transaction, given: tuple[str, ...], shown: str) -> None:
    visitor = await come_to(await at_the_form(transaction), "companion")
    for value in given:
        await visitor.presses(value)
    await come_to(visitor, "review")
    assert shown in said((await visitor.screen()).say)


async def test_the_review_shows_every_answer_in_full(transaction: Transaction) -> None:
    words = said((await (await at_the_review(transaction)).screen()).say).splitlines()
    assert {
        "お名前：佐藤 一郎", "求職番号：13010-98765432", "日時：11月24日(火) 9:30", "メール：ichiro@example.jp",
        "電話：080-9876-5432", "同席：なし",
    } <= set(words)  # fmt: skip


async def test_the_languages_of_an_interpreter_stand_two_on_a_row_and_the_long_one_alone(
    transaction: Transaction,
) -> None:
    visitor = await come_to(await at_the_form(transaction), "companion")
    await visitor.presses("interpreter")
    rows = [labels(Offer((row,))) for row in (await visitor.screen()).rows]
    assert rows[:-1] == [
        ["英語", "中国語"], ["ベトナム語", "ネパール語"], ["フィリピノ語", "ポルトガル語"],
        ["スペイン語", "韓国・朝鮮語"], ["手話"], ["そのほかの言語（電話で相談）"],
    ]  # fmt: skip


async def test_a_new_answer_about_who_joins_asks_again_for_all_that_hangs_on_it(transaction: Transaction) -> None:
    visitor = await at_the_review(transaction)
    asked = []
    for value in ("interpreter", "other", "continue", "interpreter", "other", "continue", "other", "continue", "none"):
        if visitor.conversation.state == "review":
            await visitor.presses("change")
            await visitor.presses("companion")
        asked.append(visitor.conversation.state)
        await visitor.presses(value)
    again = ["companion", "language", "told_by_phone"]
    assert asked == [*again, *again, "companion", "told_by_phone", "companion"]
    assert visitor.conversation.state == "review"
    assert not {"language", "told_by_phone"} & visitor.conversation.answers.keys()
