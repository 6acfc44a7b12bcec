"""The whole bot, put together; the only module that knows all the others."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from telegram.error import InvalidToken, RetryAfter, TelegramError

from bot import kept, staff, terms
from bot.calendar import Calendar
from bot.clock import Clock, utc_now
from bot.clockwork import Clockwork
from bot.commands import set_commands, set_staff_menu
from bot.config import Settings
from bot.database import Database, unavailable
from bot.encryption import load_keys
from bot.kit import Kit
from bot.lanes import Lanes
from bot.letters import Letters
from bot.logs import trace, unhandled
from bot.migrate import migrate
from bot.notices import Notices
from bot.outage import PATIENCE_SECONDS, Outage
from bot.outbox import Outbox
from bot.pauses import pauses
from bot.post import Post
from bot.saying import Saying
from bot.sender import Sender
from bot.service import Service
from bot.shares import Shares
from bot.staff_group import StaffGroup
from bot.store import Store
from bot.telegram.api import SILENT, Api, make_client, seconds
from bot.telegram.budget import Budget
from bot.telegram.polling import Polling
from bot.telegram.replies import Speaker
from flows.desk import commands
from flows.office import BadSetting
from flows.office_days import OfficeDays, holiday_name
from flows.office_file import load_office

if TYPE_CHECKING:
    from bot.desk.server import Desk

log = structlog.get_logger()

TICK_SECONDS = 1.0
STOP_SECONDS = 8.0


class App:
    """One worker. `clock` gives the moment by which all rules and due times go; it is read at every use.

    `tick` is how many seconds of real time pass between two looks at what is due: at most one in service. A second of
    the pauses between two tries lasts as long. `patience`: how many seconds of an outage pass until people are told.
    `limits_second`: how long a second lasts of what Telegram lets a bot send in one.
    """

    def __init__(
        self, settings: Settings, clock: Clock = utc_now, tick: float = TICK_SECONDS,
        patience: float = PATIENCE_SECONDS, limits_second: float = 1.0,
    ):  # fmt: skip
        self.settings, self.clock, self.tick_seconds, self.patience = settings, clock, tick, patience
        self.limits_second = limits_second
        self.calendar = Calendar(OfficeDays(load_office(settings.office)))
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        given = settings.keys.get_secret_value() if settings.keys else None
        self.seal, made = load_keys(given, settings.data)
        for path in made:
            log.warning("a new key was made: back it up, what is sealed cannot be read without it", path=str(path))
        self.database = Database(settings.database_url, tick)
        self.staff_group = StaffGroup(self.database, settings.staff_chat)
        self.bot = make_client(settings.require_token(), settings.api_url)
        self._put_together()

    def _put_together(self) -> None:
        store, outbox, self.lanes = Store(self.database, self.seal), Outbox(self.database), Lanes()
        self.kit = Kit(store, outbox, self.seal, self.calendar, self.settings.mail_from, self.settings.pointer)
        budget = Budget(Shares(self.database, outbox.owner, self.limits_second), self.limits_second)
        self.api = api = Api(self.bot, budget)
        letters = Letters(self.kit, Post.from_url(self.settings.mail_url), self.settings.office_mail)
        speaker = Speaker(api, store, outbox)
        notices = Notices(Saying(self.kit, api, speaker, self.staff_group), letters, self.settings.desk_url)
        self.sender = Sender(self.kit, api, notices, self.staff_group, self.lanes, self.clock)
        self.outage = Outage(self.kit, api, self.staff_group, self.patience)
        self.service = Service(self.kit, api, speaker, self.sender, self.staff_group, self.outage, self.clock)
        self.clockwork = Clockwork(self.kit, self.service, self.lanes, self.tick_seconds)
        self.polling = Polling(self.bot, self.service, self.lanes, self._telegram_is_back, self.tick_seconds)

    @property
    def days(self) -> OfficeDays:
        return self.calendar.days

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set, then finish what is in hand. Raises `BadSetting` where it cannot begin."""
        asyncio.get_running_loop().set_exception_handler(unhandled)
        serving, stopping = asyncio.create_task(self._serve()), asyncio.create_task(stop.wait())
        try:
            await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
            await self._finish([serving, stopping])
            if not serving.cancelled():
                serving.result()
        finally:
            await self.bot.close_connections()
            await self.database.close()

    async def _serve(self) -> None:
        await self._begin()
        desk = await self._open_the_desk()
        try:
            async with asyncio.TaskGroup() as group:
                for work in (self._poll(), self._send(), self._tick(), self._watch()):
                    group.create_task(work)
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None  # the first cancelled the others
        finally:
            if desk:
                await desk.close()

    async def _open_the_desk(self) -> Desk | None:
        """The staff's page, where the settings say that there is one."""
        if self.settings.desk_url is None:
            return None
        from bot.office_work import desk_of, open_the_desk

        desk = desk_of(self.settings, self.kit, self.clock)
        desk.changed = self.sender.wake.set
        await open_the_desk(desk)
        return desk

    async def _begin(self) -> None:
        await self._open_database()
        await kept.check_keys(self.database, self.seal)
        await terms.remember(self.kit, self.clock())
        await self.staff_group.load()
        await self.clockwork.follow_the_calendar(self.clock())
        holiday_name(self.days.day_of(self.clock()))  # the library takes its time at its first question
        await self._reach_telegram()
        await self.clockwork.show_owed(self.clock())

    async def _open_database(self) -> None:
        try:
            await migrate(self.database)
        except (SQLAlchemyError, OSError) as error:
            problem = f"names a database that cannot be opened ({type(error).__name__}): look whether it is there"
            raise BadSetting("MADOGUCHI_DATABASE_URL", problem) from None

    async def _reach_telegram(self) -> None:
        for pause in pauses(1.0, 30.0):
            try:
                await self.bot.initialize()
                await self.bot.delete_webhook()
                return
            except InvalidToken:
                break
            except TelegramError as error:
                wait = seconds(error) if isinstance(error, RetryAfter) else pause * self.tick_seconds
                log.warning("the Bot API does not answer yet", error=type(error).__name__, again_in=wait)
                await asyncio.sleep(wait)
        # Raised out here: the library's error, which holds the token, would ride along.
        raise BadSetting("MADOGUCHI_TOKEN", "is not accepted by the Bot API: ask @BotFather for it")

    async def _telegram_is_back(self) -> None:
        """What waits for its next try need not wait longer."""
        self.clockwork.hurry()
        await self._unharmed(lambda: self.sender.hurry(SILENT))

    async def _poll(self) -> None:
        log.info("serving", bot=self.bot.username, office=self.days.office.key)
        introducing = asyncio.create_task(self._introduce())
        try:
            await self.polling.run()
        finally:
            introducing.cancel()

    async def _introduce(self) -> None:
        """The menus of commands: everybody's, the staff group's, each member's own."""
        office = self.days.office
        await set_commands(self.bot, office)
        if self.staff_group.chat is not None:
            await set_staff_menu(self.api, self.staff_group.chat, office.language, commands.IN_THE_GROUP)
        for member in await self.database.run(staff.members):
            await set_staff_menu(self.api, member.id, member.language or office.language, commands.menu(member))

    async def _send(self) -> None:
        while True:
            self.sender.wake.clear()
            await self._unharmed(lambda: self.sender.send_due(self.clock()))
            with suppress(TimeoutError):
                async with asyncio.timeout(self.tick_seconds / 2):  # what is due leaves within a second
                    await self.sender.wake.wait()

    async def _tick(self) -> None:
        while True:
            await self._unharmed(lambda: self.clockwork.tick(self.clock()))
            await self._unharmed(self.api.budget.stay)
            await asyncio.sleep(self.tick_seconds)

    async def _watch(self) -> None:
        """By itself: a tick that hangs with the database keeps nobody from being told of it."""
        while True:
            await self._unharmed(lambda: self.outage.look(self.clock()))
            await asyncio.sleep(self.tick_seconds)

    async def _unharmed(self, work: Callable[[], Awaitable[None]]) -> None:
        """One round of a loop that must go on: a database that is away is waited for."""
        try:
            await work()
        except Exception as error:
            if not unavailable(error):
                log.error("a round failed; going on", **trace(error))

    async def _finish(self, tasks: Sequence[asyncio.Task[Any]]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.lanes.finish(STOP_SECONDS)

    async def invite_a_group(self) -> str:
        """A link that makes the group which follows it the staff group; good once, and for a day."""
        if self.settings.staff_chat is not None:
            raise BadSetting(
                "MADOGUCHI_STAFF_CHAT", "names the staff group already: take it out to invite one by a link"
            )
        await self._open_database()
        try:
            await self._reach_telegram()
            code = await self.staff_group.invite(self.clock())
            return f"https://t.me/{self.bot.username}?startgroup={code}"
        finally:
            await self.bot.close_connections()
            await self.database.close()
