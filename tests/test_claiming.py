"""A booking that staff took is tied to a chat by the code in its letter and the registered phone number, once."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import cast

import pytest
from aiohttp import ClientSession, CookieJar
from hypothesis import given
from hypothesis import strategies as st

from bot import staff
from bot.claims import code_of
from bot.desk.access import make_link
from bot.playground.people import Person
from flows.answers import Rejected
from flows.claiming import LETTERS, booking_code
from flows.counter import Decision
from tests.conversations.visitor import SEAL
from tests.desk import OpenDesk, Visitor, free_port
from tests.faults import drained
from tests.test_desk_taking import CALLED
from tests.town import Town, requested, town

UNLOCK = "予約コードをもう一度使えるようにする"
ADDRESS, PHONE = CALLED["email"], CALLED["phone"]


@dataclass
class Address:
    """Where the town's own desk is served: all that a browser asks of it."""

    origin: str


@dataclass
class Office:
    """A town whose desk is served, and a clerk at it."""

    town: Town
    clerk: Visitor

    async def takes(self, **fields: str) -> str:
        """Hanako has phoned, and the clerk has confirmed at once; the code of the letter that she gets."""
        await self.clerk.opens("/new")
        taken = await self.clerk.presses("受け付ける", **{**CALLED, "confirm": "yes", **fields})
        assert taken.path == "/requests", taken.text
        return code_in(await self.town.mailbox.gets("予約が確定", ADDRESS))

    async def booking(self, columns: str = "chat_id, claim_hash <> ''") -> tuple[object, ...]:
        [row] = await self.town.rows(f"SELECT {columns} FROM booking WHERE source = 'phone'")  # noqa: S608
        return tuple(bool(value) if isinstance(value, bool | int) and value in (0, 1) else value for value in row)

    def newcomer(self) -> Person:
        return self.town.server.person("川越 花子", language_code="ja")


@pytest.fixture
async def office(tmp_path: Path, database_url: str) -> AsyncIterator[Office]:
    async with town(tmp_path / "data", database_url, started=False) as place, ClientSession(
        cookie_jar=CookieJar(unsafe=True)
    ) as client:  # fmt: skip
        listen = f"127.0.0.1:{free_port()}"
        await place.start(MADOGUCHI_DESK_URL=f"http://{listen}", MADOGUCHI_DESK_LISTEN=listen)
        opened = Office(place, Visitor(cast(OpenDesk, Address(f"http://{listen}")), client))
        async with place.app.database.transaction() as transaction:
            now = place.clock()
            code = await staff.invite(transaction, "counsellor", None, now)
            assert await staff.join(transaction, code, 701, "職員 一号", now)
            link = await make_link(transaction, 701, now)
        await opened.clerk.opens(f"/enter/{link}")
        await opened.clerk.presses("職員用ページを開く")
        yield opened


