"""The staff group: who may decide, what a card shows through its life, which group is the office's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.config import Settings
from bot.database import Database
from bot.language import Words
from bot.migrate import migrate
from bot.playground.chats import Message
from bot.playground.people import Group
from flows.deciding import DECLINE_REASONS
from flows.office import KAWAGOE, load_office
from flows.text import Text
from tests.conversations.visitors import at_a_card
from tests.town import OFFICE_MAIL, Town, book, town
from tests.usual_answers import comes_to

OFFICE = load_office(KAWAGOE)
PERSONAL = ("川越 太郎", "太郎", "11030-01234567", "1103001234567", "taro@example.jp", "090-1234-5678", "9012345678")


@pytest.fixture
async def unbound(tmp_path: Path) -> AsyncIterator[Town]:
    """A town whose bot was told of no staff group and has not started."""
    async with town(tmp_path / "data", f"sqlite:///{tmp_path / 'madoguchi.db'}", started=False) as opened:
        opened.server.cloud.pending.clear()
        opened.environment["MADOGUCHI_STAFF_CHAT"] = ""
        yield opened


def ja(place: Town, words: Text) -> str:
    """A sentence as the bot says it in the office's language."""
    return Words("ja", OFFICE, "madoguchi@office.example", place.clock().date()).say(words)


async def requested(place: Town, **details: Any) -> Message:
    """Taro has asked for 2026-11-24 at 9:30; the card stands in the group."""
    await book(place.taro, **details)
    await place.taro.sees("【受け付けました】")
    return await place.group.sees("確定期限")


async def card_has(place: Town, group: Group, card: Message, text: str) -> Message:
    """The card in its place, edited, not a new message."""

    def found() -> Message | None:
        return next((m for m in group.messages if m.id == card.id and text in m.text), None)

    return await place.server.until(found)


ONLY_STAFF = Text("Only members of the staff group can decide.")


async def test_somebody_who_is_not_in_the_group_decides_nothing(small: Town) -> None:
    card = await requested(small)
    _, button = small.group.find("確定する")
    stranger = small.server.person("通りすがり")
    await stranger.presses_data(card.id, button.data or "", group=small.group)
    await small.server.until(lambda: stranger.alerts)
    assert (stranger.alerts[-1].text, stranger.alerts[-1].show_alert) == (ja(small, ONLY_STAFF), True)
    assert await small.rows("SELECT state FROM booking") == [("requested",)]


async def test_after_a_strangers_press_a_member_can_still_decide(small: Town) -> None:
    card = await requested(small)
    _, button = small.group.find("確定する")
    stranger = small.server.person("通りすがり")
    await stranger.presses_data(card.id, button.data or "", group=small.group)
    await small.server.until(lambda: stranger.alerts)
    await small.staff.presses_in(small.group, "確定する")
    await small.taro.sees("【予約が確定しました】")


async def test_a_member_who_was_removed_meanwhile_decides_nothing_more(small: Town) -> None:
    card = await requested(small)
    _, button = small.group.find("お断りする")
    small.group.sets(small.colleague, "kicked", by=small.staff)
    await small.colleague.presses_data(card.id, button.data or "", group=small.group)
    await small.server.until(lambda: small.colleague.alerts)
    assert small.colleague.alerts[-1].text == ja(small, ONLY_STAFF)
    assert await small.rows("SELECT state FROM booking") == [("requested",)]


async def test_a_member_who_has_decided_and_was_removed_decides_nothing_a_minute_later(small: Town) -> None:
    card = await requested(small)
    _, confirm = small.group.find("確定する")
    await small.colleague.presses_in(small.group, "お断りする")
    await small.server.until(lambda: small.colleague.alerts)
    small.group.sets(small.colleague, "left")
    await small.turn_clock("2026-11-19 10:02")
    await small.colleague.presses_data(card.id, confirm.data or "", group=small.group)
    await small.server.until(lambda: len(small.colleague.alerts) > 1)
    assert small.colleague.alerts[-1].text == ja(small, ONLY_STAFF)
    assert await small.rows("SELECT state FROM booking") == [("requested",)]


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


@pytest.mark.parametrize("reason", DECLINE_REASONS)
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
    assert await small.rows("SELECT state, reason FROM booking JOIN decision ON booking_id = booking.id") == [
        ("declined", reason)
    ]


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
    assert await place.rows("SELECT event FROM decision") == [("confirm",)]


