"""However the planted identity was sent, the chat shows nothing of it afterwards; and if Telegram fails, later."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.database import Transaction
from bot.outbox import NOTICE
from tests.planted import (
    MAIL,
    NAME,
    NUMBER,
    PHONE,
    filled_in,
    found_in,
    sends,
    settled,
    shown,
    story,
    to_the_name,
    typed_everywhere,
    ways,
)
from tests.town import Town
from tests.usual_answers import comes_to


async def deletions(place: Town) -> dict[int, str]:
    """The messages that the outbox was told to delete, and how far that is."""
    asked = select(NOTICE.c.message_id, NOTICE.c.state).where(NOTICE.c.kind == "delete")

    async def read(transaction: Transaction) -> dict[int, str]:
        return {row.message_id: row.state for row in await transaction.execute(asked)}

    await place.app.lanes.finish(10)
    return await place.app.database.run(read)


async def sent_every_way(place: Town, written: str) -> None:
    """Each is gone from the chat before the next, and its deletion was a row of the outbox."""
    for way, message in ways(written):
        sent = await sends(place.taro, **message)
        await settled(place)
        assert sent.id not in place.taro.chat.shown, way
        assert found_in(shown(place.taro)) == [], way
        assert (await deletions(place))[sent.id] == "sent", way
        if "続ける" in place.taro.screen.labels:  # a command has led out of the form
            await place.taro.presses("続ける")
            await settled(place)


async def test_after_the_request_the_chat_shows_nothing_of_the_identity(place: Town) -> None:
    await story(place)
    assert found_in(shown(place.taro)) == []
    assert "h***@example.jp" in shown(place.taro)


async def test_between_the_questions_the_chat_shows_nothing_of_the_identity(small: Town) -> None:
    await typed_everywhere(small)
    assert found_in(shown(small.taro)) == []


@pytest.mark.parametrize("written", [PHONE, MAIL])
async def test_a_number_or_an_address_is_deleted_in_whatever_way_it_is_sent_where_nothing_is_asked(
    small: Town, written: str
) -> None:
    await small.taro.says("/start")
    await small.taro.sees("オンライン職業相談")
    await sent_every_way(small, written)


async def test_whatever_is_sent_at_a_private_question_is_deleted_though_nobody_can_tell_that_it_is_a_name(
    small: Town,
) -> None:
    taro, unreadable = small.taro, "鈴木9"
    await to_the_name(taro)
    await sent_every_way(small, unreadable)
    await taro.says(NAME)
    await taro.sees("求職番号を入力")
    await sent_every_way(small, unreadable)
    await taro.says(NUMBER)
    await comes_to(taro, "希望する日")
    await taro.presses(taro.screen.labels[0])
    await taro.sees("希望する時間")
    await taro.presses("9:30")
    await taro.sees("メールアドレスを入力")
    await sent_every_way(small, unreadable)
    await taro.says(MAIL)
    await taro.sees("電話番号を入力")
    await sent_every_way(small, unreadable)
    await taro.shares_contact(PHONE)
    await taro.sees("同席する方")
    await settled(small)
    assert found_in(shown(taro)) == []


async def test_a_name_and_a_number_in_several_pieces_at_a_private_question_are_deleted(small: Town) -> None:
    await to_the_name(small.taro)
    pieces = [await small.taro.says(piece) for piece in ("鈴木です。080", "9876", "5432 秘密子")]
    await settled(small)
    assert not {piece.id for piece in pieces} & small.taro.chat.shown.keys()


async def test_who_quotes_the_review_does_not_keep_what_it_shows(small: Town) -> None:
    taro = small.taro
    await filled_in(small)
    review = taro.cloud.json(taro.screen)
    quoting = await sends(taro, "これを直したい", reply_to_message=review, quote={"text": NAME, "position": 0})
    await settled(small)
    assert quoting.id not in taro.chat.shown
    await taro.presses("やめる")
    await taro.sees("入力をやめました")
    await settled(small)
    assert found_in(shown(taro)) == []


async def test_a_press_that_nobody_could_make_shows_nothing_of_what_was_put_into_it(small: Town) -> None:
    taro = small.taro
    await to_the_name(taro)
    flow = next(button.data for row in taro.screen.buttons for button in row if button.data).partition("|")[0]
    for data in (NAME, f"{flow}|name|{NAME}", f"{flow}|day|{PHONE}", f"menu:{NAME}||", f"a|b|menu:{NAME}"):
        await taro.presses_data(taro.screen.id, data)
        await settled(small)
    assert found_in(shown(taro)) == []
    assert found_in(str(taro.alerts)) == []


async def test_a_contact_shared_where_nothing_is_asked_is_deleted_from_the_chat(small: Town) -> None:
    await small.taro.says("/start")
    await small.taro.sees("オンライン職業相談")
    for own in (True, False):
        await small.taro.shares_contact(PHONE, own=own)
        await settled(small)
        assert found_in(shown(small.taro)) == []


async def test_who_stops_at_the_review_has_nothing_of_the_identity_in_the_chat_or_the_database(small: Town) -> None:
    await filled_in(small)
    assert {"鈴木", NUMBER, "himitsu.himeko"} <= set(found_in(shown(small.taro))), "the review shows it"
    await small.taro.presses("やめる")
    await small.taro.sees("入力をやめました")
    await settled(small)
    assert found_in(shown(small.taro)) == []
    async with small.app.database.transaction() as transaction:
        kept = await small.app.kit.store.load(transaction, (small.taro.id, ""))
    assert found_in(str(vars(kept.conversation))) == []


async def test_a_form_left_for_a_day_is_forgotten_and_its_review_edited_away(small: Town) -> None:
    await filled_in(small)
    await small.turn_clock("2026-11-20 10:01")
    await small.taro.sees("【入力を終了しました】")
    await settled(small)
    assert found_in(shown(small.taro)) == []
