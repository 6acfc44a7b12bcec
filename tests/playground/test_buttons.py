"""Buttons are judged and pressed as in Telegram: under a message, in place of the keyboard; how a press is answered."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from telegram import (
    Bot,
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.error import BadRequest

from bot.playground.people import Group, Person
from bot.playground.server import BotApiServer
from tests.playground.bot_api import TOKEN, Clock, inline, refusal


@pytest.mark.parametrize("data", ["", "あ" * 21 + "ab"])
async def test_callback_data_is_1_to_64_bytes(bot: Bot, taro: Person, data: str) -> None:
    await bot.send_message(taro.id, "?", reply_markup=inline("はい", data="あ" * 21 + "a"))
    with refusal(BadRequest, "BUTTON_DATA_INVALID"):
        await bot.send_message(taro.id, "?", reply_markup=inline("はい", data=data))


@pytest.mark.parametrize(
    ("button", "why"),
    [
        ({"text": "", "callback_data": "d"}, "must be a non-empty string"),
        ({"text": "x"}, "Text buttons are unallowed in the inline keyboard"),
        ({"text": "x", "callback_data": "d", "url": "https://example.jp/"}, "exactly one action"),
        ({"text": "x", "url": "tel:0492420000"}, "is invalid: Wrong HTTP URL"),
        ({"text": "x", "copy_text": {"text": "0" * 257}}, "BUTTON_COPY_TEXT_INVALID"),
    ],
)
async def test_a_wrong_inline_button_is_refused(
    server: BotApiServer, taro: Person, button: dict[str, Any], why: str
) -> None:
    sent = {"chat_id": taro.id, "text": "?", "reply_markup": {"inline_keyboard": [[button]]}}
    url = f"{server.url}/bot{TOKEN}/sendMessage"
    async with aiohttp.ClientSession() as session, session.post(url, json=sent) as answer:
        assert why in (await answer.json())["description"]


async def test_links_and_texts_to_copy_are_buttons_too(bot: Bot, taro: Person) -> None:
    link = InlineKeyboardButton("地図", url="https://example.jp/")
    copy = InlineKeyboardButton("電話番号", copy_text=CopyTextButton("049-242-0197"))
    await bot.send_message(taro.id, "?", reply_markup=InlineKeyboardMarkup([[link, copy]]))
    assert (await taro.presses("電話番号")).copies == "049-242-0197"


@pytest.mark.parametrize(("rows", "wide"), [(101, 1), (1, 9)])
async def test_a_keyboard_has_100_buttons_and_8_a_row_at_most(bot: Bot, taro: Person, rows: int, wide: int) -> None:
    row = [InlineKeyboardButton("x", callback_data="d")] * wide
    with refusal(BadRequest, "reply markup is too long"):
        await bot.send_message(taro.id, "?", reply_markup=InlineKeyboardMarkup([row] * rows))


async def test_a_phone_number_is_requested_in_private_chats_only(bot: Bot, taro: Person, staff: Group) -> None:
    keyboard = ReplyKeyboardMarkup([[KeyboardButton("電話番号を送る", request_contact=True)]])
    await bot.send_message(taro.id, "?", reply_markup=keyboard)
    with refusal(BadRequest, "phone number can be requested in private chats only"):
        await bot.send_message(staff.id, "?", reply_markup=keyboard)


async def test_a_reply_keyboard_stays_until_it_is_removed(bot: Bot, taro: Person) -> None:
    await bot.send_message(taro.id, "?", reply_markup=ReplyKeyboardMarkup([["戻る"]]))
    await bot.send_message(taro.id, "!")
    assert [[button.label for button in row] for row in taro.keyboard or []] == [["戻る"]]
    await bot.send_message(taro.id, ".", reply_markup=ReplyKeyboardRemove())
    assert taro.keyboard is None


async def test_a_tap_says_the_label_and_hides_a_keyboard_for_one_time(bot: Bot, taro: Person) -> None:
    await bot.send_message(taro.id, "?", reply_markup=ReplyKeyboardMarkup([["戻る"]], one_time_keyboard=True))
    await taro.taps("戻る")
    [update] = await bot.get_updates()
    assert update.message
    assert update.message.text == "戻る"
    assert taro.keyboard is None


async def test_a_tap_on_the_contact_button_shares_the_own_number(bot: Bot, taro: Person) -> None:
    button = KeyboardButton("電話番号を送る", request_contact=True)
    await bot.send_message(taro.id, "?", reply_markup=ReplyKeyboardMarkup([[button]]))
    await taro.taps("電話番号を送る")
    [update] = await bot.get_updates()
    assert update.message
    assert update.message.contact
    assert (update.message.contact.user_id, update.message.contact.phone_number) == (taro.id, taro.phone)


async def test_somebody_elses_contact_does_not_carry_the_persons_id(bot: Bot, taro: Person) -> None:
    await taro.shares_contact("09011112222", own=False)
    [update] = await bot.get_updates()
    assert update.message
    assert update.message.contact
    assert update.message.contact.user_id is None


async def pressed(bot: Bot, person: Person) -> str:
    """A press of the person's, and its id as the bot learns it."""
    await bot.send_message(person.id, "?", reply_markup=inline("はい", data="yes"))
    await person.presses("はい")
    query = (await bot.get_updates(offset=-1))[0].callback_query
    assert query
    assert query.data == "yes"
    assert query.message
    assert query.from_user.id == person.id
    return query.id


