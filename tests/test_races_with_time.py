"""Races with time: a lapse against a decision, a deadline against requests, the end of a form's day against an answer.

`make races` plays each up to a thousand times on each engine and prints what was counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, time, timedelta
from functools import partial

from sqlalchemy import select

from bot.app import App
from bot.store import CONVERSATION
from tests.by_hand import Somebody, Update, form, walk
from tests.rush import MOVES, SEND, SENT, Rush, counted

Times = Callable[[int, int], int]
TIMES = ("9:30", "10:00", "10:30", "11:00", "13:00", "13:30")
SECOND = timedelta(seconds=1)
LAPSED = "【確定できませんでした】"
CLOSED = "【入力を終了しました】"


async def moves(counter: Rush, worker: App, ahead: timedelta = timedelta(0)) -> None:
    """The clock's moves, by one worker, whose clock may be ahead of the others'."""
    await worker.clockwork.move_bookings(counter.clock() + ahead)


async def ticks(counter: Rush, worker: App) -> None:
    """All that a worker does once a second."""
    await worker.clockwork.tick(counter.clock())
    await worker.lanes.finish(20)


async def test_a_request_that_lapses_while_staff_confirm_is_one_or_the_other_to_both(
    counter: Rush, times: Times
) -> None:
    taro, card = await counter.requested()
    staff, _ = counter.staff()
    counter.clock.turn("2026-11-20 17:14")
    await counter.send_all()
    await staff.does(staff.sends(card + "decision|confirm"))
    counter.clock.turn("2026-11-20 17:14:59")
    await counter.keep()
    rounds, outcomes = times(12, 1000), Counter[str]()
    for _ in range(rounds):
        await counter.rewind()
        clocks = (partial(moves, counter, worker, SECOND) for worker in counter.workers)
        told, *_ = await counter.at_once(counter.act(staff.sends(card + "late|agreed")), *clocks)
        counter.clock.turn("2026-11-20 17:15")
        [(_, _, event)] = await counter.rows(MOVES)
        confirmed = event == "confirm"
        assert await counter.booked() == [(taro.chat, "confirmed" if confirmed else "lapsed")]
        assert ("職員 一号" if confirmed else "【期限切れ】") in (told.toast or told.text)
        assert (told.toast == "") == confirmed
        await counter.send_all()
        assert counter.news(taro) == ["【予約が確定しました】" if confirmed else LAPSED]
        assert counter.entries() == (["REQUEST"] if confirmed else [])
        outcomes[event] += 1
    assert len(outcomes) > times(0, 1)
    counted("lapse against confirming", rounds, **outcomes)


async def test_what_lapses_by_two_clocks_while_some_is_cancelled_or_decided_has_one_end(
    counter: Rush, times: Times
) -> None:
    people = [counter.seeker(number) for number in range(6)]
    for number, (person, at) in enumerate(zip(people, TIMES, strict=True)):
        await walk(person, *form(number, at), SEND)
    for person in people[:2]:
        await walk(person, "/mine", "この予約をキャンセルする")
    counter.clock.turn("2026-11-20 17:15")
    await counter.keep()
    rounds, outcomes = times(6, 300), Counter[str]()
    for _ in range(rounds):
        await counter.rewind()
        cancels = [counter.act(person.presses("キャンセルする")) for person in people[:2]]
        told = await counter.at_once(*cancels, *(partial(moves, counter, worker) for worker in counter.workers))
        ends = [(chat, event) for chat, _, event in await counter.rows(MOVES)]
        assert sorted(chat for chat, _ in ends) == sorted(person.chat for person in people)
        for person, heard in zip(people[:2], told[:2], strict=True):
            cancelled = (person.chat, "cancel") in ends
            assert ("キャンセルしました" if cancelled else "申し込みや予約はありません") in heard.text
        assert {state for _, state in await counter.booked()} <= {"lapsed", "cancelled"}
        outcomes.update(event for _, event in ends)
    assert len(outcomes) > times(0, 1)
    counted("two clocks and the people", rounds, **outcomes)


async def test_a_request_after_the_deadline_is_never_accepted_though_it_passes_meanwhile(
    counter: Rush, times: Times
) -> None:
    people = [counter.seeker(number) for number in range(4)]
    for number, (person, at) in enumerate(zip(people, TIMES, strict=False)):
        await walk(person, *form(number, at))
    counter.clock.turn("2026-11-19 23:59")
    await counter.keep()
    rounds, accepted = times(8, 300), 0
    for _ in range(rounds):
        await counter.rewind()
        acts = [partial(asks, counter, person, counter.anyone()) for person in people]
        _, *sent = await counter.at_once(partial(midnight, counter), *acts)
        chats = [person.chat for person, taken in zip(people, sent, strict=True) if taken]
        assert [chat for chat, _ in await counter.booked()] == sorted(chats)
        accepted += len(chats)
    assert times(0, 1) <= accepted <= rounds * len(people) - times(0, 1)
    counted("requests against the deadline", rounds, accepted=accepted, refused=rounds * len(people) - accepted)


async def midnight(counter: Rush) -> None:
    counter.clock.turn("2026-11-20 00:00")


async def asks(counter: Rush, person: Somebody, worker: App) -> bool:
    """Send the request; whether it was accepted. Begun too late it never is, over in time it always is."""
    before = counter.clock()
    told = await counter.hear(person.presses(SEND), worker)
    assert told
    assert (SENT in told.text) != ("締め切りました" in told.text)
    assert SENT in told.text or any(label.startswith("11月25日") for label in told.labels)
    if before == counter.clock():
        assert (SENT in told.text) == (before < counter.workers[0].days.at(date(2026, 11, 20), time()))
    return SENT in told.text


PLACES = {"同意して進む": "registered", "川越 太郎": "seeker_number", SEND: "waiting"}  # an answer, and where it leads


async def test_an_answer_at_the_end_of_its_day_counts_or_the_form_was_closed_before(
    counter: Rush, times: Times
) -> None:
    people = {answer: counter.seeker(number) for number, answer in enumerate(PLACES)}
    for number, (answer, person) in enumerate(people.items()):
        words = form(number, day="11月25日")
        await walk(person, *words[: words.index(answer) if answer in words else None])
    await counter.rows_do("UPDATE conversation SET shown = turns")
    await counter.keep()
    rounds, outcomes = times(12, 1000), Counter[str]()
    for number in range(rounds):
        await counter.rewind()
        counter.clock.now += timedelta(hours=24, minutes=2 * (number % 2))  # housekeeping is once a minute
        answers = [counter.act(says(person, answer)) for answer, person in people.items()]
        told = await counter.at_once(*answers, *(partial(ticks, counter, worker) for worker in counter.workers))
        for (answer, person), heard in zip(people.items(), told, strict=False):
            [(state,)] = await counter.rows(select(CONVERSATION.c.state).where(CONVERSATION.c.chat_id == person.chat))
            closed = heard.shot.step != PLACES[answer]
            assert state in (("menu", "timed_out") if closed else (PLACES[answer],))
            assert counter.news(person) == ([CLOSED] if closed and answer != "同意して進む" else [])
            outcomes["closed before" if closed else "answered before"] += 1
    assert len(outcomes) > times(0, 1)
    counted("an answer at the end of the form's day", rounds, **outcomes)


def says(person: Somebody, words: str) -> Update:
    return person.presses(words) if words in person.told.labels else person.types(words)
