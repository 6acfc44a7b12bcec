"""Today's page as a list to work with: one counsellor's sessions alone, and the way from a refusal to its session."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.counters import Office
from tests.desk import OpenDesk, on_sqlite_alone, open_desk
from tests.desk_things import Filling
from tests.test_desk_today import HELD, START, at_the_desk, sends, session, states


@pytest.fixture
async def desk(office: Office, database_url: str, tmp_path: Path) -> AsyncIterator[OpenDesk]:
    async with open_desk(database_url, tmp_path) as opened:
        yield opened


@on_sqlite_alone
async def test_a_counsellor_sees_their_own_sessions_alone_until_they_choose_another(desk: OpenDesk) -> None:
    async with desk.database.transaction() as transaction:
        filling = Filling(desk, transaction)
        await filling.counsellors("職員 一号", "職員 二号")
        mine = await filling.booking("2026-11-24 09:30", "confirm", counsellor="2")
        theirs = await filling.booking("2026-11-24 10:00", "confirm", chat=2)
    visitor = await at_the_desk(desk, "2026-11-24 09:25")
    assert {mine.reference, theirs.reference} <= set(visitor.shown.text.split())
    await visitor.opens("/today?counsellor=2")
    await visitor.opens("/requests")
    shown = await visitor.opens("/today")
    assert (mine.reference in shown.text, theirs.reference in shown.text) == (True, False), "it stays so"
    assert theirs.reference not in (await visitor.presses(START)).text, "after a press too"
    assert f"/today?counsellor=#b{theirs.id}" in (await visitor.opens(f"/bookings/{theirs.id}")).links
    assert theirs.reference in (await visitor.opens("/today?counsellor=")).text
    assert theirs.reference in (await visitor.opens("/today?counsellor=99")).text, "nobody is left out by a slip"
    await visitor.opens("/today?counsellor=2")
    await visitor.opens(await desk.link(await desk.member("lead")))
    assert theirs.reference in (await visitor.presses("職員用ページを開く")).text, "who comes next sees everybody's"


@on_sqlite_alone
async def test_a_refused_press_leads_to_its_session_in_the_list(desk: OpenDesk, office: Office) -> None:
    await session(office)
    booking = await session(office, 2, "2026-11-24 10:00")
    visitor = await at_the_desk(desk, "2026-11-24 09:25")
    form = next(form for form in visitor.shown.forms if booking.id in form.action)
    late = await visitor.sends(form.action.replace("contact", "start"), **form.fields)
    assert (late.status, f"#b{booking.id}" in late.links) == (409, True)
    desk.clock.turn("2026-11-24 09:46")
    await visitor.opens("/today")
    assert "開始しました" in (await visitor.presses(START, booking.id)).text


async def test_4_4_ii_who_came_is_not_recorded_as_no_contact_without_an_extra_tick(
    desk: OpenDesk, office: Office
) -> None:
    booking = await session(office)
    visitor = await at_the_desk(desk, "2026-11-24 09:31")
    await visitor.presses(START)
    desk.clock.turn("2026-11-24 10:30")
    shown = await visitor.opens("/today")
    assert "開始 9:31" in shown.text.replace("\n", " ")
    assert "9:31に参加または連絡の記録があります" in (await sends(visitor, booking, "miss")).text
    assert await states(office) == ["in_session"]
    await visitor.opens("/today")
    assert "実施を記録しました" in (await visitor.presses(HELD, booking.id)).text
