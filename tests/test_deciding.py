"""Staff decide about a request: its card through its life, reasons, late decisions, two who decide at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.database import Database, Transaction
from bot.migrate import migrate
from bot.playground.chats import Message
from bot.playground.people import Group
from flows.counter import Decision
from flows.deciding import DECLINE_REASONS, card
from flows.steps import Conversation
from flows.text import Text
from tests.conversations.visitors import NOW, at_a_card, at_a_card_of_a_failed_mail, at_a_late_card
from tests.offers import before, said
from tests.town import Town, book, ja, requested


async def card_has(place: Town, group: Group, card: Message, text: str) -> Message:
    """The card in its place, edited, not a new message."""

    def found() -> Message | None:
        return next((m for m in group.messages if m.id == card.id and text in m.text), None)

    return await place.server.until(found)


async def test_one_card_goes_with_its_booking_through_its_life(place: Town) -> None:
    card = await requested(place)
    await place.staff.presses_in(place.group, "確定する")
    confirmed = await card_has(place, place.group, card, "職員 一号")
    assert confirmed.labels == []
    await place.taro.sees("【予約が確定しました】")
    await place.taro.says("/mine")
    await place.taro.sees("確定：")
    await place.taro.presses(ja(place, Text("Cancel this booking")))
    await place.taro.sees("キャンセルしますか")
    await place.taro.presses("キャンセルする")
    await place.taro.sees("【キャンセルしました】")
    await card_has(place, place.group, card, ja(place, Text("[Cancelled by the user]")))
    assert sum("確定期限" in message.text for message in place.group.messages) == 1


@pytest.mark.parametrize("reason", ["conditions", "registration", "time", "counter", "other"])
async def test_each_reason_of_a_refusal_reaches_the_person_by_letter_and_chat(small: Town, reason: str) -> None:
    card = await requested(small)
    label, told = DECLINE_REASONS[reason]
    await small.staff.presses_in(small.group, "お断りする")
    await card_has(small, small.group, card, "お断りする理由")
    await small.staff.presses_in(small.group, ja(small, label))
    letter = await small.mailbox.gets("お受けできませんでした", to="taro@example.jp")
    body = letter.get_body(("plain",))
    assert body is not None
    assert ja(small, told) in body.get_content()
    assert ja(small, told) in (await small.taro.sees("【お受けできませんでした】")).text
    decided = "SELECT state, reason FROM booking JOIN decision ON booking_id = booking.id WHERE event = 'decline'"
    assert await small.rows(decided) == [("declined", reason)]


async def test_staff_can_step_back_from_declining_and_confirm(small: Town) -> None:
    card = await requested(small)
    await small.staff.presses_in(small.group, "お断りする")
    await card_has(small, small.group, card, "お断りする理由")
    await small.staff.presses_in(small.group, ja(small, Text("Go back")))
    await small.server.until(lambda: any("確定する" in message.labels for message in small.group.messages))
    await small.staff.presses_in(small.group, "確定する")
    await small.taro.sees("【予約が確定しました】")


async def test_the_time_of_a_declined_request_is_free_again(small: Town) -> None:
    await requested(small)
    await small.staff.presses_in(small.group, "お断りする")
    await small.group.sees("お断りする理由")
    await small.staff.presses_in(small.group, "その時間は対応できない")
    await small.taro.sees("【お受けできませんでした】")
    hanako = small.server.person("川越 花子", language_code="ja")
    await book(hanako, number="11030-7654321", email="hanako@example.jp")
    await hanako.sees("【受け付けました】")


async def test_a_confirmation_in_time_needs_no_reason(small: Town) -> None:
    await requested(small)
    await small.turn_clock("2026-11-19 23:59")
    await small.staff.presses_in(small.group, "確定する")
    await small.mailbox.gets("予約が確定しました", to="taro@example.jp")
    assert await small.rows("SELECT reason FROM decision WHERE event = 'confirm'") == [("",)]


async def test_a_late_confirmation_of_a_request_that_was_there_in_counter_hours_asks_for_a_reason(small: Town) -> None:
    card = await requested(small)
    await small.turn_clock("2026-11-20 09:00")
    await small.staff.presses_in(small.group, "確定する")
    await card_has(small, small.group, card, "例外として確定しますか")
    assert await small.rows("SELECT state FROM booking") == [("requested",)]
    await small.staff.presses_in(small.group, "電話で本人と合意した")
    await small.taro.sees("【予約が確定しました】")
    assert await small.rows("SELECT reason FROM decision WHERE event = 'confirm'") == [("agreed",)]


async def test_a_late_confirmation_of_a_request_from_after_closing_records_itself(small: Town) -> None:
    small.clock.turn("2026-11-19 20:00")
    await requested(small)
    await small.turn_clock("2026-11-20 09:00")
    await small.staff.presses_in(small.group, "確定する")
    await small.taro.sees("【予約が確定しました】")
    assert await small.rows("SELECT reason FROM decision WHERE event = 'confirm'") == [("late_auto",)]


async def test_a_card_names_who_confirmed_whatever_was_done_with_the_booking_since(small: Town) -> None:
    card = await requested(small)
    small.mailbox.answer = "550 5.1.1 no such user"
    await small.staff.presses_in(small.group, "確定する")
    await small.group.sees("【メールを送れませんでした】")
    await small.colleague.presses_in(small.group, "電話で連絡済み")
    await small.taro.sees("【予約が確定しました】")
    old = next(button for row in card.buttons for button in row)
    await small.colleague.presses_data(card.id, str(old.data), group=small.group)
    await small.server.until(lambda: len(small.colleague.alerts) > 1)
    await small.server.settled()
    await card_has(small, small.group, card, "【確定】職員 一号")


@pytest.mark.parametrize("reason", ["check", "agreed", "other"])
async def test_each_reason_of_a_late_confirmation_is_recorded(transaction: Transaction, reason: str) -> None:
    staff = await at_a_late_card(transaction)
    await staff.presses("confirm")
    await staff.presses(reason)
    assert staff.booking
    assert staff.booking.decision == Decision("confirm", staff.now, 7, "職員 一号", reason)


@pytest.mark.parametrize(
    ("companion", "same_number", "flags"),
    [
        ("none", False, []),
        ("carer", False, ["【同席あり】"]),
        ("none", True, ["【同じ求職番号の申し込みあり】"]),
        ("other", True, ["【同席あり】", "【同じ求職番号の申し込みあり】"]),
    ],
)
async def test_a_card_flags_what_staff_should_look_at(
    transaction: Transaction, companion: str, same_number: bool, flags: list[str]
) -> None:
    staff = await at_a_card(transaction)
    assert staff.booking
    staff.booking.details, staff.booking.same_number = {"companion": companion}, same_number
    lines = said((await staff.screen()).say).splitlines()
    assert lines[0] == f"【新しい申し込み】{staff.booking.reference}"
    assert lines[4:] == flags


@pytest.mark.parametrize(
    ("state", "decided", "last_line"),
    [
        ("confirmed", Decision("confirm", NOW, 7, "職員 一号"), "【確定】職員 一号\u300011月19日(木) 10:00"),
        ("ended", Decision("confirm", NOW, 7, "職員 一号"), "【確定】職員 一号\u300011月19日(木) 10:00"),
        ("declined", Decision("decline", NOW, 8, "職員 二号"), "【お断り】職員 二号\u300011月19日(木) 10:00"),
        ("cancelled", Decision("confirm", NOW, 7, "職員 一号"), "【利用者がキャンセル】"),
        ("lapsed", None, "【期限切れ】期限までに確定されませんでした。本人にはお知らせしました。"),
        ("confirmed", None, "【終了】"),
    ],
)
async def test_a_card_says_how_it_went_on(
    transaction: Transaction, state: str, decided: Decision | None, last_line: str
) -> None:
    staff = await at_a_card(transaction)
    assert staff.booking
    staff.booking.state, staff.booking.decided = state, decided
    assert said((card(staff.context),)).splitlines()[-1] == last_line


@pytest.mark.parametrize(("how", "told"), [("by_hand", "メール送信済み"), ("by_phone", "電話で連絡済み")])
async def test_the_card_of_a_failed_letter_says_who_told_the_person_and_how(
    transaction: Transaction, how: str, told: str
) -> None:
    staff = await at_a_card_of_a_failed_mail(transaction)
    assert [button.value for row in (await staff.screen()).rows for button in row] == ["by_hand", "by_phone"]
    await staff.presses(how)
    assert staff.booking
    assert (staff.booking.told, staff.booking.decision) == (how, Decision(how, NOW, 7, "職員 一号"))
    words = said((await staff.screen()).say)
    assert told in words
    assert "職員 一号" in words
    assert staff.booking.reference in words


async def test_a_card_of_no_booking_is_refused(transaction: Transaction) -> None:
    with pytest.raises(LookupError):
        card(before(transaction, Conversation()))


@pytest.mark.parametrize(("late", "state"), [(timedelta(seconds=-1), "confirmed"), (timedelta(0), "requested")])
async def test_a_request_can_be_decided_until_it_lapses_and_not_a_moment_longer(late: timedelta, state: str) -> None:
    """Not even by a press that comes before the clock's own move, as after a night without the bot."""
    database = Database("sqlite://")
    await migrate(database)
    async with database.transaction() as transaction:
        staff = await at_a_card(transaction)
        assert staff.booking
        staff.now = staff.booking.lapses_at + late
        await staff.presses("confirm")
        if late:
            await staff.presses("check")
        assert staff.booking.state == state
        assert len((await staff.screen()).rows) == 0
    await database.close()


async def test_of_two_who_decide_at_once_the_first_decides_and_the_other_reads_who_it_was(place: Town) -> None:
    card = await requested(place)
    await place.staff.presses_in(place.group, "確定する")
    await place.colleague.presses_in(place.group, "お断りする")
    await place.server.until(lambda: place.staff.alerts and place.colleague.alerts)
    assert "職員 一号" in place.colleague.alerts[-1].text
    assert place.colleague.alerts[-1].show_alert
    await card_has(place, place.group, card, "職員 一号")
    await place.taro.sees("【予約が確定しました】")
    assert await place.rows("SELECT event FROM decision ORDER BY id") == [("request",), ("confirm",)]


async def test_a_press_on_a_card_that_is_decided_reads_who_decided(small: Town) -> None:
    card = await requested(small)
    _, button = small.group.find("お断りする")
    await small.staff.presses_in(small.group, "確定する")
    await small.taro.sees("【予約が確定しました】")
    await small.colleague.presses_data(card.id, button.data or "", group=small.group)
    await small.server.until(lambda: small.colleague.alerts)
    assert "職員 一号" in small.colleague.alerts[-1].text
    assert await small.rows("SELECT state FROM booking") == [("confirmed",)]
