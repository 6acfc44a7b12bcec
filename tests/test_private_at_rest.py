"""Where the planted identity rests: in sealed columns of the database alone, which open in their own row alone."""

from __future__ import annotations

import asyncio
import itertools
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, select, text, update
from sqlmodel import SQLModel

from bot.app import App
from bot.config import Settings
from bot.counter import BOOKING
from bot.database import Transaction
from bot.encryption import Seal, Unopenable
from bot.playground.people import Person
from bot.store import CONVERSATION
from flows.office import BadSetting
from tests.planted import NUMBER, OF_STAFF, SEALED, columns, filled_in, found_in, settled, story
from tests.town import OFFICE_MAIL, Town, book, town


async def test_6_the_identity_stands_in_no_column_neither_while_it_is_typed_nor_afterwards(place: Town) -> None:
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
        booking = await small.app.kit.counter(transaction, small.clock(), small.taro.id, "ja").live()
    assert booking
    assert {"鈴木", "秘密子", NUMBER, "himitsu.himeko"} <= set(
        found_in(json.dumps(dict(booking.details), ensure_ascii=False))
    )


async def test_the_files_of_the_database_do_not_hold_the_identity(small: Town) -> None:
    await filled_in(small)
    folder = Path(small.environment["MADOGUCHI_DATABASE_URL"].removeprefix("sqlite:///")).parent
    assert any(path.name.endswith("-wal") for path in folder.iterdir())
    assert holding(folder) == {}
    await small.taro.presses("この内容で申し込む")
    await small.taro.sees("【受け付けました】")
    assert holding(folder) == {}
    await small.stop()
    assert holding(folder) == {}


def holding(folder: Path) -> dict[str, list[str]]:
    """The files below a folder that hold the identity, in what they are or in what they are called."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    read = {str(path): found_in(path.read_bytes()) + found_in(str(path.relative_to(folder))) for path in files}
    return {name: found for name, found in read.items() if found}


async def test_the_keys_and_the_letters_kept_as_files_are_for_this_user_alone(tmp_path: Path) -> None:
    url, data = f"sqlite:///{tmp_path / 'madoguchi.db'}", tmp_path / "data"
    async with town(data, url, started=False) as place:
        await place.start(MADOGUCHI_MAIL_URL=f"file:{data / 'mail'}")
        await filled_in(place)
        await place.taro.presses("この内容で申し込む")
        await place.group.sees("確定期限")
        await place.staff.presses_in(place.group, "確定する")
        await place.taro.sees("【予約が確定しました】")
    secret = [data, data / "mail", data / "seal.key", data / "index.key", *(data / "mail").iterdir()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in secret} == {0o700, 0o600}
    assert len(secret) == 6
    assert found_in("\n".join(map(str, secret))) == []


async def in_two_rows(place: Town) -> Person:
    """A second person with a booking, so that there is another row to move a value to."""
    hanako = place.server.person("川越 花子", language_code="ja")
    await book(place.taro, email="taro@icloud.com")
    await place.taro.sees("【受け付けました】")
    await book(hanako, at="10:00", number="11030-7654321", email="hanako@icloud.com")
    await hanako.sees("【受け付けました】")
    return hanako


async def sealed_values(place: Town) -> dict[tuple[str, str, str], bytes]:
    """Every sealed value by its place: table, column and row."""
    binary = [
        (each, column)
        for each in SQLModel.metadata.tables.values()
        for column in each.columns
        if isinstance(column.type, LargeBinary)
    ]
    assert {(each.name, column.name) for each, column in binary} == SEALED | OF_STAFF

    async def read(transaction: Transaction) -> dict[tuple[str, str, str], bytes]:
        found = {}
        for each, column in binary:
            for row in (await transaction.execute(select(each))).mappings():
                of = row.get("id") or f"{row['chat_id']}/{row['subject']}"
                if row[column.name] is not None:
                    found[each.name, column.name, str(of)] = row[column.name]
        return found

    return await place.app.database.run(read)


async def test_a_sealed_value_opens_in_its_own_row_and_column_and_nowhere_else(place: Town) -> None:
    await in_two_rows(place)
    values = await sealed_values(place)
    assert len(values) >= 4
    for value, here in itertools.product(values, values):
        if value == here:
            assert isinstance(place.app.seal.open(values[value], *here), dict)
        else:
            with pytest.raises(Unopenable):
                place.app.seal.open(values[value], *here)


async def test_a_backup_without_its_keys_opens_nothing(place: Town, tmp_path: Path) -> None:
    await in_two_rows(place)
    others = Seal([bytes(32)], bytes(32))
    for here, value in (await sealed_values(place)).items():
        with pytest.raises(Unopenable):
            others.open(value, *here)
    await place.stop()
    app = App(Settings.load({**place.environment, "MADOGUCHI_DATA": str(tmp_path / "elsewhere")}), place.clock)
    with pytest.raises(BadSetting, match="lacks a key with which this database was written"):
        await app.run(asyncio.Event())


async def test_the_details_of_a_booking_do_not_open_in_another_row(place: Town) -> None:
    hanako = await in_two_rows(place)

    async def swap(transaction: Transaction) -> None:
        first, second = (await transaction.execute(select(BOOKING.c.id, BOOKING.c.details))).all()
        for here, there in ((first, second), (second, first)):
            await transaction.execute(update(BOOKING).where(BOOKING.c.id == here.id).values(details=there.details))

    await place.app.database.run(swap)
    for chat in (place.taro.id, hanako.id):
        with pytest.raises(Unopenable, match=r"booking\.details does not open"):
            async with place.app.database.transaction() as transaction:
                await place.app.kit.counter(transaction, place.clock(), chat, "ja").live()


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
        await small.app.database.run(lambda t: small.app.kit.store.load(t, (hanako.id, "")))


async def test_names_and_usernames_of_telegram_are_not_kept(small: Town) -> None:
    small.taro.user.update(first_name="鈴木", last_name="秘密子", username="himitsu.himeko")  # type: ignore[attr-defined]  # the server's own dict
    await small.taro.says("/start")
    await small.taro.sees("オンライン職業相談")
    kept: dict[tuple[str, str], Any] = await columns(small)
    assert {column: found for column, words in kept.items() if (found := found_in(words))} == {}


async def test_preamble_1_before_consent_only_chat_language_and_question_are_kept(small: Town) -> None:
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