async def test_a_press_on_a_card_that_is_decided_reads_who_decided(small: Town) -> None:
    card = await requested(small)
    _, button = small.group.find("お断りする")
    await small.staff.presses_in(small.group, "確定する")
    await small.taro.sees("【予約が確定しました】")
    await small.colleague.presses_data(card.id, button.data or "", group=small.group)
    await small.server.until(lambda: small.colleague.alerts)
    assert "職員 一号" in small.colleague.alerts[-1].text
    assert await small.rows("SELECT state FROM booking") == [("confirmed",)]


@pytest.mark.parametrize(
    "data",
    [
        "",
        "x",
        "|||",
        "deciding:nobody|decision|confirm",
        "settling:nobody|how|by_hand",
        "deciding|decision|confirm",
        "deciding:{id}|decision|anything",
        "deciding:{id}|decision|page:9999999999",
        "deciding:{id}|decision|page:x",
        "deciding:{id}|late|check",
        "settling:{id}|how|by_phone",
        "booking:{id}|review|send",
    ],
)
async def test_forged_button_data_decides_nothing_and_leaves_the_card_good(small: Town, data: str) -> None:
    card = await requested(small)
    [(booking_id,)] = await small.rows("SELECT id FROM booking")
    await small.colleague.presses_data(card.id, data.format(id=booking_id), group=small.group)
    await small.server.until(lambda: small.colleague.alerts)
    assert await small.rows("SELECT state, told FROM booking") == [("requested", "")]
    assert await small.rows("SELECT count(*) FROM seen_update WHERE error <> ''") == [(0,)]
    await small.staff.presses_in(small.group, "確定する")
    await small.taro.sees("【予約が確定しました】")


async def test_a_job_seeker_with_the_data_of_a_staff_button_decides_nothing(small: Town) -> None:
    await requested(small)
    _, button = small.group.find("確定する")
    await small.taro.presses_data(small.taro.screen.id, button.data or "")
    await small.server.until(lambda: small.server.cloud.settled and small.taro.alerts)
    assert await small.rows("SELECT state FROM booking") == [("requested",)]


async def test_staff_with_the_data_of_a_job_seekers_button_send_nothing(small: Town) -> None:
    await book(small.taro, send=False)
    _, button = small.taro.find("この内容で申し込む")
    small.staff.chat.opened = True
    hello = await small.staff.says("/start")
    await small.staff.presses_data(hello.id, button.data or "")
    await small.server.until(lambda: small.server.cloud.settled and small.staff.alerts)
    assert await small.rows("SELECT count(*) FROM booking") == [(0,)]


async def test_no_name_number_or_address_is_ever_seen_in_the_group(small: Town) -> None:
    await requested(small)
    small.mailbox.answer = "550 5.1.1 no such user"
    await small.staff.presses_in(small.group, "確定する")
    await small.group.sees("【メールを送れませんでした】")
    small.taro.blocks_bot()
    await small.staff.presses_in(small.group, "電話で連絡済み")
    await small.group.sees("【送信できません】")
    seen = "\n".join(str(message) for message in small.server.history(small.group) if message.from_bot)
    assert [detail for detail in PERSONAL if detail in seen] == []
    assert "一号" in seen


async def test_staff_read_the_offices_language_whatever_the_person_speaks(small: Town) -> None:
    await small.taro.says("/language")
    await small.taro.sees("ことばを選んで")
    await small.taro.presses("English")
    await small.taro.sees("We will write in this language")
    await fill_in_english(small)
    card = await small.group.sees("確定期限")
    assert "確定する" in card.labels
    await small.mailbox.gets("新しい申し込み", to=OFFICE_MAIL)
    await small.staff.presses_in(small.group, "確定する")
    await small.taro.sees("[Confirmed]")
    await small.mailbox.gets("[Confirmed]", to="taro@example.jp")


async def fill_in_english(place: Town) -> None:
    taro = place.taro
    await taro.says("/book")
    await taro.sees("main points of the terms")
    await taro.presses("I agree")
    for question in ("1 of 3", "2 of 3", "3 of 3"):
        await taro.sees(f"Question {question}")
        await taro.presses("Yes")
    await taro.sees("Employment Security Act")
    await taro.presses("Continue")
    await taro.sees("Enter your name")
    await taro.says("Kawagoe Taro")
    await comes_to(taro, "job-seeker number")
    await taro.says("11030-01234567")
    await comes_to(taro, "Choose a date")
    await taro.presses(taro.screen.labels[0])
    await comes_to(taro, "Choose a time")
    await taro.presses(taro.screen.labels[0])
    await comes_to(taro, "email address")
    await taro.says("taro@example.jp")
    await comes_to(taro, "phone number")
    await taro.says("090-1234-5678")
    await comes_to(taro, "Will anyone join you")
    await taro.presses(taro.screen.labels[0])
    await comes_to(taro, "Please check your request")
    await taro.presses("Send this request")
    await taro.sees("[Received]")


