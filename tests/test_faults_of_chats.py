"""A chat that cannot be reached: blocked, its account deleted, the staff group moved, the bot removed from it.

What the person sees, what staff see, what waits, and that all goes on when the chat is there again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from bot.playground.people import Person
from bot.playground.server import Fault
from tests.faults import copies, drained, next_try
from tests.town import OFFICE_MAIL, Town, book

CLOSED = "SELECT chat_id FROM conversation WHERE closed_at IS NOT NULL"
NEW, LIST = "【新しい申し込み】", "【返信待ちの申し込み】"
NO_GROUP = "ボットが職員グループに書き込めません"


async def requested(place: Town, person: Person | None = None, **details: Any) -> None:
    await book(person or place.taro, **details)
    await (person or place.taro).sees("【受け付けました】")


@pytest.mark.parametrize("gone", [Person.blocks_bot, Person.deletes_account])
async def test_who_cannot_be_reached_gets_the_letter_and_staff_are_told_once(small: Town, gone: Any) -> None:
    """The person sees nothing in the chat; the letter confirms; staff read that they must call; nothing is retried."""
    await requested(small)
    await small.group.sees("確定期限")
    gone(small.taro)
    await small.staff.presses_in(small.group, "確定する")
    await small.mailbox.gets("予約が確定しました", to="taro@example.jp")
    await small.group.sees("【送信できません】")
    for moment in ("2026-11-20 15:00", "2026-11-24 08:30"):
        await small.turn_clock(moment)
        await drained(small)
    assert copies(small.group, "【送信できません】") == 1
    waiting = await small.rows("SELECT kind FROM notice WHERE state = 'pending' ORDER BY kind")
    later = ["came", "outcome", "remind_ten_minutes", "url_missing_today"]
    assert waiting == [(kind,) for kind in later], "what staff are asked after the start, and the next reminder"
    assert await small.rows("SELECT state FROM booking") == [("confirmed",)]


async def test_a_chat_that_is_closed_is_not_tried_again_and_what_there_is_a_letter_for_goes_by_letter(
    small: Town,
) -> None:
    """Staff find it on the booking's page; what is said once more by letter is said once."""
    await requested(small)
    await small.group.sees("確定期限")
    small.taro.blocks_bot()
    await small.staff.presses_in(small.group, "お断りする")
    await small.group.sees("お断りする理由")
    await small.staff.presses_in(small.group, "その時間は対応できない")
    await small.group.sees("【送信できません】")
    small.server.calls.clear()
    now = small.clock()
    [(booking_id,)] = await small.rows("SELECT id FROM booking")
    kit, key = small.app.kit, f"missed:{booking_id}:9"
    await kit.store.database.run(lambda t: t.execute(text("UPDATE booking SET state = 'missed'")))
    await kit.store.database.run(
        lambda t: kit.outbox.put(t, key, "missed", now, booking_id=booking_id, chat_id=small.taro.id)
    )
    small.app.sender.wake.set()
    await small.mailbox.gets("キャンセルとみなしました", to="taro@example.jp")
    await drained(small)
    assert not [call for call in small.server.calls if call.chat_id == small.taro.id]
    assert len(small.mailbox.to("taro@example.jp")) == 2
    assert await small.rows("SELECT state, error FROM notice WHERE kind = 'missed'") == [("dead", "closed")]


async def test_of_a_request_that_lapses_who_has_stopped_the_bot_reads_by_letter(small: Town) -> None:
    await requested(small)
    await small.group.sees("確定期限")
    small.taro.blocks_bot()
    await small.turn_clock("2026-11-20 17:15")
    await small.mailbox.gets("確定できませんでした", to="taro@example.jp")
    await drained(small)
    assert await small.rows("SELECT kind, state FROM notice WHERE kind LIKE 'expired%' ORDER BY kind") == [
        ("expired", "dead"), ("expired_mail", "sent"),
    ]  # fmt: skip


async def test_a_letter_for_who_has_no_chat_waits_until_the_message_has_found_the_chat_closed(small: Town) -> None:
    """Both are due at one time, and the letter may well be looked at first."""
    await requested(small)
    await small.group.sees("確定期限")
    small.taro.blocks_bot()
    await small.turn_clock("2026-11-20 15:00")
    await small.group.sees("【送信できません】")
    await small.turn_clock("2026-11-20 15:01")
    await small.mailbox.gets("返信について", to="taro@example.jp")
    await drained(small)
    assert await small.rows("SELECT kind, state FROM notice WHERE kind LIKE 'no_reply%' ORDER BY kind") == [
        ("no_reply", "dead"), ("no_reply_mail", "sent"),
    ]  # fmt: skip


