"""Others judge the judge: aiogram, written from the published Bot API, calls every method and reads every update.

What the server says may hold no field that the published types do not have; what it takes is compared with them.
"""

from __future__ import annotations

import types
import typing
from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from typing import Any

import pytest
from aiogram import Bot, methods
from aiogram.client.default import Default
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods.base import TelegramMethod
from aiogram.types import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllPrivateChats,
    BufferedInputFile,
    InaccessibleMessage,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    MenuButton,
    ReplyKeyboardMarkup,
    Update,
)
from PIL import Image
from pydantic import BaseModel

from bot.playground.faults import Order
from bot.playground.fields import FIELDS
from bot.playground.people import Group, Person
from bot.playground.server import BotApiServer
from tests.playground.bot_api import TOKEN

ANY_KIND = ["message", "edited_message", "callback_query", "my_chat_member", "chat_member"]
YES = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="はい", callback_data="yes")]])
COMMON = (BotCommandScope, MenuButton)  # the published types of what aiogram knows by each of its kinds


@pytest.fixture
async def client(server: BotApiServer) -> AsyncIterator[Bot]:
    async with Bot(TOKEN, AiohttpSession(api=TelegramAPIServer.from_base(server.url))) as running:
        yield running


def unpublished(found: Any, where: str = "") -> Iterator[str]:
    """The places in an answer that the published types do not have."""
    if isinstance(found, list | tuple):
        for each in found:
            yield from unpublished(each, where)
    elif isinstance(found, BaseModel):
        yield from (f"{where}.{name}" for name in found.model_extra or ())
        for name in found.model_fields_set - (found.model_extra or {}).keys():
            yield from unpublished(getattr(found, name), f"{where}.{name}")
    elif isinstance(found, dict):
        yield where


async def updates(client: Bot) -> list[Update]:
    """What waits for the bot, each of one published kind and with nothing in it that is not published."""
    found = await client.get_updates(allowed_updates=ANY_KIND)
    assert list(unpublished(found)) == []
    if found:
        await client.get_updates(offset=found[-1].update_id + 1)
    return found


async def test_a_conversation_by_buttons(client: Bot, taro: Person) -> None:
    me = await client.get_me()
    await taro.says("/start")
    [update] = await updates(client)
    assert update.message
    sent = await client.send_message(update.message.chat.id, "<b>予約</b>しますか", parse_mode="HTML", reply_markup=YES)
    await taro.presses("はい")
    [press] = await updates(client)
    assert press.callback_query
    assert await press.callback_query.answer("受け付けました", show_alert=True).as_(client)
    edited = await client.edit_message_text("受け付けました", chat_id=taro.id, message_id=sent.message_id)
    assert isinstance(edited, BaseModel)
    assert (taro.screen.text, taro.alerts[0].text) == ("受け付けました", "受け付けました")
    assert await client.delete_message(taro.id, sent.message_id)
    assert list(unpublished([me, sent, edited])) == []


async def test_a_reply_keyboard_and_a_contact(client: Bot, taro: Person) -> None:
    button = KeyboardButton(text="電話番号を送る", request_contact=True)
    sent = await client.send_message(taro.id, "電話番号は", reply_markup=ReplyKeyboardMarkup(keyboard=[[button]]))
    await taro.taps("電話番号を送る")
    [update] = await updates(client)
    assert update.message
    assert update.message.contact
    assert update.message.contact.user_id == taro.id
    assert list(unpublished(sent)) == []


async def test_a_document(client: Bot, taro: Person) -> None:
    sent = await client.send_document(taro.id, BufferedInputFile(b"BEGIN:VCALENDAR", "予約.ics"), caption="予約")
    assert sent.document
    assert taro.screen.file
    assert (taro.screen.file.filename, taro.screen.file.content) == ("予約.ics", b"BEGIN:VCALENDAR")
    assert list(unpublished(sent)) == []
    await client.send_document(taro.id, sent.document.file_id, reply_to_message_id=None)


async def test_a_photo(client: Bot, taro: Person) -> None:
    written = BytesIO()
    Image.new("1", (2, 1)).save(written, "PNG")
    sent = await client.send_photo(taro.id, BufferedInputFile(written.getvalue(), "week.png"), caption="週")
    assert sent.photo
    assert (sent.photo[0].width, sent.photo[0].height, sent.caption) == (2, 1, "週")
    assert list(unpublished(sent)) == []
    await client.send_photo(taro.id, sent.photo[0].file_id)


async def test_the_bots_own_face(client: Bot) -> None:
    commands = [BotCommand(command="book", description="予約を申し込む")]
    scope = BotCommandScopeAllPrivateChats()
    assert await client.set_my_commands(commands, scope=scope, language_code="ja")
    kept = await client.get_my_commands(scope=scope, language_code="ja")
    assert [command.model_dump() for command in kept] == [command.model_dump() for command in commands]
    assert await client.set_my_description("川越の窓口")
    assert list(unpublished([await client.get_my_description(), await client.get_my_name()])) == []


