"""The mail server refuses, breaks off, is slow or away: what people and staff see, what waits, and that it drains.

Until the letter is handed over the chat calls nothing confirmed. A letter that was taken while the answer was lost
comes twice with one Message-ID; no other comes twice, and none is lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest
from aiosmtpd.smtp import SMTP

from bot.channels import LETTER
from bot.outbox import LEASE_SECONDS
from bot.post import SmtpPost
from bot.sender import AT_ONCE
from tests.faults import copies, drained, next_try
from tests.town import OFFICE_MAIL, Mailbox, Town, book, requested

TARO_MAIL = "taro@example.jp"
Fault = AbstractAsyncContextManager[None]
CONFIRMED = "【予約が確定しました】"


@asynccontextmanager
async def says(mailbox: Mailbox, answer: str) -> AsyncIterator[None]:
    """The recipient is refused."""
    mailbox.answer = answer
    yield
    mailbox.answer = None


@asynccontextmanager
async def takes(mailbox: Mailbox, how: Callable[[SMTP, EmailMessage], Awaitable[str]]) -> AsyncIterator[None]:
    mailbox.takes = how
    yield
    mailbox.takes = None


def refused(mailbox: Mailbox) -> Fault:
    return says(mailbox, "450 4.2.1 try again later")


def too_full(mailbox: Mailbox) -> Fault:
    async def full(server: SMTP, letter: EmailMessage) -> str:
        return "452 4.3.1 no room"

    return takes(mailbox, full)


def taken_and_cut(mailbox: Mailbox) -> Fault:
    async def cut(server: SMTP, letter: EmailMessage) -> str:
        mailbox.keep(letter)
        assert isinstance(server.transport, asyncio.Transport)
        server.transport.abort()
        return "250 OK"

    return takes(mailbox, cut)


def taken_too_slowly(mailbox: Mailbox) -> Fault:
    async def slow(server: SMTP, letter: EmailMessage) -> str:
        mailbox.keep(letter)
        await asyncio.Event().wait()
        return "250 OK"

    return takes(mailbox, slow)


@asynccontextmanager
async def instead(mailbox: Mailbox, greeting: bytes) -> AsyncIterator[None]:
    """Another server at the same place, which only greets, or does not even do that."""
    over = asyncio.Event()

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        if not greeting:
            await over.wait()
        writer.close()

    await mailbox.close()
    server = await asyncio.start_server(greet, "127.0.0.1", mailbox.port)
    yield
    over.set()
    server.close()
    await server.wait_closed()
    await mailbox.open(mailbox.port)


@asynccontextmanager
async def away(mailbox: Mailbox) -> AsyncIterator[None]:
    await mailbox.close()
    yield
    await mailbox.open(mailbox.port)


FAULTS: dict[str, Callable[[Mailbox], Fault]] = {
    "421 at once": lambda mailbox: instead(mailbox, b"421 4.3.2 not now\r\n"),
    "never greets": lambda mailbox: instead(mailbox, b""),
    "away": away,
    "450 at RCPT": refused,
    "452 after DATA": too_full,
    "cut after DATA": taken_and_cut,
    "slow after DATA": taken_too_slowly,
}
TAKEN_ALL_THE_SAME = ("cut after DATA", "slow after DATA")
NEVER_ANSWERED = ("never greets", "slow after DATA")


async def asked(place: Town) -> None:
    await requested(place)
    await place.mailbox.gets("新しい申し込み", to=OFFICE_MAIL)
    await drained(place)


@asynccontextmanager
async def fails(place: Town, kind: str) -> AsyncIterator[None]:
    """One of the faults; for an answer that never comes the post waits two seconds instead of thirty."""
    notices = place.app.sender.notices
    patient = notices.letters
    if kind in NEVER_ANSWERED:
        hurried = SmtpPost("127.0.0.1", place.mailbox.port, loopback=True, step=2.0)
        notices.letters = replace(patient, post=hurried)
    async with FAULTS[kind](place.mailbox):
        yield
    notices.letters = patient


async def until_tried(place: Town, times: int) -> None:
    """The confirming letter has failed so many times."""
    done = "SELECT count(*) FROM notice WHERE kind = 'confirmed_mail' AND lease_until IS NULL AND attempts >= {}"
    async with asyncio.timeout(10):
        while await place.rows(done.format(times)) != [(1,)]:
            place.app.sender.wake.set()
            await place.app.lanes.finish(5)


def entries(place: Town) -> list[object]:
    """What Taro's letters do to his calendar."""
    parts = [part for letter in place.mailbox.to(TARO_MAIL) for part in letter.walk()]
    return [part.get_param("method") for part in parts if part.get_content_type() == "text/calendar"]


