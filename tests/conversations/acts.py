"""What is done in a conversation: by the person, by staff, by the clock, by the operator, by a mail server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from bot import numbers
from bot.playground.people import Group, Person, Screen
from flows.desk.numbers import month_of
from tests.conversations.offices import office_with_setting, office_with_terms
from tests.conversations.stage import Play, Stage

ACTS: dict[str, Play] = {}
FILES = {
    "スタンプ": "sticker", "写真": "photo", "音声": "voice", "ファイル": "document", "位置": "location",
    "ビデオ": "video", "丸いビデオ": "video_note", "音楽": "audio", "GIF": "animation",
}  # fmt: skip


def act(key: str) -> Callable[[Play], Play]:
    def keep(play: Play) -> Play:
        ACTS[key] = play
        return play

    return keep


@act("時計")
async def turn_the_clock(stage: Stage, words: str, about: str) -> None:
    await stage.town.turn_clock(words)
    await stage.town.app.clockwork.tick(stage.town.clock())


@act("ここから")
async def take_the_phone_of(stage: Stage, words: str, about: str) -> None:
    """`about` is the language code of a newcomer's app."""
    if words not in stage.people:
        stage.people[words] = stage.town.server.person(words, language_code=about or "ja")
    stage.person = stage.people[words]


@act("自分で答える")
async def answer_oneself(stage: Stage, words: str, about: str) -> None:
    """From here on the conversation speaks of this question itself."""
    stage.usual.discard(words)


@act("人")
async def say(stage: Stage, words: str, about: str) -> None:
    await stage.person.says(words)


@act("送る")
async def send(stage: Stage, words: str, about: str) -> None:
    """`about` is written under it."""
    await stage.person.sends(FILES[words], about or None)


@act("転送する")
async def forward(stage: Stage, words: str, about: str) -> None:
    await stage.person.forwards(words)


@act("書き直す")
async def edit(stage: Stage, words: str, about: str) -> None:
    """The person's newest message."""
    mine = [message for message in stage.person.messages if not message.from_bot]
    assert mine, "no message of the person's own stands there"
    await stage.person.edits(mine[-1].id, words)


@act("連絡先を送る")
async def share(stage: Stage, words: str, about: str) -> None:
    """自分 or a number of the person's own; `about` 知人: somebody else's."""
    await stage.person.shares_contact(None if words == "自分" else words, own=about != "知人")


@act("ブロックする")
async def block(stage: Stage, words: str, about: str) -> None:
    stage.person.blocks_bot()


@act("ブロックをやめる")
async def unblock(stage: Stage, words: str, about: str) -> None:
    stage.person.unblocks_bot()


@act("押す")
async def press(stage: Stage, words: str, about: str) -> None:
    await stage.person.presses(words)


@act("キーを押す")
async def tap(stage: Stage, words: str, about: str) -> None:
    await stage.person.taps(words)


@act("前のボタンを押す")
async def press_old(stage: Stage, words: str, about: str) -> None:
    await _press_old(stage, stage.person, stage.person, words)


async def _press_old(stage: Stage, who: Person, screen: Screen, label: str) -> None:
    """A button that stood in the chat once, on the newest message that had it and has it no more."""
    for message in reversed(stage.town.server.history(screen)):
        now = screen.chat.shown.get(message.id)
        there = [button for row in now.buttons for button in row] if now else []
        for button in (button for row in message.buttons for button in row if button.label.startswith(label)):
            if button.data and button not in there:
                await who.presses_data(message.id, button.data, screen if isinstance(screen, Group) else None)
                return
    raise LookupError(f"no earlier screen had a button {label!r}")


@act("偽のボタンを押す")
async def forge(stage: Stage, words: str, about: str) -> None:
    """Data that no screen offered; {今} stands for the dialog and the question of the buttons that are there."""
    pressed = next(message for message in reversed(stage.person.messages) if message.from_bot)
    data = pressed.buttons[0][0].data if pressed.buttons else ""
    now = "|".join(str(data).split("|")[:2])
    await stage.person.presses_data(pressed.id, words.replace("{今}", now))


@act("職員が押す")
async def staff_press(stage: Stage, words: str, about: str) -> None:
    """`about` are words of the card, where there is more than one."""
    await stage.town.staff.presses_in(stage.town.group, words, stage.card(about))


@act("職員二が押す")
async def colleague_presses(stage: Stage, words: str, about: str) -> None:
    await stage.town.colleague.presses_in(stage.town.group, words, stage.card(about))


@act("職員二が前のボタンを押す")
async def colleague_presses_old(stage: Stage, words: str, about: str) -> None:
    await _press_old(stage, stage.town.colleague, stage.town.group, words)


@act("職員でない人が押す")
async def stranger_presses(stage: Stage, words: str, about: str) -> None:
    """The person, who is not in the staff group, knows what its buttons carry."""
    message, button = stage.town.group.find(words)
    await stage.person.presses_data(message.id, str(button.data), stage.town.group)


@act("統計を書き出す")
async def export_the_numbers(stage: Stage, words: str, about: str) -> None:
    """Of this month, such as 2026-11; the page of the desk counts the same, after a look at how many there are."""
    app, period = stage.town.app, month_of(date.fromisoformat(f"{words}-01"))
    async with app.database.transaction() as transaction:
        assert await numbers.requests_of(transaction, app.days, period, 10)
        said, now = app.kit.words("ja", stage.town.clock()), stage.town.clock()
        assert await numbers.export(transaction, app.days, period, said, None, now)


@act("再起動")
async def restart(stage: Stage, words: str, about: str) -> None:
    await stage.town.stop()
    await stage.town.start(**stage.office)
    stage.take_over()


@act("設定を変える")
async def change_a_setting(stage: Stage, words: str, about: str) -> None:
    """One line of office.toml; the bot is started again."""
    stage.office["MADOGUCHI_OFFICE"] = str(office_with_setting(stage.folder, stage.office, words))
    await restart(stage, words, about)


@act("規約を変える")
async def change_the_terms(stage: Stage, words: str, about: str) -> None:
    """`old → new`; `about` is the name of the new version. The bot is started again."""
    stage.office["MADOGUCHI_OFFICE"] = str(office_with_terms(stage.folder, stage.office, words, about))
    await restart(stage, words, about)


@act("メールサーバー")
async def answer_of_the_mail_server(stage: Stage, words: str, about: str) -> None:
    """What it says to every recipient from here on, but for the office; 直った: that it takes the letter."""
    stage.town.mailbox.answer = None if words == "直った" else words
