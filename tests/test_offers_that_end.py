"""An offer that ends: it ran out, or its person is suspended (第4条(4)). Who is told, how, and who has it next."""

from __future__ import annotations

import asyncio

from sqlalchemy import insert, select

from bot import measures, waiting
from bot.counter import BOOKING
from flows import promises
from flows.counter import Booking
from flows.waiting import told_already
from tests.counters import DAYS, NOW, Office
from tests.test_waiting import DAY, FIRST, LEAD, NOON, asked, full, lapse, wait
from tests.town import Clock, Town

ENDED = "SELECT key, chat_id FROM notice WHERE kind = 'offer_over'"


async def suspend(office: Office, booking: Booking) -> int:
    number = select(BOOKING.c.number_index).where(BOOKING.c.id == booking.id)
    why = ("no_contact", None, "二回目", LEAD, NOW)
    async with office.database.transaction() as transaction:
        index = (await transaction.execute(number)).scalar_one()
        return await measures.decide(transaction, office.seal, index, booking, "suspension", *why)


async def known(office: Office, chat: int) -> Booking:
    """Somebody who has been here before."""
    before = await office.request(chat, "2026-11-27 10:00")
    assert isinstance(before, Booking)
    assert await office.move(before, "cancel")
    return before


async def test_4_4_who_is_suspended_is_offered_nothing_until_that_is_over(office: Office) -> None:
    first, second = await full(office)
    measure = await suspend(office, await known(office, 11))
    await wait(office, 11, 12)
    await office.move(first, "cancel")
    assert await asked(office) == [12]
    await office.database.run(lambda t: measures.end(t, measure, "", "talked", LEAD, NOW))
    await office.move(second, "cancel")
    assert sorted(await asked(office)) == [11, 12]


async def test_4_4_what_is_kept_for_somebody_who_is_suspended_meanwhile_goes_to_the_next(office: Office) -> None:
    before = await known(office, 11)
    first, _ = await full(office)
    await wait(office, 11, 12)
    await office.move(first, "cancel")
    await suspend(office, before)
    assert await lapse(office, NOW)
    assert await asked(office) == [12]
    assert await office.all(ENDED) == [], "the suspension is told, and nothing else"


async def test_whose_offer_ran_out_is_told_so_unless_they_know_or_have_another(office: Office) -> None:
    first, second = await full(office)
    await wait(office, 11)
    await office.move(first, "cancel")
    await lapse(office, NOON)
    [(key, chat)] = await office.all(ENDED)
    assert chat == 11

    async def told() -> bool:
        return await office.database.run(lambda t: waiting.ended(t, DAYS, chat, key)) is not None

    assert await told()
    tomorrow = Clock("2026-11-20 09:00")()
    await office.move(second, "cancel", tomorrow)
    await office.database.run(lambda t: waiting.serve(office.before(t, None, tomorrow)))
    assert await asked(office) == [11]
    assert not await told(), "there is another"
    await office.database.run(lambda t: office.before(t, 11).stop_waiting())
    assert not await told(), "they wait no more"
    assert told_already("offers", "nothing")
    assert not told_already("offers", "offer")
    assert not told_already("booking", "day")


def test_of_an_offer_that_ran_out_nobody_hears_at_night() -> None:
    midnight = Clock("2026-11-25 00:00")()
    assert promises.wait_for_morning(DAYS, "offer_over", midnight) == Clock("2026-11-25 08:00")()
    assert promises.wait_for_morning(DAYS, "offer_over", NOON) is None


async def test_no_phone_rings_for_an_offer_that_ran_out(place: Town) -> None:
    await place.taro.says("/start")
    await place.taro.sees("予約窓口")
    now = place.clock()
    kept = {"counsellor": "1", "start": Clock(FIRST)(), "until": now}
    wish = {"chat_id": place.taro.id, "first": DAY, "last": DAY, "since": now, "asked_on": now.date(), **kept}
    await place.rows(insert(waiting.WAITING).values(**wish))
    told = await place.taro.sees("【お取り置きが終わりました】")
    assert told.silent
    await place.taro.says("/mine")
    await place.taro.sees("11月26日(木) の空きを待っています。")


async def test_whoever_has_stopped_the_bot_keeps_no_time_from_others(place: Town) -> None:
    await place.taro.says("/start")
    await place.taro.sees("予約窓口")
    place.taro.blocks_bot()
    now, until = place.clock(), Clock("2026-11-19 12:00")()
    kept = {"counsellor": "1", "start": Clock(FIRST)(), "until": until}
    wish = {"chat_id": place.taro.id, "first": DAY, "last": DAY, "since": now, "asked_on": now.date(), **kept}
    await place.rows(insert(waiting.WAITING).values(**wish))
    outbox, chat = place.app.kit.outbox, place.taro.id
    await place.app.database.run(lambda t: outbox.put(t, "offered:1", "offered", now, until, chat_id=chat))
    async with asyncio.timeout(10):
        while await place.rows("SELECT start FROM waiting") != [(None,)]:
            place.app.sender.wake.set()
            await place.app.lanes.finish(5)
    place.taro.unblocks_bot()
    await place.taro.says("/mine")
    await place.taro.sees("11月26日(木) の空きを待っています。")