@pytest.mark.parametrize("kind", FAULTS)
async def test_while_no_letter_can_be_handed_over_nothing_is_called_confirmed(small: Town, kind: str) -> None:
    """The person sees what was there, staff their decision on the card; the letter waits and goes; the chat follows."""
    await asked(small)
    async with fails(small, kind):
        await small.staff.presses_in(small.group, "確定する")
        await small.group.sees("【確定】職員 一号")
        await until_tried(small, 1)
        await small.taro.says("/help")
        await small.taro.sees("使い方")
        assert copies(small.taro, CONFIRMED) == 0
        await small.app.lanes.finish(5)
    await small.turn_clock("2026-11-19 10:10")
    await small.taro.sees(CONFIRMED)
    await drained(small)
    letters = small.mailbox.to(TARO_MAIL)
    assert len(letters) == (2 if kind in TAKEN_ALL_THE_SAME else 1)
    assert len({letter["Message-ID"] for letter in letters}) == 1
    assert copies(small.taro, CONFIRMED) == 1
    assert len(small.mailbox.to(OFFICE_MAIL)) == 1


@pytest.mark.parametrize("kind", [*TAKEN_ALL_THE_SAME, "450 at RCPT"])
async def test_who_cancels_what_may_have_arrived_gets_the_entry_taken_out_of_the_calendar(
    small: Town, kind: str
) -> None:
    await asked(small)
    async with fails(small, kind):
        await small.staff.presses_in(small.group, "確定する")
        await until_tried(small, 1)
        await small.taro.says("/mine")
        await small.taro.sees("確定の手続き中です")
        await small.taro.presses("この予約をキャンセルする")
        await small.taro.sees("の予約をキャンセルしますか")
        await small.taro.presses("キャンセルする")
        await small.taro.sees("キャンセルしました")
    await small.turn_clock("2026-11-19 10:10")
    await drained(small)
    assert entries(small) == (["REQUEST", "CANCEL"] if kind in TAKEN_ALL_THE_SAME else [])


async def test_a_mail_server_that_is_away_for_three_hours_loses_no_letter_of_the_office(place: Town) -> None:
    """The person has a receipt; staff have the card, and read that their letters wait; then the letter comes, once."""
    async with away(place.mailbox):
        await requested(place)
        began = place.clock.now
        while place.clock.now < began + timedelta(hours=3):
            await next_try(place, "received_office")
        await place.group.sees("メールボックスにメールを送れません")
    await next_try(place, "received_office")
    await place.mailbox.gets("新しい申し込み", to=OFFICE_MAIL)
    await drained(place)
    assert len(place.mailbox.letters) == 1
    assert copies(place.group, "メールボックスにメールを送れません") == 1
    assert copies(place.group, "【送れないメールがあります】") == 0, "that is of letters to people"


@pytest.mark.parametrize("stage", ["RCPT", "DATA"])
async def test_a_letter_refused_for_good_is_shown_to_staff_and_the_person_reads_that_it_is_under_way(
    small: Town, stage: str
) -> None:
    """Nothing waits: staff call or write, press what they did, and the person reads that it is confirmed."""
    await asked(small)

    async def full(server: SMTP, letter: EmailMessage) -> str:
        return "552 5.2.2 mailbox full"

    async with says(small.mailbox, "550 5.1.1 no such user") if stage == "RCPT" else takes(small.mailbox, full):
        await small.staff.presses_in(small.group, "確定する")
        await small.group.sees("【メールを送れませんでした】")
        await small.taro.sees("【確定の手続き中です】")
        await drained(small)
    assert copies(small.taro, CONFIRMED) == 0
    await small.staff.presses_in(small.group, "電話で連絡済み")
    await small.taro.sees(CONFIRMED)
    await drained(small)
    assert copies(small.group, "【メールを送れませんでした】") == 1


async def test_however_many_letters_a_slow_server_holds_chats_and_cards_go_on(small: Town) -> None:
    """Others see no difference, staff get the card; the letters are handed over when the server is quick again."""
    await asked(small)
    go_on = asyncio.Event()
    waiting: list[EmailMessage] = []

    async def slowly(server: SMTP, letter: EmailMessage) -> str:
        waiting.append(letter)
        await go_on.wait()
        return small.mailbox.keep(letter)

    small.mailbox.takes = slowly
    async with small.app.database.transaction() as transaction:
        for number in range(40):
            await small.app.kit.outbox.put(transaction, f"no_group:{number}", "no_group", small.clock())
    small.app.sender.wake.set()
    hanako = small.server.person("川越 花子", language_code="ja")
    await book(hanako, number="11030-7654321", email="hanako@example.jp", at="10:00")
    await hanako.sees("【受け付けました】")
    await small.group.sees("10:00")
    assert len(waiting) <= AT_ONCE[LETTER]
    small.mailbox.takes = None
    go_on.set()
    await drained(small)
    assert len({letter["Message-ID"] for letter in small.mailbox.letters}) == len(small.mailbox.letters) == 42


def test_a_slow_letter_is_given_up_before_its_lease_runs_out() -> None:
    assert SmtpPost("mail.example", 25).total + 2 < LEASE_SECONDS