async def test_a_letter_that_only_waited_has_not_failed(small: Town) -> None:
    """Telegram is away until it is too late: the chat is open, so the letter was never needed."""
    await requested(small)
    await small.group.sees("確定期限")
    busy = Fault(status=502)
    small.server.fault = lambda _, params: busy if params.get("chat_id") == small.taro.id else None
    for _ in range(3):
        await next_try(small, "no_reply_mail")
    await small.turn_clock("2026-11-20 17:16")
    small.server.fault = None
    await small.taro.sees("確定できませんでした")
    await drained(small)
    assert await small.rows("SELECT state FROM notice WHERE kind = 'no_reply_mail'") == [("cancelled",)]
    assert await small.rows("SELECT kind FROM notice WHERE kind = 'letter_failed'") == []


async def test_what_is_asked_of_who_has_stopped_the_bot_does_not_pass_for_sent(small: Town) -> None:
    """A question with buttons like any other message: staff are told, and it is not tried again."""
    await requested(small)
    await small.group.sees("確定期限")
    await small.staff.presses_in(small.group, "確定する")
    await small.taro.sees("【予約が確定しました】")
    await drained(small)
    small.taro.blocks_bot()
    await small.turn_clock("2026-11-24 09:20")
    await small.group.sees("【送信できません】")
    await drained(small)
    assert await small.rows("SELECT state FROM notice WHERE kind = 'remind_ten_minutes'") == [("dead",)]


async def comes_back_by_writing(place: Town) -> None:
    place.taro.unblocks_bot()
    place.server.cloud.pending.clear()  # the news that the chat is open is lost
    await place.taro.says("/start")
    await place.taro.sees("予約窓口")


async def comes_back_by_opening(place: Town) -> None:
    place.taro.unblocks_bot()
    await place.server.settled()


@pytest.mark.parametrize("comes_back", [comes_back_by_writing, comes_back_by_opening])
async def test_who_comes_back_is_served_again(small: Town, comes_back: Callable[[Town], Awaitable[None]]) -> None:
    await requested(small)
    await small.group.sees("確定期限")
    small.taro.blocks_bot()
    await small.staff.presses_in(small.group, "確定する")
    await small.group.sees("【送信できません】")
    await drained(small)
    assert await small.rows(CLOSED) == [(small.taro.id,)]
    await comes_back(small)
    assert await small.rows(CLOSED) == []
    await small.turn_clock("2026-11-20 15:00")
    await small.taro.sees("【予約のお知らせ】")


async def test_who_blocks_the_bot_in_the_midst_of_a_form_finds_it_again(small: Town) -> None:
    """What could not be said is owed to nobody; the form waits where it was."""
    await book(small.taro, send=False)
    small.server.fault = lambda method, params: blocking(small) if params.get("chat_id") == small.taro.id else None
    await small.taro.says("/help")
    await drained(small)
    small.server.fault = None
    small.taro.unblocks_bot()
    await small.taro.says("/book")
    await small.taro.sees("入力の途中です")
    await small.taro.presses("続ける")
    await small.taro.sees("ご確認ください")


def blocking(place: Town) -> None:
    """The person blocks the bot while it is about to speak."""
    if not place.taro.chat.blocked:
        place.taro.blocks_bot()


def moving(place: Town, updates_lost: bool, method: str, params: Mapping[str, Any]) -> Fault | None:
    """The staff group becomes a supergroup while something is on its way there."""
    if params.get("chat_id") == place.group.id and method in ("sendMessage", "editMessageText"):
        place.server.fault = None
        place.group.migrate()
        if updates_lost:
            del place.server.cloud.pending[-2:]
    return None


@pytest.mark.parametrize("updates_lost", [False, True])
async def test_the_group_moves_while_a_card_is_on_its_way(small: Town, updates_lost: bool) -> None:
    """Staff find the card in the new group, once, and decide there."""
    small.server.fault = partial(moving, small, updates_lost)
    await requested(small)
    await small.group.sees("確定期限")
    await small.turn_clock("2026-11-19 10:01")
    await drained(small)
    assert copies(small.group, "確定期限") == 1
    await small.staff.presses_in(small.group, "確定する")
    await small.taro.sees("【予約が確定しました】")


@pytest.mark.parametrize("updates_lost", [False, True])
async def test_the_group_moves_while_its_card_is_edited(place: Town, updates_lost: bool) -> None:
    """The press has taken effect; a request that is still open comes again in the new group and is decided there."""
    hanako = place.server.person("川越 花子", language_code="ja")
    await requested(place)
    card = await place.group.sees("確定期限")
    await requested(place, hanako, number="11030-7654321", email="hanako@example.jp", at="10:00")
    await place.server.until(lambda: copies(place.group, "確定期限") == 2)
    await drained(place)
    place.server.fault = partial(moving, place, updates_lost)
    await place.staff.presses_in(place.group, "確定する", card)
    await place.taro.sees("【予約が確定しました】")
    await place.turn_clock("2026-11-19 10:01")
    await place.group.sees("10:00")
    await drained(place)
    await place.staff.presses_in(place.group, "お断りする")
    await place.group.sees("お断りする理由")
    await place.staff.presses_in(place.group, "その時間は対応できない")
    await hanako.sees("【お受けできませんでした】")
    await drained(place)


