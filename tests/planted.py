"""An identity to plant, every way to send it to the bot, and the searches that find it afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import MetaData, select

from bot.database import Transaction
from bot.playground.chats import Message
from bot.playground.people import Person
from tests.town import OFFICE_MAIL, Town
from tests.usual_answers import comes_to

NAME, NUMBER, MAIL, PHONE = "鈴木 秘密子", "13010-98765432", "himitsu.himeko@example.jp", "080-9876-5432"
SLIP, FOREIGN = "himitsu.himeko@gmial.com", "+1 202 555 0123"  # both are asked back
FULL_WIDTH, KANJI = "０８０－９８７６－５４３２", "〇八〇-九八七六-五四三二"
REFUSED = {"number": "6214 9832 0257", "mail": "himitsu.himeko＠", "phone": "080-9876-543"}
PLANTED = (
    "鈴木", "秘密子", NUMBER, "1301098765432", "98765432", "himitsu.himeko", PHONE, "08098765432", "8098765432",
    "6214 9832 0257", "621498320257", "080-9876-543", FULL_WIDTH, KANJI,
    FOREIGN, "12025550123", "202-555-0123",
)  # fmt: skip
SEALED = {("booking", "details"), ("conversation", "form")}
OF_STAFF = {
    ("booking", "url"), ("counsellor", "url"), ("measure", "note"), ("objection", "words"), ("objection", "answer"),
}  # fmt: skip


def found_in(content: str | bytes) -> list[str]:
    """What of the identity stands there, as it is or as JSON writes it."""
    plain = content if isinstance(content, bytes) else content.encode("utf-8", "replace")
    forms = {planted: (planted.encode(), json.dumps(planted)[1:-1].encode()) for planted in PLANTED}
    return [planted for planted, written in forms.items() if any(form in plain for form in written)]


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


async def settled(place: Town) -> None:
    await place.server.until(lambda: place.server.cloud.settled)


async def sends(person: Person, text: str = "", **content: Any) -> Message:
    """A message of any shape, as the Bot API writes it; with something that takes a caption the text is one."""
    message = person.cloud.post(person.chat, person.user, text=text, content=content)
    person.cloud.push("message", person.cloud.json(message))
    return message


def ways(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every shape of a message that can bring a text into the chat: its name, and what `sends` takes."""
    file = {"file_id": "F1", "file_unique_id": "U1"}
    origin = {"type": "hidden_user", "sender_user_name": "知人", "date": 0}
    bot = {"id": 42, "is_bot": True, "first_name": "検索", "username": "inline_bot"}
    place = {"location": {"latitude": 35.9, "longitude": 139.5}, "title": "自宅", "address": text}
    yield "typed", {"text": text}
    yield "over 4096 characters", {"text": f"{'あ' * 4096}{text}"}
    yield "several lines", {"text": f"お願いします\n{text}\nです"}
    yield "a command's argument", {"text": f"/start {text}"}
    yield "another command's argument", {"text": f"/book {text}"}
    yield "an unknown command", {"text": f"/tel {text}"}
    yield "forwarded", {"text": text, "forward_origin": origin}
    yield "by an inline bot", {"text": text, "via_bot": bot}
    yield "in a reply", {"text": text, "reply_to_message": {"message_id": 1, "from": bot, "chat": {}, "date": 0}}
    yield "in a quote", {"text": "これです", "quote": {"text": text, "position": 0}}
    outside = {"origin": origin, "document": {**file, "file_name": f"{text}.pdf"}}
    yield "in what is replied to elsewhere", {"text": "これです", "external_reply": outside}
    link = {"type": "text_link", "offset": 0, "length": 4, "url": text}
    yield "behind a link", {"text": "これです", "entities": [link]}
    for kind in ("photo", "document", "video", "voice", "audio", "animation"):
        yield f"under a {kind}", {"text": text, kind: [file] if kind == "photo" else file}
    yield "in an album", {"text": text, "photo": [file], "media_group_id": "1"}
    yield "as a file's name", {"document": {**file, "file_name": f"{text}.pdf"}}
    yield "as a song", {"audio": {**file, "title": "履歴書", "performer": text}}
    yield "as a poll", {"poll": {"id": "1", "question": "どれ？", "options": [{"text": text, "voter_count": 0}]}}
    yield "as a venue", {"venue": place, "location": place["location"]}
    yield "as a contact card", {"contact": {"phone_number": "1", "first_name": text, "vcard": f"BEGIN:VCARD {text}"}}


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


async def typed_everywhere(place: Town) -> None:
    """Before the form, where nothing is asked: typed, forwarded, as a caption, by an edit, as a contact."""
    taro = place.taro
    await taro.says("/start")
    await taro.sees("オンライン職業相談")
    await taro.says(f"鈴木です。{PHONE} に電話してください")
    await taro.says(FULL_WIDTH)
    await taro.says(f"電話は{KANJI}")
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
    await taro.says(NUMBER)
    await settled(place)
    await taro.forwards(NAME)
    await taro.sees("求職番号を入力")
    await taro.says(NAME)
    await taro.says(REFUSED["number"])
    await taro.sees("別の番号のようです")
    await taro.says(NUMBER)
    await comes_to(taro, "希望する日")
    await taro.says(f"やっぱり番号は {NUMBER} です")
    await settled(place)
    await taro.presses(taro.screen.labels[0])
    await taro.sees("希望する時間")
    await taro.presses("9:30")
    await taro.sees("メールアドレスを入力")
    await taro.says(REFUSED["mail"])
    await taro.sees("読み取れませんでした")
    await taro.says(MAIL)
    await taro.sees("電話番号を入力")
    await taro.says(REFUSED["phone"])
    await taro.sees("電話番号を読み取れませんでした")
    await taro.shares_contact(PHONE, own=False)
    await settled(place)
    await taro.shares_contact(PHONE)
    await taro.sees("同席する方")
    await taro.says(MAIL)
    await settled(place)
    await taro.presses("なし")
    await taro.sees("ご確認ください")


async def asked_for(place: Town) -> None:
    """From the first contact to the decision of the staff."""
    await typed_everywhere(place)
    await filled_in(place)
    await place.taro.presses("この内容で申し込む")
    await place.taro.sees("【受け付けました】")
    await place.mailbox.gets("新しい申し込み", to=OFFICE_MAIL)
    await place.group.sees("確定期限")
    await place.staff.presses_in(place.group, "確定する")
    await place.mailbox.gets("予約が確定しました", to=MAIL)


async def story(place: Town) -> None:
    """From the first contact to the confirmation, which no phone buzzes with at night."""
    await asked_for(place)
    await place.taro.sees("【予約が確定しました】")
    await settled(place)