async def test_a_group_that_is_not_the_offices_is_told_so_once_and_left(small: Town) -> None:
    other = small.server.group("よその集まり", members=[small.taro])
    other.adds_bot(by=small.taro)
    await small.server.until(lambda: small.server.cloud.bot["id"] not in other.members)
    await small.server.settled()
    said = [message.text for message in small.server.history(other) if message.from_bot]
    assert said == [ja(small, Text("This bot serves private chats only. It leaves this group."))]


async def test_commands_in_the_staff_group_are_not_answered(small: Town) -> None:
    await small.staff.says_in(small.group, "/start")
    await small.staff.says_in(small.group, "/book")
    await small.server.settled()
    assert [message for message in small.group.messages if message.from_bot] == []
    assert small.server.cloud.bot["id"] in small.group.members


async def invitation(place: Town) -> str:
    link = await App(Settings.load(place.environment), place.clock).invite_a_group()
    return link.partition("startgroup=")[2]


async def follows(place: Town, group: Group, code: str) -> None:
    """What Telegram does when a link with `startgroup` is followed: the bot is added, and the code is said."""
    group.adds_bot(by=place.staff)
    await place.staff.says_in(group, f"/start@{place.server.cloud.bot['username']} {code}")


async def test_the_group_that_follows_an_invitation_is_the_staff_group(unbound: Town) -> None:
    code = await invitation(unbound)
    await unbound.start()
    await follows(unbound, unbound.group, code)
    await unbound.group.sees(
        ja(
            unbound,
            Text("This is the staff group now. New requests appear here; confirm or decline them with the buttons."),
        )
    )
    await requested(unbound)
    await unbound.staff.presses_in(unbound.group, "確定する")
    await unbound.taro.sees("【予約が確定しました】")


async def test_an_invitation_is_good_once(unbound: Town) -> None:
    code = await invitation(unbound)
    await unbound.start()
    await follows(unbound, unbound.group, code)
    await unbound.server.until(lambda: any(message.from_bot for message in unbound.group.messages))
    second = unbound.server.group("もう一つ", members=[unbound.staff])
    await follows(unbound, second, code)
    await unbound.server.until(lambda: unbound.server.cloud.bot["id"] not in second.members)
    assert unbound.app.staff_group.chat == unbound.group.id


async def test_a_wrong_code_binds_nothing_and_the_group_is_left(unbound: Town) -> None:
    await invitation(unbound)
    await unbound.start()
    await follows(unbound, unbound.group, "wrong")
    await unbound.server.settled()
    await unbound.turn_clock("2026-11-19 10:01")
    await unbound.server.until(lambda: unbound.server.cloud.bot["id"] not in unbound.group.members)
    assert unbound.app.staff_group.chat is None


async def test_after_a_wrong_code_the_right_one_still_binds(unbound: Town) -> None:
    code = await invitation(unbound)
    await unbound.start()
    await follows(unbound, unbound.group, "wrong")
    await unbound.server.settled()
    await unbound.staff.says_in(unbound.group, f"/start@{unbound.server.cloud.bot['username']} {code}")
    await unbound.server.until(lambda: any(message.from_bot for message in unbound.group.messages))
    await unbound.server.settled()
    assert unbound.app.staff_group.chat == unbound.group.id


async def test_the_code_of_an_invitation_is_nowhere_in_the_database(unbound: Town) -> None:
    code = await invitation(unbound)
    assert code.encode() not in contents(unbound.environment["MADOGUCHI_DATABASE_URL"])


def contents(sqlite_url: str) -> bytes:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


async def test_a_request_made_before_there_was_a_staff_group_waits_for_it(unbound: Town) -> None:
    code = await invitation(unbound)
    await unbound.start()
    await book(unbound.taro)
    await unbound.taro.sees("【受け付けました】")
    await follows(unbound, unbound.group, code)
    await unbound.server.until(lambda: any(message.from_bot for message in unbound.group.messages))
    await unbound.turn_clock("2026-11-19 10:02")
    await unbound.group.sees("確定期限")


async def test_the_new_number_of_the_group_outlives_a_restart_with_the_old_one_in_the_environment(small: Town) -> None:
    number = small.group.migrate()
    await small.server.settled()
    await small.stop()
    await small.start()
    assert small.app.staff_group.chat == number