@pytest.mark.parametrize("updates_lost", [False, True])
async def test_the_group_moved_while_the_bot_was_stopped(small: Town, updates_lost: bool) -> None:
    """The open card comes again in the new group: at the start, or when the next message finds out."""
    await requested(small)
    await small.group.sees("確定期限")
    await drained(small)
    await small.stop()
    small.group.migrate()
    if updates_lost:
        small.server.cloud.pending.clear()
    await small.start()
    if updates_lost:
        hanako = small.server.person("川越 花子", language_code="ja")
        await requested(small, hanako, number="11030-7654321", email="hanako@example.jp", at="10:00")
    await small.group.sees("9:30")
    await drained(small)
    assert copies(small.group, "確定期限") == 1 + updates_lost
    await small.staff.presses_in(small.group, "確定する")
    await drained(small)
    assert await small.rows("SELECT count(*) FROM booking WHERE state = 'confirmed'") == [(1,)]


async def test_another_group_that_moves_while_it_is_left_does_not_become_the_staff_group(small: Town) -> None:
    other = small.server.group("よその集まり", members=[small.taro])

    def moves(method: str, params: Mapping[str, Any]) -> Fault | None:
        if params.get("chat_id") == other.id and method == "sendMessage":
            small.server.fault = None
            other.migrate()
        return None

    small.server.fault = moves
    other.adds_bot(by=small.taro)
    await small.server.until(lambda: small.server.cloud.bot["id"] not in other.members)
    await drained(small)
    assert small.app.staff_group.chat == small.group.id


async def test_the_bot_is_removed_from_the_staff_group_and_added_again(place: Town) -> None:
    """The person sees no difference; staff get the letters and one that says why the group is silent; cards wait."""
    hanako = place.server.person("川越 花子", language_code="ja")
    place.group.removes_bot(by=place.staff)
    await requested(place)
    await place.mailbox.gets("新しい申し込み", to=OFFICE_MAIL)
    await place.mailbox.gets(NO_GROUP, to=OFFICE_MAIL)
    await requested(place, hanako, number="11030-7654321", email="hanako@example.jp", at="10:00")
    await place.server.settled()
    for minute in range(10, 40, 10):
        await place.turn_clock(f"2026-11-19 10:{minute}")
        await place.app.lanes.finish(5)
    place.group.adds_bot(by=place.staff)
    await place.server.until(lambda: copies(place.group, "確定期限") >= 2)
    await drained(place)
    assert copies(place.group, "確定期限") == 2
    assert sum(NO_GROUP in letter["Subject"] for letter in place.mailbox.letters) == 1
    await place.staff.presses_in(place.group, "確定する", await place.group.sees("10:00"))
    await hanako.sees("【予約が確定しました】")


async def test_of_two_copies_of_a_card_the_known_one_is_edited_and_no_third_comes(small: Town) -> None:
    """The answer to the first was lost; who presses on it has decided, and neither can be pressed any more."""
    lost: list[str] = []

    def losing(method: str, params: Mapping[str, Any]) -> Fault | None:
        if method != "sendMessage" or NEW not in str(params.get("text")) or lost:
            return None
        lost.append(method)
        return Fault(drop="after")

    small.server.fault = losing
    await requested(small)
    await small.group.until(lambda: lost)
    await small.turn_clock("2026-11-19 10:10")
    await drained(small)
    first, second = (message for message in small.group.messages if NEW in message.text)
    await small.staff.presses_in(small.group, "確定する", first)
    await small.group.sees("【確定】職員 一号")
    await drained(small)
    assert copies(small.group, NEW) == 2
    shown = {message.id: message for message in small.group.messages}
    assert "【確定】" in shown[second.id].text
    assert not shown[first.id].buttons
    assert not shown[second.id].buttons


async def test_one_list_stands_though_telegram_does_not_delete_the_one_before(place: Town) -> None:
    """As after a weekend: it says that there is a newer one."""
    await requested(place)
    await place.turn_clock("2026-11-19 13:00")
    await place.group.sees(LIST)
    await drained(place)
    refused = Fault(status=400, description="Bad Request: message can't be deleted")
    place.server.fault = lambda method, _: refused if method == "deleteMessage" else None
    await place.turn_clock("2026-11-19 16:15")
    await place.group.sees("（この下に新しい一覧があります。）")
    await drained(place)
    assert len([message for message in place.group.messages if LIST in message.text]) == 1
