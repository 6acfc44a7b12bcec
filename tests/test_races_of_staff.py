"""Races of staff with the person, with each other and of two senders: one decision, and both sides read the same.

`make races` plays each up to a thousand times on each engine and prints what was counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial

from bot.app import App
from tests.by_hand import Somebody, Told, Update, form, walk
from tests.rush import MOVES, OLD, SEND, Rush, counted
from tests.town import OFFICE_MAIL

Times = Callable[[int, int], int]
CONFIRM, DECLINE, TIME, OTHER = "decision|confirm", "decision|decline", "reason|time", "reason|other"
CANCEL, CANCELLED, CONFIRMED = "キャンセルする", "【キャンセルしました】", "【予約が確定しました】"


async def heard_and_sent(counter: Rush, update: Update, worker: App, looks: int) -> Told | None:
    """An update, and at once what is due by the same worker's sender."""
    told = await counter.hear(update, worker)
    for _ in range(looks):
        await counter.send_due(worker)
    return told


async def test_who_cancels_while_staff_confirm_is_told_what_happened_in_the_order_it_happened(
    counter: Rush, times: Times
) -> None:
    taro, card = await counter.requested()
    await walk(taro, "/mine", "この予約をキャンセルする")
    staff, _ = counter.staff()
    await counter.keep()
    rounds, histories = times(12, 1000), Counter[str]()
    for _ in range(rounds):
        await counter.rewind()
        first, second = counter.random.sample(counter.workers, 2)
        looks = counter.random.choice((0, 2))
        said, decided = await counter.at_once(
            partial(heard_and_sent, counter, taro.presses(CANCEL), first, looks),
            partial(heard_and_sent, counter, staff.sends(card + CONFIRM), second, looks),
        )
        await counter.send_all()
        history = [event for _, _, event in await counter.rows(MOVES)]
        assert history in (["cancel"], ["confirm", "cancel"])
        assert await counter.booked() == [(taro.chat, "cancelled")]
        assert "キャンセルしました" in said.text
        assert decided.toast == ("" if "confirm" in history else "【利用者がキャンセル】")
        by_mail, in_chat = counter.entries(), counter.news(taro)
        assert by_mail in ([], ["REQUEST", "CANCEL"])
        assert in_chat in ([CANCELLED], [CONFIRMED, CANCELLED])
        if not looks or "confirm" not in history:  # it was cancelled before anything was sent
            assert (by_mail, in_chat) == ([], [CANCELLED])
        histories[" ".join([*history, *by_mail, *(["told"] if CONFIRMED in in_chat else [])])] += 1
    assert len(histories) > times(0, 3)
    counted("cancelling against confirming", rounds, **histories)


async def test_of_two_who_decide_at_once_one_has_decided_and_the_other_reads_who(counter: Rush, times: Times) -> None:
    taro, card = await counter.requested()
    one, two = counter.staff()
    await counter.keep()
    rounds, outcomes = times(12, 1000), Counter[str]()
    for _ in range(rounds):
        await counter.rewind()
        reason_is_asked = counter.random.random() < 0.5
        if reason_is_asked:
            await one.does(one.sends(card + DECLINE))
        buttons = counter.random.choices((TIME, OTHER) if reason_is_asked else (CONFIRM, DECLINE), k=2)
        presses = (one.sends(card + buttons[0]), two.sends(card + buttons[1]))
        told = await counter.at_once(*map(counter.act, presses))
        if await counter.booked() == [(taro.chat, "requested")]:  # one has begun to decline
            assert [OLD in each.toast for each in told].count(True) == 1
            await one.does(one.sends(card + TIME))
            outcomes["declined after one had begun to"] += 1
        else:
            [(_, name, event)] = await counter.rows(MOVES)
            assert [each.toast for each in told].count("") == 1
            assert all(name in (each.toast or each.text) for each in told)
            outcomes[event] += 1
        await counter.send_all()
        [(_, _, event)] = await counter.rows(MOVES)
        assert counter.news(taro) == [{"confirm": CONFIRMED, "decline": "【お受けできませんでした】"}[event]]
        assert counter.entries() == (["REQUEST"] if event == "confirm" else [])
    assert len(outcomes) > times(0, 1)
    counted("two staff decide", rounds, **outcomes)


async def test_two_senders_send_each_notice_once(counter: Rush, times: Times) -> None:
    people = [counter.seeker(number) for number in range(6)]
    for number, (person, at) in enumerate(
        zip(people, ("9:30", "10:00", "10:30", "11:00", "13:00", "13:30"), strict=True)
    ):
        await walk(person, *form(number, at), SEND)
    await counter.keep()
    rounds, by_worker = times(4, 300), Counter[str]()
    for _ in range(rounds):
        await counter.rewind()
        await counter.at_once(*(partial(counter.send_due, worker) for worker in counter.workers * 2))
        await counter.send_all()
        assert [counter.news(person) for person in people] == [["【受け付けました】"]] * len(people)
        assert len(counter.place.mailbox.to(OFFICE_MAIL)) == len(people)
        group = Somebody(counter.hear, 0, counter.place.group.id)
        assert len(counter.said(group)) == len(people)
        assert await counter.rows("SELECT count(*) FROM notice WHERE state = 'sent'") == [(3 * len(people),)]
        by_worker.update(owner for (owner,) in await counter.rows("SELECT owner FROM notice WHERE state = 'sent'"))
    counted("two senders", rounds, **{f"sent by worker {n}": each for n, each in enumerate(by_worker.values())})
