"""Who may decide about a request: members of the staff group, by the buttons of its card, and nobody else."""

from __future__ import annotations

import pytest

from flows.text import Text
from tests.town import Town, book, ja, requested

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
