"""What the poller gives updates to: authorise, run the turn in its transaction, hand back what is to be said."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Any

from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot import cards, staff, turn
from bot.database import Transaction, unavailable
from bot.desk import chat as staff_chat
from bot.desk import group
from bot.kit import Kit
from bot.lanes import Work
from bot.outage import Outage
from bot.reply import Press, Reply
from bot.sender import Sender
from bot.staff_group import StaffGroup
from bot.store import Key
from bot.telegram.api import SHUT_OUT, Api
from bot.telegram.replies import Speaker
from bot.telegram.updates import LARGEST_ID, SEPARATOR, GroupEvent, Strange, kind_of, private_message, read
from bot.turn import ONLY_STAFF, Incoming
from flows.cards import name_of
from flows.reception import Command
from flows.text import Text

REMEMBERED_SECONDS = 60  # how long a member of the staff group is taken for one without asking again
TIME_FOR_A_CODE = timedelta(seconds=30)  # a group that was just added shows its invitation within this time
MEMBERS = ("creator", "administrator", "member")


class Service:
    """Serves one update at a time of each person."""

    def __init__(
        self, kit: Kit, api: Api, speaker: Speaker, sender: Sender, staff_group: StaffGroup, outage: Outage,
        clock: Callable[[], datetime],
    ):  # fmt: skip
        self.kit, self.api, self.speaker, self.sender, self.staff_group, self.clock = (
            kit,
            api,
            speaker,
            sender,
            staff_group,
            clock,
        )
        self.outage = outage
        self._members: dict[int, datetime] = {}

    def lane(self, update: dict[str, Any]) -> Hashable:
        """A private chat's own lane; in the staff group one of each card, so that two who decide come in order."""
        try:
            query = update.get("callback_query") or {}
            message = update.get("message") or update.get("edited_message") or query.get("message") or {}
            chat = message.get("chat") or {}
            card = (
                name_of(str(query.get("data", "")).split(SEPARATOR)[0])
                if query and chat.get("type") != "private"
                else ""
            )
            number = int(chat["id"]) if "id" in chat else kind_of(update)
            return (number, card) if card else number
        except (AttributeError, TypeError, ValueError):
            return kind_of(update)  # it cannot be read, and will be set aside

    async def commit(self, update: dict[str, Any]) -> Work | None:
        """Let an update take effect. Raises `Strange` for one that cannot be read."""
        incoming = read(update, self.staff_group.chat)
        if incoming is None:
            return None
        if isinstance(incoming, GroupEvent):
            return await self._group(incoming)
        if incoming.where == "private":
            if staff_chat.concerns(incoming) and await self._run(
                lambda t, now: staff_chat.obey(self.kit, t, incoming, now)
            ):
                return self._speech(None, incoming)
            reply = await self._run(lambda t, now: turn.private(self.kit, t, incoming, now))
            return self._speech(reply, incoming)
        return await self._staff(incoming) if incoming.where == "staff" else self._only_staff(incoming)

    async def _run(self, work: Callable[[Transaction, datetime], Any]) -> Any:
        result = await self.kit.store.database.run(lambda transaction: work(transaction, self.clock()))
        if self.kit.outbox.fresh:
            self.sender.wake.set()
        return result

    def _speech(self, reply: Reply | Press | None, incoming: Incoming) -> Work | None:
        if isinstance(reply, Reply):
            return lambda: self.speaker.speak(reply)
        press = reply or (Press(incoming.query_id, incoming.message_id) if incoming.query_id else None)
        return (lambda: self.speaker.answer(press)) if press else None

    async def _staff(self, incoming: Incoming) -> Work | None:
        """A press on a card, or a command. Who may is looked at in the transaction that does it."""
        said = incoming.said
        if isinstance(said, Command) and said.to.lower() not in ("", self.api.bot.username.lower()):
            return None  # for another bot
        in_group = not await self._run(lambda t, now: staff.has_lead(t)) and await self._is_member(incoming)
        if isinstance(said, Command):
            await self._run(lambda t, now: staff_chat.obey_in_group(self.kit, t, incoming, in_group, now))
            return None
        return self._speech(await self._run(lambda t, now: self._decide(t, incoming, in_group, now)), incoming)

    async def _decide(
        self, transaction: Transaction, incoming: Incoming, in_group: bool, now: datetime
    ) -> Reply | Press | None:
        why = await group.refusal(transaction, incoming.who, in_group)
        if why is None:
            return await cards.press(self.kit, transaction, incoming, now)
        return self._refused(incoming, why, now)

    def _refused(self, incoming: Incoming, why: Text, now: datetime) -> Press | None:
        words = self.kit.words(self.kit.days.office.language, now)
        return Press(incoming.query_id, None, words.say(why)[:200], alert=True) if incoming.query_id else None

    def _only_staff(self, incoming: Incoming) -> Work | None:
        press = self._refused(incoming, ONLY_STAFF, self.clock())
        return (lambda: self.speaker.answer(press)) if press else None

    async def _is_member(self, incoming: Incoming) -> bool:
        """`getChatMember`, remembered for a minute. Where Telegram does not answer, the press waits."""
        now = self.clock()
        asked = self._members.get(incoming.who)
        if asked is not None and now - asked < timedelta(seconds=REMEMBERED_SECONDS):
            return True
        try:
            member = await self.api.ask("getChatMember", chat_id=incoming.chat_id, user_id=incoming.who)
        except (BadRequest, Forbidden):
            return False
        if member["status"] not in MEMBERS and not member.get("is_member"):
            return False
        self._members[incoming.who] = now
        return True

    async def _group(self, event: GroupEvent) -> Work | None:
        """The staff group is bound by its invitation; every other group is told once, and left."""
        ours = self.staff_group.chat
        if ours is not None and ours in (event.chat_id, event.moved_from):
            if event.moved_from:
                return None  # another group says so: only the staff group's own word, or Telegram's answer, is followed
            if event.moved_to:
                await self.sender.follow_group(event.moved_to)
            elif event.added:
                await self.sender.hurry(SHUT_OUT)
            elif event.left:
                self._members.pop(event.left, None)
                await self._run(lambda t, now: self._leaves(t, event, now))
            return None
        if event.opened:
            await self._run(lambda t, now: self.kit.store.open(t, event.chat_id))
            return None
        if event.left:
            return None
        await self._run(lambda t, now: self._meet(t, event, now))
        if event.code:
            await self.staff_group.load()
        return None

    async def _leaves(self, transaction: Transaction, event: GroupEvent, now: datetime) -> None:
        """Whoever leaves the staff group has no rights any more, at once."""
        if event.left and await self.kit.store.first_time(transaction, event.update_id, now):
            await group.dismiss(self.kit, transaction, event.left, None, now)

    async def _meet(self, transaction: Transaction, event: GroupEvent, now: datetime) -> None:
        """Bind the group, or leave it."""
        if not await self.kit.store.first_time(transaction, event.update_id, now):
            return
        if event.code and await self.staff_group.accept(transaction, event.code, event.chat_id, now):
            key = f"welcome_staff:{event.update_id}"
            await self.kit.outbox.put(transaction, key, "welcome_staff", now, chat_id=event.chat_id)
            return
        expected = event.added and await self.staff_group.invited(transaction, now)
        leave_at = now + TIME_FOR_A_CODE if expected else now
        key = f"leave:{event.chat_id}:{event.update_id if event.added else now.date()}"
        await self.kit.outbox.put(transaction, key, "leave", leave_at, chat_id=event.chat_id)

    async def must_wait(self, update: dict[str, Any], error: Exception) -> bool:
        """The database is away, or Telegram does not say who pressed: nothing is wrong with the update."""
        if isinstance(error, TimeoutError) and await self.kit.store.database.answers():
            return False  # it was this turn that hung
        if unavailable(error) and (incoming := read(update, self.staff_group.chat)) and isinstance(incoming, Incoming):
            await self.outage.waits(incoming, self.clock())
        return unavailable(error) or isinstance(error, TelegramError)

    async def set_aside(self, update: dict[str, Any], error: Exception) -> None:
        """Remember the update's id and what went wrong, delete what was sent, tell its person and, once, the staff."""
        number = int(update["update_id"])
        what = f"{kind_of(update)}: {error if isinstance(error, Strange) else type(error).__name__}"

        async def work(transaction: Transaction, now: datetime) -> None:
            await self.kit.store.first_time(transaction, number, now, what)
            chat = self.lane(update)
            outbox = self.kit.outbox
            if message := private_message(update):
                await outbox.delete_message(transaction, *message, str(number), now)
            if isinstance(chat, int) and 0 < chat <= LARGEST_ID:
                await outbox.put(transaction, f"sorry:{number}", "sorry", now, now + timedelta(days=1), chat_id=chat)
            await outbox.put(transaction, f"alert:{what}:{now:%Y-%m-%dT%H}", "alert", now)  # one an hour of a kind

        await self._run(work)

    async def again(self, key: Key) -> None:
        """Show a screen that is owed: of a private chat, or a card of the staff group."""
        kind = cards if key[1] else turn
        reply = await self._run(lambda t, now: kind.again(self.kit, t, key, now))
        try:
            if reply:
                await self.speaker.speak(reply)
        except ChatMigrated as moved:
            if key[0] == self.staff_group.chat:
                await self.sender.follow_group(moved.new_chat_id)
            else:  # a card that was on its way when the group moved; it has come again in the new one
                await self._run(lambda t, now: self.kit.store.forget(t, key))

    async def expire(self, key: Key) -> None:
        """Close a form after a day without an answer."""
        if reply := await self._run(lambda t, now: turn.expire(self.kit, t, key, now)):
            await self.speaker.speak(reply)
