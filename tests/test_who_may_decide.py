"""Who may decide about a request: members of the staff group, by the buttons of its card, and nobody else."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from bot import staff
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


# Once somebody leads, roles decide


async def employ(place: Town, **roles: str) -> None:
    people = {"staff": place.staff, "colleague": place.colleague}
    async with place.app.database.transaction() as transaction:
        for name, role in roles.items():
            row = {"id": people[name].id, "name": name, "role": role, "since": place.clock(), "language": ""}
            await transaction.execute(insert(staff.STAFF).values(**row))


@pytest.mark.parametrize("role", ["lead", "counsellor"])
async def test_whoever_works_with_people_decides(place: Town, role: str) -> None:
    await requested(place)
    await employ(place, staff="lead", colleague=role)
    await place.colleague.presses_in(place.group, "確定する")
    await place.taro.sees("【予約が確定しました】")


async def test_who_only_reads_decides_nothing_and_is_told_why(place: Town) -> None:
    await requested(place)
    await employ(place, staff="lead", colleague="reader")
    await place.colleague.presses_in(place.group, "確定する")
    await place.server.until(lambda: place.colleague.alerts)
    assert "閲覧のみ" in place.colleague.alerts[-1].text
    assert place.colleague.alerts[-1].show_alert
    assert await place.rows("SELECT state FROM booking") == [("requested",)]
    await place.staff.presses_in(place.group, "確定する")
    await place.taro.sees("【予約が確定しました】")


async def test_a_member_of_the_group_who_has_no_role_decides_nothing_and_reads_how_to_get_one(place: Town) -> None:
    await requested(place)
    await employ(place, staff="lead")
    await place.colleague.presses_in(place.group, "確定する")
    await place.server.until(lambda: place.colleague.alerts)
    assert "/join" in place.colleague.alerts[-1].text
    assert await place.rows("SELECT state FROM booking") == [("requested",)]


async def test_without_a_lead_members_of_the_group_decide_whatever_their_role(place: Town) -> None:
    await requested(place)
    await employ(place, staff="reader")
    await place.colleague.presses_in(place.group, "確定する")
    await place.taro.sees("【予約が確定しました】")


async def test_the_end_of_somebodys_rights_holds_for_the_very_next_press(place: Town) -> None:
    await requested(place)
    await employ(place, staff="lead", colleague="counsellor")
    await place.colleague.presses_in(place.group, "お断りする")
    await place.group.sees("理由を選んでください")
    async with place.app.database.transaction() as transaction:
        assert await staff.end(transaction, place.colleague.id, None, place.clock())
    await place.colleague.presses_in(place.group, "求職登録を確認できない")
    await place.server.until(lambda: len(place.colleague.alerts) > 1)
    assert "登録した職員だけ" in place.colleague.alerts[-1].text
    assert await place.rows("SELECT state FROM booking") == [("requested",)]
