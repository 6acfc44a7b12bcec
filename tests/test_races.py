"""Races: never two, never none, and everyone is told the truth, however things fall together.

`make races` plays each up to a thousand times on each engine and prints what was counted.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.app import App
from flows.office import KAWAGOE
from tests.by_hand import Somebody, Told, Update, form, walk
from tests.rush import OLD, SEND, SENT, TAKEN, Rush, counted

Times = Callable[[int, int], int]

OF_A_REQUEST = [("card",), ("no_reply",), ("no_reply_mail",), ("overdue",), ("received",), ("received_office",)]


async def test_of_fifty_people_on_one_slot_one_gets_it_and_the_others_are_offered_other_times(
    counter: Rush, times: Times
) -> None:
    people = [counter.seeker(number) for number in range(50)]
    for number, person in enumerate(people):
        await walk(person, *form(number))
    await counter.keep()
    winners, rounds = set(), times(3, 1000)
    for _ in range(rounds):
        await counter.rewind()
        told = dict(zip(people, await counter.heard_at_once(*(p.presses(SEND) for p in people)), strict=True))
        [winner] = [person for person, heard in told.items() if heard and SENT in heard.text]
        assert await counter.booked() == [(winner.chat, "requested")]
        assert await counter.rows("SELECT kind FROM notice ORDER BY kind") == OF_A_REQUEST
        losers = [(person, heard) for person, heard in told.items() if person is not winner]
        for _, heard in losers:
            assert heard
            assert TAKEN in heard.text
            assert "10:00" in heard.labels
            assert "9:30" not in heard.labels
        loser, heard = counter.random.choice(losers)
        loser.told = heard or Told()
        assert SENT in (await walk(loser, "10:00", SEND)).text
        assert sorted(await counter.booked()) == sorted([(winner.chat, "requested"), (loser.chat, "requested")])
        winners.add(winner.chat)
    assert len(winners) > times(0, 1)
    counted("fifty on one slot", rounds, winners=len(winners))


async def test_double_taps_and_repeated_updates_are_one_request(counter: Rush, times: Times) -> None:
    taro = counter.seeker()
    await walk(taro, *form())
    await counter.keep()
    rounds, taps_in_all = times(20, 1000), 0
    for _ in range(rounds):
        await counter.rewind()
        taps = [taro.presses(SEND) for _ in range(counter.random.randint(2, 4))]
        told = await counter.heard_at_once(*taps, *counter.random.choices(taps, k=3))
        heard = [each for each in told if each]
        assert len(heard) == len(taps)
        assert all(SENT in each.text for each in heard)
        assert sorted(OLD in each.toast for each in heard) == [False] + [True] * (len(taps) - 1)
        assert await counter.booked() == [(taro.chat, "requested")]
        assert await counter.rows("SELECT kind FROM notice ORDER BY kind") == OF_A_REQUEST
        taps_in_all += len(taps)
    counted("double taps and repeated updates", rounds, taps=taps_in_all)


@pytest.mark.parametrize(("asked", "answers"), [(6, ("name", "seeker_number")), (10, ("email", "phone"))])
async def test_answers_that_come_in_any_order_twice_or_late_record_nothing_wrong(
    counter: Rush, times: Times, asked: int, answers: tuple[str, str]
) -> None:
    taro, words = counter.seeker(), form()
    await walk(taro, *words[: asked - 1])
    late = taro.presses(words[asked - 1])["callback_query"]["data"]
    await walk(taro, words[asked - 1])
    await counter.keep()
    await walk(taro, *words[asked:])
    right = await answers_of(counter, taro)
    rounds, outcomes = times(10, 500), Counter[str]()
    for _ in range(rounds):
        await counter.rewind()
        typed = [taro.types(words[asked]), taro.types(words[asked + 1])]
        again = [counter.random.choice(typed), taro.sends(late)]
        await counter.heard_at_once(*typed, *again)
        now = await taro.does(taro.sends(late))
        assert OLD in now.toast
        given = await answers_of(counter, taro)
        assert {name: given[name] for name in answers if name in given}.items() <= right.items()
        outcomes[f"{sum(name in given for name in answers)} taken"] += 1
        missing = [word for word, name in zip(words[asked:], answers, strict=False) if name not in given]
        await walk(taro, *missing, *words[asked + 2 :])
        assert "ご確認ください" in taro.told.text
        assert await answers_of(counter, taro) == right
    counted(f"{' and '.join(answers)} in any order", rounds, **outcomes)


async def answers_of(counter: Rush, somebody: Somebody) -> dict[str, object]:
    """What is recorded of the form so far."""
    store = counter.workers[0].kit.store
    place = await store.database.run(lambda t: store.load(t, (somebody.chat, "")))
    return dict(place.conversation.answers)


OTHERS = {  # what it says when it comes before the request is sent, and after
    "/cancel": ("申し込みはしていません", "入力中の申し込みはありません"),
    "やめる": ("申し込みはしていません", SENT),
    "/book": ("入力の途中です", "すでに申し込みか予約があります"),
    "/start": ("入力の途中です", "オンライン職業相談"),
    "/language": ("ことば", "ことば"),
}


async def test_who_sends_and_does_something_else_at_once_has_done_both_in_one_order_or_the_other(
    counter: Rush, times: Times
) -> None:
    taro = counter.seeker()
    await walk(taro, *form())
    await counter.keep()
    rounds, sent_first = times(30, 1000), Counter[str]()
    for _ in range(rounds):
        await counter.rewind()
        words = counter.random.choice(list(OTHERS))
        other = taro.presses(words) if words in taro.told.labels else taro.types(words)
        sent, did = await counter.heard_at_once(taro.presses(SEND), other)
        assert sent
        assert did
        alive = await counter.booked()
        assert alive == ([] if OLD in sent.toast else [(taro.chat, "requested")])
        assert OTHERS[words][bool(alive)] in did.text
        assert not alive or SENT in sent.text
        sent_first[words] += bool(alive)
    assert times(0, 1) <= sum(sent_first.values()) <= rounds - times(0, 1)
    counted("sending and something else", rounds, **{f"sent before {word}": n for word, n in sent_first.items()})


async def test_who_agrees_to_the_terms_and_stops_at_once_is_remembered_as_who_agreed(
    counter: Rush, times: Times
) -> None:
    taro = counter.seeker()
    await walk(taro, "/book")
    await counter.keep()
    rounds, agreed_first = times(20, 300), 0
    for _ in range(rounds):
        await counter.rewind()
        await counter.heard_at_once(taro.presses("同意して進む"), taro.types("/cancel"))
        [(agreed,)] = await counter.rows("SELECT count(*) FROM consent")
        assert await counter.rows("SELECT state, fleeting FROM conversation") == [("stopped", not agreed)]
        agreed_first += agreed
    assert times(0, 1) <= agreed_first <= rounds - times(0, 1)
    counted("agreeing and stopping", rounds, agreed=agreed_first)


async def test_who_comes_back_while_the_last_words_are_said_and_a_notice_is_on_its_way_is_not_forgotten(
    counter: Rush, times: Times
) -> None:
    taro = counter.seeker()
    await walk(taro, "/book", "/terms")
    counter.clock.now += timedelta(seconds=30)  # until then the turn's own reply would have sent the terms
    await counter.keep()
    rounds, outcomes = times(15, 300), Counter[str]()
    for _ in range(rounds):
        await counter.rewind()
        senders = (partial(counter.send_due, worker) for worker in counter.workers)
        leaves = partial(serve, counter.anyone(), taro.presses("同意しない"))
        back, *_ = await counter.at_once(counter.act(taro.types("/start")), leaves, *senders)
        [(state,)] = await counter.rows("SELECT state FROM conversation")
        assert back.shot.step == state
        assert await counter.rows("SELECT state FROM notice WHERE kind = 'terms'") == [("sent",)]
        outcomes[f"came back to the {state}"] += 1
    assert len(outcomes) > times(0, 1)
    counted("coming back while being forgotten", rounds, **outcomes)


async def serve(worker: App, update: Update) -> None:
    """The update and what is said after it."""
    speech = await worker.service.commit(update)
    assert speech
    await speech()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer
async def test_a_turn_that_the_database_ends_because_two_waited_for_each_other_is_taken_again(counter: Rush) -> None:
    taro, _ = await counter.requested()
    await walk(taro, "/mine", "この予約をキャンセルする")
    async with counter.workers[1].database.transaction() as other:
        await other.execute(text("SET LOCAL deadlock_timeout = '60s'"))  # so that it is the turn that is ended
        await other.execute(text("SELECT 1 FROM booking FOR UPDATE"))
        cancelling = asyncio.create_task(counter.hear(taro.presses("キャンセルする")))
        while not (await other.execute(text("SELECT 1 FROM pg_locks WHERE NOT granted"))).first():
            assert not cancelling.done()
        await other.execute(text("SELECT 1 FROM conversation WHERE chat_id > 0 FOR UPDATE"))
    told = await cancelling
    assert told
    assert "キャンセルしました" in told.text
    assert await counter.booked() == [(taro.chat, "cancelled")]
    assert counter.errors.pop("40P01") == 1


async def test_a_request_for_a_day_that_the_office_closes_is_accepted_before_or_refused(
    counter: Rush, times: Times, tmp_path: Path
) -> None:
    people = [counter.seeker(number) for number in range(3)]
    for number, (person, at) in enumerate(zip(people, ("9:30", "10:00", "10:30"), strict=True)):
        await walk(person, *form(number, at))
    await counter.hire(MADOGUCHI_OFFICE=closed(tmp_path))
    await counter.keep()
    rounds, accepted, workers = times(10, 1000), 0, len(counter.workers)
    for _ in range(rounds):
        await counter.rewind()
        *early, late = people
        presses = [person.presses(SEND) for person in early]
        told = await counter.at_once(*(partial(counter.hear, each, by) for each in presses for by in counter.workers))
        heard = [one_of(told[n : n + workers]) for n in range(0, len(told), workers)]
        last = await late.does(late.presses(SEND))
        alive = [person.chat for person, each in zip(early, heard, strict=True) if SENT in each.text]
        assert [chat for chat, _ in await counter.booked()] == sorted(alive)
        for each in (last, *(each for each in heard if SENT not in each.text)):
            assert "11月24日(火) は閉庁日です（庁舎の点検）" in each.text
            assert not any(label.startswith("11月24日") for label in each.labels)
        assert SENT in (await walk(late, "11月25日", "9:30", SEND)).text
        accepted += len(alive)
    counted("requests against a closure", rounds, accepted=accepted, refused=rounds * 3 - accepted)


def one_of(told: list[Told | None]) -> Told:
    """An update that came to every worker has taken effect once."""
    [heard] = [each for each in told if each]
    return heard


def closed(folder: Path) -> str:
    """The office of Kawagoe, closed on the day that everybody has chosen."""
    office = folder / "office"
    office.mkdir()
    for file in KAWAGOE.iterdir():
        closing = 'closures = [{ day = 2026-11-24, reason = { ja = "庁舎の点検", en = "inspection" } }]'
        (office / file.name).write_text(file.read_text("utf-8").replace("closures = []", closing), "utf-8")
    return str(office)
