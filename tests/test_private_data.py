"""A planted identity is found afterwards in sealed columns and in letters, and nowhere else, however it was sent."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import MetaData, select, text, update

from bot import logs
from bot.counter import BOOKING
from bot.database import Transaction
from bot.encryption import Unopenable
from bot.playground.people import Person
from bot.playground.server import Fault
from bot.store import CONVERSATION
from tests.town import OFFICE_MAIL, TOKEN, Town, book, town
from tests.usual_answers import comes_to

NAME, NUMBER, MAIL, PHONE = "鈴木 秘密子", "13010-98765432", "himitsu.himeko@example.jp", "080-9876-5432"
REFUSED = {"number": "6214 9832 0257", "mail": "himitsu.himeko＠", "phone": "080-9876-543"}
PLANTED = (
    "鈴木", "秘密子", NUMBER, "1301098765432", "98765432", "himitsu.himeko", PHONE, "08098765432", "8098765432",
    "6214 9832 0257", "621498320257", "080-9876-543",
)  # fmt: skip
SEALED = {("booking", "details"), ("conversation", "form")}


def found_in(content: str | bytes) -> list[str]:
    """What of the identity stands there, as it is or as JSON writes it."""
    plain = content if isinstance(content, bytes) else content.encode("utf-8", "replace")
    forms = {planted: (planted.encode(), json.dumps(planted)[1:-1].encode()) for planted in PLANTED}
    return [planted for planted, written in forms.items() if any(form in plain for form in written)]


@pytest.fixture
def every_line(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Logs as the operator has them, at DEBUG; put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in logs.QUIET}
    logs.set_up("text", [TOKEN])
    root.setLevel(logging.DEBUG)
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # the test's own mail server
    yield
    logging.getLogger("mail.log").setLevel(logging.NOTSET)
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)
    structlog.reset_defaults()


@pytest.fixture
async def small(tmp_path: Path) -> AsyncIterator[Town]:
    """A town on SQLite, whose database is one file."""
    async with town(tmp_path / "data", f"sqlite:///{tmp_path / 'madoguchi.db'}") as opened:
        yield opened


async def to_the_name(taro: Person) -> None:
    await taro.says("/book")
    await taro.sees("利用規約に同意して")
    await taro.presses("同意して進む")
    for question in ("質問1／3", "質問2／3", "質問3／3"):
        await taro.sees(question)
        await taro.presses("はい")
    await taro.sees("職業安定法")
    await taro.presses("続ける")
    await taro.sees("お名前を入力")


async def settled(place: Town) -> None:
    await place.server.until(lambda: place.server.cloud.settled)


async def typed_everywhere(place: Town) -> None:
    """Before the form, where nothing is asked: typed, forwarded, as a caption, by an edit, as a contact."""
    taro = place.taro
    await taro.says("/start")
    await taro.sees("オンライン職業相談")
    await taro.says(f"鈴木です。{PHONE} に電話してください")
    await taro.forwards(f"鈴木 {MAIL}")
    await taro.sends("photo", caption=f"鈴木 {NUMBER}")
    harmless = await taro.says("こんにちは")
    await settled(place)
    await taro.edits(harmless.id, f"鈴木 {MAIL}")
    await settled(place)


async def filled_in(place: Town) -> None:
    """The whole form with every way to say it wrong first, up to the review."""
    taro = place.taro
    await to_the_name(taro)
    await taro.sends("photo", caption=NAME)
    await taro.sends("document", caption=f"{NAME} {NUMBER}")
    await settled(place)
    await taro.forwards(NAME)
    await comes_to(taro, "求職番号を入力")
    await taro.says(REFUSED["number"])
    await taro.sees("別の番号のようです")
    await taro.says(NUMBER)
    await comes_to(taro, "希望する日")
    await taro.says(f"やっぱり番号は {NUMBER} です")
    await settled(place)
    await taro.presses(taro.screen.labels[0])
    await comes_to(taro, "希望する時間")
    await taro.presses("9:30")
    await comes_to(taro, "メールアドレスを入力")
    await taro.says(REFUSED["mail"])
    await taro.sees("読み取れませんでした")
    await taro.says(MAIL)
    await comes_to(taro, "電話番号を入力")
    await taro.says(REFUSED["phone"])
    await taro.sees("電話番号を読み取れませんでした")
    await taro.shares_contact(PHONE, own=False)
    await settled(place)
    await taro.shares_contact(PHONE)
    await comes_to(taro, "同席する方")
    await taro.presses("なし")
    await comes_to(taro, "ご確認ください")


async def story(place: Town) -> None:
    """From the first contact to the confirmation, and one who stopped the bot afterwards."""
    await typed_everywhere(place)
    await filled_in(place)
    await place.taro.presses("この内容で申し込む")
    await place.taro.sees("【受け付けました】")
    await place.mailbox.gets("新しい申し込み", to=OFFICE_MAIL)
    await place.group.sees("確定期限")
    await place.staff.presses_in(place.group, "確定する")
    await place.mailbox.gets("予約が確定しました", to=MAIL)
    await place.taro.sees("【予約が確定しました】")
    await settled(place)


def shown(person: Person) -> str:
    """All that is visible in the chat: words, captions, contacts, buttons."""
    return "\n".join(f"{message} {message.content} {message.keyboard}" for message in person.messages)


async def columns(place: Town) -> dict[tuple[str, str], str]:
    """Every value of every column of every table, as text."""

    async def read(transaction: Transaction) -> dict[tuple[str, str], str]:
        found: dict[tuple[str, str], str] = {}
        for each in tables.tables.values():
            for row in (await transaction.execute(select(each))).mappings():
                for name, value in row.items():
                    written = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                    found[each.name, str(name)] = found.get((each.name, str(name)), "") + "\n" + written
        return found

    tables = MetaData()
    await place.app.database.run_sync(tables.reflect)
    return await place.app.database.run(read)


async def test_the_identity_stands_in_no_column_neither_while_it_is_typed_nor_afterwards(place: Town) -> None:
    await filled_in(place)
    typed = await columns(place)
    await place.taro.presses("この内容で申し込む")
    await place.taro.sees("【受け付けました】")
    await place.mailbox.gets("新しい申し込み", to=OFFICE_MAIL)
    kept = await columns(place)
    assert {column: found for column, words in {**typed, **kept}.items() if (found := found_in(words))} == {}
    assert typed.keys() | kept.keys() >= SEALED


async def test_the_identity_is_found_where_it_belongs(small: Town) -> None:
    """The searches of the other tests are able to find it: sealed in its row, and in the office's letter."""
    await story(small)
    async with small.app.database.transaction() as transaction:
        booking = await small.app.desk.counter(transaction, small.clock(), small.taro.id, "ja").live()
    assert booking
    assert {"鈴木", "秘密子", NUMBER, "himitsu.himeko"} <= set(
        found_in(json.dumps(dict(booking.details), ensure_ascii=False))
    )
    letter = small.mailbox.to(OFFICE_MAIL)[0].get_body(("plain",))
    assert letter
    assert {NAME.split()[1], NUMBER, "himitsu.himeko", PHONE} <= set(found_in(letter.get_content()))


