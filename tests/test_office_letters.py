"""What the office mailbox gets of a request: a pointer to the desk where there is one, else the details.

The card of the staff group says which.
"""

from __future__ import annotations

import re
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.desk import TownDesk, town_with_desk
from tests.stories import CANCELS, SENDS, Step, form, presses, walk
from tests.town import OFFICE_MAIL, Town, requested

DETAILS = ("川越 太郎", "11030-01234567", "taro@example.jp", "090-1234-5678")


def words(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part
    return str(part.get_content())


def link(desk: TownDesk, letter: EmailMessage) -> str:
    found = re.search(rf"^{re.escape(desk.origin)}(/bookings/\S+)\s*$", words(letter), re.MULTILINE)
    assert found
    return found[1]


async def test_with_a_desk_the_letter_points_to_the_booking_and_holds_nothing_of_who_it_is(
    database_url: str, tmp_path: Path
) -> None:
    async with town_with_desk(tmp_path, database_url) as (place, desk):
        card = await requested(place)
        letter = await place.mailbox.gets("新しい申し込み", to=OFFICE_MAIL)
        for said in ("希望日時：11月24日(火) 9:30", "返信期限：11月20日(金)", "確定期限：11月19日(木)", "備考：なし"):
            assert said in words(letter)
        assert not [detail for detail in DETAILS if detail in letter.as_string() + words(letter)]
        assert "氏名などは職員用ページで確認" in card.text
        await _follow(desk, link(desk, letter))
        await walk(place.taro, CANCELS)
        assert "氏名などは職員用ページで確認" in (await place.group.sees("【利用者がキャンセル】")).text
        cancelled = await place.mailbox.gets("キャンセル", to=OFFICE_MAIL)
        assert link(desk, cancelled) == link(desk, letter)


async def _follow(desk: TownDesk, path: str) -> None:
    """The link shows nothing to a stranger and changes nothing; who is signed in sees the details on a press."""
    stranger = desk.browser()
    shown = await stranger.opens(path)
    assert (shown.status, "/desk" in shown.text) == (401, True)
    visitor = await desk.signed_in()
    shown = await visitor.opens(path)
    assert shown.status == 200
    assert DETAILS[0] not in shown.text
    shown = await visitor.presses("個人情報を表示する")
    assert not [detail for detail in DETAILS if detail not in shown.text]
    assert await desk.all("SELECT state FROM booking") == [("requested",)]


async def test_a_pointer_names_the_flags_without_what_stands_behind_them(small: Town) -> None:
    await small.stop()
    await small.start(MADOGUCHI_DESK_URL="https://desk.example", MADOGUCHI_DESK_LISTEN="127.0.0.1:0")
    changed: list[Step] = [
        (presses("内容を直す"), "どれを直しますか"),
        (presses("同席"), "同席する方"),
        (presses("介助・支援の方"), "同席：介助"),
    ]
    await walk(small.taro, [*form(), *changed, SENDS])
    letter = await small.mailbox.gets("新しい申し込み", to=OFFICE_MAIL)
    assert "備考：【同席あり】" in words(letter)
    assert "介助" not in words(letter)


@pytest.mark.parametrize("desk", ["", "https://desk.example"])
async def test_without_a_desk_or_where_the_office_wants_it_the_letter_has_the_details(small: Town, desk: str) -> None:
    await small.stop()
    listen = {"MADOGUCHI_DESK_URL": desk, "MADOGUCHI_DESK_LISTEN": "127.0.0.1:0"} if desk else {}
    await small.start(**listen, **({"MADOGUCHI_OFFICE_LETTERS": "details"} if desk else {}))
    card = await requested(small)
    letter = await small.mailbox.gets("新しい申し込み", to=OFFICE_MAIL)
    assert not [detail for detail in DETAILS if detail not in words(letter)]
    assert "bookings/" not in words(letter)
    assert "氏名などは窓口のメールで確認" in card.text