@pytest.mark.parametrize("status", ["creator", "administrator", "member", "restricted", "left", "kicked"])
async def test_members_and_what_became_of_them(server: BotApiServer, client: Bot, taro: Person, status: str) -> None:
    staff = server.group("職員", members=[taro])
    staff.adds_bot(by=taro, status="administrator")
    await updates(client)
    staff.sets(taro, status)
    [change] = [update.chat_member for update in await updates(client) if update.chat_member]
    member = await client.get_chat_member(staff.id, taro.id)
    assert (change.new_chat_member.status, member.status) == (status, status)
    found = [member, await client.get_chat_administrators(staff.id), await client.get_chat(staff.id)]
    assert list(unpublished(found)) == []


async def test_the_webhook(client: Bot) -> None:
    assert await client.set_webhook("http://127.0.0.1:9/", secret_token="a", max_connections=3)
    told = await client.get_webhook_info()
    assert (told.url, told.max_connections, list(unpublished(told))) == ("http://127.0.0.1:9/", 3, [])
    with pytest.raises(TelegramConflictError):
        await client.get_updates()
    assert await client.delete_webhook()


async def test_errors_are_what_they_are_at_telegram(
    server: BotApiServer, client: Bot, taro: Person, staff: Group
) -> None:
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await client.send_message(5, "一")
    taro.blocks_bot()
    with pytest.raises(TelegramForbiddenError, match="bot was blocked by the user"):
        await client.send_message(taro.id, "一")
    server.order(Order("fails", retry_after=7))
    with pytest.raises(TelegramRetryAfter) as waits:
        await client.get_me()
    old = staff.id
    new = staff.migrate()
    with pytest.raises(TelegramMigrateToChat) as moved:
        await client.send_message(old, "一")
    assert (waits.value.retry_after, moved.value.migrate_to_chat_id) == (7, new)
    with pytest.raises(TelegramNotFound):
        await client.close()


async def test_a_wrong_token_is_unauthorized(server: BotApiServer) -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base(server.url))
    async with Bot("123456:OTHER", session) as stranger:
        with pytest.raises(TelegramUnauthorizedError):
            await stranger.get_me()


@pytest.mark.parametrize(
    "kind", ["sticker", "photo", "voice", "document", "location", "video_note", "video", "audio", "animation"]
)
async def test_whatever_a_person_sends(client: Bot, taro: Person, kind: str) -> None:
    await taro.sends(kind)
    [update] = await updates(client)
    assert update.message
    assert getattr(update.message, kind)


async def test_whatever_else_a_person_does(client: Bot, taro: Person, staff: Group) -> None:
    said = await taro.says("一")
    await taro.edits(said.id, "二")
    await taro.forwards("転送")
    await taro.shares_contact("09011112222", own=False)
    await taro.says_in(staff, "/today@madoguchi_test_bot")
    taro.blocks_bot()
    taro.unblocks_bot()
    staff.migrate()
    found = [update.event_type for update in await updates(client)]
    assert set(found) == {"message", "edited_message", "my_chat_member"}


async def test_a_press_under_a_message_that_is_gone(client: Bot, taro: Person) -> None:
    sent = await client.send_message(taro.id, "?", reply_markup=YES)
    await client.delete_message(taro.id, sent.message_id)
    await taro.presses_data(sent.message_id, "forged")
    [update] = await updates(client)
    assert update.callback_query
    assert isinstance(update.callback_query.message, InaccessibleMessage)


def published(method: str) -> dict[str, tuple[frozenset[str], bool]]:
    """A method's parameters as aiogram knows them: their types, and whether they must be given."""
    kind: type[TelegramMethod[Any]] = getattr(methods, method[0].upper() + method[1:])
    current = {name: field for name, field in kind.model_fields.items() if not field.json_schema_extra}  # deprecated
    return {name: (frozenset(_types(field.annotation)), field.is_required()) for name, field in current.items()}


def _types(hint: Any) -> Iterator[str]:
    """The published names of the types of a parameter."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType, typing.Annotated):
        for each in typing.get_args(hint):
            yield from _types(each)
    elif typing.get_origin(hint) is list:
        yield from (f"Array of {each}" for each in _types(typing.get_args(hint)[0]))
    elif isinstance(hint, type) and hint not in (type(None), Default):
        common = next((each for each in COMMON if issubclass(hint, each)), hint)
        yield {int: "Integer", str: "String", bool: "Boolean"}.get(hint) or common.__name__


@pytest.mark.parametrize("method", FIELDS)
def test_the_parameters_of_each_method_are_the_published_ones(method: str) -> None:
    ours = {name: (frozenset(field.types), field.required) for name, field in FIELDS[method].items()}
    assert ours == published(method)