async def test_a_press_is_answered_with_an_alert(server: BotApiServer, bot: Bot, taro: Person) -> None:
    query = await pressed(bot, taro)
    assert [press.id for press in server.unanswered] == [query]
    await bot.answer_callback_query(query, "期限を過ぎました", show_alert=True)
    assert [(alert.text, alert.show_alert) for alert in taro.alerts] == [("期限を過ぎました", True)]
    assert server.unanswered == []


async def test_a_press_is_answered_once(bot: Bot, taro: Person) -> None:
    query = await pressed(bot, taro)
    await bot.answer_callback_query(query)
    with refusal(BadRequest, "query is too old and response timeout expired or query ID is invalid"):
        await bot.answer_callback_query(query)


async def test_an_old_press_is_not_answered(bot: Bot, taro: Person, clock: Clock) -> None:
    query = await pressed(bot, taro)
    clock.passes(minutes=16)
    with refusal(BadRequest, "query is too old"):
        await bot.answer_callback_query(query)


async def test_an_answer_has_200_characters_at_most(bot: Bot, taro: Person) -> None:
    query = await pressed(bot, taro)
    with refusal(BadRequest, "MESSAGE_TOO_LONG"):
        await bot.answer_callback_query(query, "あ" * 201)


async def test_a_press_under_a_deleted_message_brings_no_message(bot: Bot, taro: Person) -> None:
    sent = await bot.send_message(taro.id, "?", reply_markup=inline("はい"))
    await bot.delete_message(taro.id, sent.id)
    await taro.presses_data(sent.id, "forged")
    query = (await bot.get_updates())[0].callback_query
    assert query
    assert query.data == "forged"
    assert query.message
    assert not query.message.is_accessible


async def test_nobody_presses_what_is_not_there(bot: Bot, taro: Person) -> None:
    await bot.send_message(taro.id, "予約しますか", reply_markup=inline("はい、申し込む", "はい、戻る"))
    with refusal(AssertionError, "2 buttons begin with 'はい'"):
        await taro.presses("はい")
    with refusal(AssertionError, "予約しますか"):
        await taro.presses("いいえ")
    assert (await taro.presses("はい、申")).label == "はい、申し込む"


async def test_a_press_in_a_group_tells_who_and_where(bot: Bot, taro: Person, staff: Group) -> None:
    await bot.send_message(staff.id, "新しい申し込み", reply_markup=inline("確定する"))
    await taro.presses_in(staff, "確定する")
    query = (await bot.get_updates(offset=-1))[0].callback_query
    assert query
    assert query.message
    assert (query.from_user.id, query.message.chat.id) == (taro.id, staff.id)
