"""A letter to send, and what came of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from bot.mime import Invite, Letter, compose
from bot.post import Post
from bot.undeliverable import Undeliverable

JST = timezone(timedelta(hours=9))
SENDER, OFFICE = "madoguchi@office.example", "counter@office.example"
TEXT = "【予約が確定しました】\n日時：11月26日(木) 13:00\n受付番号：123-456\n\nA & B <b>\n"
LETTER = Letter(
    key="confirmed:b1:2", to="taro@docomo.ne.jp", subject="【予約が確定しました】11月26日(木) 13:00", text=TEXT,
    language="ja_Hira", sent_at=datetime(2026, 11, 24, 10, 30, tzinfo=JST),
)  # fmt: skip
INVITE = Invite(
    uid="b1@office.example", sequence=3, start=datetime(2026, 11, 26, 13, tzinfo=JST),
    end=datetime(2026, 11, 26, 13, 30, tzinfo=JST), title="予約 123-456", note="この予定を辞退しても、" * 20,
    method="REQUEST", organizer=OFFICE, attendee='".abc"@docomo.ne.jp', stamp=datetime(2026, 11, 24, 1, tzinfo=UTC),
)  # fmt: skip
INVITED = replace(LETTER, invite=INVITE)


def parsed(letter: Letter = LETTER) -> EmailMessage:
    """The letter after its way through the wire."""
    return message_from_bytes(compose(letter, SENDER, OFFICE).as_bytes(), policy=policy.default)


def body(message: EmailMessage, kind: str) -> str:
    [part] = [part for part in message.walk() if part.get_content_type() == kind]
    return str(part.get_content()).replace("\r\n", "\n")


async def failure(post: Post, letter: Letter = LETTER) -> tuple[bool, str]:
    with pytest.raises(Undeliverable) as caught:
        await post.send(compose(letter, SENDER, OFFICE))
    assert caught.value.__context__ is caught.value.__cause__ is None  # nothing of the server's words rides along
    return caught.value.permanent, caught.value.code
