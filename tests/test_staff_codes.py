"""The codes by which staff join: for one person, for a step up, for no group; and who may go on giving them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import staff
from flows.desk import codes
from tests.counters import Office
from tests.desk import IDS, OpenDesk, on_sqlite_alone, open_desk, town_with_desk
from tests.test_desk_staff import CHANGE, INVITE, another, code_in, joins
from tests.test_staff_chat import code, employ, menu
from tests.town import Town, requested


@pytest.fixture
async def desk(office: Office, database_url: str, tmp_path: Path) -> AsyncIterator[OpenDesk]:
    async with open_desk(database_url, tmp_path) as opened:
        yield opened


async def roles(place: Town) -> dict[int, str]:
    return dict(await place.rows("SELECT id, role FROM staff WHERE ended_at IS NULL"))


def test_a_code_can_be_read_aloud_and_is_understood_however_it_is_written() -> None:
    assert codes.written("ACDE3467HJKMNPRT") == "ACDE-3467-HJKM-NPRT"
    for typed in (
        "ACDE-3467-HJKM-NPRT",
        "acde 3467 hjkm nprt",
        "ＡＣＤＥ３４６７ＨＪＫＭＮＰＲＴ",
        "acdeー3467hjkmnprt",
    ):
        assert codes.meant(typed) == "ACDE3467HJKMNPRT"
    assert codes.meant("ACDE-3467-HJKM-NPRT" * 1000) != "ACDE3467HJKMNPRT"


async def test_a_code_is_understood_in_small_letters_and_with_spaces(small: Town) -> None:
    await small.staff.says(f"/join {(await code(small)).lower().replace('-', ' ')}")
    await small.staff.sees("職員として登録しました（担当者）")


async def test_of_two_who_send_one_code_at_once_one_joins(place: Town) -> None:
    given = await code(place, "lead")
    await asyncio.gather(*(person.says(f"/join {given}") for person in (place.staff, place.colleague)))
    both = (place.staff, place.colleague)
    await place.server.until(lambda: all(any(said.from_bot for said in person.messages) for person in both))
    assert sorted("使用済みか" in person.screen.text for person in both) == [False, True]
    assert len(await roles(place)) == 1


@pytest.mark.parametrize(("has", "given"), [("lead", "reader"), ("lead", "lead"), ("counsellor", "reader")])
async def test_a_code_takes_nothing_from_who_is_here_already_and_stays_good(small: Town, has: str, given: str) -> None:
    await employ(small, small.staff, has)
    good = await code(small, given)
    await small.staff.says(f"/join {good}")
    await small.staff.sees("すでに職員として登録されています")
    assert await roles(small) == {small.staff.id: has}
    await small.colleague.says(f"/join {good}")
    await small.colleague.sees("職員として登録しました")


async def test_a_name_that_makes_lines_or_turns_them_round_is_one_line_that_can_be_read(small: Town) -> None:
    for first, name in (("職員\n【偽】\u202e一号", "職員 【偽】一号"), ("\u200b", ""), ("長" * 64, "長" * 60)):
        person = small.server.person(first)
        await person.says(f"/join {await code(small)}")
        await person.sees("職員として登録しました")
        assert (await small.rows("SELECT name FROM staff ORDER BY id"))[-1] == (name or str(person.id),)


async def test_a_member_becomes_the_first_lead_by_the_operators_code(small: Town) -> None:
    await employ(small, small.staff, "counsellor")
    await small.staff.says(f"/join {await code(small, 'lead')}")
    await small.staff.sees("職員として登録しました（責任者）")
    assert await roles(small) == {small.staff.id: "lead"}


async def test_a_job_seeker_with_a_request_who_joins_keeps_it(small: Town) -> None:
    await requested(small)
    await small.taro.says(f"/join {await code(small)}")
    await small.taro.sees("職員として登録しました")
    await small.taro.says("/mine")
    await small.taro.sees("受付番号")
    assert await small.rows("SELECT state FROM booking") == [("requested",)]


async def test_a_code_that_was_written_in_the_group_is_good_no_more(small: Town) -> None:
    given = await code(small, "lead")
    await small.staff.says_in(small.group, f"/join {given}")
    shown = await small.group.sees("このコードは使えなくなりました")
    assert small.server.cloud.bot["username"] in shown.text
    await small.colleague.says(f"/join {given}")
    await small.colleague.sees("使用済みか")
    assert await roles(small) == {}
    await small.staff.says_in(small.group, "/join NNNN-NNNN-NNNN-NNNN")
    await small.group.sees("個人チャットで送ってください")


async def test_a_code_for_a_member_makes_no_group_the_staff_group(small: Town) -> None:
    given = await code(small, "reader")
    elsewhere = small.server.group("ほかのグループ", members=[small.taro])
    elsewhere.adds_bot(by=small.taro)
    await small.taro.says_in(elsewhere, f"/start@{small.server.cloud.bot['username']} {given}")
    await small.server.settled()
    assert small.app.staff_group.chat == small.group.id
    await small.staff.says(f"/join {given}")
    await small.staff.sees("職員として登録しました（閲覧のみ）")


async def test_a_group_code_lets_nobody_join_the_staff(small: Town) -> None:
    given = await small.app.staff_group.invite(small.clock())
    await small.taro.says(f"/join {given}")
    await small.taro.sees("使用済みか")
    assert await roles(small) == {}


async def test_who_leaves_the_group_comes_back_by_no_code_of_their_own(small: Town) -> None:
    await employ(small, small.staff, "lead")
    await employ(small, small.colleague, "lead")
    async with small.app.database.transaction() as transaction:
        mine = await staff.member(transaction, small.colleague.id)
        given = await staff.invite(transaction, "lead", mine, small.clock())
    small.group.sets(small.colleague, "left")
    await small.colleague.sees("職員としての権限が終わりました")
    await small.colleague.says(f"/join {given}")
    await small.colleague.sees("使用済みか")
    assert await roles(small) == {small.staff.id: "lead"}


async def test_who_leads_no_more_gives_no_codes_and_those_given_are_withdrawn(desk: OpenDesk) -> None:
    lead = await desk.signed_in("lead")
    other = await desk.signed_in(member=await another(desk, "lead", 801, "責任者 二号"))
    await other.opens("/staff")
    given = code_in((await other.presses(INVITE, role="lead")).html)
    await lead.opens("/staff")
    await lead.presses(CHANGE, "/801/", role="counsellor")
    assert await joins(desk, given, 802, "職員 三号") is None
    assert (await other.sends("/staff", token=other.token, role="lead")).status == 403
    withdrawn = await desk.all("SELECT who, note FROM record WHERE what = 'withdrawn'")
    assert withdrawn == [(IDS["lead"], "lead")]


@on_sqlite_alone
async def test_whose_rights_are_ended_on_the_desk_is_told_and_their_codes_are_withdrawn(desk: OpenDesk) -> None:
    lead = await desk.signed_in("lead")
    other = await desk.signed_in(member=await another(desk, "lead", 801, "責任者 二号"))
    await other.opens("/staff")
    given = code_in((await other.presses(INVITE, role="reader")).html)
    await lead.opens("/staff")
    await lead.presses("責任者 二号さんの権限を終了する")
    assert await joins(desk, given, 801, "責任者 二号") is None
    assert await desk.all("SELECT kind, chat_id FROM notice WHERE kind LIKE 'staff:%'") == [("staff:over", 801)]


@on_sqlite_alone
async def test_whose_role_is_changed_on_the_desk_is_told_and_has_the_menu_of_that_role(
    database_url: str, tmp_path: Path
) -> None:
    async with town_with_desk(tmp_path, database_url) as (place, desk):
        await employ(place, place.colleague, "counsellor")
        lead = await desk.signed_in("lead")
        for at, role, words, can in (("10:01", "reader", "閲覧のみ", False), ("10:02", "lead", "責任者", True)):
            place.clock.turn(f"2026-11-19 {at}")
            await lead.opens("/staff")
            await lead.presses(CHANGE, f"/{place.colleague.id}/", role=role)
            await place.colleague.sees(f"今の権限：{words}")
            commands = menu(place, place.colleague.id)
            assert ("pause" in commands, "today" in commands) == (can, True)
