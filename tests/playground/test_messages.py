"""The bot's messages are judged as Telegram judges them: texts and markup, edits, deletions, documents."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image
from telegram import Bot, ReplyKeyboardMarkup
from telegram.error import BadRequest

from bot.playground.people import Group, Person
from bot.playground.server import BotApiServer
from tests.playground.bot_api import Clock, inline, refusal


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


async def test_a_document_is_kept_with_its_bytes(bot: Bot, taro: Person) -> None:
    sent = await bot.send_document(taro.id, b"BEGIN:VCALENDAR", caption="規約", filename="規約.txt")
    assert sent.document
    assert sent.document.file_name == "規約.txt"
    assert taro.screen.file
    assert taro.screen.file.content == b"BEGIN:VCALENDAR"
    again = await bot.send_document(taro.id, sent.document.file_id)
    assert again.document == sent.document


def image(width: int, height: int, kind: str = "PNG") -> bytes:
    written = BytesIO()
    Image.new("1", (width, height)).save(written, kind)
    return written.getvalue()


async def test_a_photo_is_kept_with_its_bytes_and_is_what_they_are(bot: Bot, taro: Person) -> None:
    content = image(90, 160, "BMP")
    sent = await bot.send_photo(taro.id, content, caption="<b>週</b>", parse_mode="HTML", filename="week.txt")
    assert [(size.width, size.height, size.file_size) for size in sent.photo] == [(90, 160, len(content))]
    assert sent.caption == "週"
    assert taro.screen.file
    assert (taro.screen.file.content_type, taro.screen.file.content) == ("image/bmp", content)
    again = await bot.send_photo(taro.id, sent.photo[0].file_id)
    assert again.photo == sent.photo
    with refusal(BadRequest, "there is no text in the message to edit"):
        await bot.edit_message_text("二", taro.id, sent.id)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "file must be non-empty"),
        (b"BEGIN:VCALENDAR", "IMAGE_PROCESS_FAILED"),
        (image(90, 160)[:60], "IMAGE_PROCESS_FAILED"),
        (image(9_000, 1_001), "PHOTO_INVALID_DIMENSIONS"),
        (image(211, 10), "PHOTO_INVALID_DIMENSIONS"),
        (bytes(10 * 1024**2 + 1), "file of size 10485761 bytes is too big for a photo; the maximum size is 10485760"),
    ],
    ids=("nothing", "none", "half of one", "too large", "too long", "too many bytes"),
)
async def test_what_is_no_photo_is_refused_and_nothing_is_sent(
    bot: Bot, taro: Person, content: bytes, why: str
) -> None:
    with refusal(BadRequest, why):
        await bot.send_photo(taro.id, content)
    with refusal(BadRequest, "wrong file identifier/HTTP URL specified"):
        await bot.send_photo(taro.id, "PHOTO1")
    with refusal(BadRequest, "message caption is too long"):
        await bot.send_photo(taro.id, image(9_000, 1_000), caption="一" * 1025)
    assert taro.messages == []
    await bot.send_photo(taro.id, image(9_000, 1_000), caption="一" * 1024)


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
