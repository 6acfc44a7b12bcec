"""The staff group: which group it is, and what is said there: in the office's language, without a personal datum."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import App
from bot.config import Settings
from bot.playground.people import Group
from flows.announcements import PRIVATE_ONLY
from flows.text import Text
from tests.databases import new_file
from tests.town import OFFICE_MAIL, Town, book, ja, requested, town
from tests.usual_answers import comes_to

PERSONAL = ("川越 太郎", "太郎", "11030-01234567", "1103001234567", "taro@example.jp", "090-1234-5678", "9012345678")


@pytest.fixture
async def unbound(tmp_path: Path) -> AsyncIterator[Town]:
    """A town whose bot was told of no staff group and has not started."""
    async with town(tmp_path / "data", new_file(tmp_path / "madoguchi.db"), started=False) as opened:
        opened.server.cloud.pending.clear()
        opened.environment["MADOGUCHI_STAFF_CHAT"] = ""
        yield opened


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
    assert said == [ja(small, PRIVATE_ONLY)]


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
    await second.sees("リンクは1回限り、1日有効です")
    await unbound.server.until(lambda: unbound.server.cloud.bot["id"] not in second.members)
    assert unbound.app.staff_group.chat == unbound.group.id


async def test_an_invitation_is_good_for_a_day_and_then_the_next_one_binds(unbound: Town) -> None:
    old = await invitation(unbound)
    await unbound.start()
    await unbound.turn_clock("2026-11-20 10:00")
    await follows(unbound, unbound.group, old)
    await unbound.group.sees("リンクは1回限り、1日有効です")
    await unbound.server.until(lambda: unbound.server.cloud.bot["id"] not in unbound.group.members)
    await follows(unbound, unbound.group, await invitation(unbound))
    await unbound.server.until(lambda: unbound.app.staff_group.chat == unbound.group.id)


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
