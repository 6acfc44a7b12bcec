"""What the page is sent: everything once, and from then on each change by its number, for as long as it looks.

A page that was cut off says which number it had last, and is sent what it missed; where that is not known any more,
everything again.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.playground import shown
from bot.playground.journal import KEPT, Event

if TYPE_CHECKING:
    from bot.playground.mailbox import Mailbox
    from bot.playground.world import World

MILLISECOND = timedelta(milliseconds=1)
LOOK_SECONDS = 0.2  # between two looks into the mail folder and at the bot's process
BEAT_SECONDS = 15.0  # a line now and then, or a page that is gone would never be noticed


class Feed:
    """The events of one run of the server; a number of another run means nothing here."""

    def __init__(self, world: World, mailbox: Mailbox) -> None:
        self.world = world
        self.mailbox = mailbox
        self.run = secrets.token_hex(4)
        self._encoded = lru_cache(KEPT)(self._encode)  # once, however many pages look on

    async def serve(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await answer.prepare(request)
        run, _, number = (request.headers.get("Last-Event-ID") or request.query.get("after", "")).partition(".")
        last = int(number) if run == self.run and number.isdigit() else None
        with suppress(ConnectionResetError):  # whoever is gone needs no more
            await self._send(answer, last)
        return answer

    async def _send(self, answer: web.StreamResponse, last: int | None) -> None:
        await answer.write(b"retry: 500\n" + _event("now", self._now()))
        while True:
            news, last = self._since(last)
            if news:
                await answer.write(news)
            elif not await self._change():
                await answer.write(b": still here\n\n")

    async def watch(self, app: web.Application) -> Any:
        """For `cleanup_ctx`: look out for what nobody tells of, letters and the end of a process."""
        watching = asyncio.create_task(self._watch())
        yield
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

    async def _watch(self) -> None:
        cloud, told = self.world.server.cloud, dict[str, Any]()
        while True:
            for letter in self.mailbox.look():
                cloud.tell("letter", letter)
            if (state := self._bot()) != told:
                cloud.tell("bot", state)
                told = state
            await asyncio.sleep(LOOK_SECONDS)

    async def _change(self) -> bool:
        """Wait for the next change; False when there was none for long."""
        try:
            async with asyncio.timeout(BEAT_SECONDS):
                await self.world.server.cloud.change()
        except TimeoutError:
            return False
        return True

    def _since(self, last: int | None) -> tuple[bytes, int]:
        journal = self.world.server.cloud.journal
        events = None if last is None else journal.after(last)
        if events is None:
            return _event("everything", self._everything(), self._number(journal.last)), journal.last
        return b"".join(map(self._encoded, events)), journal.last

    def _encode(self, event: Event) -> bytes:
        return _event(event.kind, self._kinds[event.kind](event.value), self._number(event.number))

    def _number(self, number: int) -> str:
        return f"{self.run}.{number}"

    @property
    def _kinds(self) -> Mapping[str, Callable[[Any], Any]]:
        return {
            "message": shown.shown_message,
            "gone": lambda message: {"chat": message.chat_id, "id": message.id},
            "keyboard": shown.shown_keyboard,
            "chat": lambda chat: {"chat": chat.id, "blocked": chat.blocked},
            "press": shown.shown_press,
            "answer": shown.shown_press,
            "typing": lambda chat: {"chat": chat.id},
            "profile": lambda _: self._menus(),
            "person": self._newcomer,
            "letter": shown.shown_letter,
            "clock": lambda to: {"to": shown.milliseconds(to), **self._ahead()},
            "bot": lambda state: state,
        }

    def _now(self) -> Any:
        """The machine's time, which no later event repeats, and how far ahead of it the clock is."""
        return {"machine": shown.milliseconds(datetime.now(UTC)), **self._ahead()}

    def _ahead(self) -> Any:
        return {"ahead": self.world.clock.ahead / MILLISECOND}

    def _bot(self) -> Any:
        return {"runs": self.world.bot.runs, "starts": self.world.bot.starts}

    def _person(self, person: Any) -> Any:
        return shown.shown_person(person, person in self.world.staff)

    def _newcomer(self, person: Any) -> Any:
        return {"person": self._person(person), "chat": shown.shown_chat(person.chat), "menus": self._menus()}

    def _menus(self) -> Any:
        """What the menu holds, by the chat and the person."""
        world, cloud = self.world, self.world.server.cloud
        places = [(person.chat, person) for person in (*world.people, *world.staff)]
        places += [(world.group.chat, person) for person in world.staff]
        return {f"{chat.id} {person.id}": shown.menu(cloud, chat, person.user) for chat, person in places}

    def _everything(self) -> Any:
        world, cloud = self.world, self.world.server.cloud
        people = [*world.people, *world.staff]
        waiting = [press for press in cloud.presses.values() if not press.answered]
        return {
            **self._now(),
            "bot": {**self._bot(), "name": cloud.bot["first_name"]},
            "people": [self._person(person) for person in people],
            "group": world.group.id,
            "chats": [shown.shown_chat(chat) for chat in (*(person.chat for person in people), world.group.chat)],
            "menus": self._menus(),
            "waiting": [shown.shown_press(press) for press in waiting],
            "letters": [shown.shown_letter(letter) for letter in self.mailbox.letters.values()],
        }


def _event(kind: str, value: Any, number: str = "") -> bytes:
    label = f"id: {number}\n" if number else ""
    return f"{label}event: {kind}\ndata: {json.dumps(value, ensure_ascii=False)}\n\n".encode()
