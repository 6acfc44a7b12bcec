"""Who besides the person learns of the planted identity: the office by its letter; the staff group nothing at all."""

from __future__ import annotations

from email.message import EmailMessage

from bot.playground.server import Fault
from flows import letters, sentences
from tests.planted import MAIL, NAME, NUMBER, PHONE, columns, filled_in, found_in, settled, story
from tests.town import OFFICE_MAIL, Town


def seen_by_staff(place: Town) -> list[str]:
    """What of the identity was ever in the staff group, or in an answer to a press there."""
    history = "".join(f"{message} {message.content}" for message in place.server.history(place.group))
    return found_in(f"{history} {place.staff.alerts} {place.colleague.alerts}")


def told_to_staff(place: Town, words: str) -> bool:
    return any(words in message.text for message in place.group.messages)


async def test_the_staff_group_never_saw_the_identity(small: Town) -> None:
    await story(small)
    card = next(message for message in reversed(small.group.messages) if message.from_bot)
    for data in (f"deciding:{NAME}|x|y", NAME, f"a|b|{PHONE}"):
        await small.staff.presses_data(card.id, data, small.group)
    await settled(small)
    assert seen_by_staff(small) == []


async def test_neither_a_letter_nor_a_message_that_failed_nor_a_fault_tells_the_staff_group_who_it_is(
    small: Town,
) -> None:
    small.mailbox.answer = f"550 5.1.1 <{MAIL}> {PHONE} is unknown here"
    await filled_in(small)
    chat = {"id": small.taro.id, "type": "private"}
    small.server.cloud.push("message", {"message_id": 1, "chat": chat, "text": NAME})
    await small.server.until(lambda: told_to_staff(small, "不具合"))
    await small.taro.presses("この内容で申し込む")
    await small.taro.sees("【受け付けました】")
    await small.group.sees("確定期限")
    small.taro.blocks_bot()
    await small.staff.presses_in(small.group, "確定する")
    await small.server.until(lambda: told_to_staff(small, "送信できません"))
    await small.server.until(lambda: told_to_staff(small, "メールを送れませんでした"))
    await small.app.lanes.finish(10)
    await settled(small)
    assert seen_by_staff(small) == []


async def test_what_staff_say_of_a_person_in_their_group_is_not_kept(place: Town) -> None:
    await filled_in(place)
    await place.taro.presses("この内容で申し込む")
    card = await place.group.sees("確定期限")
    for said in (f"{NAME}さんです", f"/start {NAME}", f"@{place.server.cloud.bot['username']} {PHONE}"):
        await place.staff.says_in(place.group, said, reply_to=card)
        await settled(place)
    kept = await columns(place)
    assert {column: found for column, words in kept.items() if (found := found_in(words))} == {}


def body(letter: EmailMessage) -> str:
    return "".join(
        part.get_content() if part.get_content_maintype() == "text" else part.get_payload(decode=True).decode()  # type: ignore[union-attr]  # bytes here
        for part in letter.walk()
        if not part.is_multipart()
    )


async def test_no_sentence_for_the_staff_group_has_a_place_for_the_identity(small: Town) -> None:
    await story(small)
    app = small.app
    async with app.database.transaction() as transaction:
        booking = await app.kit.counter(transaction, small.clock(), small.taro.id, "ja").live()
    assert booking
    assert found_in(str(booking.details)) != []
    words = app.kit.words("ja", small.clock())
    assert [found_in(words.say(letters.staff(app.days, kind, booking))) for kind in sentences.STAFF] == [[]] * len(
        sentences.STAFF
    )


async def test_the_letters_to_the_person_hold_the_address_alone_as_an_address(small: Town) -> None:
    await story(small)
    assert small.mailbox.to(MAIL)
    for letter in small.mailbox.to(MAIL):
        assert found_in(body(letter).replace(f"mailto:{MAIL}", "")) == [], "the calendar entry invites the address"
        headers = {name: value for name, value in letter.items() if name != "To"}
        assert found_in(str(headers)) == []


async def test_the_letter_to_the_office_holds_the_details_and_its_headers_none(small: Town) -> None:
    await story(small)
    first, *_ = small.mailbox.to(OFFICE_MAIL)
    assert {NAME.split()[1], NUMBER, "himitsu.himeko", PHONE} <= set(found_in(body(first)))
    for letter in small.mailbox.to(OFFICE_MAIL):
        assert found_in(str(letter.items())) == []
        assert [part.get_filename() for part in letter.walk() if part.get_filename()] == []
    assert {letter["To"] for letter in small.mailbox.letters} == {OFFICE_MAIL, MAIL}


async def test_a_letter_is_said_to_nobody_but_its_address_though_it_is_sent_again(small: Town) -> None:
    await filled_in(small)
    small.server.fault = lambda method, params: Fault(status=502) if params.get("chat_id") == small.group.id else None
    await small.taro.presses("この内容で申し込む")
    await small.mailbox.gets("新しい申し込み", to=OFFICE_MAIL)
    small.server.fault = None
    await small.turn_clock("2026-11-19 10:05")
    await small.group.sees("確定期限")
    assert {letter["To"] for letter in small.mailbox.letters} == {OFFICE_MAIL}
    assert seen_by_staff(small) == []