def code_in(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    found = re.search(f"^/claim ([{LETTERS}]{{8}})$", str(body and body.get_content()).replace("\r", ""), re.MULTILINE)
    assert found, "the letter names the code"
    return found[1]


async def claims(person: Person, code: str, phone: str = PHONE) -> None:
    """Somebody new to the chat sends the line of the letter and answers."""
    await person.says(f"/claim {code}")
    await person.sees("職業安定法")
    await person.presses("続ける")
    await person.sees("申し込みのときに伝えた電話番号")
    await person.says(phone)


async def test_a_booking_by_phone_is_claimed_and_its_reminder_comes_to_the_chat(office: Office) -> None:
    hanako, code = office.newcomer(), await office.takes()
    await claims(hanako, code)
    await hanako.sees("予約をこのチャットに登録しました")
    assert "確定：11月24日(火) 9:30" in hanako.screen.text
    assert await office.booking() == (hanako.id, False)
    await hanako.says("/mine")
    await hanako.until(lambda: "[この予約をキャンセルする]" in str(hanako) or None)
    assert "確定：11月24日(火) 9:30" in hanako.screen.text
    await office.town.turn_clock("2026-11-20 15:00")
    await hanako.sees("【予約のお知らせ】11月24日(火) 9:30")


async def test_what_was_typed_is_gone_from_the_chat_and_it_is_on_record_who_did_not_what(office: Office) -> None:
    hanako, code = office.newcomer(), await office.takes()
    await claims(hanako, code)
    await hanako.sees("予約をこのチャットに登録しました")
    await hanako.until(lambda: not any(PHONE in message.text for message in hanako.messages))
    records = await office.town.rows("SELECT what, who, note FROM record WHERE what LIKE 'c%' ORDER BY id")
    assert [tuple(row) for row in records] == [("code_made", 701, ""), ("claimed", None, "")]


async def test_her_own_contact_answers_as_well(office: Office) -> None:
    hanako = office.newcomer()
    code = await office.takes(phone=f"0{hanako.phone.removeprefix('+').removeprefix('81')}")
    await hanako.says(f"/claim {code}")
    await hanako.sees("職業安定法")
    await hanako.presses("続ける")
    await hanako.sees("申し込みのときに伝えた電話番号")
    await hanako.shares_contact()
    await hanako.sees("予約をこのチャットに登録しました")


async def test_after_five_wrong_numbers_the_code_is_dead_and_staff_are_told(office: Office) -> None:
    hanako, code = office.newcomer(), await office.takes()
    await claims(hanako, code, "090-1234-0001")
    for left in (4, 3, 2, 1):
        await hanako.sees(f"あと{left}回")
        await hanako.says(f"090-1234-000{9 - left}")
    await hanako.sees("このコードは使えなくなりました")
    await office.town.group.sees("【予約コードを停止しました】")
    assert await office.booking("state, chat_id, claim_hash <> '', claim_tries") == ("confirmed", None, False, 5)
    await hanako.says(f"/claim {code}")
    await hanako.sees("この予約コードの予約が見つかりませんでした")
    await _staff_open_the_code_again(office)
    await claims(hanako, code)
    await hanako.sees("予約をこのチャットに登録しました")


async def _staff_open_the_code_again(office: Office) -> None:
    """She has phoned, and it is her."""
    [(booking,)] = await office.town.rows("SELECT id FROM booking WHERE source = 'phone'")
    await office.clerk.opens(f"/bookings/{booking}")
    page = office.clerk.shown
    shown = await office.clerk.presses(UNLOCK)
    assert "もう一度使えます" in shown.text
    assert UNLOCK not in shown.text
    office.clerk.shown = page
    assert (await office.clerk.presses(UNLOCK)).status == 409, "it is open"


async def test_the_tries_are_counted_over_all_chats(office: Office) -> None:
    stranger, hanako, code = office.newcomer(), office.newcomer(), await office.takes()
    await claims(stranger, code, "090-1234-0001")
    await stranger.sees("あと4回")
    await stranger.taps("やめる")
    await claims(hanako, code, "090-1234-0001")
    await hanako.sees("あと3回")
    await hanako.says(PHONE)
    await hanako.sees("予約をこのチャットに登録しました")


async def test_a_code_is_good_once(office: Office) -> None:
    hanako, other, code = office.newcomer(), office.newcomer(), await office.takes()
    await claims(hanako, code)
    await hanako.sees("予約をこのチャットに登録しました")
    await other.says(f"/claim {code}")
    await other.sees("この予約コードの予約が見つかりませんでした")
    assert "例：/claim ACDE3467" in other.screen.text
    assert "049-242-0197" in other.screen.text
    assert await office.booking() == (hanako.id, False)


async def test_of_two_who_know_code_and_number_one_gets_it_and_the_other_is_told(office: Office) -> None:
    hanako, other, code = office.newcomer(), office.newcomer(), await office.takes()
    for person in (hanako, other):
        await person.says(f"/claim {code}")
        await person.sees("職業安定法")
        await person.presses("続ける")
        await person.sees("申し込みのときに伝えた電話番号")
    await hanako.says(PHONE)
    await hanako.sees("予約をこのチャットに登録しました")
    await other.says(PHONE)
    await other.sees("この予約コードの予約が見つかりませんでした")
    assert await office.booking() == (hanako.id, False)


async def test_a_chat_with_a_booking_gets_no_second_one_and_the_code_stays_good(office: Office) -> None:
    taro = office.town.taro
    code = await office.takes(day="2026-11-25 1000-1")
    await requested(office.town)
    await taro.says(f"/claim {code}")
    await taro.sees("コードも引き続き使えます")
    assert "11月24日(火) 9:30" in taro.screen.text
    assert await office.booking() == (None, True)
    await claims(hanako := office.newcomer(), code)
    await hanako.sees("予約をこのチャットに登録しました")


async def test_without_a_code_it_is_asked_for_and_what_is_none_is_answered_with_an_example(office: Office) -> None:
    hanako, code = office.newcomer(), await office.takes()
    await hanako.says("/claim")
    await hanako.sees("予約コードを入力してください")
    await hanako.says("予約したいです")
    await hanako.sees("8文字の英字と数字")
    await hanako.says("/claim 12345678")
    await hanako.sees("例：ACDE3467")
    await hanako.says(f" {code[:4].lower()}-{code[4:].lower()} ")
    await hanako.sees("職業安定法")


async def test_a_code_whose_booking_is_over_says_so(office: Office) -> None:
    hanako, code = office.newcomer(), await office.takes()
    now = office.town.clock()
    async with office.town.app.database.transaction() as transaction:
        counter = office.town.app.kit.counter(transaction, now, None, "ja")
        booking = await counter.claimable(code)
        assert booking
        await counter.move(booking, "cancel", Decision("cancel", now, 701, "職員 一号", channel="phone"))
    await hanako.says(f"/claim {code}")
    await hanako.sees("終わった予約のコード")


async def test_while_nobody_has_claimed_it_letters_go_out_and_notices_to_no_chat_end_quietly(office: Office) -> None:
    await office.takes()
    for moment in ("2026-11-20 15:00", "2026-11-24 08:31"):
        await office.town.turn_clock(moment)
        await drained(office.town)
    ends = dict(await office.town.rows("SELECT kind, state FROM notice"))
    assert ends["confirmed_mail"] == "sent"
    assert ends["confirmed"] == ends["remind_one_hour"] == "cancelled"
    assert not {"undelivered", "letter_failed", "alert"} & ends.keys()
    assert "dead" not in ends.values()


async def test_the_code_stands_nowhere_in_the_database(office: Office) -> None:
    code = await office.takes()
    everything = [await office.town.rows(f"SELECT * FROM {name}") for name in ("booking", "notice", "record")]  # noqa: S608
    assert code not in str(everything)


async def test_a_letter_that_is_written_again_names_the_same_code() -> None:
    assert code_of(SEAL, "0123456789abcdef") == code_of(SEAL, "0123456789abcdef")
    assert code_of(SEAL, "0123456789abcdef") != code_of(SEAL, "0123456789abcdee")


@given(st.text())
def test_any_text_is_read_as_a_code_or_refused(typed: str) -> None:
    read = booking_code(typed)
    assert isinstance(read, Rejected) or (len(str(read)) == 8 and set(str(read)) <= set(LETTERS))


@pytest.mark.parametrize("typed", ["ACDE3467", "acde3467", " ACDE-3467 ", "ＡＣＤＥ　３４６７"])
def test_a_code_is_read_however_it_is_written(typed: str) -> None:
    assert booking_code(typed) == "ACDE3467"


@pytest.mark.parametrize("typed", ["", "ACDE346", "ACDE34677", "ACDE3461", "ACDE346O", "11030-01234567"])
def test_what_is_no_code_is_refused(typed: str) -> None:
    assert isinstance(booking_code(typed), Rejected)