async def test_the_files_of_the_database_do_not_hold_the_identity(small: Town) -> None:
    await filled_in(small)
    path = Path(small.environment["MADOGUCHI_DATABASE_URL"].removeprefix("sqlite:///"))
    files = [path, *path.parent.glob(f"{path.name}-*")]
    assert {file.name: found_in(file.read_bytes()) for file in files} == {file.name: [] for file in files}
    assert any(file.name.endswith("-wal") for file in files)
    await small.taro.presses("この内容で申し込む")
    await small.taro.sees("【受け付けました】")
    assert [found_in(file.read_bytes()) for file in files] == [[] for _ in files]


async def test_no_line_of_the_log_holds_the_identity_at_any_level(
    tmp_path: Path, every_line: None, capsys: pytest.CaptureFixture[str]
) -> None:
    async with town(tmp_path / "data", f"sqlite:///{tmp_path / 'madoguchi.db'}") as place:
        failures = iter((Fault(status=500), Fault(status=400, description=f"Bad Request: {NAME}"), Fault(drop="after")))
        await story(place)
        place.server.fault = lambda method, params: (
            next(failures, None) if method in ("sendMessage", "deleteMessage") else None
        )
        for said in (NAME, MAIL, PHONE):
            await place.taro.says(said)
            await settled(place)
    out, err = capsys.readouterr()
    assert found_in(out + err) == []
    assert "serving" in err


async def test_an_update_that_fails_leaves_nothing_of_its_content_in_the_log(
    tmp_path: Path, every_line: None, capsys: pytest.CaptureFixture[str]
) -> None:
    async with town(tmp_path / "data", f"sqlite:///{tmp_path / 'madoguchi.db'}") as place:
        chat = {"id": place.taro.id, "type": "private"}
        place.server.cloud.push("message", {"message_id": 1, "date": 0, "chat": chat, "text": f"{NAME} {MAIL} {PHONE}"})
        place.server.cloud.push("message", {"message_id": NAME, "date": 0, "chat": chat, "from": MAIL, "text": PHONE})
        await settled(place)
        kept = await columns(place)
    out, err = capsys.readouterr()
    assert "turn failed" in err
    assert found_in(out + err) == []
    assert {column: found for column, words in kept.items() if (found := found_in(words))} == {}


async def test_the_staff_group_never_saw_the_identity(small: Town) -> None:
    await story(small)
    assert found_in("\n".join(f"{message}" for message in small.server.history(small.group))) == []


async def test_after_the_request_the_chat_shows_nothing_of_the_identity(place: Town) -> None:
    await story(place)
    assert found_in(shown(place.taro)) == []
    assert "h***@example.jp" in shown(place.taro)


async def test_between_the_questions_the_chat_shows_nothing_of_the_identity(small: Town) -> None:
    await typed_everywhere(small)
    assert found_in(shown(small.taro)) == []


