"""What is expected in a conversation: on the person's phone, in the staff group, in the post, in the database."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage

from sqlalchemy import func, select
from sqlmodel import SQLModel

from bot.playground.people import Person
from tests.conversations.stage import Play, Stage

EXPECTATIONS: dict[str, Play] = {}
KINDS = {"conversation": "会話", "person": "人", "consent": "同意", "booking": "予約"}


def expected(key: str) -> Callable[[Play], Play]:
    def keep(play: Play) -> Play:
        EXPECTATIONS[key] = play
        return play

    return keep


@expected("窓口")
async def hears(stage: Stage, words: str, about: str) -> None:
    """In a message that is new or changed since the last act."""
    assert any(stage.holds(message.text, words) for message in stage.said(stage.person)), "the bot did not say so"


@expected("画面")
async def reads(stage: Stage, words: str, about: str) -> None:
    """In any message of the bot that stands there now."""
    told = [message.text for message in stage.person.messages if message.from_bot]
    assert any(stage.holds(text, words) for text in told), "it does not stand there"


@expected("消えた")
async def gone(stage: Stage, words: str, about: str) -> None:
    """In no message of anybody."""
    assert not any(stage.holds(message.text, words) for message in stage.person.messages), "it stands there"


@expected("返事なし")
async def silence(stage: Stage, words: str, about: str) -> None:
    assert not stage.said(stage.person), "the bot has said something"


@expected("知らせ")
async def told_by_the_button(stage: Stage, words: str, about: str) -> None:
    _told(stage, stage.person, words)


@expected("職員への知らせ")
async def staff_told_by_the_button(stage: Stage, words: str, about: str) -> None:
    _told(stage, stage.town.staff, words)


@expected("職員二への知らせ")
async def colleague_told_by_the_button(stage: Stage, words: str, about: str) -> None:
    _told(stage, stage.town.colleague, words)


def _told(stage: Stage, who: Person, words: str) -> None:
    told = who.alerts[-1].text if who.alerts else ""
    assert stage.holds(told, words) if words else not told, f"the button said {told!r}"


@expected("ボタン")
async def buttons(stage: Stage, words: str, about: str) -> None:
    """All that stand there, in reading order."""
    labels = [label.replace("\u202f", " ") for message in stage.person.messages for label in message.labels]
    assert labels == words.split("｜"), f"the buttons are {'｜'.join(labels)}"


@expected("ボタンの中に")
async def among_the_buttons(stage: Stage, words: str, about: str) -> None:
    """In this order, with others between."""
    labels = iter(label for message in stage.person.messages for label in message.labels)
    missing = [label for label in words.split("｜") if label not in labels]
    assert not missing, f"there is no button {'｜'.join(missing)}, or not in this order"


@expected("キーボード")
async def keyboard(stage: Stage, words: str, about: str) -> None:
    labels = "｜".join(button.label for row in stage.person.keyboard or [] for button in row)
    assert labels == (words if words != "なし" else ""), f"the keyboard is {labels}"


@expected("職員グループ")
async def group_reads(stage: Stage, words: str, about: str) -> None:
    """New or changed since the last act."""
    assert any(stage.holds(message.text, words) for message in stage.said(stage.town.group)), "it was not said there"


@expected("職員グループにない")
async def group_does_not_read(stage: Stage, words: str, about: str) -> None:
    assert not any(stage.holds(message.text, words) for message in stage.town.group.messages), "it stands there"


@expected("職員グループのボタン")
async def group_buttons(stage: Stage, words: str, about: str) -> None:
    """Of the card with the words in brackets, else all."""
    cards = [stage.card(about)] if about else stage.town.group.messages
    labels = "｜".join(label for card in cards if card for label in card.labels)
    assert labels == (words if words != "なし" else ""), f"the buttons are {labels}"


@expected("メール")
async def letter(stage: Stage, words: str, about: str) -> None:
    """In the subject or the text of a letter to that address, come since the last act."""
    letters = [f"{letter['Subject']}\n{_plain(letter)}" for letter in stage.letters_to(about)]
    assert any(stage.holds(text, words) for text in letters), "no such letter came\n" + "\n".join(letters)


def _plain(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    return str(body.get_content()) if body else ""


@expected("メールにない")
async def not_in_a_letter(stage: Stage, words: str, about: str) -> None:
    """A letter came to that address since the last act, and none has these words."""
    letters = stage.letters_to(about)
    assert letters, "no letter came"
    assert not any(stage.holds(f"{letter['Subject']}\n{_plain(letter)}", words) for letter in letters), "it is there"


@expected("予定表")
async def calendar_entry(stage: Stage, words: str, about: str) -> None:
    """In the calendar entry (.ics) that came with such a letter."""
    parts = [part for letter in stage.letters_to(about) for part in letter.walk()]
    entries = [str(part.get_content()) for part in parts if part.get_content_type() == "text/calendar"]
    unfolded = [entry.replace("\r\n ", "") for entry in entries]
    assert any(stage.holds(entry, words) for entry in unfolded), "no such entry came\n" + "\n".join(unfolded)


@expected("メールは来ない")
async def no_letter(stage: Stage, words: str, about: str) -> None:
    assert not stage.letters_to(about), "a letter came"


@expected("保存")
async def stored(stage: Stage, words: str, about: str) -> None:
    """Of which kinds the database holds something about this chat; なし for none."""
    await stage.town.app.lanes.finish(10)
    held = [name for table, name in KINDS.items() if await _rows(stage, table)]
    assert "・".join(held or ["なし"]) == words, f"stored is {'・'.join(held or ['なし'])}"


async def _rows(stage: Stage, table: str) -> int:
    rows = SQLModel.metadata.tables[table]
    count = select(func.count()).select_from(rows).where(rows.c.chat_id == stage.person.id)
    async with stage.town.app.database.transaction() as transaction:
        return int((await transaction.execute(count)).scalar() or 0)


@expected("データベースで読めない")
async def not_readable(stage: Stage, words: str, about: str) -> None:
    """No column of any table holds these words as they are."""
    async with stage.town.app.database.transaction() as transaction:
        for table in SQLModel.metadata.sorted_tables:
            for value in (value for row in await transaction.execute(select(table)) for value in row):
                held = value if isinstance(value, bytes) else str(value).encode()
                assert words.encode() not in held, f"it can be read in the table {table.name}"
