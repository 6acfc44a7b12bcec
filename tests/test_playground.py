"""The local Bot API server judges as Telegram does: each rule once, over HTTP, by python-telegram-bot's own Bot."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Update,
)
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter

from bot.playground.people import Group, Person
from bot.playground.server import BotApiServer, Fault

TOKEN = "123456:TEST"


class Clock:
    """A time that moves when the test says so."""

    now = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def server(clock: Clock) -> AsyncIterator[BotApiServer]:
    async with BotApiServer(TOKEN, clock=clock) as running:
        yield running


@pytest.fixture
async def bot(server: BotApiServer) -> AsyncIterator[Bot]:
    async with Bot(TOKEN, base_url=f"{server.url}/bot") as running:
        yield running


@pytest.fixture
def taro(server: BotApiServer) -> Person:
    return server.person("川越 太郎", opened=True)


@pytest.fixture
def staff(server: BotApiServer, taro: Person) -> Group:
    group = server.group("職員", members=[taro])
    group.adds_bot(by=taro)
    return group


def inline(*labels: str, data: str = "d") -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=data)] for label in labels])


@contextmanager
def refusal(kind: type[Exception], words: str) -> Iterator[None]:
    """The library writes the description in its own case."""
    with pytest.raises(kind, match=f"(?i){re.escape(words)}"):
        yield


async def test_a_wrong_token_is_unauthorized(server: BotApiServer) -> None:
    with refusal(InvalidToken, "rejected by the server"):
        async with Bot("123456:OTHER", base_url=f"{server.url}/bot"):
            pass


async def test_an_unknown_method_is_not_found(server: BotApiServer) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{server.url}/bot{TOKEN}/sendPigeon") as answer:
        assert await answer.json() == {"ok": False, "error_code": 404, "description": "Not Found"}


@pytest.mark.parametrize("how", ["params", "data", "json"])
async def test_query_form_and_json_are_understood_alike(server: BotApiServer, taro: Person, how: str) -> None:
    markup = json.dumps(inline("はい").to_dict())
    sent: dict[str, Any] = {how: {"chat_id": str(taro.id), "text": "[1]", "reply_markup": markup}}
    url = f"{server.url}/bot{TOKEN}/sendMessage"
    async with aiohttp.ClientSession() as session, session.post(url, **sent) as answer:
        assert answer.status == 200
    assert (taro.screen.text, taro.screen.labels) == ("[1]", ["はい"])


async def test_an_update_comes_again_until_an_offset_confirms_it(bot: Bot, taro: Person) -> None:
    await taro.says("/start")
    [update], [again] = await bot.get_updates(), await bot.get_updates()
    assert update.update_id == again.update_id
    assert await bot.get_updates(offset=update.update_id + 1) == ()


async def test_a_lower_offset_does_not_bring_back_what_was_confirmed(bot: Bot, taro: Person) -> None:
    await taro.says("/start")
    [update] = await bot.get_updates()
    await bot.get_updates(offset=update.update_id + 1)
    assert await bot.get_updates(offset=update.update_id) == ()


async def test_a_negative_offset_keeps_the_last_ones_only(bot: Bot, taro: Person) -> None:
    for text in "一二三":
        await taro.says(text)
    assert [update.message.text for update in await bot.get_updates(offset=-2) if update.message] == ["二", "三"]
    assert len(await bot.get_updates()) == 2


async def test_a_limit_bounds_the_batch(bot: Bot, taro: Person) -> None:
    for text in "一二三":
        await taro.says(text)
    assert len(await bot.get_updates(limit=2)) == 2


async def test_a_long_poll_is_woken_by_an_update(server: BotApiServer, bot: Bot, taro: Person) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await server.settled()
    await taro.says("/start")
    [update] = await poll
    assert update.message
    assert update.message.entities[0].type == "bot_command"


async def test_a_second_poll_terminates_the_first(server: BotApiServer, bot: Bot) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=30))
    await server.settled()
    async with Bot(TOKEN, base_url=f"{server.url}/bot") as other:
        await other.get_updates()
    with refusal(Conflict, "terminated by other getUpdates request"):
        await first


async def test_a_poll_whose_caller_is_gone_is_no_poll(server: BotApiServer, bot: Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await server.settled()
    poll.cancel()
    await server.until(lambda: server.cloud.poll is None)


async def test_kinds_of_updates_not_asked_for_do_not_come(bot: Bot, taro: Person) -> None:
    await bot.get_updates(allowed_updates=[Update.CALLBACK_QUERY])
    await taro.says("/start")
    assert await bot.get_updates() == ()


async def test_an_empty_text_is_refused(bot: Bot, taro: Person) -> None:
    with refusal(BadRequest, "message text is empty"):
        await bot.send_message(taro.id, "<b> </b>", parse_mode="HTML")


async def test_length_is_counted_in_utf_16_after_the_markup(bot: Bot, taro: Person) -> None:
    await bot.send_message(taro.id, "<b>" + "😀" * 2048 + "</b>", parse_mode="HTML")
    with refusal(BadRequest, "message is too long"):
        await bot.send_message(taro.id, "😀" * 2048 + "a")


async def test_markup_becomes_entities(bot: Bot, taro: Person) -> None:
    sent = await bot.send_message(taro.id, " 😀<b>1 &lt; <i>2</i></b> &amp; &nbsp;", parse_mode="HTML")
    assert sent.text == "😀1 < 2 & &nbsp;"
    assert [(each.type, each.offset, each.length) for each in sent.entities] == [("bold", 2, 5), ("italic", 6, 1)]


@pytest.mark.parametrize(
    ("html", "why"),
    [
        ("名前: <b>太郎", 'Can\'t find end tag corresponding to start tag "b"'),
        ("あ<br>い", 'Unsupported start tag "br" at byte offset 3'),
        ("1 < 2", "Unclosed start tag at byte offset 2"),
        ("太郎</b>", "Unexpected end tag at byte offset 6"),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler"'),
    ],
)
async def test_wrong_markup_is_refused(bot: Bot, taro: Person, html: str, why: str) -> None:
    with refusal(BadRequest, f"can't parse entities: {why}"):
        await bot.send_message(taro.id, html, parse_mode="HTML")


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


async def test_an_edit_changes_the_message_at_its_place_and_drops_its_keyboard(bot: Bot, taro: Person) -> None:
    sent = await bot.send_message(taro.id, "一", reply_markup=inline("はい"))
    await bot.edit_message_text("二", taro.id, sent.id)
    [message] = taro.messages
    assert (message.text, message.buttons, message.edited_times) == ("二", [], 1)


async def test_an_edit_that_changes_nothing_is_refused(bot: Bot, taro: Person) -> None:
    sent = await bot.send_message(taro.id, "一", reply_markup=inline("はい"))
    with refusal(BadRequest, "message is not modified: specified new message content and reply markup are exactly"):
        await bot.edit_message_text("一", taro.id, sent.id, reply_markup=inline("はい"))
    with refusal(BadRequest, "message is not modified"):
        await bot.edit_message_reply_markup(taro.id, sent.id, reply_markup=inline("はい"))


async def test_a_message_that_is_gone_cannot_be_edited(bot: Bot, taro: Person) -> None:
    with refusal(BadRequest, "message to edit not found"):
        await bot.edit_message_text("二", taro.id, 5)


async def test_a_persons_message_cannot_be_edited(bot: Bot, taro: Person) -> None:
    said = await taro.says("一")
    with refusal(BadRequest, "message can't be edited"):
        await bot.edit_message_text("二", taro.id, said.id)


async def test_a_message_sent_with_a_reply_keyboard_cannot_be_edited(bot: Bot, taro: Person) -> None:
    sent = await bot.send_message(taro.id, "?", reply_markup=ReplyKeyboardMarkup([["戻る"]]))
    with refusal(BadRequest, "message can't be edited"):
        await bot.edit_message_text("二", taro.id, sent.id)


async def test_a_bot_deletes_a_persons_message_in_a_private_chat(server: BotApiServer, bot: Bot, taro: Person) -> None:
    said = await taro.says("11010-1234567")
    await bot.delete_message(taro.id, said.id)
    assert taro.messages == []
    assert server.history(taro) == [said]


async def test_a_persons_message_in_a_group_cannot_be_deleted(bot: Bot, taro: Person, staff: Group) -> None:
    said = await taro.says_in(staff, "/today")
    with refusal(BadRequest, "message can't be deleted"):
        await bot.delete_message(staff.id, said.id)


async def test_a_message_of_48_hours_cannot_be_deleted(bot: Bot, taro: Person, clock: Clock) -> None:
    said = await taro.says("11010-1234567")
    clock.passes(hours=48)
    with refusal(BadRequest, "message can't be deleted"):
        await bot.delete_message(taro.id, said.id)


async def test_a_message_that_is_gone_cannot_be_deleted_again(bot: Bot, taro: Person) -> None:
    said = await taro.says("一")
    await bot.delete_message(taro.id, said.id)
    with refusal(BadRequest, "message to delete not found"):
        await bot.delete_message(taro.id, said.id)


async def test_deleting_several_passes_over_those_that_are_gone(bot: Bot, taro: Person) -> None:
    said = [await taro.says(text) for text in "一二三"]
    await bot.delete_messages(taro.id, [said[0].id, said[1].id, 999_999])
    assert taro.messages == [said[2]]


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


async def test_a_bot_cannot_write_first(bot: Bot, server: BotApiServer) -> None:
    hanako = server.person("花子")
    with refusal(BadRequest, "chat not found"):
        await bot.send_message(hanako.id, "こんにちは")
    await hanako.says("/start")
    await bot.send_message(hanako.id, "こんにちは")


async def test_who_blocked_the_bot_gets_nothing(bot: Bot, taro: Person) -> None:
    taro.blocks_bot()
    with refusal(Forbidden, "bot was blocked by the user"):
        await bot.send_message(taro.id, "こんにちは")
    taro.unblocks_bot()
    await bot.send_message(taro.id, "こんにちは")
    changes = [update.my_chat_member for update in await bot.get_updates()]
    assert [change.new_chat_member.status for change in changes if change] == ["kicked", "member"]


async def test_a_deleted_account_gets_nothing(bot: Bot, taro: Person) -> None:
    taro.deletes_account()
    with refusal(Forbidden, "user is deactivated"):
        await bot.send_message(taro.id, "こんにちは")


async def test_a_bot_removed_from_a_group_is_told_and_cannot_write(bot: Bot, staff: Group) -> None:
    staff.removes_bot()
    with refusal(Forbidden, "bot was kicked from the group chat"):
        await bot.send_message(staff.id, "新しい申し込み")
    changes = [update.my_chat_member for update in await bot.get_updates() if update.my_chat_member]
    assert [change.new_chat_member.status for change in changes] == ["member", "kicked"]


async def test_a_bot_that_left_is_not_a_member(bot: Bot, staff: Group) -> None:
    await bot.leave_chat(staff.id)
    with refusal(Forbidden, "bot is not a member of the group chat"):
        await bot.send_message(staff.id, "新しい申し込み")


async def test_the_old_id_of_a_migrated_group_names_the_new_one(bot: Bot, staff: Group) -> None:
    old = staff.id
    new = staff.migrate()
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(old, "新しい申し込み")
    assert moved.value.new_chat_id == new
    await bot.send_message(new, "新しい申し込み")
    await staff.sees("新しい申し込み")


async def test_in_a_group_the_bot_hears_commands_only(bot: Bot, taro: Person, staff: Group) -> None:
    await taro.says_in(staff, "おはようございます")
    await taro.says_in(staff, "/today@madoguchi_test_bot")
    said = [update.message.text for update in await bot.get_updates() if update.message]
    assert said == [None, "/today@madoguchi_test_bot"]  # the first is that the bot was added


@pytest.mark.parametrize("status", ["creator", "administrator", "member", "restricted", "left", "kicked"])
async def test_a_members_status_is_told(bot: Bot, taro: Person, staff: Group, status: str) -> None:
    staff.sets(taro, status)
    assert (await bot.get_chat_member(staff.id, taro.id)).status == status


async def test_administrators_are_the_creator_and_those_named(bot: Bot, taro: Person, staff: Group) -> None:
    assert [member.user.id for member in await bot.get_chat_administrators(staff.id)] == [taro.id]


async def test_a_press_in_a_group_tells_who_and_where(bot: Bot, taro: Person, staff: Group) -> None:
    await bot.send_message(staff.id, "新しい申し込み", reply_markup=inline("確定する"))
    await taro.presses_in(staff, "確定する")
    query = (await bot.get_updates(offset=-1))[0].callback_query
    assert query
    assert query.message
    assert (query.from_user.id, query.message.chat.id) == (taro.id, staff.id)


@pytest.mark.parametrize(
    "kind", ["sticker", "photo", "voice", "document", "location", "video_note", "video", "audio", "animation"]
)
async def test_anything_can_be_sent_to_the_bot(bot: Bot, taro: Person, kind: str) -> None:
    await taro.sends(kind)
    [update] = await bot.get_updates()
    assert update.message
    assert getattr(update.message, kind)


async def test_a_caption_comes_with_the_photo(bot: Bot, taro: Person) -> None:
    await taro.sends("photo", caption="11010-1234567")
    [update] = await bot.get_updates()
    assert update.message
    assert (update.message.caption, update.message.text) == ("11010-1234567", None)


async def test_forwards_and_edits_come_as_what_they_are(bot: Bot, taro: Person) -> None:
    said = await taro.says("一")
    await taro.forwards("転送")
    await taro.edits(said.id, "二")
    _, forwarded, edited = await bot.get_updates()
    assert forwarded.message
    assert forwarded.message.forward_origin
    assert edited.edited_message
    assert edited.edited_message.text == "二"


async def test_a_document_is_kept_with_its_bytes(bot: Bot, taro: Person) -> None:
    sent = await bot.send_document(taro.id, b"BEGIN:VCALENDAR", caption="規約", filename="規約.txt")
    assert sent.document
    assert sent.document.file_name == "規約.txt"
    assert taro.screen.file
    assert taro.screen.file.content == b"BEGIN:VCALENDAR"
    again = await bot.send_document(taro.id, sent.document.file_id)
    assert again.document == sent.document


@pytest.mark.parametrize("command", [("予約", "x"), ("Book", "x"), ("a" * 33, "x"), ("book", ""), ("book", "あ" * 257)])
async def test_wrong_commands_are_refused(bot: Bot, command: tuple[str, str]) -> None:
    with refusal(BadRequest, "BOT_COMMAND"):
        await bot.set_my_commands([command])


async def test_there_are_100_commands_at_most(bot: Bot) -> None:
    with refusal(BadRequest, "BOT_COMMANDS_TOO_MUCH"):
        await bot.set_my_commands([(f"c{number}", "x") for number in range(101)])


async def test_commands_are_kept_by_scope_and_language(bot: Bot, staff: Group) -> None:
    scope = BotCommandScopeChat(staff.id)
    await bot.set_my_commands([("book", "予約を申し込む")])
    await bot.set_my_commands([("book", "Book a session")], language_code="en")
    await bot.set_my_commands([("today", "今日の予約")], scope=scope)
    assert await bot.get_my_commands() == (BotCommand("book", "予約を申し込む"),)
    assert await bot.get_my_commands(language_code="en") == (BotCommand("book", "Book a session"),)
    await bot.delete_my_commands(scope=scope)
    assert await bot.get_my_commands(scope=scope) == ()


async def test_the_bots_texts_are_kept_within_their_limits(bot: Bot) -> None:
    await bot.set_my_name("予約の窓口")
    await bot.set_my_description("説" * 512)
    await bot.set_my_short_description("短い説明", language_code="ja")
    assert (await bot.get_my_name(language_code="en")).name == "予約の窓口"
    assert (await bot.get_my_short_description(language_code="ja")).short_description == "短い説明"
    with refusal(BadRequest, "short description is too long"):
        await bot.set_my_short_description("説" * 121)


async def test_an_unknown_chat_action_is_refused(bot: Bot, taro: Person) -> None:
    assert await bot.send_chat_action(taro.id, "typing")
    with refusal(BadRequest, "wrong parameter action in request"):
        await bot.send_chat_action(taro.id, "thinking")


@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")  # RetryAfter warns of its own type
async def test_a_fault_with_retry_after_is_a_429_and_changes_nothing(
    server: BotApiServer, bot: Bot, taro: Person
) -> None:
    server.fault = lambda method, params: Fault(status=429, retry_after=3) if method == "sendMessage" else None
    with pytest.raises(RetryAfter):
        await bot.send_message(taro.id, "一")
    assert (taro.messages, server.called("sendMessage")[0].status) == ([], 429)


@pytest.mark.parametrize(("when", "kept"), [("before", 0), ("after", 1)])
async def test_a_connection_is_cut_before_or_after_the_work(
    server: BotApiServer, bot: Bot, taro: Person, when: Any, kept: int
) -> None:
    server.fault = lambda method, params: Fault(drop=when)
    with pytest.raises(NetworkError):
        await bot.send_message(taro.id, "一")
    assert (len(taro.messages), server.called("sendMessage")[0].status) == (kept, None)


async def test_a_call_hangs_until_it_is_released(server: BotApiServer, bot: Bot, taro: Person) -> None:
    server.fault = lambda method, params: Fault(hang=True)
    sending = asyncio.create_task(bot.send_message(taro.id, "一"))
    await server.until(lambda: server.called("sendMessage"))
    assert taro.messages == []
    server.release()
    await sending
    assert [call.status for call in server.called("sendMessage")] == [200]


async def test_what_is_not_said_in_time_fails_with_the_screen(bot: Bot, taro: Person) -> None:
    await bot.send_message(taro.id, "お名前を入力してください", reply_markup=inline("戻る"))
    with refusal(AssertionError, "お名前を入力してください\n    [戻る]"):
        await taro.sees("受け付けました", timeout=0.01)


async def test_a_bot_that_polls_is_waited_for(server: BotApiServer, bot: Bot, taro: Person) -> None:
    async def echo() -> None:
        offset = 0
        while True:
            for update in await bot.get_updates(offset=offset, timeout=30):
                offset = update.update_id + 1
                if update.message:
                    await bot.send_message(taro.id, f"受け付けました: {update.message.text}")

    running = asyncio.create_task(echo())
    await taro.says("一")
    await taro.sees("受け付けました: 一")
    await server.settled()
    await taro.sees_no("二")
    assert [message.from_bot for message in taro.messages] == [False, True]
    running.cancel()