async def test_who_stops_at_the_review_has_nothing_of_the_identity_in_the_chat_or_the_database(small: Town) -> None:
    await filled_in(small)
    assert {"鈴木", NUMBER, "himitsu.himeko"} <= set(found_in(shown(small.taro))), "the review shows it"
    await small.taro.presses("やめる")
    await small.taro.sees("消しました")
    await settled(small)
    assert found_in(shown(small.taro)) == []
    async with small.app.database.transaction() as transaction:
        kept = await small.app.desk.store.load(transaction, (small.taro.id, ""))
    assert found_in(repr(kept)) == []


async def test_a_form_left_for_a_day_is_forgotten_and_its_review_edited_away(small: Town) -> None:
    await filled_in(small)
    await small.turn_clock("2026-11-20 10:01")
    await small.taro.sees("【入力を終了しました】")
    await settled(small)
    assert found_in(shown(small.taro)) == []


async def test_a_contact_shared_where_nothing_is_asked_is_deleted_from_the_chat(small: Town) -> None:
    await small.taro.says("/start")
    await small.taro.sees("オンライン職業相談")
    await small.taro.shares_contact(PHONE)
    await settled(small)
    assert found_in(shown(small.taro)) == []


async def test_a_message_that_could_not_be_deleted_at_once_is_deleted_later(small: Town) -> None:
    refused = [Fault(status=502)]
    small.server.fault = lambda method, params: refused.pop() if refused and method == "deleteMessage" else None
    await to_the_name(small.taro)
    await small.taro.says(NAME)
    await small.taro.sees("消せませんでした")
    assert found_in(shown(small.taro)) != []
    await small.turn_clock("2026-11-19 10:01")
    await small.server.until(lambda: found_in(shown(small.taro)) == [])


async def test_the_letters_to_the_person_name_neither_the_number_nor_the_phone(small: Town) -> None:
    await story(small)
    for letter in small.mailbox.to(MAIL):
        body = letter.get_body(("plain",))
        assert body
        assert set(found_in(f"{letter['Subject']} {body.get_content()}")) == set()


async def test_the_details_of_a_booking_do_not_open_in_another_row(place: Town) -> None:
    hanako = place.server.person("川越 花子", language_code="ja")
    await book(place.taro, email="taro@icloud.com")
    await place.taro.sees("【受け付けました】")
    await book(hanako, at="10:00", number="11030-7654321", email="hanako@icloud.com")
    await hanako.sees("【受け付けました】")

    async def swap(transaction: Transaction) -> None:
        first, second = (await transaction.execute(select(BOOKING.c.id, BOOKING.c.details))).all()
        for here, there in ((first, second), (second, first)):
            await transaction.execute(update(BOOKING).where(BOOKING.c.id == here.id).values(details=there.details))

    await place.app.database.run(swap)
    for chat in (place.taro.id, hanako.id):
        with pytest.raises(Unopenable, match=r"booking\.details does not open"):
            async with place.app.database.transaction() as transaction:
                await place.app.desk.counter(transaction, place.clock(), chat, "ja").live()


async def test_the_answers_of_a_conversation_do_not_open_in_another_chat(small: Town) -> None:
    hanako = small.server.person("川越 花子", language_code="ja")
    await book(small.taro, email="taro@icloud.com", send=False)
    await hanako.says("/start")
    await hanako.sees("オンライン職業相談")
    await settled(small)

    async def move(transaction: Transaction) -> None:
        of_taro = select(CONVERSATION.c.form).where(CONVERSATION.c.chat_id == small.taro.id)
        form = (await transaction.execute(of_taro)).scalar()
        await transaction.execute(update(CONVERSATION).where(CONVERSATION.c.chat_id == hanako.id).values(form=form))

    await small.app.database.run(move)
    with pytest.raises(Unopenable, match=r"conversation\.form does not open"):
        await small.app.database.run(lambda t: small.app.desk.store.load(t, (hanako.id, "")))


async def test_names_and_usernames_of_telegram_are_not_kept(small: Town) -> None:
    small.taro.user.update(first_name="鈴木", last_name="秘密子", username="himitsu.himeko")  # type: ignore[attr-defined]  # the server's own dict
    await small.taro.says("/start")
    await small.taro.sees("オンライン職業相談")
    kept: dict[tuple[str, str], Any] = await columns(small)
    assert {column: found for column, words in kept.items() if (found := found_in(words))} == {}


async def test_before_consent_only_chat_language_and_question_are_kept(small: Town) -> None:
    await small.taro.says("/book")
    await small.taro.sees("利用規約に同意して")
    counted = "SELECT (SELECT count(*) FROM person) + (SELECT count(*) FROM consent) + (SELECT count(*) FROM booking)"

    async def read(transaction: Transaction) -> tuple[Any, ...]:
        return tuple((await transaction.execute(text(counted))).one())

    assert await small.app.database.run(read) == (0,)
    await small.turn_clock("2026-11-20 10:01")

    async def conversations(transaction: Transaction) -> int:
        mine = select(CONVERSATION.c.chat_id).where(CONVERSATION.c.chat_id == small.taro.id)
        return len((await transaction.execute(mine)).all())

    while await small.app.database.run(conversations):  # the bot looks about once a minute of its clock
        await small.staff.says("/help")
        await settled(small)
