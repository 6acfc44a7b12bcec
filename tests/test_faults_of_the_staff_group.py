"""The staff group moves, or the bot is removed from it: no card is lost or doubled, and staff go on in the new one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest

from bot.playground.server import Fault
from bot.telegram.api import SHUT_OUT
from tests.faults import copies, drained, requested
from tests.town import OFFICE_MAIL, Town

NEW, LIST = "【新しい申し込み】", "【返信待ちの申し込み】"
NO_GROUP = "ボットが職員グループに書き込めません"


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


async def test_a_card_that_is_due_again_the_moment_it_was_put_back_does_not_wait_for_its_lease(small: Town) -> None:
    """Claimed anew before the try that failed has let go of it; staff have it as soon as they can be written to."""
    small.group.removes_bot(by=small.staff)
    await requested(small)
    await small.mailbox.gets(NO_GROUP, to=OFFICE_MAIL)
    for _ in range(200):
        await small.app.sender.hurry(SHUT_OUT)
    small.group.adds_bot(by=small.staff)
    await small.group.sees("確定期限")
    await drained(small)
    await small.staff.presses_in(small.group, "確定する")
    await small.taro.sees("【予約が確定しました】")
