"""Staff: invitations for one use, roles, the end of rights at once, and that a lead is left whoever presses when."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import staff
from flows.desk.roles import Member
from tests.counters import Office
from tests.desk import OpenDesk, Visitor, open_desk

INVITE, WITHDRAW, CHANGE = "招待コードを作る", "取り下げる", "権限を変える"


@pytest.fixture
async def desk(office: Office, database_url: str, tmp_path: Path) -> AsyncIterator[OpenDesk]:
    async with open_desk(database_url, tmp_path) as opened:
        yield opened


@pytest.fixture
async def lead(desk: OpenDesk) -> Visitor:
    visitor = await desk.signed_in("lead")
    await visitor.opens("/staff")
    return visitor


def code_in(html: str) -> str:
    return str(re.findall(r"/join ([\w-]+)<", html)[0])


async def joins(desk: OpenDesk, code: str, who: int, name: str) -> Member | None:
    async with desk.database.transaction() as transaction:
        return await staff.join(transaction, code, who, name, desk.clock())


async def another(desk: OpenDesk, role: str, who: int, name: str) -> Member:
    async with desk.database.transaction() as transaction:
        code = await staff.invite(transaction, role, None, desk.clock())
    member = await joins(desk, code, who, name)
    assert member
    return member


async def test_the_code_of_an_invitation_is_shown_once_and_lets_one_person_in(desk: OpenDesk, lead: Visitor) -> None:
    shown = await lead.presses(INVITE, role="counsellor")
    assert shown.status == 200
    assert "1回限り、1日有効です" in shown.text
    code = code_in(shown.html)
    again = await lead.opens("/staff")
    assert code not in again.html
    assert "11月20日(金) 10:00" in again.text, "the open invitation is listed with its end"
    joined = await joins(desk, code, 801, "職員 二号")
    assert joined == Member(801, "職員 二号", "counsellor")
    shown = await lead.opens("/staff")
    assert "職員 二号" in shown.text
    assert "使われていない招待コードはありません" in shown.text
    assert await joins(desk, code, 802, "職員 三号") is None


async def test_the_answer_with_the_code_on_it_is_not_renewed_under_the_leads_eyes(lead: Visitor) -> None:
    assert "data-renews" in lead.shown.html
    assert "data-renews" not in (await lead.presses(INVITE, role="reader")).html


async def test_an_invitation_without_a_role_is_not_made(desk: OpenDesk, lead: Visitor) -> None:
    for role in ("", "operator"):
        shown = await lead.presses(INVITE, "/staff", role=role)
        assert shown.status == 409
        assert "選" in shown.text
        await lead.opens("/staff")
    assert await desk.all("SELECT count(*) FROM invitation WHERE used_at IS NULL") == [(0,)]


async def test_an_invitation_that_was_withdrawn_lets_nobody_in(desk: OpenDesk, lead: Visitor) -> None:
    code = code_in((await lead.presses(INVITE, role="lead")).html)
    shown = await lead.presses(WITHDRAW)
    assert "招待コードを取り下げました" in shown.text
    assert await joins(desk, code, 801, "職員 二号") is None
    assert await desk.all("SELECT what, note FROM record WHERE what = 'withdrawn'") == [("withdrawn", "lead")]


async def test_an_invitation_that_was_used_meanwhile_is_said_to_be_used(desk: OpenDesk, lead: Visitor) -> None:
    code = code_in((await lead.presses(INVITE, role="counsellor")).html)
    await joins(desk, code, 801, "職員 二号")
    shown = await lead.presses(WITHDRAW)
    assert shown.status == 409
    assert "すでに使われ" in shown.text
    assert "職員 二号" in shown.text, "the page shows how it is now"


async def test_an_invitation_is_open_for_a_day(desk: OpenDesk, lead: Visitor) -> None:
    await lead.presses(INVITE, role="counsellor")
    desk.clock.turn("2026-11-20 10:00")
    visitor = await desk.signed_in(member=Member(701, "責任者", "lead"))
    assert "使われていない招待コードはありません" in (await visitor.opens("/staff")).text


async def test_a_new_role_holds_at_once_and_is_recorded(desk: OpenDesk, lead: Visitor) -> None:
    counsellor = await desk.signed_in("counsellor")
    assert (await counsellor.opens("/staff")).status == 403
    await lead.opens("/staff")
    shown = await lead.presses(CHANGE, "/702/", role="lead")
    assert "権限を「責任者」に変えました" in shown.text
    assert (await counsellor.opens("/staff")).status == 200
    recorded = await desk.all("SELECT who, note FROM record WHERE what = 'role_changed'")
    assert recorded == [(701, "702 lead")]


async def test_the_end_of_rights_works_at_once(desk: OpenDesk, lead: Visitor) -> None:
    counsellor = await desk.signed_in("counsellor")
    await lead.opens("/staff")
    shown = await lead.presses("職員 一号さんの権限を終了する")
    assert "すべての端末でログアウトされました" in shown.text
    assert (await counsellor.opens("/requests")).status == 401
    assert "職員 一号さんの新しい権限" not in (await lead.opens("/staff")).text


async def test_the_last_lead_can_neither_leave_nor_lose_the_role(desk: OpenDesk, lead: Visitor) -> None:
    for tried in (
        await lead.presses("責任者 一号さんの権限を終了する"),
        await lead.presses(CHANGE, "/701/", role="reader"),
    ):
        assert tried.status == 409
        assert "責任者は責任者 一号さん1人だけです" in tried.text
        assert "先に別の職員を責任者に" in tried.text
    await another(desk, "lead", 801, "責任者 二号")
    assert (await lead.opens("/staff")).status == 200
    shown = await lead.presses("責任者 一号さんの権限を終了する")
    assert shown.status == 401, "with another lead there they may go, and are out"


async def test_a_lead_who_takes_another_role_comes_to_a_page_of_it(desk: OpenDesk, lead: Visitor) -> None:
    await another(desk, "lead", 801, "責任者 二号")
    await lead.opens("/staff")
    shown = await lead.presses(CHANGE, "/701/", role="counsellor")
    assert (shown.status, shown.path) == (200, "/requests")
    assert "権限を「担当者」に変えました" in shown.text


async def test_of_two_leads_who_change_one_role_the_second_is_told(desk: OpenDesk, lead: Visitor) -> None:
    await another(desk, "counsellor", 801, "職員 二号")
    other = await desk.signed_in(member=await another(desk, "lead", 802, "責任者 二号"))
    await lead.opens("/staff")
    await other.opens("/staff")
    await lead.presses(CHANGE, "/801/", role="reader")
    shown = await other.presses(CHANGE, "/801/", role="lead")
    assert shown.status == 409
    assert "今の権限は「閲覧のみ」です" in shown.text
    await lead.presses("職員 二号さんの権限を終了する")
    assert "すでに終了しています" in (await other.presses("職員 二号さんの権限を終了する")).text


async def test_of_two_leads_who_end_each_other_at_once_one_is_left(desk: OpenDesk, lead: Visitor) -> None:
    other = await desk.signed_in(member=await another(desk, "lead", 801, "責任者 二号"))
    for visitor in (lead, other):
        await visitor.opens("/staff")
    await asyncio.gather(
        lead.presses("責任者 二号さんの権限を終了する"), other.presses("責任者 一号さんの権限を終了する")
    )
    left = await desk.all("SELECT id FROM staff WHERE role = 'lead' AND ended_at IS NULL")
    assert len(left) == 1


@pytest.mark.parametrize("who", ["0", "-1", "9" * 40, "７０１", "x"])
async def test_nobody_of_the_staff_is_not_there(desk: OpenDesk, lead: Visitor, who: str) -> None:
    token = lead.shown.form(INVITE).fields["token"]
    assert (await lead.sends(f"/staff/{who}/end", token=token)).status == 404


async def test_the_desk_speaks_the_language_that_one_chooses_for_oneself(desk: OpenDesk, lead: Visitor) -> None:
    counsellor = await desk.signed_in("counsellor")
    shown = await counsellor.presses("English")
    assert shown.path == "/today", "the page on which it was chosen"
    assert "Sign out" in shown.text
    assert "ログアウト" in (await lead.opens("/staff")).text, "the others' stays as it is"
    async with desk.database.transaction() as transaction:
        found = await staff.member(transaction, 702)
    assert found
    assert found.language == "en"
    assert "ログアウト" in (await counsellor.presses("日本語")).text


async def test_the_language_leads_back_to_the_same_page_and_nowhere_else(desk: OpenDesk, lead: Visitor) -> None:
    await lead.opens("/staff?x=1")
    assert (await lead.presses("English")).path == "/staff"
    for elsewhere in ("//evil.example/", "https://evil.example/", "/\\evil.example", "", "/a\r\nb"):
        shown = await lead.presses("日本語" if lead.shown.html.count("日本語") else "English", back=elsewhere)
        assert shown.path == "/requests"


async def test_an_unknown_language_is_none(desk: OpenDesk, lead: Visitor) -> None:
    assert (await lead.presses("English", language="xx")).status == 404
