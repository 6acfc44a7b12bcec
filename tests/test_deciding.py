"""Staff decide about a request: its card through its life, reasons, late decisions, two who decide at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.database import Transaction
from bot.playground.chats import Message
from bot.playground.people import Group
from flows.counter import Decision, Slot
from flows.deciding import DECLINE_REASONS
from flows.text import Text
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


@pytest.mark.parametrize("way", ["cancelled", "moved"])
async def test_the_card_of_a_failed_letter_asks_no_more_once_there_is_nothing_to_tell(place: Town, way: str) -> None:
    await requested(place)
    place.mailbox.answer = "550 5.1.1 no such user"
    await place.staff.presses_in(place.group, "確定する")
    card = await place.group.sees("【メールを送れませんでした】")
    assert "メール送信済み" in card.labels
    place.mailbox.answer = None
    [(booking_id,)] = await place.rows("SELECT id FROM booking")
    kit, now = place.app.kit, place.clock()

    async def goes_on(transaction: Transaction) -> None:
        counter = kit.counter(transaction, now, None, "")
        booking = await counter.booking(booking_id)
        assert booking
        by = Decision("cancel" if way == "cancelled" else "move", now, 7, "職員 一号", channel="desk")
        later = {} if way == "cancelled" else counter.at(Slot("1", booking.slot.start + timedelta(hours=1)))
        assert await counter.move(booking, by.event, by, **later)

    await kit.store.database.run(goes_on)
    place.app.sender.wake.set()
    ended = await card_has(place, place.group, card, "【メールを送れませんでした】")
    await place.server.until(lambda: not next(m for m in place.group.messages if m.id == card.id).labels)
    assert ended.id == card.id
